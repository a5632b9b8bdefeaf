import type { MeasureInfo } from './view.ts'

/** A measure of a path beside the same path with channels of contagion cut. */
export type Comparison = MeasureInfo & {
  /** Measures that are compared, added up. */
  readonly measures: readonly string[]
  /** Channels that are cut, each in a run of its own; see `experiments/channels.ts`. */
  readonly channels: readonly string[]
  /** What is left when the channels are cut, added up; or what goes, the path less all of that. */
  readonly shows: 'left' | 'gone'
  /** Also taken of each lender alone, as `name[lender]`. */
  readonly perLender?: true
}

const USD_LOST = { unit: 'USD', better: 'lower' } as const

/** Measures that need the path to be run again with something cut. */
export const COMPARISONS: readonly Comparison[] = [
  {
    name: 'couplingLoss',
    ...USD_LOST,
    doc: 'loss minus the sum of the losses that the protocols have each alone, with copies of all venues, feeds and agents of their own; same draws',
    ...{ measures: ['loss'], channels: ['sharedVenue'], shows: 'gone', perLender: true },
  },
  {
    name: 'lossWithoutDealers',
    ...USD_LOST,
    doc: 'loss on the same path when nobody hedges options; same draws',
    ...{ measures: ['loss'], channels: ['hedging'], shows: 'left', perLender: true },
  },
  {
    name: 'lossByDealers',
    ...USD_LOST,
    doc: 'loss less that without dealers in options: what their hedging adds to it',
    ...{ measures: ['loss'], channels: ['hedging'], shows: 'gone', perLender: true },
  },
  {
    name: 'dealerLossWithoutLending',
    ...USD_LOST,
    doc: 'dealerLoss on the same path when nobody lends, so that nobody is liquidated; same draws',
    ...{ measures: ['dealerLoss'], channels: ['lending'], shows: 'left' },
  },
  {
    name: 'dealerLossByLending',
    ...USD_LOST,
    doc: 'dealerLoss less that without lenders: what liquidations add to it',
    ...{ measures: ['dealerLoss'], channels: ['lending'], shows: 'gone' },
  },
  {
    name: 'interactionLoss',
    ...USD_LOST,
    doc: 'loss and dealerLoss together, less the loss with dealers absent and the dealerLoss with lending absent: what neither loop loses alone',
    measures: ['loss', 'dealerLoss'],
    ...{ channels: ['hedging', 'lending'], shows: 'gone' },
  },
]
