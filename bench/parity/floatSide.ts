/** The float model, `lending/aaveV3` through its Lender port, in the state that the workload leaves. */

import { RESERVES, STRATEGIES } from '../../parity/protocols/aaveV3/setup.ts'
import type * as Exact from '../../src/mechanisms/lending/aaveV3/exact.ts'
import { userOf } from '../../src/mechanisms/lending/aaveV3/exact.ts'
import type { PositionTable, World } from '../../src/world/index.ts'
import type { ExactSide } from './exactSide.ts'
import { type FloatSide, LENDER, lenderWorld, passesOf } from './floatWorld.ts'

const FEED_UNIT = 1e8
const RAY = 1e27

/** Open the model with the exact side's scaled units, indices and rates. */
export function createFloatSide({ world: { pool, prices, time }, users }: ExactSide): FloatSide {
  const dollars = pool.reserves.map(({ asset }) => [asset, Number(prices.get(asset)!) / FEED_UNIT])
  const world = lenderWorld(Object.fromEntries(dollars), 'lending/aaveV3', {
    rules: 'v3',
    eModes: [],
    reserves: pool.reserves.map((reserve, m) => ({ asset: m + 1, value: termsOf(reserve) })),
    positions: positionsOf(pool, users),
  })
  setReserves(world, pool, time)
  return passesOf(world, users.length)
}

function termsOf({ id, config }: Exact.Reserve): Readonly<Record<string, number>> {
  const strategy = STRATEGIES[RESERVES[id]!.strategy]!
  const share = (basisPoints: bigint): number => Number(basisPoints) / 10_000
  return {
    ltv: share(config.ltv),
    liquidationThreshold: share(config.liquidationThreshold),
    liquidationBonus: share(config.liquidationBonus - 10_000n),
    liquidationProtocolFee: share(config.liquidationProtocolFee),
    reserveFactor: share(config.reserveFactor),
    supplyCap: Number(config.supplyCap),
    borrowCap: Number(config.borrowCap),
    debtCeiling: Number(config.debtCeiling) / 100,
    borrowableInIsolation: Number(config.borrowableInIsolation),
    siloedBorrowing: Number(config.siloedBorrowing),
    eMode: Number(config.eModeCategory),
    optimalUtilization: Number(strategy.optimalUsageRatio) / RAY,
    baseRate: Number(strategy.baseVariableBorrowRate) / RAY,
    slope1: Number(strategy.variableRateSlope1) / RAY,
    slope2: Number(strategy.variableRateSlope2) / RAY,
    cash: 1e7,
  }
}

/** Scaled units as amounts: the model opens with indices of 1, which are set afterwards. */
function positionsOf(pool: Exact.Pool, users: readonly string[]): PositionTable {
  const start = [0]
  const entries: { asset: number; debt: number; amount: number }[] = []
  for (const user of users) {
    const { config } = userOf(pool, user)
    for (const { id, supply, debt, collateralBit, config: terms } of pool.reserves) {
      const unit = 10 ** Number(terms.decimals)
      const held = supply.holdings.get(user)?.balance ?? 0n
      const owed = debt.holdings.get(user)?.balance ?? 0n
      const counts = (config & collateralBit) !== 0n
      if (held > 0n && counts) entries.push({ asset: id, debt: 0, amount: Number(held) / unit })
      if (owed > 0n) entries.push({ asset: id, debt: 1, amount: Number(owed) / unit })
    }
    start.push(entries.length)
  }
  return {
    accounts: users,
    assets: pool.reserves.map(({ asset }) => asset),
    start: Int32Array.from(start),
    asset: Int32Array.from(entries, (entry) => entry.asset),
    debt: Uint8Array.from(entries, (entry) => entry.debt),
    amount: Float64Array.from(entries, (entry) => entry.amount),
    threshold: new Float64Array(entries.length).fill(NaN),
  }
}

/** Let the model stand at `time` with the pool's indices and rates, so that interest is worked out. */
function setReserves(world: World, { reserves }: Exact.Pool, time: bigint): void {
  const column = (name: string): Float64Array => world.columns[`${LENDER}/${name}`] as Float64Array
  for (const [m, reserve] of reserves.entries()) {
    column('liquidityIndex')[m] = Number(reserve.liquidityIndex) / RAY
    column('variableBorrowIndex')[m] = Number(reserve.variableBorrowIndex) / RAY
    column('liquidityRate')[m] = Number(reserve.currentLiquidityRate) / RAY
    column('variableBorrowRate')[m] = Number(reserve.currentVariableBorrowRate) / RAY
    column('lastUpdate')[m] = Number(reserve.lastUpdateTimestamp - time)
  }
}
