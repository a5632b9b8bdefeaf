import {
  asset,
  assets,
  type Context,
  type Driver,
  InputError,
  type Instance,
  type Model,
  model,
  type ParamsOf,
  refs,
  type ScheduledShock,
  type Use,
} from '../../world/index.ts'

/** Thrown when a derivative cannot follow its base. */
export class FollowError extends InputError {
  override readonly name = 'FollowError'
}

const params = {
  drivers: refs('driver', 'what moves the base; their log moves of it add up'),
  base: asset('asset that is followed'),
  assets: assets('derivatives: each makes every move that these drivers make in the base'),
}

function check(p: ParamsOf<typeof params>, drivers: readonly Driver[], context: Context): void {
  const { name } = context
  const base = context.assets[p.base]!.name
  if (p.assets.includes(p.base))
    throw new FollowError(
      `"${name}": "${base}" would follow itself and move twice; take it from assets`,
    )
  if (!drivers.some((driver) => driver.assets.includes(p.base)))
    throw new FollowError(
      `"${name}": none of its drivers (${p.drivers.join(', ')}) moves "${base}"; ` +
        'name one that does, or another base',
    )
}

/** Fetch a driver's scheduled shock; null when it has none, which a link can only refuse. */
function shockOf(use: Use, name: string): ScheduledShock | null {
  try {
    return use('shock', name)
  } catch {
    return null
  }
}

/**
 * Derivatives of a base (stETH, wstETH of ETH) that move with it path by path: whatever the named
 * drivers do to the base happens to them in the same tick. Moves are asked for when they are read,
 * so the order in which drivers step, and followers of followers, do not matter.
 */
export const follow: Model = model({
  kind: 'prices/follow',
  phase: 'driver',
  doc: 'derivatives that make the same log moves as their base, path by path',
  params,
  create(p, _, context) {
    let drivers: readonly Driver[] = []
    let ask: () => readonly ScheduledShock[] = () => []
    let known: readonly ScheduledShock[] | null = null
    let isAsked = false
    function shift(a: number): number {
      if (!p.assets.includes(a)) return 0
      if (isAsked)
        throw new FollowError(
          `"${context.name}" follows itself through ${p.drivers.join(', ')}; break the circle`,
        )
      isAsked = true
      let sum = 0
      for (const driver of drivers) sum += driver.shift(p.base)
      isAsked = false
      return sum
    }
    // Whether anything is scheduled is known only when all drivers are linked.
    const shocks = (): readonly ScheduledShock[] => known ?? ask()
    const driver: Driver = { assets: p.assets, shift }
    const shock: ScheduledShock = {
      apply(factors) {
        const moved = new Float64Array(factors.length).fill(1)
        for (const own of shocks()) own.apply(moved)
        for (const a of p.assets) factors[a]! *= moved[p.base]!
      },
    }
    return {
      get ports(): NonNullable<Instance['ports']> {
        return shocks().length > 0 ? { driver, shock } : { driver }
      },
      link(use) {
        drivers = p.drivers.map((name) => use('driver', name))
        ask = () => p.drivers.flatMap((name) => shockOf(use, name) ?? [])
      },
      refresh(cause) {
        if (cause !== 'build') return
        known = ask()
        check(p, drivers, context)
        if (p.assets.length > 0) shift(p.assets[0]!)
      },
    }
  },
})
