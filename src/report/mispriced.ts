import { type Mispricing, mispricingsOf } from '../experiments/index.ts'
import { createColumns, philoxDraws } from '../math/index.ts'
import type { PathView } from '../measures/index.ts'
import { MODELS } from '../mechanisms/index.ts'
import { modelOf, type PriceSource, type World } from '../world/index.ts'

/** About the largest distance of a price that protocols were told from the one that would have been right. */
export type Mispriced = {
  /** Oracle that told it. */
  readonly source: string
  readonly asset: number
  /** Log of the told price over the right one. */
  readonly gap: number
  /** Event that brought it about: a move of what was told, or one that it did not follow. */
  readonly event: number
}

/** Smallest log distance that is more than rounding. */
const ROUNDING = 1e-6

/** Distances of which the smaller is at least this part of the larger are about the same. */
const ABOUT = 0.99

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

/**
 * Take the events of a path back one by one from its end, as far as they name their moves, and find what
 * first brought two prices about as far apart as they ever were. Who has no answer at the end is not looked at.
 */
function furthest(
  { trace }: World,
  told: PriceSource,
  right: PriceSource,
  asset: number,
): Pick<Mispriced, 'gap' | 'event'> | null {
  const gaps: Pick<Mispriced, 'gap' | 'event'>[] = []
  let gap = Math.log(told.price(asset) / right.price(asset))
  let most = ROUNDING
  for (let event = trace.length - 1; event >= 0 && Number.isFinite(gap); event--) {
    const move = told.moveOf(event, asset) - right.moveOf(event, asset)
    if (move === 0) continue
    gaps.push({ gap, event })
    most = Math.max(most, Math.abs(gap))
    gap -= move
  }
  return gaps.findLast((own) => Math.abs(own.gap) >= ABOUT * most) ?? null
}

/**
 * Find where on a path prices that protocols were told were furthest from the right ones, among oracles
 * that can be wrong and not only late.
 * @returns null when none was wrong, or no event moved one.
 */
export function mispricedMost({ world }: PathView): Mispriced | null {
  const all = (mispricingsOf(world, MODELS)?.found ?? []).flatMap((wrong) => {
    const source = wrong.name
    const [told, right] = [world.port('priceSource', source), standIn(world, wrong)]
    return wrong.assets.flatMap((asset): readonly Mispriced[] => {
      const worst = furthest(world, told, right, asset)
      return worst ? [{ source, asset, ...worst }] : []
    })
  })
  return all.sort((a, b) => Math.abs(b.gap) - Math.abs(a.gap))[0] ?? null
}
