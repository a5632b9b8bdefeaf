import { exp, log } from './elementary.ts'
import { normalCdf } from './normal.ts'

/**
 * Compute the probability that geometric Brownian motion touches a lower barrier.
 *
 * @param barrier as a fraction of the start, above 0; from 1 on it is touched at once.
 * @param drift of the price, 1/year: its mean grows by exp(drift * years).
 * @param vol 1/sqrt(year), above 0.
 * @param years above 0.
 * @returns P(min price <= barrier * start), absolute error below 1e-14.
 * Source: reflection principle; e.g. Borodin and Salminen, "Handbook of Brownian Motion", 2.1.2.
 */
export function touchProbability(
  barrier: number,
  drift: number,
  vol: number,
  years: number,
): number {
  if (barrier >= 1) return 1
  const distance = log(barrier)
  const mean = drift - (vol * vol) / 2
  const width = vol * Math.sqrt(years)
  const direct = normalCdf((distance - mean * years) / width)
  const reflected = normalCdf((distance + mean * years) / width)
  return direct + exp((2 * mean * distance) / (vol * vol)) * reflected
}

/** -zeta(1/2) / sqrt(2 pi). */
const OVERSHOOT = 0.5825971579390107

/**
 * Move a barrier that is looked at only every so often to where a continuous one is touched as often.
 *
 * @param barrier below the start, in any unit.
 * @param years between two looks.
 * @returns the barrier times exp(-0.5826 vol sqrt(years)), lower.
 * Source: Broadie, Glasserman and Kou, "A continuity correction for discrete barrier options" (1997).
 */
export function watchedBarrier(barrier: number, vol: number, years: number): number {
  return barrier * exp(-OVERSHOOT * vol * Math.sqrt(years))
}
