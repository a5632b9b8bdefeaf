import {
  type Account,
  handlesOf,
  type LendingWorld,
  positionTable,
  worldOf,
} from '../testWorld.conformance.ts'
import { morphoBlue } from './model.ts'

/** What a small world around one market is made of; everything has a default. */
export type MarketWorldSpec = {
  readonly accounts: readonly Account[]
  /** USD per token; the first is lent, the second is collateral. */
  readonly prices?: Readonly<Record<string, number>>
  readonly terms?: Readonly<Record<string, unknown>>
}

/**
 * Build a small world around one Morpho market: by default USDC lent against ETH at 2,000 USD, lltv
 * 0.8, no interest, no fee, cash in plenty.
 */
export function marketWorld(spec: MarketWorldSpec): LendingWorld {
  const prices = spec.prices ?? { USDC: 1, ETH: 2000 }
  const world = worldOf(prices, morphoBlue, {
    oracle: 'oracle',
    loanAsset: 1,
    collateralAsset: 2,
    lltv: 0.8,
    fee: 0,
    cash: 1e6,
    unit: 1e-18,
    irm: 'none',
    rateAtTarget: 0.04,
    targetUtilization: 0.9,
    curveSteepness: 4,
    adjustmentSpeed: 50,
    minRateAtTarget: 0.001,
    maxRateAtTarget: 2,
    ...spec.terms,
    positions: positionTable(spec.accounts, Object.keys(prices)),
  })
  return handlesOf(world, prices)
}
