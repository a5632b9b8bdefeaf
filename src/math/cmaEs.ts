import { philoxDraws } from './draws.ts'
import { symmetricEigen } from './eigen.ts'
import { exp, log } from './elementary.ts'

/** Options of a search by covariance matrix adaptation. */
export type CmaEsOptions = {
  /** Any safe integers; the same ones give the same points. */
  readonly seed: number
  readonly restart?: number
  /** Standard deviation of the first points in every coordinate; default 0.3, for a unit cube. */
  readonly sigma?: number
  /** Points of a generation, >= 4; default 4 + 3 ln n. */
  readonly population?: number
}

/** A search for a minimum that asks for points and is told only which of them are better. */
export type CmaEs = {
  /** Points of the next generation. */
  readonly ask: () => readonly Float64Array[]
  /** @param order places of the points that were asked for, the best first. */
  readonly tell: (order: readonly number[]) => void
  /** Largest standard deviation in any direction. */
  readonly spread: () => number
}

/** Constants of the strategy by dimension and population (table 1 of the source, positive weights). */
function constantsOf(n: number, population: number) {
  const parents = Math.floor(population / 2)
  const raw = Array.from({ length: parents }, (_, i) => log((population + 1) / 2) - log(i + 1))
  const sum = raw.reduce((a, b) => a + b, 0)
  const weights = raw.map((w) => w / sum)
  const mu = 1 / weights.reduce((total, w) => total + w * w, 0)
  const c1 = 2 / ((n + 1.3) * (n + 1.3) + mu)
  const cs = (mu + 2) / (n + mu + 5)
  return {
    ...{ weights, mu, c1, cs },
    cc: (4 + mu / n) / (n + 4 + (2 * mu) / n),
    cmu: Math.min(1 - c1, (2 * (mu - 2 + 1 / mu)) / ((n + 2) * (n + 2) + mu)),
    damping: 1 + 2 * Math.max(0, Math.sqrt((mu - 1) / (n + 1)) - 1) + cs,
    length: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  }
}

function norm(v: Float64Array): number {
  return Math.sqrt(v.reduce((sum, x) => sum + x * x, 0))
}

/** Sum over eigenvectors of factor(k) (v_k . y) v_k, or of factor(k) z_k v_k. */
function along(vectors: Float64Array, coefficient: (k: number, row: Float64Array) => number) {
  const n = Math.sqrt(vectors.length)
  const out = new Float64Array(n)
  for (let k = 0; k < n; k++) {
    const row = vectors.subarray(k * n, (k + 1) * n)
    const c = coefficient(k, row)
    for (let i = 0; i < n; i++) out[i]! += c * row[i]!
  }
  return out
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, i) => sum + x * b[i]!, 0)
}

/**
 * Open a search for a minimum by covariance matrix adaptation (CMA-ES): without slopes, and indifferent
 * to any monotone change of the function.
 * @param start first mean; not changed.
 * @throws {RangeError} when the population is below 4 or there are no coordinates.
 * Source: Hansen, "The CMA Evolution Strategy: A Tutorial" (arXiv 1604.00772), appendix A, with positive
 *   weights only.
 */
export function createCmaEs(start: ArrayLike<number>, options: CmaEsOptions): CmaEs {
  const n = start.length
  const { seed, restart = 0, population = 4 + Math.floor(3 * log(Math.max(1, n))) } = options
  if (!(n >= 1 && population >= 4))
    throw new RangeError(`${n} coordinates, population ${population}; use >= 1 and >= 4`)
  const { weights, mu, c1, cs, cc, cmu, damping, length } = constantsOf(n, population)
  const draws = philoxDraws(seed, restart, 'cmaEs')
  const mean = Float64Array.from(start)
  const cov = Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : 0))
  const [pathSigma, pathC] = [new Float64Array(n), new Float64Array(n)]
  let sigma = options.sigma ?? 0.3
  let generation = 0
  let eigen = symmetricEigen(cov, n)
  let steps: readonly Float64Array[] = []
  // Rounding may take an eigenvalue below zero.
  const root = (k: number): number => Math.sqrt(Math.max(1e-20, eigen.values[k]!))

  function adapt(chosen: readonly Float64Array[], isSteady: boolean): void {
    const lost = isSteady ? 0 : c1 * cc * (2 - cc)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let rank = 0
        for (let k = 0; k < weights.length; k++)
          rank += weights[k]! * chosen[k]![i]! * chosen[k]![j]!
        const at = i * n + j
        cov[at] = (1 - c1 - cmu + lost) * cov[at]! + c1 * pathC[i]! * pathC[j]! + cmu * rank
      }
    eigen = symmetricEigen(cov, n)
  }

  return {
    ask() {
      steps = Array.from({ length: population }, (_, p) =>
        along(eigen.vectors, (k) => root(k) * draws.normal(generation, p * n + k)),
      )
      return steps.map((step) => mean.map((m, i) => m + sigma * step[i]!))
    },
    tell(order) {
      const chosen = weights.map((_, k) => steps[order[k]!]!)
      const step = mean.map((_, i) => weights.reduce((sum, w, k) => sum + w * chosen[k]![i]!, 0))
      const white = along(eigen.vectors, (k, row) => dot(row, step) / root(k))
      generation++
      const fresh = Math.sqrt(cs * (2 - cs) * mu)
      for (let i = 0; i < n; i++) {
        mean[i]! += sigma * step[i]!
        pathSigma[i] = (1 - cs) * pathSigma[i]! + fresh * white[i]!
      }
      const size = norm(pathSigma)
      const known = Math.sqrt(1 - exp(2 * generation * log(1 - cs)))
      const isSteady = size / known < (1.4 + 2 / (n + 1)) * length
      const own = isSteady ? Math.sqrt(cc * (2 - cc) * mu) : 0
      for (let i = 0; i < n; i++) pathC[i] = (1 - cc) * pathC[i]! + own * step[i]!
      adapt(chosen, isSteady)
      sigma *= exp(Math.min(1, (cs / damping) * (size / length - 1)))
    },
    spread: () => sigma * root(0),
  }
}
