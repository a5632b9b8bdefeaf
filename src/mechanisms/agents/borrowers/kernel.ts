/**
 * Collateral to add so that health rises to `target`.
 * @param weighted collateral x threshold, USD.
 * @param owed debt, USD.
 * @param threshold of the collateral added.
 * @returns USD of collateral; 0 when health is there already.
 */
export function topUpTo(target: number, weighted: number, owed: number, threshold: number): number {
  return Math.max(0, (target * owed - weighted) / threshold)
}

/**
 * Debt to repay by selling collateral of equal value so that health rises to `target`.
 * @returns USD; null when no finite repayment does it (target <= threshold).
 */
export function unwindTo(
  target: number,
  weighted: number,
  owed: number,
  threshold: number,
): number | null {
  return target <= threshold ? null : Math.max(0, (target * owed - weighted) / (target - threshold))
}
