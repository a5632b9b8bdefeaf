import { rewind, snapshot } from '../engine/index.ts'
import { log } from '../math/index.ts'
import { type OptionBook, USD, type World } from '../world/index.ts'
import { eventsOf } from './forest.ts'
import type { Focus, Measure, PathView } from './view.ts'
import { referencePrices } from './view.ts'

/** Price move whose hedge is traded to measure impact, log. */
const MOVE = 1e-3

/** Ticks over which a long-horizon volatility is taken. */
const LONG = 200

/** Log price move per token traded in a book's venue now; infinite when it fills nothing. The world is left as it was. */
function impactOf(world: World, { asset, venue }: OptionBook, amount: number): number {
  const here = snapshot(world)
  const spot = venue.spot(asset, USD)
  const got = venue.swap(asset, USD, amount, world.ledger.holders - 1, -1)
  const fall = got > 0 ? log(spot / venue.spot(asset, USD)) / amount : Number.POSITIVE_INFINITY
  rewind(world, here)
  return fall
}

/**
 * Make the function that measures the loop gain of hedging now: sum over the books of the focus asset
 * (of the first book's, without one) of impact x net short gamma x spot. Impact is that of a small
 * trade in the book's own venue. Books that are no longer hedged count as none.
 * @returns the gain, negative for long gamma; null without books.
 */
export function createHedgingGain(world: World, { asset }: Focus): () => number | null {
  const all = world.all('optionBook').map(({ instance }) => instance.ports!.optionBook!)
  const focus = all.some((book) => book.asset === asset) ? asset : all[0]?.asset
  const books = all.filter((book) => book.asset === focus)
  const prices = new Float64Array(world.spec.assets.length)
  return () => {
    if (books.length === 0) return null
    const price = referencePrices(world, prices)[focus!]!
    let gain = 0
    for (const book of books) {
      if (!book.isHedged()) continue
      // A log move m asks for a hedge of gamma x spot x m tokens.
      const short = -book.gamma(price) * price
      if (short !== 0) gain += short * impactOf(world, book, Math.abs(short) * MOVE)
    }
    return gain
  }
}

/** Blocks in which the hedging of a dealer had no finite equilibrium. */
function hedgingGaps({ world }: PathView): number | null {
  if (world.all('optionBook').length === 0) return null
  return eventsOf(world.trace, 'noEquilibrium').length
}

/** Sum of squares of moves over `step` ticks, non-overlapping, about no mean. */
function squares(levels: Float64Array, step: number): number {
  let sum = 0
  for (let k = step; k < levels.length; k += step) {
    const move = levels[k]! - levels[k - step]!
    sum += move * move
  }
  return sum
}

/** Log prices of the watched asset and their fundamentals; null where nothing can be said. */
function seriesOf({ world, watched: { price, gap } }: PathView) {
  if (price.length < 3 || !(price[0]! > 0)) return null
  // No path has a volatility once hedging has no finite equilibrium.
  if (eventsOf(world.trace, 'noEquilibrium').length > 0) return null
  const realised = price.map((p) => log(p))
  return { realised, fundamental: realised.map((x, k) => x + gap[k]!) }
}

/**
 * Divide the realised volatility of the watched price by that of its fundamental, over moves of
 * `step` ticks.
 */
function volRatio(view: PathView, step: number): number | null {
  const series = seriesOf(view)
  if (series === null) return null
  const input = squares(series.fundamental, step)
  return input > 0 ? Math.sqrt(squares(series.realised, step) / input) : null
}

/** Correlation of successive log moves of the watched price. */
function lag1Autocorrelation(view: PathView): number | null {
  const series = seriesOf(view)
  if (series === null) return null
  const { realised } = series
  const n = realised.length - 1
  const mean = (realised[n]! - realised[0]!) / n
  let product = 0
  let square = 0
  let last = 0
  for (let k = 1; k <= n; k++) {
    const move = realised[k]! - realised[k - 1]! - mean
    product += move * last
    square += move * move
    last = move
  }
  return square > 0 ? product / square : null
}

/** Measures of hedging in worlds with dealers in options, in the order in which they are printed. */
export const HEDGING_MEASURES: readonly Measure[] = [
  {
    name: 'hedgingLoopGain',
    unit: 'ratio',
    better: 'lower',
    doc: 'price impact x net short gamma x spot of the dealers in options: how much of a price move their hedges add; from 1 on no finite price is an equilibrium; largest over the probes of the path, none without dealers',
    value: ({ watched }) => watched.hedgingGain,
  },
  {
    name: 'hedgingGaps',
    unit: 'events',
    better: 'lower',
    doc: 'blocks in which the hedging of a dealer had no finite equilibrium, a gap; the volatility of such a path is none',
    value: hedgingGaps,
  },
  {
    name: 'volRatioStep',
    unit: 'ratio',
    better: 'lower',
    doc: 'realised volatility of the shocked asset over that of its fundamental price, tick by tick; in worlds with dealers in options, none after a hedging gap',
    none: Infinity,
    value: (view) => volRatio(view, 1),
  },
  {
    name: 'volRatioLong',
    unit: 'ratio',
    better: 'lower',
    doc: `the same over moves of ${LONG} ticks`,
    none: Infinity,
    value: (view) => volRatio(view, LONG),
  },
  {
    name: 'lag1Autocorrelation',
    unit: 'ratio',
    better: 'lower',
    doc: 'correlation of successive log moves of the shocked asset, tick by tick: positive = momentum; in worlds with dealers in options, none after a hedging gap',
    value: lag1Autocorrelation,
  },
]
