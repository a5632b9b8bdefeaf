/**
 * The same accounts on Morpho Blue, where a market has one collateral and one debt: all collateral of
 * an account counts as ether, all its debt as dollars, at the workload's prices.
 */

import { blockOf } from '../../parity/protocols/aaveV3/world.ts'
import { userAccountData } from '../../src/mechanisms/lending/aaveV3/exact.ts'
import * as Morpho from '../../src/mechanisms/lending/morphoBlue/exact.ts'
import type { ExactSide } from './exactSide.ts'
import { type FloatSide, lenderWorld, passesOf } from './floatWorld.ts'

/** One market with the accounts as positions, in the smallest units of ether and the dollar. */
export type Isolated = {
  readonly market: Morpho.Market
  readonly positions: readonly Morpho.Position[]
  /** Loan units per collateral unit, times 1e36. */
  readonly price: bigint
}

const WAD = 10n ** 18n
const LLTV = (86n * WAD) / 100n
/** Shares per asset of a market without interest: the contract's virtual shares. */
const SHARES = 1_000_000n
const ETHER = 't0'
const DOLLAR = 't1'
const [ETHER_UNIT, DOLLAR_UNIT] = [1e18, 1e6]

/** Fold the accounts. Interest of 1 % has been accrued on all debts. */
export function foldAccounts({ world, users }: ExactSide): Isolated {
  const block = blockOf(world)
  const [ether, dollar] = [block.price(ETHER), block.price(DOLLAR)]
  const positions = users.map((user) => {
    const done = userAccountData(world.pool, block, user)
    if (!done.ok) throw new RangeError(`the account of '${user}' has no data: ${done.reason}`)
    const { collateral, debt } = done.value
    return {
      supplyShares: 0n,
      borrowShares: ((debt * 10n ** 6n) / dollar) * SHARES,
      collateral: (collateral * WAD) / ether,
    }
  })
  const shares = positions.reduce((sum, { borrowShares }) => sum + borrowShares, 0n)
  const assets = (shares * 101n) / (100n * SHARES)
  const market = {
    params: { loanToken: DOLLAR, collateralToken: ETHER, oracle: 'feed', irm: 'zero', lltv: LLTV },
    totalSupplyAssets: 2n * assets,
    totalSupplyShares: 2n * assets * SHARES,
    totalBorrowAssets: assets,
    totalBorrowShares: shares,
    lastUpdate: world.time,
    fee: 0n,
    rateAtTarget: 0n,
    positions: new Map<string, Morpho.Position>(),
  }
  return { market, positions, price: (ether * 10n ** 24n) / dollar }
}

/** Compute all health factors exactly, wads rounded down. */
export function exactHealth({ market, positions, price }: Isolated): bigint[] {
  return positions.map((position) => {
    const { borrowed, maxBorrow } = Morpho.health(market, position, price)
    return (maxBorrow * WAD) / borrowed
  })
}

/** Open `lending/morphoBlue` with the same market. */
export function createIsolatedFloat(isolated: Isolated, { world, users }: ExactSide): FloatSide {
  const dollars = [ETHER, DOLLAR].map((name) => [name, Number(world.prices.get(name)!) / 1e8])
  const { market, positions, price } = isolated
  const rows = positions.flatMap((position) => {
    const { borrowed } = Morpho.health(market, position, price)
    return [Number(position.collateral) / ETHER_UNIT, Number(borrowed) / DOLLAR_UNIT]
  })
  const floats = lenderWorld(Object.fromEntries(dollars), 'lending/morphoBlue', {
    collateralAsset: 1,
    loanAsset: 2,
    lltv: Number(LLTV) / 1e18,
    fee: 0,
    cash: 1e6,
    unit: 1 / DOLLAR_UNIT,
    irm: 'none',
    rateAtTarget: 0,
    targetUtilization: 0.9,
    curveSteepness: 4,
    adjustmentSpeed: 50,
    minRateAtTarget: 0,
    maxRateAtTarget: 0,
    positions: {
      accounts: users,
      assets: [ETHER, DOLLAR],
      start: Int32Array.from({ length: users.length + 1 }, (_, row) => 2 * row),
      asset: Int32Array.from(rows, (_, k) => k % 2),
      debt: Uint8Array.from(rows, (_, k) => k % 2),
      amount: Float64Array.from(rows),
      threshold: new Float64Array(rows.length).fill(NaN),
    },
  })
  return passesOf(floats, users.length)
}
