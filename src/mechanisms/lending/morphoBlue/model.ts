import {
  asset,
  choice,
  data,
  f64,
  fraction,
  type Model,
  model,
  number,
  type PositionTable,
  ref,
} from '../../../world/index.ts'
import { actionsOf } from '../actions.ts'
import { immutableOf } from '../governed.ts'
import { positionsConcentrated, positionsSized, positionsWithMargin, withMargin } from '../knobs.ts'
import { lenderOf } from '../lender.ts'
import { liquidationIncentiveFactor, perSecond } from './kernel.ts'
import { COLLATERAL, openMarket } from './market.ts'

const rate = (doc: string, fallback: number) => number(doc, '1/year', { default: fallback, min: 0 })

const COLUMNS = {
  totalSupplyAssets: 'tokens',
  totalSupplyShares: 'shares',
  totalBorrowAssets: 'tokens',
  totalBorrowShares: 'shares',
  feeShares: 'shares',
  rateAtTarget: '1/s',
  deficit: 'tokens',
  lastUpdate: 's',
  clock: 's',
} as const

type Columns = Record<keyof typeof COLUMNS, ReturnType<typeof f64>>

/** Morpho Blue: one isolated market, adaptive rates, bad debt taken off the suppliers at once. */
export const morphoBlue: Model = model({
  kind: 'lending/morphoBlue',
  phase: 'protocol',
  doc: 'Morpho Blue: one isolated market with an adaptive curve and socialised bad debt',
  params: {
    oracle: ref('priceSource', 'prices of both assets'),
    loanAsset: asset('what is lent'),
    collateralAsset: asset('what is pledged'),
    lltv: number('liquidation loan-to-value', 'fraction', { default: 0.86, min: 0, max: 0.999999 }),
    fee: fraction("the fee recipient's share of interest", { default: 0, max: 0.25 }),
    cash: number('supply that nobody has borrowed at the start', 'tokens', { default: 0, min: 0 }),
    unit: number('smallest amount of the loan asset', 'tokens', { default: 1e-18, min: 1e-30 }),
    irm: choice('rate model', ['adaptiveCurve', 'none'], 'adaptiveCurve'),
    rateAtTarget: rate('borrow rate at target utilization at the start', 0.04),
    targetUtilization: number('utilization that the rate steers to', 'fraction', {
      default: 0.9,
      min: 0.000001,
      max: 0.999999,
    }),
    curveSteepness: number('rate at utilization 1 over the rate at target', 'factor', {
      default: 4,
      min: 1,
    }),
    adjustmentSpeed: rate('growth of the rate at target at utilization 1', 50),
    minRateAtTarget: rate('lowest rate at target', 0.001),
    maxRateAtTarget: rate('highest rate at target', 2),
    positions: data<PositionTable>('positions', 'accounts with collateral, debt and supply'),
  },
  // A higher lltv means a smaller bonus, by the protocol's own formula.
  knobs: {
    marginRequirement: ({ positions, lltv }, factor) => ({
      positions: positionsWithMargin(positions, factor),
      lltv: withMargin(lltv, factor),
    }),
    concentration: ({ positions, lltv, collateralAsset }, factor, assets) => {
      const threshold = (asset: number): number => (asset === collateralAsset ? lltv : 0)
      return { positions: positionsConcentrated(positions, factor, assets, threshold) }
    },
    bookSize: ({ positions, cash }, factor) => ({
      positions: positionsSized(positions, factor),
      cash: cash * factor,
    }),
  },
  columns: () =>
    Object.fromEntries(
      Object.entries(COLUMNS).map(([name, unit]) => [name, f64(1, unit)]),
    ) as Columns,
  create(p, columns, context) {
    const curve = {
      targetUtilization: p.targetUtilization,
      curveSteepness: p.curveSteepness,
      adjustmentSpeed: perSecond(p.adjustmentSpeed),
      minRateAtTarget: perSecond(p.minRateAtTarget),
      maxRateAtTarget: perSecond(p.maxRateAtTarget),
    }
    const rateAtTarget = perSecond(p.rateAtTarget)
    const terms = { ...p, curve: p.irm === 'none' ? null : curve, rateAtTarget }
    const desk = openMarket(terms, columns, context)
    const lender = lenderOf(desk)
    const ofCollateral = (value: number) => (market: number) =>
      market === COLLATERAL ? value : Number.NaN
    const governed = immutableOf(
      desk,
      {
        ltv: ofCollateral(p.lltv),
        liquidationThreshold: ofCollateral(p.lltv),
        liquidationBonus: ofCollateral(liquidationIncentiveFactor(p.lltv) - 1),
        closeFactor: () => 1,
      },
      'Morpho Blue markets are immutable: nobody can pause them or change their terms',
    )
    return {
      ports: { lender, governed },
      link: (use) => {
        desk.oracle = use('priceSource', p.oracle)
      },
      step({ time }) {
        columns.clock[0] = time
      },
      actions: actionsOf(lender),
    }
  },
})
