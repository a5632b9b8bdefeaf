import {
  choice,
  data,
  f64,
  fraction,
  list,
  type Model,
  model,
  number,
  type PositionTable,
  perAsset,
  record,
  ref,
  u8,
  usd,
} from '../../../world/index.ts'
import { actionsOf } from '../actions.ts'
import { governedOf, keeperOf } from '../governed.ts'
import { positionsConcentrated, positionsSized, positionsWithMargin, withMargin } from '../knobs.ts'
import { lenderOf } from '../lender.ts'
import { ruleColumns, ruleParams } from '../rules.ts'
import { fixedOf, leversOf } from './levers.ts'
import { coverDeficit, openPool, remake } from './pool.ts'
import { RULES } from './terms.ts'

const rate = (doc: string, fallback: number) => number(doc, '1/year', { default: fallback, min: 0 })
const tokens = (doc: string) => number(doc, 'tokens', { default: 0, min: 0 })
const flag = (doc: string) =>
  number(`1: ${doc}; 0: not`, 'flag', { default: 0, min: 0, max: 1, integer: true })

const reserveTerms = {
  ltv: fraction('share of collateral that may be borrowed', { default: 0.75 }),
  liquidationThreshold: fraction('share of collateral that counts in the health test', {
    default: 0.8,
  }),
  liquidationBonus: fraction('collateral seized beyond the value repaid', { default: 0.05 }),
  liquidationProtocolFee: fraction('share of the bonus that the treasury keeps', { default: 0.1 }),
  reserveFactor: fraction('share of interest that the treasury keeps', { default: 0.1 }),
  supplyCap: tokens('largest supply; 0 = no limit'),
  borrowCap: tokens('largest debt; 0 = no limit'),
  debtCeiling: usd('largest debt against it as isolated collateral; 0 = not isolated', {
    default: 0,
  }),
  borrowableInIsolation: flag('may be borrowed against isolated collateral'),
  siloedBorrowing: flag('may only be borrowed alone'),
  eMode: number('category whose terms apply to accounts in it; 0 = none', 'category', {
    default: 0,
    min: 0,
    integer: true,
  }),
  optimalUtilization: fraction('utilization at which the slope changes', { default: 0.9 }),
  baseRate: rate('borrow rate at utilization 0', 0),
  slope1: rate('rise of the rate up to the optimal utilization', 0.04),
  slope2: rate('rise of the rate from there to utilization 1', 0.6),
  cash: tokens('held by the reserve at the start'),
}

const eModeTerms = {
  category: number('number of the category', 'category', { min: 1, integer: true }),
  ltv: fraction('share of collateral that may be borrowed', { default: 0.9 }),
  liquidationThreshold: fraction('share of collateral that counts in the health test', {
    default: 0.93,
  }),
  liquidationBonus: fraction('collateral seized beyond the value repaid', { default: 0.01 }),
}

const COLUMNS = {
  liquidityIndex: 'index',
  variableBorrowIndex: 'index',
  liquidityRate: '1/year',
  variableBorrowRate: '1/year',
  scaledSupply: 'scaled tokens',
  scaledDebt: 'scaled tokens',
  treasury: 'scaled tokens',
  deficit: 'tokens',
  isolatedDebt: 'tokens',
  lastUpdate: 's',
  ltv: 'fraction',
  liquidationThreshold: 'fraction',
  liquidationBonus: 'fraction',
  supplyCap: 'tokens',
  borrowCap: 'tokens',
  debtCeiling: 'USD',
  slope2: '1/year',
} as const

type PerReserve = Record<keyof typeof COLUMNS, ReturnType<typeof f64>>

/** Terms with another margin requirement; new debt is limited in proportion. */
function withMargins<T extends { readonly ltv: number; readonly liquidationThreshold: number }>(
  terms: T,
  factor: number,
): T {
  const { ltv, liquidationThreshold } = terms
  return {
    ...terms,
    ltv: withMargin(ltv, factor),
    liquidationThreshold: withMargin(liquidationThreshold, factor),
  }
}

/** Aave v2 and v3: one pool of reserves, scaled balances, eModes, isolation, deficits (v3.3). */
export const aaveV3: Model = model({
  kind: 'lending/aaveV3',
  phase: 'protocol',
  doc: 'Aave v2, v3 or v3.3: pooled reserves, eModes, isolation, caps, deficits',
  params: {
    oracle: ref('priceSource', 'prices of all reserves'),
    rules: choice('version of the protocol', ['v2', 'v3', 'v3.3'], 'v3'),
    reserves: perAsset('one reserve per asset', record('terms and opening cash', reserveTerms)),
    eModes: list('terms of eModes', record('one eMode', eModeTerms), { default: [] }),
    ...ruleParams,
    positions: data<PositionTable>('positions', 'accounts with collateral and debt'),
  },
  knobs: {
    marginRequirement: ({ positions, reserves, eModes }, factor) => ({
      positions: positionsWithMargin(positions, factor),
      reserves: reserves.map(({ asset, value }) => ({ asset, value: withMargins(value, factor) })),
      eModes: eModes.map((eMode) => withMargins(eMode, factor)),
    }),
    concentration: ({ positions, reserves, eModes }, factor, assets) => {
      const terms = new Map(reserves.map(({ asset, value }) => [asset, value]))
      const threshold = (asset: number, account: number): number => {
        const own = terms.get(asset)
        const category = positions.category?.[account] ?? 0
        const isIn = category > 0 && own?.eMode === category && own.liquidationThreshold > 0
        const eMode = isIn ? eModes.find((e) => e.category === category) : undefined
        return (eMode ?? own)?.liquidationThreshold ?? 0
      }
      return { positions: positionsConcentrated(positions, factor, assets, threshold) }
    },
    bookSize: ({ positions, reserves }, factor) => ({
      positions: positionsSized(positions, factor),
      reserves: reserves.map(({ asset, value }) => ({
        asset,
        value: { ...value, cash: value.cash * factor },
      })),
    }),
  },
  columns: ({ reserves: { length } }) => ({
    ...(Object.fromEntries(
      Object.entries(COLUMNS).map(([name, unit]) => [name, f64(length, unit)]),
    ) as PerReserve),
    clock: f64(1, 's'),
    closeFactor: f64(1, 'fraction'),
    frozen: u8(length, 'flag'),
    paused: u8(length, 'flag'),
    borrowingDisabled: u8(length, 'flag'),
    changes: f64(1, 'changes of terms'),
    ...ruleColumns(),
  }),
  create(p, columns, context) {
    const aave = openPool({ ...p, rules: RULES[p.rules] }, columns, context)
    const { desk } = aave
    const lender = lenderOf(desk)
    const keeper = keeperOf({ desk, changes: columns.changes, remake: () => remake(aave) })
    const governed = governedOf(desk, leversOf(aave), keeper, fixedOf(aave.terms.rules))
    return {
      ports: { lender, governed },
      link: (use) => {
        desk.oracle = use('priceSource', p.oracle)
      },
      refresh: keeper.refresh,
      step({ time }) {
        columns.clock[0] = time
      },
      actions: {
        ...actionsOf(lender),
        coverDeficit: {
          doc: 'pay for a deficit: debt coordinate, amount',
          protective: true,
          execute: ([debt, amount], sender) => coverDeficit(aave, debt!, amount!, sender),
        },
      },
    }
  },
})
