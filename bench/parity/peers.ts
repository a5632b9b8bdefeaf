/** Two packages that answer health factors in JavaScript, on the same accounts. */
import { scaledOf, userOf } from '../../src/mechanisms/lending/aaveV3/exact.ts'
import type { ExactSide } from './exactSide.ts'
import type { Isolated } from './isolated.ts'
import { parityImport, parityRequire } from './packages.ts'

/** A peer's pass over all accounts. */
export type Peer<T> = { health(): readonly T[]; readonly version: string }

type Fields = Readonly<Record<string, unknown>>
type MathUtils = {
  formatReserves(request: Fields): readonly Fields[]
  formatUserSummary(request: Fields): { readonly healthFactor: string }
}
type BlueSdk = {
  AccrualPosition: new (position: Fields, market: unknown) => { readonly healthFactor?: bigint }
  Market: new (market: Fields) => unknown
  MarketParams: new (params: Fields) => unknown
}

/** `formatUserSummary` of @aave/math-utils, given only the reserves that the user has; reserves are formatted once. */
export function createMathUtils({ world, users }: ExactSide): Peer<string> {
  const aave = parityRequire('@aave/math-utils') as MathUtils
  const prices = {
    currentTimestamp: Number(world.time),
    marketReferencePriceInUsd: '100000000',
    marketReferenceCurrencyDecimals: 8,
  }
  const reserves = world.pool.reserves.map((r) => reserveFields(r, world))
  const formattedReserves = aave.formatReserves({ ...prices, reserves })
  const requests = users.map((user) => {
    const { config } = userOf(world.pool, user)
    const userReserves = world.pool.reserves
      .filter((r) => (config & (r.collateralBit | r.borrowBit)) !== 0n)
      .map((r) => ({
        underlyingAsset: r.asset,
        scaledATokenBalance: `${scaledOf(r.supply, user)}`,
        usageAsCollateralEnabledOnUser: (config & r.collateralBit) !== 0n,
        scaledVariableDebt: `${scaledOf(r.debt, user)}`,
      }))
    return { ...prices, userReserves, formattedReserves, userEmodeCategoryId: 0 }
  })
  return {
    version: versionOf('@aave/math-utils'),
    health: () => requests.map((request) => aave.formatUserSummary(request).healthFactor),
  }
}

function reserveFields(
  reserve: ExactSide['world']['pool']['reserves'][number],
  { prices, tokens }: ExactSide['world'],
): Fields {
  const { id, asset, config, debt } = reserve
  const cash = tokens.get(asset)!.balances.get(reserve.aToken) ?? 0n
  return {
    originalId: id,
    id: asset,
    symbol: asset,
    name: asset,
    decimals: Number(config.decimals),
    underlyingAsset: asset,
    usageAsCollateralEnabled: true,
    reserveFactor: `${config.reserveFactor}`,
    baseLTVasCollateral: `${config.ltv}`,
    liquidityIndex: `${reserve.liquidityIndex}`,
    reserveLiquidationThreshold: `${config.liquidationThreshold}`,
    reserveLiquidationBonus: `${config.liquidationBonus}`,
    variableBorrowIndex: `${reserve.variableBorrowIndex}`,
    variableBorrowRate: `${reserve.currentVariableBorrowRate}`,
    availableLiquidity: `${cash}`,
    liquidityRate: `${reserve.currentLiquidityRate}`,
    totalScaledVariableDebt: `${debt.total}`,
    lastUpdateTimestamp: Number(reserve.lastUpdateTimestamp),
    borrowCap: `${config.borrowCap}`,
    supplyCap: `${config.supplyCap}`,
    debtCeiling: `${config.debtCeiling}`,
    debtCeilingDecimals: 2,
    isolationModeTotalDebt: `${reserve.isolationModeTotalDebt}`,
    virtualUnderlyingBalance: `${cash}`,
    deficit: '0',
    priceInMarketReferenceCurrency: `${prices.get(asset)!}`,
  }
}

/** `AccrualPosition.healthFactor` of @morpho-org/blue-sdk; objects are made once. */
export async function createBlueSdk({ market, positions, price }: Isolated): Promise<Peer<bigint>> {
  const sdk = (await parityImport('@morpho-org/blue-sdk')) as BlueSdk
  const address = (digit: number): string => `0x${`${digit}`.repeat(40)}`
  const { params: own, positions: _, ...totals } = market
  const params = new sdk.MarketParams({
    loanToken: address(1),
    collateralToken: address(2),
    oracle: address(3),
    irm: address(0),
    lltv: own.lltv,
  })
  const shared = new sdk.Market({ ...totals, params, price })
  const list = positions.map((p) => new sdk.AccrualPosition({ ...p, user: address(4) }, shared))
  return {
    version: versionOf('@morpho-org/blue-sdk'),
    health: () => list.map((position) => position.healthFactor ?? -1n),
  }
}

function versionOf(name: string): string {
  return (parityRequire('./package.json') as { dependencies: Record<string, string> }).dependencies[
    name
  ]!
}
