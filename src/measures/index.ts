export { assetsOf, type DebtTotals, debtTotals } from './books.ts'
export {
  columnsOf,
  MEASURES,
  type MeasureColumn,
  measureInfo,
  measureNames,
  measureValue,
  ofLender,
  openingBadDebt,
} from './catalog.ts'
export { COMPARISONS, type Comparison } from './comparisons.ts'
export { controlChanges, type Halt, haltsOf, hasControls, isHalting } from './controls.ts'
export * from './earlyWarning/index.ts'
export { endingOf } from './ending.ts'
export { eventsOf, type Forest, forestOf } from './forest.ts'
export { createHedgingGain } from './hedging.ts'
export { createLoopGain } from './loopGain.ts'
export { openingOf, shockedPrices } from './opening.ts'
export {
  type Ending,
  type Focus,
  focusOf,
  lendersOf,
  type Measure,
  type MeasureInfo,
  type NamedLender,
  namedLenders,
  type Opening,
  type PathView,
  referencePrices,
  type Watched,
} from './view.ts'
export { createWatched, recoveryTicks } from './watch.ts'
