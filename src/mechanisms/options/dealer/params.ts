import type { OptionType } from '../terms.ts'

/** Options of one strike and expiry as a scenario states them; `vol` 0 is the dealer's. */
export type StatedOption = {
  readonly type: OptionType
  readonly strike: number
  readonly days: number
  readonly quantity: number
  readonly vol: number
}

/** Resolved parameters of a dealer; units and meaning stand in the model. */
export type DealerParams = {
  readonly asset: number
  readonly venue: string
  readonly source: string
  readonly options: readonly StatedOption[]
  readonly gammaNotional: number
  readonly spread: 'strikes' | 'constant'
  readonly strikes: number
  readonly width: number
  readonly daysToExpiry: number
  readonly gammaDays: number
  readonly quantityUnit: number
  readonly vol: number
  readonly skew: number
  readonly volRule: 'stickyStrike' | 'stickyDelta' | 'spotVol'
  readonly volSlope: number
  readonly rate: number
  readonly yield: number
  readonly opening: 'hedged' | 'unhedged'
  readonly policy: 'block' | 'interval' | 'band' | 'costAware'
  readonly every: number
  readonly band: number
  readonly riskAversion: number
  readonly lag: number
  readonly minTrade: number
  readonly maxInventory: number
  readonly maxLoss: number
  readonly maxGap: number
  readonly ordersPerDay: number
  readonly orderSize: number
  readonly buyers: number
  readonly reservation: number
  readonly volSpread: number
  readonly vegaLimit: number
  readonly volHalfLife: number
  readonly gas: number
  readonly bid: number
}

/** State columns of a dealer, all of length 1 unless said. */
export type DealerColumns = {
  /** Units of every row, negative when sold; kept once settled. */
  readonly quantity: Float64Array
  /** State of the table, length TABLE_STATE, and the version of the book that it belongs to. */
  readonly table: Float64Array
  readonly version: Float64Array
  /** Prices at the ends of earlier blocks, latest first; length max(1, lag). */
  readonly seen: Float64Array
  /** Delta, gamma and vega when last looked at. */
  readonly greeks: Float64Array
  /** Price by which it hedged last, USD. */
  readonly viewed: Float64Array
  /** Seconds. */
  readonly time: Float64Array
  readonly lastHedge: Float64Array
  readonly settledTo: Float64Array
  /** Log move made by own hedges in the block that began at the tick. */
  readonly ownMove: Float64Array
  readonly moveTick: Int32Array
  /** 1 once a limit has stopped it. */
  readonly halted: Int32Array
  /** Last tick of which a gap was recorded. */
  readonly warnedTick: Int32Array
  /** EWMA of squared log moves per year, and the price that the last one ended at. */
  readonly variance: Float64Array
  readonly marked: Float64Array
  /** USD, options included. */
  readonly openingWealth: Float64Array
}
