import type { Outcome } from '../../../world/index.ts'
import { common, type Fixed, haltOf, type Lever, type Levers, leverOf } from '../governed.ts'
import { rethreshold } from '../layout.ts'
import { SLACK } from '../refusals.ts'
import { ruleLevers } from '../rules.ts'
import { type Compound, peek, rateOf, settle } from './state.ts'
import { COMPOUND_REFUSALS } from './terms.ts'

/** Largest collateral factor that the Comptroller takes (`collateralFactorMaxMantissa`). */
const MAX_FACTOR = 0.9

/** Why the contract has no way to change these. */
export const FIXED: Fixed = {
  withdrawing: 'Compound v2 cannot pause redeeming',
  repaying: 'Compound v2 cannot pause repaying',
  supplyCap: 'Compound v2 has no supply caps',
  debtCeiling: 'Compound v2 has no debt ceilings',
}

/** The collateral factor limits new debt and decides who is liquidated. Source: _setCollateralFactor. */
function factorLever({ desk, columns }: Compound): Lever {
  return leverOf(columns.collateralFactor, (market, value): Outcome => {
    if (value > MAX_FACTOR * (1 + SLACK)) return COMPOUND_REFUSALS.factor
    const hasPrice = desk.oracle.price(desk.asset[market]!) > 0
    return value > 0 && !hasPrice ? COMPOUND_REFUSALS.factorPrice : null
  })
}

/**
 * The rise of the rate from the kink to utilization 1. Interest is accrued at the old rate first.
 * Source: CToken._setInterestRateModel.
 */
function slopeLever(compound: Compound): Lever {
  const { columns, terms } = compound
  const above = (market: number): number => 1 - terms.markets[market]!.value.kink
  return {
    get: (market) => columns.jumpMultiplier[market]! * above(market),
    set(market, value) {
      if (!(above(market) > 0)) return COMPOUND_REFUSALS.kink
      const refused = peek(compound, market)
      if (refused !== null) return refused
      settle(compound, market)
      columns.jumpMultiplier[market] = value / above(market)
      return null
    },
  }
}

/** The terms that admin and guardian of a Comptroller may change. Source: Comptroller.sol. */
export function leversOf(compound: Compound): Levers {
  const { desk, columns } = compound
  const factor = factorLever(compound)
  const incentive = columns.liquidationIncentive
  return {
    supplying: haltOf(columns.mintPaused),
    borrowing: haltOf(columns.borrowPaused),
    liquidating: common(haltOf(columns.seizePaused)),
    ltv: factor,
    liquidationThreshold: factor,
    liquidationBonus: {
      get: () => incentive[0]! - 1,
      set(_, value) {
        incentive[0] = 1 + value
        return null
      },
    },
    closeFactor: common(leverOf(columns.closeFactor)),
    borrowCap: leverOf(columns.borrowCap),
    rateSlope: slopeLever(compound),
    ...ruleLevers(desk),
  }
}

/** Make what is derived from terms agree with the columns. */
export function remake({ desk, columns, terms, rates }: Compound): void {
  const { markets } = terms
  rethreshold(
    desk.layout,
    (market) => markets[market]!.value.collateralFactor,
    (market) => columns.collateralFactor[market]!,
  )
  desk.incentive.fill(columns.liquidationIncentive[0]!)
  for (let m = 0; m < rates.length; m++) rates[m] = rateOf(terms, m, columns.jumpMultiplier[m]!)
}
