/**
 * Compute the collateral to add so that health rises to `target`.
 * @param target health factor, > 0.
 * @param weighted collateral x threshold, USD, >= 0.
 * @param owed debt, USD, >= 0.
 * @param threshold of the collateral added, > 0.
 * @returns USD of collateral; 0 when health is there already.
 * (weighted + threshold x) / owed = target.
 */
export function topUpTo(target: number, weighted: number, owed: number, threshold: number): number {
  return Math.max(0, (target * owed - weighted) / threshold)
}

/**
 * Compute the debt to repay by selling collateral of equal value so that health rises to `target`.
 * @param target health factor, > 0.
 * @param weighted collateral x threshold, USD, >= 0.
 * @param owed debt, USD, >= 0.
 * @param threshold of the collateral sold.
 * @returns USD; null when no finite repayment does it (target <= threshold).
 * (weighted - threshold x) / (owed - x) = target.
 */
export function unwindTo(
  target: number,
  weighted: number,
  owed: number,
  threshold: number,
): number | null {
  return target <= threshold ? null : Math.max(0, (target * owed - weighted) / (target - threshold))
}
