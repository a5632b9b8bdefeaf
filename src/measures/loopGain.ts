import { rewind, snapshot } from '../engine/index.ts'
import { exp, log } from '../math/index.ts'
import { largestPair } from '../mechanisms/agents/index.ts'
import { type Lender, USD, type World } from '../world/index.ts'
import { createCrossings } from './crossings.ts'
import { type Focus, lendersOf, referencePrices } from './view.ts'

/** Size of the extra shock, log price. Large enough to cross several positions of a real book. */
const SHOCK = 0.01

/**
 * Make the function that counts the units of an asset that one round of liquidations would seize
 * because prices are `after` instead of `before`.
 */
function createExtraSales(lender: Lender, asset: number) {
  const { book } = lender
  const crossings = createCrossings(book)
  const now = new Float64Array(book.coordinates)
  const then = new Float64Array(book.coordinates)
  const values = new Float64Array(book.coordinates)
  const pair = { debt: 0, collateral: 0, owed: 0, repay: 0, cost: 0, gain: 0 }
  return (before: Float64Array, after: Float64Array): number => {
    lender.coordinatesAt(before, 'threshold', now)
    lender.coordinatesAt(after, 'threshold', then)
    lender.coordinatesAt(after, 'value', values)
    const rows = crossings.find(now, then)
    let total = 0
    for (let j = rows.length - 1; j >= 0; j--) {
      if (!largestPair(lender, values, rows[j]!, pair)) continue
      if (lender.assetOf(pair.collateral) !== asset) continue
      total += lender.seizable(rows[j]!, pair.debt, pair.collateral, values)
    }
    return total
  }
}

/**
 * Make the function that measures the loop gain now: d(forced sales)/d(price) x d(price)/d(sale), by
 * an extra fall of the focus asset of 1 % in log price on a snapshot. The world is left as it was.
 * Everything that becomes liquidatable counts as sold once, whatever capital there is to do it.
 * @returns the gain; from 1 on a fall can feed itself. Null without asset or venue.
 */
export function createLoopGain(world: World, { asset, venue }: Focus): () => number | null {
  if (asset < 0 || venue === null || !venue.has(asset, USD)) return () => null
  const extraSales = lendersOf(world).map((lender) => createExtraSales(lender, asset))
  const before = new Float64Array(world.spec.assets.length)
  const after = new Float64Array(before.length)
  return () => {
    referencePrices(world, before)
    after.set(before)
    after[asset]! *= exp(-SHOCK)
    let sales = 0
    for (const salesOf of extraSales) sales += salesOf(before, after)
    if (sales === 0) return 0
    const here = snapshot(world)
    const spot = venue.spot(asset, USD)
    const got = venue.swap(asset, USD, sales, world.ledger.holders - 1, -1)
    const fall = got > 0 ? log(spot / venue.spot(asset, USD)) : Number.POSITIVE_INFINITY
    rewind(world, here)
    return fall / SHOCK
  }
}
