import type { Outcome } from '../../../world/index.ts'
import { common, type Fixed, haltOf, type Lever, type Levers, leverOf } from '../governed.ts'
import { SLACK } from '../refusals.ts'
import { ruleLevers } from '../rules.ts'
import type { AaveRules } from './kernel.ts'
import { type Aave, peek, settle, updateRates } from './state.ts'
import { AAVE_REFUSALS } from './terms.ts'

/**
 * Make levers over the flags of reserves: frozen stops supply and borrow; paused stops everything; and
 * borrowing can be disabled by itself. Source: PoolConfigurator.setReserveFreeze, setReservePause,
 * setReserveBorrowing; in v2 LendingPoolConfigurator.freezeReserve, setPoolPause.
 */
function flagLevers({ columns, terms }: Aave) {
  const { frozen, paused, borrowingDisabled } = columns
  const isWhole = !terms.rules.hasControls
  const pause = isWhole ? common(haltOf(paused)) : haltOf(paused)
  const also = (flag: Uint8Array, isFrozenToo: number): Lever => ({
    get: (m) => pause.get(m) * (1 - flag[m]!) * (1 - isFrozenToo * frozen[m]!),
    set: haltOf(flag).set,
  })
  return {
    supplying: also(frozen, 0),
    borrowing: also(borrowingDisabled, 1),
    withdrawing: pause,
    repaying: pause,
    liquidating: pause,
  }
}

/** What `configureReserveAsCollateral` asks of the three numbers that it takes together. */
function unfitCollateral(ltv: number, threshold: number, bonus: number): Outcome {
  if (ltv > threshold) return AAVE_REFUSALS.ltvAboveThreshold
  if (!(bonus > 0)) return AAVE_REFUSALS.noBonus
  return threshold * (1 + bonus) > 1 + SLACK ? AAVE_REFUSALS.bonusTooLarge : null
}

/** Source: PoolConfigurator.configureReserveAsCollateral; others than these three keep their value. */
function collateralLevers({ columns }: Aave) {
  const { ltv, liquidationThreshold: threshold, liquidationBonus: bonus, scaledSupply } = columns
  const isNone = (m: number): boolean => threshold[m] === 0
  const none = AAVE_REFUSALS.noCollateralReserve
  return {
    ltv: leverOf(ltv, (m, value) =>
      isNone(m) ? none : value > threshold[m]! ? AAVE_REFUSALS.ltvAboveThreshold : null,
    ),
    liquidationThreshold: leverOf(threshold, (m, value) => {
      if (isNone(m)) return none
      if (value < ltv[m]!) return AAVE_REFUSALS.ltvAboveThreshold
      if (value === 0) return scaledSupply[m]! > 0 ? AAVE_REFUSALS.suppliers : null
      return unfitCollateral(ltv[m]!, value, bonus[m]!)
    }),
    liquidationBonus: leverOf(bonus, (m, value) =>
      isNone(m) ? none : unfitCollateral(ltv[m]!, threshold[m]!, value),
    ),
  }
}

/** A reserve with suppliers cannot become isolated. Source: PoolConfigurator.setDebtCeiling. */
function ceilingLever({ columns }: Aave): Lever {
  const { debtCeiling, liquidationThreshold, scaledSupply, isolatedDebt } = columns
  return {
    get: (m) => debtCeiling[m]!,
    set(m, value) {
      const isOpen = debtCeiling[m] === 0 && liquidationThreshold[m]! > 0
      if (value > 0 && isOpen && scaledSupply[m]! > 0) return AAVE_REFUSALS.suppliers
      debtCeiling[m] = value
      if (value === 0) isolatedDebt[m] = 0
      return null
    },
  }
}

/**
 * The rise of the rate from the optimal utilization to 1. From v3.1 on interest is settled at the old
 * rate and the new one holds at once; before, it holds from the next touch on.
 * Source: PoolConfigurator._updateInterestRateStrategy.
 */
function slopeLever(aave: Aave): Lever {
  const { columns, terms, strategies } = aave
  return {
    get: (m) => columns.slope2[m]!,
    set(m, value) {
      columns.slope2[m] = value
      if (!terms.rules.freezesLtv) return null
      peek(aave, m)
      settle(aave, m)
      strategies[m] = { ...strategies[m]!, slope2: value }
      updateRates(aave, m)
      return null
    },
  }
}

/** The terms that a pool's admins may change. */
export function leversOf(aave: Aave): Levers {
  const { columns, terms, desk } = aave
  const caps: Levers = {
    supplyCap: leverOf(columns.supplyCap),
    borrowCap: leverOf(columns.borrowCap),
    debtCeiling: ceilingLever(aave),
  }
  return {
    ...flagLevers(aave),
    ...collateralLevers(aave),
    ...(terms.rules.hasControls ? caps : {}),
    // A constant of the deployed contracts; a term here, as what a changed contract would have.
    closeFactor: common(leverOf(columns.closeFactor)),
    rateSlope: slopeLever(aave),
    ...ruleLevers(desk),
  }
}

/** Why a version has no way to change some terms. */
export function fixedOf({ hasControls }: AaveRules): Fixed {
  if (hasControls) return {}
  const { versionTwo } = AAVE_REFUSALS
  return { supplyCap: versionTwo, borrowCap: versionTwo, debtCeiling: versionTwo }
}
