import type { EMode, Reserve, Snapshot } from './aaveReserveFile.ts'

/**
 * Symbols of the reserves of Aave v3 Ethereum core in the order of their ids (`getReservesList` of the
 * pool), up to those of mid-2025: what the bits of an eMode's bitmaps stand for. Public state of the
 * chain; the labels of the snapshot's eModes agree with it (test).
 */
const ETHEREUM_IDS =
  'WETH wstETH WBTC USDC DAI LINK AAVE cbETH USDT rETH LUSD CRV MKR SNX BAL UNI LDO ENS 1INCH FRAX GHO RPL sDAI STG KNC FXS crvUSD PYUSD weETH osETH USDe ETHx sUSDe tBTC cbBTC USDS rsETH LBTC eBTC RLUSD PT-eUSDE-29MAY2025 PT-sUSDE-31JUL2025 USDtb PT-USDe-31JUL2025 PT-eUSDE-14AUG2025 eUSDe FBTC EURC'.split(
    ' ',
  )

/** Which eMode each reserve belongs to. */
export type Membership = {
  /** Category by reserve, 0 for none; in the order of the snapshot's reserves. */
  readonly of: readonly number[]
  /** Memberships beyond the one that is kept. */
  readonly further: number
  /** Reserves that may only be borrowed in their category, yet get its terms as collateral too. */
  readonly borrowOnly: number
  /** Whether bitmaps could not be read because the ids of the reserves are unknown. */
  readonly unknownIds: boolean
}

/** Ids of a snapshot's reserves by symbol: given ones, else those known for its pool. */
function idsOf(snapshot: Snapshot, given: readonly string[]): readonly string[] {
  if (given.length > 0) return given
  return snapshot.chainId === 1 && snapshot.name.includes('Ethereum') ? ETHEREUM_IDS : []
}

function holds(bitmap: bigint | undefined, id: number): boolean {
  return bitmap !== undefined && id >= 0 && ((bitmap >> BigInt(id)) & 1n) === 1n
}

/** Categories of one reserve, those in which it is collateral first. */
function categoriesOf(eModes: readonly EMode[], id: number) {
  const sorted = eModes.toSorted((a, b) => a.category - b.category)
  const collateral = sorted.filter((e) => holds(e.collateral, id))
  const borrowable = sorted.filter((e) => holds(e.borrowable, id) && !holds(e.collateral, id))
  return { collateral, all: [...collateral, ...borrowable].map((e) => e.category) }
}

/**
 * Find the one eMode of each reserve. Snapshots of v3.0 name it; later ones have bitmaps per eMode, in
 * which a reserve may stand several times: the lowest category in which it is collateral is kept, else
 * the lowest in which it can be borrowed.
 * @param eModes those that are taken.
 * @param reserveIds symbols in the order of the pool's reserve ids; empty: known ones.
 */
export function eModesOfReserves(
  snapshot: Snapshot,
  eModes: readonly EMode[],
  reserveIds: readonly string[],
): Membership {
  const hasBitmaps = snapshot.eModes.some((e) => e.collateral !== undefined)
  if (!hasBitmaps) {
    const taken = eModes.map((e) => e.category)
    const own = ({ category = 0 }: Reserve): number => (taken.includes(category) ? category : 0)
    const of = snapshot.reserves.map(own)
    return { of, further: 0, borrowOnly: 0, unknownIds: false }
  }
  const ids = idsOf(snapshot, reserveIds)
  const found = snapshot.reserves.map((r) => categoriesOf(eModes, ids.indexOf(r.symbol)))
  return {
    of: found.map(({ all }) => all[0] ?? 0),
    further: found.reduce((total, { all }) => total + Math.max(0, all.length - 1), 0),
    borrowOnly: found.filter((f) => f.all.length > 0 && f.collateral.length === 0).length,
    unknownIds: ids.length === 0,
  }
}
