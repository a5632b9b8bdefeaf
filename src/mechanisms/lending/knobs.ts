import { type Assets, concentrate, type PositionTable } from '../../world/index.ts'

/** Largest threshold: one of 1 would leave no room for interest. */
const MOST = 0.999999

/**
 * A threshold, or a limit of borrowing, when the margin requirement 1 - threshold is multiplied; 0, which
 * means no collateral, and what is not stated stay.
 * @returns within 0..0.999999; 0 where the requirement would be above 1.
 */
export function withMargin(threshold: number, factor: number): number {
  if (!(threshold > 0)) return threshold
  return Math.min(MOST, Math.max(0, 1 - factor * (1 - threshold)))
}

/** Positions whose own thresholds have another margin requirement. */
export function positionsWithMargin(table: PositionTable, factor: number): PositionTable {
  return { ...table, threshold: table.threshold.map((t) => withMargin(t, factor)) }
}

/** Positions that are all larger or smaller by the same factor. */
export function positionsSized(table: PositionTable, factor: number): PositionTable {
  return { ...table, amount: table.amount.map((amount) => amount * factor) }
}

/**
 * Positions whose largest accounts are split or grown, as `concentrate` does.
 * @param threshold of collateral where an entry states none, by asset index and account.
 */
export function positionsConcentrated(
  table: PositionTable,
  factor: number,
  assets: Assets,
  threshold: (asset: number, account: number) => number,
): PositionTable {
  const index = table.assets.map((name) => assets.findIndex((asset) => asset.name === name))
  const counted = new Float64Array(table.amount.length)
  for (let account = 0; account + 1 < table.start.length; account++)
    for (let k = table.start[account]!; k < table.start[account + 1]!; k++) {
      const asset = index[table.asset[k]!]!
      const own = table.threshold[k]!
      const share = table.debt[k] === 1 ? 1 : own >= 0 ? own : threshold(asset, account)
      counted[k] = table.amount[k]! * (assets[asset]?.price ?? 0) * share
    }
  return concentrate(table, { counted }, factor)
}
