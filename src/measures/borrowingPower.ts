import type { Lender } from '../world/index.ts'
import { isAsked, type Measure, namedLenders, type PathView } from './view.ts'

/** Collateral that counts of all accounts of a lender now, USD at stated prices. */
export function powerOf({ book, liability, coordinatesAt }: Lender, prices: Float64Array): number {
  const counts = new Float64Array(book.coordinates)
  coordinatesAt(prices, 'threshold', counts)
  let power = 0
  for (let row = 0; row < book.rows; row++)
    for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++) {
      const c = book.coordinate[k]!
      if (liability[c] === 0 && book.amount[k]! > 0) power += book.amount[k]! * counts[c]!
    }
  return power
}

/** Of all lenders at the end; null where nobody lends. */
function powerAtEnd({ world, ending }: PathView, only?: string): number | null {
  const lenders = namedLenders(world, only)
  if (lenders.length === 0) return null
  return lenders.reduce((sum, { lender }) => sum + powerOf(lender, ending.prices()), 0)
}

/** The same at the opening. */
function powerAtOpening({ opening }: PathView, only?: string): number | null {
  const lenders = [...opening.borrowingPower].filter(([name]) => isAsked(name, only))
  return lenders.length === 0 ? null : lenders.reduce((sum, [, power]) => sum + power, 0)
}

/** What accounts could owe without being liquidatable. */
export const POWER_MEASURES: readonly Measure[] = [
  {
    name: 'borrowingPower',
    unit: 'USD',
    better: 'higher',
    doc: 'at the end: collateral of all accounts times its liquidation threshold, at reference prices; none without lenders',
    perLender: true,
    value: powerAtEnd,
  },
  {
    name: 'openingBorrowingPower',
    unit: 'USD',
    better: 'higher',
    doc: 'the same before the first block',
    perLender: true,
    value: powerAtOpening,
  },
]
