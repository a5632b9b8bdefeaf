import {
  data,
  f64,
  fraction,
  i32,
  type Model,
  model,
  number,
  type PositionTable,
  perAsset,
  record,
  ref,
  u8,
} from '../../../world/index.ts'
import { actionsOf } from '../actions.ts'
import { governedOf, keeperOf } from '../governed.ts'
import { positionsConcentrated, positionsSized, positionsWithMargin, withMargin } from '../knobs.ts'
import { lenderOf } from '../lender.ts'
import { ruleColumns, ruleParams } from '../rules.ts'
import { FIXED, leversOf, remake } from './levers.ts'
import { openCompound } from './state.ts'

const marketTerms = {
  collateralFactor: fraction('share of collateral that counts', { default: 0.75 }),
  exchangeRate: number('underlying per cToken at the start', 'tokens', {
    default: 0.02,
    min: 1e-18,
  }),
  cash: number('held by the market at the start', 'tokens', { default: 0, min: 0 }),
  borrowCap: number('borrowing stops below this debt; 0 = no cap', 'tokens', {
    default: 0,
    min: 0,
  }),
  reserves: number("part of cash that is the protocol's", 'tokens', { default: 0, min: 0 }),
  reserveFactor: fraction('share of interest kept as reserves', { default: 0 }),
  baseRate: number('borrow rate at utilization 0', '1/year', { default: 0, min: 0 }),
  multiplier: number('rise of the rate up to the kink', '1/year', { default: 0, min: 0 }),
  jumpMultiplier: number('slope of the rate above the kink', '1/year', { default: 0, min: 0 }),
  kink: fraction('utilization at which the slope changes', { default: 0.8 }),
}

/** Compound v2: pooled markets under one Comptroller, cTokens, jump rates, 50 % close factor. */
export const compoundV2: Model = model({
  kind: 'lending/compoundV2',
  phase: 'protocol',
  doc: 'Compound v2: pooled markets, cTokens, liquidation with a close factor and an incentive',
  params: {
    oracle: ref('priceSource', 'prices of all markets'),
    closeFactor: fraction('share of a debt that one liquidation may repay', { default: 0.5 }),
    liquidationBonus: fraction(
      "collateral seized beyond the value repaid: the contract's liquidationIncentive - 1",
      { default: 0.08 },
    ),
    protocolSeizeShare: fraction('share of seized collateral kept as reserves', { default: 0.028 }),
    ...ruleParams,
    blocksPerYear: number('blocks per year in the rate model', '1/year', {
      default: 2102400,
      min: 1,
    }),
    markets: perAsset('one market per asset', record('terms and opening totals', marketTerms)),
    positions: data<PositionTable>('positions', 'accounts with collateral and debt'),
  },
  knobs: {
    marginRequirement: (p, factor) => ({
      positions: positionsWithMargin(p.positions, factor),
      markets: p.markets.map(({ asset, value }) => ({
        asset,
        value: { ...value, collateralFactor: withMargin(value.collateralFactor, factor) },
      })),
    }),
    concentration: ({ positions, markets }, factor, assets) => {
      const factors = new Map(markets.map((m) => [m.asset, m.value.collateralFactor]))
      const threshold = (asset: number) => factors.get(asset) ?? 0
      return { positions: positionsConcentrated(positions, factor, assets, threshold) }
    },
    bookSize: ({ positions, markets }, factor) => ({
      positions: positionsSized(positions, factor),
      markets: markets.map(({ asset, value }) => ({
        asset,
        value: { ...value, cash: value.cash * factor, reserves: value.reserves * factor },
      })),
    }),
  },
  columns: ({ markets: { length } }) => ({
    borrowIndex: f64(length, 'index', 1),
    totalBorrows: f64(length, 'tokens'),
    totalReserves: f64(length, 'tokens'),
    totalSupply: f64(length, 'cTokens'),
    accrualBlock: i32(length, 'block'),
    collateralFactor: f64(length, 'fraction'),
    borrowCap: f64(length, 'tokens'),
    jumpMultiplier: f64(length, '1/year'),
    mintPaused: u8(length, 'flag'),
    borrowPaused: u8(length, 'flag'),
    seizePaused: u8(1, 'flag'),
    closeFactor: f64(1, 'fraction'),
    liquidationIncentive: f64(1, 'factor'),
    changes: f64(1, 'changes of terms'),
    ...ruleColumns(),
  }),
  create(p, columns, context) {
    const terms = { ...p, liquidationIncentive: 1 + p.liquidationBonus }
    const compound = openCompound(terms, columns, context)
    const { desk } = compound
    const lender = lenderOf(desk)
    const { changes } = columns
    const keeper = keeperOf({ desk, changes, remake: () => remake(compound) })
    const governed = governedOf(desk, leversOf(compound), keeper, FIXED)
    return {
      ports: { lender, governed },
      link: (use) => {
        desk.oracle = use('priceSource', p.oracle)
      },
      refresh: keeper.refresh,
      actions: actionsOf(lender),
    }
  },
})
