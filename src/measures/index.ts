export { type DebtTotals, debtTotals } from './books.ts'
export { MEASURES } from './catalog.ts'
export { eventsOf, type Forest, forestOf } from './forest.ts'
export { loopGain } from './loopGain.ts'
export { openingOf, shockedPrices } from './opening.ts'
export {
  type Focus,
  focusOf,
  lendersOf,
  type Measure,
  type Opening,
  type PathView,
  referencePrices,
} from './view.ts'
