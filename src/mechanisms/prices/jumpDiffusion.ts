import { exp, expm1, gammaTail, inverseNormalCdf, log, logGamma } from '../../math/index.ts'
import {
  assets,
  choice,
  f64,
  InputError,
  type Model,
  model,
  number,
  perAsset,
  record,
} from '../../world/index.ts'
import { correlate, correlationOf, correlationParams, YEAR } from './correlations.ts'

/** Poisson jumps of normal log size: expected number per year, mean and standard deviation. */
export type JumpLaw = { readonly perYear: number; readonly mean: number; readonly sd: number }

const law = {
  perYear: number('expected jumps', '1/year', { default: 0, min: 0 }),
  mean: number('mean log size', 'log', { default: 0 }),
  sd: number('standard deviation of the log size', 'log', { default: 0, min: 0 }),
}

/** Mean from which on the sum of the law no longer starts at zero arrivals, whose probability underflows. */
const MANY = 500

/** Thrown when a step has more jumps than can be counted. */
export class JumpRateError extends InputError {
  override readonly name = 'JumpRateError'
}

/**
 * Number of Poisson arrivals below a uniform, by inversion of the distribution function.
 * @param u strictly inside 0..1. @param mean expected number, 0 to 1e6.
 * @throws {JumpRateError} when the mean is larger.
 */
export function poissonCount(u: number, mean: number): number {
  if (mean > MANY) return manyArrivals(u, mean)
  let term = exp(-mean)
  let below = term
  let count = 0
  // The bound only stops where rounding has eaten the last terms.
  while (u > below && count < 40 + 4 * mean) {
    count++
    term *= mean / count
    below += term
  }
  return count
}

/** The same from a guess near the answer: P(N <= k) = P(gamma of shape k + 1 > mean). */
function manyArrivals(u: number, mean: number): number {
  if (!(mean <= 1e6))
    throw new JumpRateError(
      `${mean} jumps are expected in one step; state fewer, or make them noise`,
    )
  const z = inverseNormalCdf(u)
  // Cornish and Fisher's first correction; off by less than a few counts.
  let count = Math.max(0, Math.floor(mean + z * Math.sqrt(mean) + (z * z - 1) / 6))
  let below = gammaTail(count + 1, mean)
  let term = exp(count * log(mean) - mean - logGamma(count + 1))
  while (count > 0 && below - term >= u) {
    below -= term
    term *= count / mean
    count--
  }
  for (let k = 0; u > below && k < 1000; k++) {
    count++
    term *= mean / count
    below += term
  }
  return count
}

/** Sum of `count` jumps from one normal draw. */
export function jumpSum(count: number, { mean, sd }: JumpLaw, z: number): number {
  return count === 0 ? 0 : count * mean + Math.sqrt(count) * sd * z
}

/** Growth per year that the jumps add to the expected price: perYear (E exp(J) - 1). */
export function compensator({ perYear, mean, sd }: JumpLaw): number {
  return perYear * expm1(mean + (sd * sd) / 2)
}

const params = {
  assets: assets('assets that move'),
  vol: number('volatility between jumps', '1/sqrt(year)', { default: 0, min: 0 }),
  vols: perAsset(
    'volatility of single assets, instead of vol',
    number('volatility', '1/sqrt(year)', { min: 0 }),
    { default: [] },
  ),
  drift: number('expected relative growth of the price, jumps included', '1/year', { default: 0 }),
  ...correlationParams,
  ...law,
  jumps: perAsset('jumps of single assets, instead of the common law', record('one law', law), {
    default: [],
  }),
  scope: choice(
    'whether assets jump alone, or all at once by the same standard score',
    ['each', 'all'],
    'each',
  ),
}

/** Merton's jump diffusion, correlated; a step of any length has the exact distribution. */
export const jumpDiffusion: Model = model({
  kind: 'prices/jumpDiffusion',
  phase: 'driver',
  doc: 'correlated geometric Brownian motion with Poisson jumps of normal log size (Merton)',
  params,
  columns: (_, all) => ({ shift: f64(all.length, 'log') }),
  create(p, s, { draws }) {
    const n = p.assets.length
    const vols = p.assets.map((a) => p.vols.find((v) => v.asset === a)?.value ?? p.vol)
    const laws = p.assets.map((a) => p.jumps.find((v) => v.asset === a)?.value ?? p)
    const growth = laws.map((own, i) => p.drift - vols[i]! * vols[i]! * 0.5 - compensator(own))
    const lower = correlationOf(p.assets, p)
    const z = new Float64Array(n)
    const isShared = p.scope === 'all'
    return {
      ports: { driver: { assets: p.assets, shift: (a) => s.shift[a]! } },
      step({ tick, dt }) {
        const years = dt / YEAR
        const root = Math.sqrt(years)
        for (let i = 0; i < n; i++) z[i] = draws.normal(tick, 3 * p.assets[i]!)
        if (lower) correlate(lower, z)
        for (let i = 0; i < n; i++) {
          const a = p.assets[i]!
          const own = laws[i]!
          const slot = isShared ? 0 : 3 * a
          const count = poissonCount(draws.uniform(tick, slot + 1), own.perYear * years)
          const jump = count === 0 ? 0 : jumpSum(count, own, draws.normal(tick, slot + 2))
          s.shift[a]! += growth[i]! * years + vols[i]! * root * z[i]! + jump
        }
      },
    }
  },
})
