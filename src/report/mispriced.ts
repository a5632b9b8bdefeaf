import { type Mispricing, mispricingsOf } from '../experiments/index.ts'
import { createColumns, philoxDraws } from '../math/index.ts'
import type { PathView } from '../measures/index.ts'
import { MODELS } from '../mechanisms/index.ts'
import { capOf } from '../mechanisms/oracles/capped.ts'
import {
  eventCode,
  modelOf,
  type PriceSource,
  TERM_NAMES,
  type Trace,
  type World,
} from '../world/index.ts'

/** About the largest distance of a price that protocols were told from the one that would have been right. */
export type Mispriced = {
  /** Oracle that told it. */
  readonly source: string
  readonly asset: number
  /** Log of the told price over the right one. */
  readonly gap: number
  /** Event that brought it about: a move of what was told, or one that it did not follow; -1: it was so before. */
  readonly event: number
}

/** A price at the end of a path, and how events moved it. */
type Moved = { readonly price: number; moveOf(event: number): number }

/** A told price, what is right, and what their log distance makes of the told price. */
type Compared = {
  readonly told: Moved
  readonly right: Moved
  readonly gapOf: (distance: number) => number
}

const TERM = eventCode('term')

/** Smallest log distance that is more than rounding. */
const ROUNDING = 1e-6

/** Distances of which the smaller is at least this part of the larger are about the same. */
const ABOUT = 0.99

function movedOf(source: PriceSource, asset: number): Moved {
  return { price: source.price(asset), moveOf: (event) => source.moveOf(event, asset) }
}

/** Stand the oracle that is right beside a finished world, which it reads and does not touch. */
function standIn(world: World, { twin: { name, kind, params } }: Mispricing): PriceSource {
  const { assets, tickSeconds } = world.spec
  const model = modelOf(MODELS, kind)!
  const { columns } = createColumns(model.columns(params, assets, tickSeconds))
  const instance = model.create(params, columns, {
    ...{ name, self: -1, assets, tickSeconds, ledger: world.ledger, trace: world.trace },
    ...{ draws: philoxDraws(0, 0, name), chain: world.chains[0]! },
    indexOf: () => -1,
    book: (book) => book,
  })
  instance.link?.(world.port)
  return instance.ports!.priceSource!
}

/** Prices that a capped oracle compares: its cap, moved by its base and by changes of the cap's ratio. */
function capIn(world: World, oracle: string, asset: number): Moved | null {
  const own = world.instances.find(({ name }) => name === oracle)!
  const caps = own.spec.params.caps as readonly { asset: number; base: number }[] | undefined
  const base = caps?.find((cap) => cap.asset === asset)?.base
  if (base === undefined) return null
  const bases = world.port('priceSource', own.spec.params.base as string)
  const { term } = world.port('governed', oracle)
  const elapsed = world.clock[0]! * world.spec.tickSeconds - term('ratioTime', asset)
  const cap = capOf(term('ratio', asset), term('ratioGrowth', asset), elapsed)
  const { kind, row, asset: of, other, x, y } = world.trace.columns
  return {
    price: cap * bases.price(base),
    moveOf(event) {
      if (kind[event] !== TERM || row[event] !== own.self) return bases.moveOf(event, base)
      const isRatio = of[event] === asset && TERM_NAMES[other[event]!] === 'ratio'
      return isRatio ? Math.log(y[event]! / x[event]!) : 0
    },
  }
}

/** A cap is no price of its own: it counts while it is below what is right. */
function comparedIn(world: World, wrong: Mispricing, asset: number): Compared {
  const right = movedOf(standIn(world, wrong), asset)
  const cap = capIn(world, wrong.name, asset)
  if (cap) return { told: cap, right, gapOf: (distance) => Math.min(0, distance) }
  const told = movedOf(world.port('priceSource', wrong.name), asset)
  return { told, right, gapOf: (distance) => distance }
}

/**
 * Take the events of a path back one by one from its end, as far as they name their moves, and find what
 * first brought two prices about as far apart as they ever were. Who has no answer at the end is not
 * looked at.
 */
function furthest(
  trace: Trace,
  { told, right, gapOf }: Compared,
): Pick<Mispriced, 'gap' | 'event'> | null {
  const gaps: Pick<Mispriced, 'gap' | 'event'>[] = []
  let distance = Math.log(told.price / right.price)
  let most = ROUNDING
  if (!Number.isFinite(distance)) return null
  for (let event = trace.length - 1; event >= -1; event--) {
    const move = event < 0 ? 0 : told.moveOf(event) - right.moveOf(event)
    if (move === 0 && event >= 0) continue
    const gap = gapOf(distance)
    gaps.push({ gap, event })
    most = Math.max(most, Math.abs(gap))
    distance -= move
  }
  return gaps.findLast(({ gap }) => Math.abs(gap) >= ABOUT * most) ?? null
}

/**
 * Find where on a path prices that protocols were told were furthest from the right ones, among oracles
 * that can be wrong and not only late.
 * @returns null when none was wrong.
 */
export function mispricedMost({ world }: PathView): Mispriced | null {
  const all = (mispricingsOf(world, MODELS)?.found ?? []).flatMap((wrong) =>
    wrong.assets.flatMap((asset): readonly Mispriced[] => {
      const worst = furthest(world.trace, comparedIn(world, wrong, asset))
      return worst ? [{ source: wrong.name, asset, ...worst }] : []
    }),
  )
  return all.sort((a, b) => Math.abs(b.gap) - Math.abs(a.gap))[0] ?? null
}
