import { exp } from '../../math/index.ts'
import { debtTotals, lendersOf, referencePrices } from '../../measures/index.ts'
import type { Lender, World } from '../../world/index.ts'

/** Log fall beyond which no farther one is looked for. */
const FARTHEST = 4

/** Halvings of a distance: to within 4 / 2^16 = 6e-5. */
const HALVINGS = 16

/** Bad debt of the rows of a book when all collateral is worth `factor` of its value, USD. */
function badDebtAt({ book }: Lender, values: Float64Array, factor: number): number {
  const { start, count, coordinate, amount, rows } = book
  let bad = 0
  for (let row = 0; row < rows; row++) {
    const end = start[row]! + count[row]!
    let worth = 0
    for (let k = start[row]!; k < end; k++) {
      const value = amount[k]! * values[coordinate[k]!]!
      worth += value > 0 ? value * factor : value
    }
    if (worth < 0) bad -= worth
  }
  return bad
}

/**
 * Distance to insolvency: the smallest common log fall of all collateral, debts staying, at which bad
 * debt would exceed a bound, from the state that the world stands in.
 * @param bound USD.
 * @returns 0 when it does already; 4 and more when no fall to 2 % makes it.
 */
export function distanceToBadDebt(world: World, bound: number): number {
  const prices = referencePrices(world, new Float64Array(world.spec.assets.length))
  const lenders = lendersOf(world)
  const values = lenders.map((lender) => {
    const own = new Float64Array(lender.book.coordinates)
    lender.coordinatesAt(prices, 'value', own)
    return own
  })
  const rowsAt = (fall: number): number =>
    lenders.reduce((sum, lender, l) => sum + badDebtAt(lender, values[l]!, exp(-fall)), 0)
  const booked = debtTotals(lenders, prices, prices).bad - rowsAt(0)
  if (booked + rowsAt(0) > bound) return 0
  const most = booked + rowsAt(FARTHEST)
  if (most <= bound) return FARTHEST + (bound - most) / Math.max(1, Math.abs(bound))
  let [low, high] = [0, FARTHEST]
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2
    if (booked + rowsAt(middle) > bound) high = middle
    else low = middle
  }
  return high
}

/** Fall of what the lenders' collateral of the opening is worth, in logarithms of USD. */
export function createBasket(world: World): () => number {
  const { length } = world.spec.assets
  const tokens = new Float64Array(length)
  for (const { book, assetOf } of lendersOf(world))
    for (let k = 0; k < (book.start[book.rows - 1] ?? 0) + (book.count[book.rows - 1] ?? 0); k++)
      tokens[assetOf(book.coordinate[k]!)]! += Math.max(0, book.amount[k]!)
  const prices = new Float64Array(length)
  const worth = (): number => {
    referencePrices(world, prices)
    let total = 0
    for (let a = 1; a < length; a++) total += tokens[a]! * prices[a]!
    return total
  }
  const opening = worth()
  return () => (opening > 0 ? worth() / opening : 1)
}
