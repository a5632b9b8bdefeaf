import { type Measure, namedLenders, type PathView } from './view.ts'

/** Collateral that counts of all accounts, USD at reference prices; null where nobody lends. */
function borrowingPower({ world, ending }: PathView, only?: string): number | null {
  const lenders = namedLenders(world, only)
  if (lenders.length === 0) return null
  let power = 0
  for (const { lender } of lenders) {
    const { book, liability, coordinatesAt } = lender
    const counts = new Float64Array(book.coordinates)
    coordinatesAt(ending.prices(), 'threshold', counts)
    for (let row = 0; row < book.rows; row++)
      for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++) {
        const c = book.coordinate[k]!
        if (liability[c] === 0 && book.amount[k]! > 0) power += book.amount[k]! * counts[c]!
      }
  }
  return power
}

/** What accounts could owe without being liquidatable. */
export const POWER_MEASURES: readonly Measure[] = [
  {
    name: 'borrowingPower',
    unit: 'USD',
    better: 'higher',
    doc: 'at the end: collateral of all accounts times its liquidation threshold, at reference prices; none without lenders',
    perLender: true,
    value: borrowingPower,
  },
]
