import * as Exact from '../../src/mechanisms/lending/aaveV3/exact.ts'
import { type AaveState, aaveWorld, type ReserveState } from './aaveState.ts'
import type { Files, Move } from './plan.ts'
import { bookOf, head, instances, type Row } from './scenario.ts'
import { toText } from './units.ts'

const PRICE_DIGITS = 8
const BPS_DIGITS = 4
const RAY_DIGITS = 27

/** Write the state as a scenario of `lending/aaveV3` and a table of positions. */
export function aaveScenario(state: AaveState, shock: readonly Move[]): Files {
  const prices = state.reserves.map(
    ({ asset, price }) => [asset, toText(price, PRICE_DIGITS)] as const,
  )
  const name = 'aave-v3-read-from-chain'
  const lines = [
    ...head(name, prices, [['aaveV3', 'aaveV3.csv']]),
    ...instances([['aaveV3', lender(state)]], shock),
  ]
  return { 'aaveV3.yaml': `${lines.join('\n')}\n`, 'aaveV3.csv': bookOf(rows(state)) }
}

function lender({ reserves, strategies, eModes }: AaveState): string[] {
  const categories = eModes.map(
    (c) =>
      `      - { category: ${c.id}, ltv: ${bps(c.ltv)}, liquidationThreshold: ${bps(c.liquidationThreshold)}, liquidationBonus: ${bps(c.liquidationBonus - 10_000n)} }`,
  )
  return [
    '    kind: lending/aaveV3',
    '    oracle: market',
    '    rules: v3',
    "    positions: '@aaveV3.positions'",
    '    eModes:',
    ...categories,
    '    reserves:',
    ...reserves.map((r) => `      ${r.asset}: { ${terms(r, strategies[r.strategy]!)} }`),
  ]
}

function terms(reserve: ReserveState, s: Exact.Strategy): string {
  const c = Exact.decodeConfig(reserve.config)
  const decimals = Number(c.decimals)
  const ray = (x: bigint): string => toText(x, RAY_DIGITS)
  const fields = {
    ltv: bps(c.ltv),
    liquidationThreshold: bps(c.liquidationThreshold),
    liquidationBonus: bps(c.liquidationBonus - 10_000n),
    liquidationProtocolFee: bps(c.liquidationProtocolFee),
    reserveFactor: bps(c.reserveFactor),
    supplyCap: `${c.supplyCap}`,
    borrowCap: `${c.borrowCap}`,
    debtCeiling: toText(c.debtCeiling, 2),
    borrowableInIsolation: c.borrowableInIsolation ? '1' : '0',
    siloedBorrowing: c.siloedBorrowing ? '1' : '0',
    eMode: `${c.eModeCategory}`,
    optimalUtilization: ray(s.optimalUsageRatio),
    baseRate: ray(s.baseVariableBorrowRate),
    slope1: ray(s.variableRateSlope1),
    slope2: ray(s.variableRateSlope2),
    cash: toText(reserve.cash, decimals),
  }
  return Object.entries(fields)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')
}

/**
 * One row per user. The table has no eModes: such an account's threshold is stated, which is all that
 * matters while it is healthy. Supply that is not collateral has threshold 0.
 */
function rows(state: AaveState): Row[] {
  const { pool, time } = aaveWorld(state)
  return state.users.map((account) => {
    const { config, eMode } = Exact.userOf(pool, account)
    const collateral: Row['collateral'][number][] = []
    const debt: Row['debt'][number][] = []
    for (const r of pool.reserves) {
      const decimals = Number(r.config.decimals)
      const owed = Exact.owedBy(r, account, time)
      const held = Exact.suppliedBy(r, account, time)
      if (owed > 0n) debt.push({ asset: r.asset, amount: toText(owed, decimals) })
      if (held === 0n) continue
      const shared = eMode !== 0n && r.config.eModeCategory === eMode
      const category = shared ? Exact.categoryOf(pool, eMode) : null
      const own = category ? { threshold: bps(category.liquidationThreshold) } : {}
      const isUsed = (config & r.collateralBit) !== 0n
      collateral.push({
        asset: r.asset,
        amount: toText(held, decimals),
        ...(isUsed ? own : { threshold: '0' }),
      })
    }
    return { account, market: 'aaveV3', collateral, debt }
  })
}

function bps(x: bigint): string {
  return toText(x, BPS_DIGITS)
}
