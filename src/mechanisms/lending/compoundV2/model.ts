import {
  data,
  f64,
  fraction,
  i32,
  type Lender,
  type Model,
  model,
  number,
  type PositionTable,
  perAsset,
  record,
  ref,
} from '../../../world/index.ts'
import { actionsOf } from './actions.ts'
import { coordinates, coordinatesAt, triggerOf, unitValue } from './health.ts'
import { liquidate, maxRepay, newDeal, seizable, seizeFor } from './liquidate.ts'
import { type Compound, claimsOf, openCompound } from './state.ts'
import { repay, scaleDebt, supply, withdraw } from './verbs.ts'

function lenderOf(compound: Compound): Lender {
  const { book, layout, constants, terms, context } = compound
  const deal = newDeal(context.self)
  return {
    book,
    liability: layout.liability,
    assetOf: (c) => constants.asset[layout.market[c]!]!,
    account: (row) => terms.positions.accounts[row] ?? '',
    coordinates: () => coordinates(compound),
    coordinatesAt: (price, kind, out) => coordinatesAt(compound, price, kind, out),
    price: (asset) => compound.oracle.price(asset),
    trigger: (row) => triggerOf(compound, row),
    value: (c) => unitValue(compound, c),
    maxRepay: (row, debt, collateral) => maxRepay(compound, deal, row, debt, collateral),
    seizable: (row, debt, c, values) => seizable(compound, row, debt, c, values),
    seizeFor: (amount, debt, collateral) => seizeFor(compound, amount, debt, collateral),
    liquidate: (row, debt, collateral, amount, holder, result, cause) =>
      liquidate(compound, deal, row, debt, collateral, amount, holder, result, cause),
    supply: (row, c, amount, holder) => supply(compound, row, c, amount, holder),
    withdraw: (row, c, amount, holder) => withdraw(compound, row, c, amount, holder),
    repay: (row, c, amount, holder) => repay(compound, row, c, amount, holder),
    scaleDebt: (row, factor) => scaleDebt(compound, row, factor),
    claims: (asset) => claimsOf(compound, asset),
    cash: (asset) => context.ledger.balance(context.self, asset),
    // Compound v2 leaves bad debt on its accounts.
    deficit: () => 0,
  }
}

const marketTerms = {
  collateralFactor: fraction('share of collateral that counts', { default: 0.75 }),
  exchangeRate: number('underlying per cToken at the start', 'tokens', {
    default: 0.02,
    min: 1e-18,
  }),
  cash: number('held by the market at the start', 'tokens', { default: 0, min: 0 }),
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
    blocksPerYear: number('blocks per year in the rate model', '1/year', {
      default: 2102400,
      min: 1,
    }),
    markets: perAsset('one market per asset', record('terms and opening totals', marketTerms)),
    positions: data<PositionTable>('positions', 'accounts with collateral and debt'),
  },
  columns: ({ markets: { length } }) => ({
    borrowIndex: f64(length, 'index', 1),
    totalBorrows: f64(length, 'tokens'),
    totalReserves: f64(length, 'tokens'),
    totalSupply: f64(length, 'cTokens'),
    accrualBlock: i32(length, 'block'),
  }),
  create(p, columns, context) {
    const compound = openCompound(
      { ...p, liquidationIncentive: 1 + p.liquidationBonus },
      columns,
      context,
    )
    const lender = lenderOf(compound)
    return {
      ports: { lender },
      link: (use) => {
        compound.oracle = use('priceSource', p.oracle)
      },
      actions: actionsOf(lender),
    }
  },
})
