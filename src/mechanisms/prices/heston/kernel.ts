import { exp, expm1, log, normalCdf } from '../../../math/index.ts'

/** Heston's model of one asset; times in years. */
export type HestonLaw = {
  /** Long-run volatility: root of the mean variance. */
  readonly vol: number
  /** Speed at which the variance returns to its mean, 1/year. */
  readonly speed: number
  /** Volatility of the variance, 1/year. */
  readonly volOfVariance: number
  /** Correlation of the variance's shocks with the price's. */
  readonly leverage: number
}

/** Ratio of variance to squared mean from which on the lower branch is taken; any of 1..2 is allowed. */
const SWITCH = 1.5

/** How one step's variance follows from one normal score. */
export type VarianceStep = {
  /** True: a (b + z)^2; false: 0 with probability p, else exponential with rate `beta`. */
  isQuadratic: boolean
  a: number
  b: number
  p: number
  beta: number
}

/**
 * Match the first two conditional moments of the square-root process (quadratic-exponential scheme).
 *
 * @param v variance at the start of the step, >= 0, 1/year. @param years length of the step.
 * @param out overwritten.
 * Source: Andersen, "Efficient simulation of the Heston stochastic volatility model" (2007), 3.2.
 */
export function matchVariance(law: HestonLaw, v: number, years: number, out: VarianceStep): void {
  const { speed, volOfVariance } = law
  const theta = law.vol * law.vol
  const kept = exp(-speed * years)
  const gone = speed === 0 ? years : -expm1(-speed * years) / speed
  const mean = theta + (v - theta) * kept
  const square = volOfVariance * volOfVariance
  const variance = v * square * kept * gone + (theta * square * speed * gone * gone) / 2
  const ratio = mean > 0 ? variance / (mean * mean) : 0
  out.isQuadratic = ratio <= SWITCH
  if (out.isQuadratic) {
    if (ratio === 0) {
      // No volatility of variance: a large b and a small a would cancel.
      out.a = 0
      out.b = 0
      out.p = mean
      return
    }
    const half = 2 / ratio
    const b2 = half - 1 + Math.sqrt(half) * Math.sqrt(half - 1)
    out.b = Math.sqrt(b2)
    out.a = mean / (1 + b2)
    out.p = 0
  } else {
    out.p = (ratio - 1) / (ratio + 1)
    out.beta = (1 - out.p) / mean
  }
}

/** Variance at the end of the step from a standard normal score. */
export function stepVariance({ isQuadratic, a, b, p, beta }: VarianceStep, z: number): number {
  if (isQuadratic) return a === 0 ? p : a * (b + z) * (b + z)
  const upper = normalCdf(-z)
  // u <= p, asked of the upper tail so that large scores keep their digits.
  return upper >= 1 - p ? 0 : log((1 - p) / upper) / beta
}

/** Logarithm of E exp(A v') over the step's variance; NaN when there is no such mean. */
function logMean({ isQuadratic, a, b, p, beta }: VarianceStep, A: number): number {
  if (!isQuadratic) return A < beta ? log(p + (beta * (1 - p)) / (beta - A)) : Number.NaN
  if (a === 0) return A * p
  const free = 1 - 2 * A * a
  return free > 0 ? (A * b * b * a) / free - log(free) / 2 : Number.NaN
}

/**
 * Log move of the price over a step, given both variances; exp of it has mean exp(drift years).
 *
 * @param z standard normal, independent of the variance's score.
 * Source: Andersen (2007), equation 33 and proposition 7 (martingale correction), weights 1/2 and 1/2.
 */
export function stepLogPrice(
  law: HestonLaw,
  step: VarianceStep,
  v: number,
  next: number,
  years: number,
  z: number,
): number {
  const { speed, volOfVariance, leverage } = law
  const isLinked = volOfVariance > 0
  const tie = isLinked ? leverage / volOfVariance : 0
  const rho2 = isLinked ? leverage * leverage : 0
  const drag = (years / 2) * (speed * tie - 0.5)
  const k1 = drag - tie
  const k2 = drag + tie
  const k3 = (years / 2) * (1 - rho2)
  const correction = logMean(step, k2 + k3 / 2)
  const theta = law.vol * law.vol
  const k0 = Number.isNaN(correction)
    ? -tie * speed * theta * years
    : -correction - (k1 + k3 / 2) * v
  return k0 + k1 * v + k2 * next + Math.sqrt(k3 * (v + next)) * z
}
