import { exp, expm1, log, log1p } from '../../../math/index.ts'

/**
 * Compute the impact of one token sold. Selling q tokens moves the log price by -lambda q, so the
 * price path does not depend on how a sale is cut, and a round trip earns nothing.
 * @param depth USD whose sale moves the log price by 0.01, at `price`; > 0.
 * @param price USD per token at which `depth` was stated, > 0.
 * @returns lambda, log move per token sold.
 * Source: Huberman and Stanzl, Econometrica 72 (2004): permanent impact must be linear in size.
 */
export function impactPerToken(depth: number, price: number): number {
  return (0.01 * price) / depth
}

/**
 * Compute what a sale earns: the integral of price x e^(-lambda x) over x from 0 to `amount`.
 * @param price USD per token before the sale, > 0.
 * @param lambda log move per token sold, > 0.
 * @param amount tokens sold, >= 0.
 * @returns USD; below price / lambda however much is sold.
 */
export function proceeds(price: number, lambda: number, amount: number): number {
  return (-price * expm1(-lambda * amount)) / lambda
}

/**
 * Compute what `usd` buys: the inverse of the integral of price x e^(lambda x).
 * @param usd spent, >= 0.
 * @returns tokens.
 */
export function bought(price: number, lambda: number, usd: number): number {
  return log1p((usd * lambda) / price) / lambda
}

/**
 * Compute the tokens whose sale brings the marginal price from `price` down to `target`.
 * @returns tokens; 0 when the price is at the target or below.
 */
export function soldTo(price: number, lambda: number, target: number): number {
  return target >= price ? 0 : log(price / target) / lambda
}

/**
 * Compute the USD that brings the marginal price from `price` up to `target`.
 * @returns USD; 0 when the price is at the target or above.
 */
export function spentTo(price: number, lambda: number, target: number): number {
  return target <= price ? 0 : (target - price) / lambda
}

/**
 * Compute the share of a transient impact that is left after a while.
 * @param halfLife s; 0 = nothing is left by the next tick.
 * @param dt s, > 0.
 * @returns a fraction, 2^(-dt / halfLife).
 */
export function decay(halfLife: number, dt: number): number {
  return halfLife === 0 ? 0 : exp((-Math.LN2 * dt) / halfLife)
}
