import { cashOf, type Desk, type LiquidationRules } from '../desk.ts'
import { fundedUnits } from '../funding.ts'
import {
  borrowRate,
  compoundedInterest,
  linearInterest,
  liquidityRate,
  type Strategy,
  treasuryAccrual,
  utilization,
} from './kernel.ts'
import type { AaveTerms, ReserveTerms } from './terms.ts'

/** State columns; entry m belongs to reserve m. Cash is what the instance holds in the ledger. */
export type ReserveColumns = LiquidationRules & {
  /** Underlying per scaled unit of collateral at the last touch. */
  readonly liquidityIndex: Float64Array
  /** Underlying per scaled unit of debt at the last touch. */
  readonly variableBorrowIndex: Float64Array
  /** Per year, from the last touch on. */
  readonly liquidityRate: Float64Array
  /** Per year, from the last touch on. */
  readonly variableBorrowRate: Float64Array
  /** Scaled units of all suppliers but the treasury. */
  readonly scaledSupply: Float64Array
  /** Scaled units of all borrowers. */
  readonly scaledDebt: Float64Array
  /** Scaled units that the treasury is owed: its share of interest, and fees on liquidations. */
  readonly treasury: Float64Array
  /** Bad debt booked, whole tokens. */
  readonly deficit: Float64Array
  /** Debt against this reserve as isolated collateral, whole tokens of any asset. */
  readonly isolatedDebt: Float64Array
  /** Seconds since the start. */
  readonly lastUpdate: Float64Array
  /** Seconds since the start, length 1. */
  readonly clock: Float64Array
  /** Terms as they are now; the ltv is what counts again once the reserve is not frozen. */
  readonly ltv: Float64Array
  readonly liquidationThreshold: Float64Array
  readonly liquidationBonus: Float64Array
  readonly supplyCap: Float64Array
  readonly borrowCap: Float64Array
  readonly debtCeiling: Float64Array
  readonly slope2: Float64Array
  /** Length 1. */
  readonly closeFactor: Float64Array
  /** 1 where a reserve is frozen, paused (v2: all of the pool, in the first entry), not borrowed. */
  readonly frozen: Uint8Array
  readonly paused: Uint8Array
  readonly borrowingDisabled: Uint8Array
}

/** Terms that may change while the pool runs; how they are now is in the columns. */
type Changing =
  | 'ltv'
  | 'liquidationThreshold'
  | 'liquidationBonus'
  | 'supplyCap'
  | 'borrowCap'
  | 'debtCeiling'
  | 'slope2'

/** One pool: the shared desk, and what is Aave's own. All functions of this folder act on it. */
export type Aave = {
  readonly desk: Desk
  readonly terms: AaveTerms
  readonly columns: ReserveColumns
  /** Terms that never change. */
  readonly reserves: readonly Omit<ReserveTerms, Changing>[]
  /** Today's interest strategies; made from terms. */
  readonly strategies: Strategy[]
  /** Borrow limit per coordinate of collateral, fraction. */
  readonly ltv: Float64Array
  /** Scaled collateral of all rows at the start. */
  readonly openingUnits: Float64Array
  /** Treasury after accrual to now, in the reserves looked at last; scratch, not state. */
  readonly accrued: Float64Array
}

/** Seconds since a reserve was touched. */
function elapsed({ clock, lastUpdate }: ReserveColumns, m: number): number {
  return clock[0]! - lastUpdate[m]!
}

/** Underlying per scaled unit of collateral now. Source: ReserveLogic.getNormalizedIncome. */
export function holding(columns: ReserveColumns, m: number): number {
  const seconds = elapsed(columns, m)
  const index = columns.liquidityIndex[m]!
  return seconds > 0 ? linearInterest(columns.liquidityRate[m]!, seconds) * index : index
}

/**
 * Underlying per scaled unit of debt now; without debt the index stands still.
 * Source: ReserveLogic.getNormalizedDebt, _updateIndexes.
 */
export function owing(columns: ReserveColumns, m: number): number {
  const seconds = elapsed(columns, m)
  const index = columns.variableBorrowIndex[m]!
  if (!(seconds > 0) || columns.scaledDebt[m] === 0) return index
  return compoundedInterest(columns.variableBorrowRate[m]!, seconds) * index
}

/** Work out what accrual to now leaves in a reserve; the state stays. */
export function peek({ desk, columns, reserves, accrued }: Aave, m: number): null {
  const { fresh } = desk
  fresh.holding[m] = holding(columns, m)
  fresh.owing[m] = owing(columns, m)
  accrued[m] =
    columns.treasury[m]! +
    treasuryAccrual(
      columns.scaledDebt[m]!,
      columns.variableBorrowIndex[m]!,
      fresh.owing[m]!,
      fresh.holding[m]!,
      reserves[m]!.reserveFactor,
    )
  return null
}

/** Write what the last `peek` at a reserve worked out. Source: ReserveLogic.updateState. */
export function settle({ desk, columns, accrued }: Aave, m: number): void {
  columns.liquidityIndex[m] = desk.fresh.holding[m]!
  columns.variableBorrowIndex[m] = desk.fresh.owing[m]!
  columns.treasury[m] = accrued[m]!
  columns.lastUpdate[m] = columns.clock[0]!
}

/** Set a settled reserve's rates from what it holds and is owed. Source: ReserveLogic.updateInterestRates. */
export function updateRates({ desk, columns, reserves, strategies }: Aave, m: number): void {
  const cash = cashOf(desk, m)
  const debt = columns.scaledDebt[m]! * columns.variableBorrowIndex[m]!
  const rate = borrowRate(utilization(cash, debt, 0), strategies[m]!)
  const used = utilization(cash, debt, columns.deficit[m]!)
  columns.variableBorrowRate[m] = rate
  columns.liquidityRate[m] = liquidityRate(rate, used, reserves[m]!.reserveFactor)
}

/** Set a reserve's supply at the start, so that pure suppliers own what rows do not. */
export function fund({ desk, columns, openingUnits }: Aave, m: number): void {
  const cash = cashOf(desk, m)
  const owned = cash + columns.scaledDebt[m]!
  columns.scaledSupply[m] = fundedUnits(desk, m, owned, cash, 1, openingUnits[m]!)
}

/** Rounding may leave a total a few units below zero; it stops there. */
export function add(total: Float64Array, m: number, change: number): void {
  total[m] = Math.max(0, total[m]! + change)
}
