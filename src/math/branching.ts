import { exp, log } from './elementary.ts'
import { logGamma } from './gamma.ts'
import { bisect } from './roots.ts'

function requireRatio(n: number): void {
  if (!(n >= 0 && n < Infinity))
    throw new RangeError(`branching ratio is ${n}; use a finite number from 0 on`)
}

/**
 * Evaluate the chance that a cascade of one event ends with k events in all, each causing a Poisson number of
 * others with mean n: the Borel distribution, e^(-nk) (nk)^(k-1) / k!.
 *
 * @param n branching ratio, >= 0; above 1 the chances add up to `extinctionProbability`, for others never end.
 * @param k whole number from 1 on.
 * @returns relative error below 1e-9 up to a million, 1e-12 up to a thousand.
 * @throws {RangeError} for another ratio or count.
 * Source: Borel, Comptes rendus 214 (1942) 452.
 */
export function borel(n: number, k: number): number {
  requireRatio(n)
  if (!(Number.isSafeInteger(k) && k >= 1))
    throw new RangeError(`size is ${k}; use a whole number from 1 on`)
  if (k === 1) return exp(-n)
  return n === 0 ? 0 : exp((k - 1) * log(n * k) - n * k - logGamma(k + 1))
}

/**
 * Find the size that a cascade exceeds with a chance of at most `beyond`.
 *
 * @param n branching ratio, 0 <= n.
 * @param beyond inside 0..1.
 * @param most where the search ends.
 * @returns Infinity when it is larger than `most`, as it is where cascades that never end are more likely.
 * @throws {RangeError} for another ratio.
 */
export function borelQuantile(n: number, beyond: number, most = 1_000_000): number {
  requireRatio(n)
  let left = 1
  for (let k = 1; k <= most; k++) {
    left -= borel(n, k)
    if (left <= beyond) return k
  }
  return Infinity
}

/**
 * Solve for the chance that a cascade of one event ends: the smallest root of q = e^(n (q - 1)).
 *
 * @param n branching ratio, >= 0.
 * @returns 1 up to a ratio of 1; absolute error below 1e-14.
 * @throws {RangeError} for another ratio.
 * Source: Harris, The Theory of Branching Processes (1963), I.6.
 */
export function extinctionProbability(n: number): number {
  requireRatio(n)
  if (n <= 1) return 1
  // The other root is 1; between both, at 1 - ln(n) / n, the difference has its top.
  const top = 1 - log(n) / n
  return bisect((q) => q - exp(n * (q - 1)), 0, top, { tolerance: 0 })
}
