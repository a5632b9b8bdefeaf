import { exp, expm1, log, log1p } from '../../../math/index.ts'

/**
 * Exponential impact: selling q moves the log price by -lambda q, so the price path does not depend
 * on how a sale is cut, and a round trip earns nothing (Huberman and Stanzl 2004).
 * @param depth USD whose sale moves the price by 1 % in log, at `price`.
 * @param price USD per token at which `depth` was stated.
 * @returns lambda, log move per token sold.
 */
export function impactPerToken(depth: number, price: number): number {
  return (0.01 * price) / depth
}

/** USD received for selling `amount` tokens from `price` down the curve. */
export function proceeds(price: number, lambda: number, amount: number): number {
  return (-price * expm1(-lambda * amount)) / lambda
}

/** Tokens received for `usd` from `price` up the curve: the inverse of the cost of buying. */
export function bought(price: number, lambda: number, usd: number): number {
  return log1p((usd * lambda) / price) / lambda
}

/** Tokens whose sale brings the marginal price from `price` down to `target`; 0 if it is below. */
export function soldTo(price: number, lambda: number, target: number): number {
  return target >= price ? 0 : log(price / target) / lambda
}

/** USD whose spending brings the marginal price from `price` up to `target`; 0 if it is above. */
export function spentTo(price: number, lambda: number, target: number): number {
  return target <= price ? 0 : (target - price) / lambda
}

/** Share of a transient impact left after `dt` seconds. */
export function decay(halfLife: number, dt: number): number {
  return halfLife === 0 ? 0 : exp((-Math.LN2 * dt) / halfLife)
}
