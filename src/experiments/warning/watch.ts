import { createStepper, startPath } from '../../engine/index.ts'
import { log } from '../../math/index.ts'
import { eventsOf, type Focus } from '../../measures/index.ts'
import type { World } from '../../world/index.ts'
import { onsetOf } from './onset.ts'
import { type Onset, WarningError } from './types.ts'

/** What was watched of a path. */
export type Watched = {
  /** Logarithm of prices, one per tick from 0 on: the shocked asset first, then others that are no stablecoins. */
  readonly series: readonly Float64Array[]
  readonly onset: Onset | null
  /** Times of the liquidations, s; those of one tick spread evenly over it. */
  readonly liquidations: Float64Array
}

/** Assets beside the shocked one that are watched, at most. */
const OTHERS = 7
/** Ticks of a stretch, in which nothing is waited for. */
const STRETCH = 16

/**
 * Choose the assets that are watched.
 * @throws {WarningError} when the scenario names none.
 */
export function watchedAssets({ spec }: World, { asset, source }: Focus): readonly number[] {
  if (asset < 0 || source === null || !source.covers(asset))
    throw new WarningError(
      'the scenario names no asset to watch; name one in order: { asset, source }',
    )
  const others = spec.assets.flatMap(({ kind }, a) =>
    a !== asset && a > 0 && kind === 'volatile' && source.covers(a) ? [a] : [],
  )
  return [asset, ...others.slice(0, OTHERS)]
}

function liquidationTimes({ trace, spec }: World): Float64Array {
  const ids = eventsOf(trace, 'liquidation')
  const { tick } = trace.columns
  const many = new Map<number, number>()
  for (const e of ids) many.set(tick[e]!, (many.get(tick[e]!) ?? 0) + 1)
  const seen = new Map<number, number>()
  return Float64Array.from(ids, (e) => {
    const at = tick[e]!
    const place = seen.get(at) ?? 0
    seen.set(at, place + 1)
    return (at - 1 + (place + 0.5) / many.get(at)!) * spec.tickSeconds
  })
}

/** What is watched, and how. */
export type Watch = {
  readonly world: World
  readonly focus: Focus
  readonly assets: readonly number[]
  readonly seed: number
}

/**
 * Run a path and watch prices at every tick.
 * @param onTick called every 16 ticks and after the last; may wait, and may throw to stop the path.
 * @throws {WarningError} when the price of the first asset is unknown at times.
 */
export async function watchPath(
  { world, focus, assets, seed }: Watch,
  path: number,
  onTick: (tick: number) => Promise<void> | void,
): Promise<Watched> {
  const { ticks } = world.spec
  const series = assets.map(() => new Float64Array(ticks + 1))
  const look = (tick: number): void => {
    assets.forEach((asset, k) => {
      series[k]![tick] = log(focus.source!.price(asset))
    })
  }
  startPath(world, seed, path)
  const step = createStepper(world)
  look(0)
  for (let tick = 1; tick <= ticks; tick++) {
    step()
    look(tick)
    if (tick % STRETCH !== 0 && tick !== ticks) continue
    const waiting = onTick(tick)
    if (waiting) await waiting
  }
  const known = series.filter((own) => own.every(Number.isFinite))
  if (known[0] !== series[0])
    throw new WarningError(
      `the price of the watched asset is unknown at times on path ${path}; watch another source in order: { source }`,
    )
  return {
    series: known,
    onset: onsetOf(world.trace, series[0]!),
    liquidations: liquidationTimes(world),
  }
}
