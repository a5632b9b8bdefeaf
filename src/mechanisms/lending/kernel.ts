import { log, normalCdf } from '../../math/index.ts'

/**
 * Compute a position's healthFactor: collateral times liquidation threshold over debt.
 * @param weighted sum of collateral values, each times its threshold, USD, >= 0.
 * @param debt sum of debt values, USD, >= 0.
 * @returns below 1 the position is liquidatable, at exactly 1 it is not; Infinity without debt.
 * Source: Perez, Werner, Xu, Livshits 2021 (arXiv 2009.13235) eq. 3.
 */
export function healthFactor(weighted: number, debt: number): number {
  return debt > 0 ? weighted / debt : Infinity
}

/**
 * Compute the loan-to-value above which every fixed-spread liquidation raises the loan-to-value.
 * It depends neither on the threshold nor on the close factor: repaying x lowers the debt by x and
 * the collateral by x (1 + bonus), so D / C rises exactly when D / C > 1 / (1 + bonus).
 * @param bonus liquidationBonus, fraction >= 0.
 * Source: Warmuz, Chaudhary, Pinna 2022 (arXiv 2212.07306).
 */
export function toxicityFrontier(bonus: number): number {
  return 1 / (1 + bonus)
}

/**
 * Compute the loan-to-value after one liquidation.
 * @param collateral value, USD, > repay * (1 + bonus).
 * @param debt value, USD.
 * @param repay debt repaid, USD, 0 .. debt.
 * @param bonus liquidationBonus, fraction >= 0.
 */
export function ltvAfterLiquidation(
  collateral: number,
  debt: number,
  repay: number,
  bonus: number,
): number {
  return (debt - repay) / (collateral - repay * (1 + bonus))
}

/**
 * Compute the bad debt that repeated liquidation at constant prices leaves of a position that
 * never becomes healthy: max(0, D - C / (1 + bonus)), whatever the close factor.
 * @param collateral value, USD, unweighted.
 * @param debt value, USD.
 * @param bonus liquidationBonus, fraction >= 0.
 */
export function spiralBadDebt(collateral: number, debt: number, bonus: number): number {
  return Math.max(0, debt - collateral / (1 + bonus))
}

/**
 * Compute the repayment that brings a position's healthFactor to `health`.
 * @param collateral value, USD, unweighted.
 * @param debt value, USD.
 * @param threshold liquidationThreshold, fraction.
 * @param bonus liquidationBonus, fraction >= 0.
 * @param health target healthFactor, > 0.
 * @returns (health D - threshold C) / (health - threshold (1 + bonus)) in USD, negative when the
 *   position is healthier already; null when health <= threshold (1 + bonus): each unit repaid then
 *   takes at least as much weighted collateral as it frees, and no finite repayment reaches it.
 */
export function repayToHealth(
  collateral: number,
  debt: number,
  threshold: number,
  bonus: number,
  health: number,
): number | null {
  return repayToHealthOf(threshold * collateral, debt, threshold, bonus, health)
}

/**
 * Compute the same for a position with several collaterals, of which one is seized.
 * @param weighted sum of all collateral values, each times its threshold, USD.
 * @param threshold liquidationThreshold of the collateral that is seized, fraction.
 */
export function repayToHealthOf(
  weighted: number,
  debt: number,
  threshold: number,
  bonus: number,
  health: number,
): number | null {
  const gain = health - threshold * (1 + bonus)
  return gain > 0 ? (health * debt - weighted) / gain : null
}

/**
 * Compute what a liquidator gains by repaying in two steps, the first of which leaves the position
 * just liquidatable, over one repayment of the close factor's share.
 * @param firstRepay USD; just under `repayToHealth` for health 1.
 * @param debt value, USD.
 * @param closeFactor fraction in (0, 1].
 * @returns relative gain, fraction.
 * Source: Qin, Zhou, Gamito, Jovanovic, Gervais 2021 (arXiv 2106.06389).
 */
export function twoStepGain(firstRepay: number, debt: number, closeFactor: number): number {
  return (firstRepay * (1 - closeFactor)) / (closeFactor * debt)
}

/**
 * Compute the leverage of a loop: supply, borrow `ltv` of it, supply that, and so on.
 * @param ltv fraction borrowed each time, 0 <= ltv < 1.
 * @param deposits number of deposits after the first, >= 0.
 * @returns collateral per unit of own money, the sum of ltv^k for k = 0 .. deposits.
 */
export function loopLeverage(ltv: number, deposits: number): number {
  let total = 0
  for (let k = 0; k <= deposits; k++) total = total * ltv + 1
  return total
}

/** Compute the limit of `loopLeverage` for endlessly many deposits, 0 <= ltv < 1. */
export function loopLeverageLimit(ltv: number): number {
  return 1 / (1 - ltv)
}

/** Bad debt of one gap per unit of collateral, and how likely it is. Overwritten by each call. */
export type GapBadDebt = { expected: number; probability: number }

/**
 * Compute the expected bad debt of a position that is liquidated after one lognormal price jump of
 * mean 1: a put on the collateral net of the bonus, struck at the debt.
 * @param collateral value before the jump, USD, > 0.
 * @param debt value, USD, > 0.
 * @param bonus liquidationBonus, fraction >= 0.
 * @param logSd standard deviation of the log jump, >= 0.
 * @param out overwritten with the expectation in USD and the probability of any bad debt.
 * Error below 1e-9 of the debt.
 */
export function gapBadDebt(
  collateral: number,
  debt: number,
  bonus: number,
  logSd: number,
  out: GapBadDebt,
): void {
  const net = collateral / (1 + bonus)
  if (logSd === 0) {
    out.expected = spiralBadDebt(collateral, debt, bonus)
    out.probability = debt > net ? 1 : 0
    return
  }
  const upper = log(net / debt) / logSd + logSd / 2
  const lower = upper - logSd
  out.probability = normalCdf(-lower)
  out.expected = debt * out.probability - net * normalCdf(-upper)
}

/**
 * Compute the units of collateral seized for a repayment.
 * @param repay whole debt tokens.
 * @param incentive 1 + liquidationBonus: 1.08 for 8 %.
 * @param priceDebt USD per debt token. @param priceCollateral USD per collateral token.
 * @param rate underlying tokens per unit of collateral: 1, an index, or an exchange rate.
 */
export function seizeTokens(
  repay: number,
  incentive: number,
  priceDebt: number,
  priceCollateral: number,
  rate: number,
): number {
  return repay * ((incentive * priceDebt) / (priceCollateral * rate))
}

/**
 * Compute the repayment that seizes `tokens` units of collateral: the inverse of `seizeTokens`.
 * @returns whole debt tokens.
 */
export function repayForTokens(
  tokens: number,
  incentive: number,
  priceDebt: number,
  priceCollateral: number,
  rate: number,
): number {
  return tokens / ((incentive * priceDebt) / (priceCollateral * rate))
}
