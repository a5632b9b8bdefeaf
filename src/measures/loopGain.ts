import { rewind, snapshot } from '../engine/index.ts'
import { exp, log } from '../math/index.ts'
import { largestPair } from '../mechanisms/agents/index.ts'
import { type Book, type Lender, USD, type World } from '../world/index.ts'
import { type Focus, lendersOf, referencePrices } from './view.ts'

/** Size of the extra shock, log price. Large enough to cross several positions of a real book. */
const SHOCK = 0.01

/** Rows that a move of prices takes below their thresholds, in row order. */
function newlyBelow(book: Book, now: Float64Array, then: Float64Array): number[] {
  const { start, count, coordinate, amount, rows } = book
  const found: number[] = []
  for (let row = 0; row < rows; row++) {
    const end = start[row]! + count[row]!
    let before = 0
    let after = 0
    for (let k = start[row]!; k < end; k++) {
      const c = coordinate[k]!
      before += amount[k]! * now[c]!
      after += amount[k]! * then[c]!
    }
    if (after < 0 && !(before < 0)) found.push(row)
  }
  return found
}

/** Units of the focus asset that one round of liquidations would seize because of the extra shock. */
function extraSales(lender: Lender, asset: number, before: Float64Array, after: Float64Array) {
  const { book } = lender
  const now = new Float64Array(book.coordinates)
  const then = new Float64Array(book.coordinates)
  const values = new Float64Array(book.coordinates)
  lender.coordinatesAt(before, 'threshold', now)
  lender.coordinatesAt(after, 'threshold', then)
  lender.coordinatesAt(after, 'value', values)
  const pair = { debt: 0, collateral: 0, owed: 0, repay: 0, cost: 0, gain: 0 }
  let total = 0
  for (const row of newlyBelow(book, now, then).reverse()) {
    if (!largestPair(lender, values, row, pair)) continue
    if (lender.assetOf(pair.collateral) !== asset) continue
    total += lender.seizable(row, pair.debt, pair.collateral, values)
  }
  return total
}

/**
 * Measure the loop gain now: d(forced sales)/d(price) x d(price)/d(sale), by an extra fall of the
 * focus asset of 1 % in log price on a snapshot. The world is left as it was.
 * Everything that becomes liquidatable counts as sold once, whatever capital there is to do it.
 * @returns the gain; from 1 on a fall can feed itself. Null without asset or venue.
 */
export function loopGain(world: World, { asset, venue }: Focus): number | null {
  if (asset < 0 || venue === null || !venue.has(asset, USD)) return null
  const before = referencePrices(world, new Float64Array(world.spec.assets.length))
  const after = before.slice()
  after[asset]! *= exp(-SHOCK)
  let sales = 0
  for (const lender of lendersOf(world)) sales += extraSales(lender, asset, before, after)
  if (sales === 0) return 0
  const here = snapshot(world)
  const spot = venue.spot(asset, USD)
  const got = venue.swap(asset, USD, sales, world.ledger.holders - 1, -1)
  const fall = got > 0 ? log(spot / venue.spot(asset, USD)) : Number.POSITIVE_INFINITY
  rewind(world, here)
  return fall / SHOCK
}
