import { cholesky, exp, log, logGamma, normalCdf, studentCdf } from '../math/index.ts'
import {
  NORMAL_DEGREES,
  stationaryShares,
  transitions,
} from '../mechanisms/prices/regimes/kernel.ts'
import type { Sample } from './sample.ts'

const LOG_2PI = 1.8378770664093453

/** One regime; covariances and means are per step. */
export type RegimeLaw = {
  readonly drift: number
  readonly covariance: Float64Array
  readonly degrees: number
}

/** Common jumps of the last regime: share of steps with one, and its size. */
export type CommonJumps = {
  readonly chance: number
  readonly mean: Float64Array
  readonly covariance: Float64Array
}

/** A process of regimes as it is fitted; `leaving` in 1/year. */
export type RegimesLaw = {
  readonly leaving: readonly number[]
  readonly laws: readonly RegimeLaw[]
  readonly jumps: CommonJumps | null
}

/** Squared distances from the mean, in units of the covariance, for all rows; null if it is singular. */
export type Distances = { readonly squares: Float64Array; readonly logDeterminant: number }

/** Means of a step: (drift - variance / 2) each, as the model has it. */
export function meansOf({ drift, covariance }: RegimeLaw, n: number, years: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => drift * years - covariance[i * n + i]! / 2)
}

/** Measure how far rows lie from a mean. */
export function distances(
  { moves, rows }: Sample,
  mean: Float64Array,
  covariance: Float64Array,
): Distances | null {
  const n = moves.length
  const lower = new Float64Array(n * n)
  if (!cholesky(covariance, n, lower)) return null
  let logDeterminant = 0
  for (let i = 0; i < n; i++) {
    if (!(lower[i * n + i]! > 0)) return null
    logDeterminant += 2 * log(lower[i * n + i]!)
  }
  const squares = new Float64Array(rows)
  const z = new Float64Array(n)
  for (let k = 0; k < rows; k++) {
    let total = 0
    for (let i = 0; i < n; i++) {
      let value = moves[i]![k]! - mean[i]!
      for (let j = 0; j < i; j++) value -= lower[i * n + j]! * z[j]!
      z[i] = value / lower[i * n + i]!
      total += z[i]! * z[i]!
    }
    squares[k] = total
  }
  return { squares, logDeterminant }
}

/** Log densities of Student's t of the given covariance (not scale); normal from 1000 degrees on. */
export function logDensities(
  { squares, logDeterminant }: Distances,
  degrees: number,
  n: number,
): Float64Array {
  if (degrees >= NORMAL_DEGREES) return squares.map((d) => -(n * LOG_2PI + logDeterminant + d) / 2)
  const inner = degrees - 2
  const base =
    logGamma((degrees + n) / 2) -
    logGamma(degrees / 2) -
    (n * log(inner * Math.PI) + logDeterminant) / 2
  return squares.map((d) => base - ((degrees + n) / 2) * log(1 + d / inner))
}

/** Log densities of all rows: one column per regime, then the jumps of the last one. */
export type Emissions = {
  readonly logs: readonly Float64Array[]
  readonly apart: readonly Distances[]
}

/** Sum of two matrices of the same shape. */
export function plus(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((x, i) => x + b[i]!)
}

/** Emission densities of every regime; null when a covariance is singular. */
export function emissionsOf(sample: Sample, { laws, jumps }: RegimesLaw): Emissions | null {
  const n = sample.moves.length
  const apart: Distances[] = []
  const logs: Float64Array[] = []
  for (const law of laws) {
    const d = distances(sample, meansOf(law, n, sample.years), law.covariance)
    if (!d) return null
    apart.push(d)
    logs.push(logDensities(d, law.degrees, n))
  }
  if (jumps) {
    const last = laws.at(-1)!
    const mean = plus(meansOf(last, n, sample.years), jumps.mean)
    const d = distances(sample, mean, plus(last.covariance, jumps.covariance))
    if (!d) return null
    apart.push(d)
    logs.push(logDensities(d, NORMAL_DEGREES, n))
  }
  return { logs, apart }
}

/** Probabilities of the regimes before each row (`prior`) and after it (`after`), regime by regime. */
export type Filter = {
  readonly prior: readonly Float64Array[]
  readonly after: readonly Float64Array[]
  /** Share of the last regime's density that is a jump's. */
  readonly jumping: Float64Array
  readonly terms: Float64Array
}

/** Hamilton's filter. A gap starts again from the long-run shares. */
export function filterRegimes(sample: Sample, law: RegimesLaw, { logs }: Emissions): Filter {
  const { rows, follows, years } = sample
  const count = law.laws.length
  const next = transitions(law.leaving, years)
  const shares = stationaryShares(law.leaving)
  const prior = law.laws.map(() => new Float64Array(rows))
  const after = law.laws.map(() => new Float64Array(rows))
  const jumping = new Float64Array(rows)
  const terms = new Float64Array(rows)
  const chance = law.jumps?.chance ?? 0
  const dense = new Float64Array(count)
  for (let k = 0; k < rows; k++) {
    let largest = -Infinity
    for (const column of logs) largest = Math.max(largest, column[k]!)
    let total = 0
    for (let r = 0; r < count; r++) {
      let p = 0
      if (k === 0 || follows[k] === 0) p = shares[r]!
      else for (let q = 0; q < count; q++) p += after[q]![k - 1]! * next[q * count + r]!
      prior[r]![k] = p
      dense[r] = exp(logs[r]![k]! - largest)
      if (r === count - 1 && chance > 0) {
        const jump = chance * exp(logs[count]![k]! - largest)
        dense[r] = (1 - chance) * dense[r]! + jump
        jumping[k] = jump / Math.max(dense[r]!, 1e-300)
      }
      total += p * dense[r]!
    }
    for (let r = 0; r < count; r++) after[r]![k] = (prior[r]![k]! * dense[r]!) / total
    terms[k] = log(total) + largest
  }
  return { prior, after, jumping, terms }
}

/** Log density and probability of one asset's moves under the one-step forecasts. */
export function marginal(
  sample: Sample,
  law: RegimesLaw,
  prior: readonly Float64Array[],
  asset: number,
): { readonly u: Float64Array; readonly logDensity: number } {
  const n = sample.moves.length
  const move = sample.moves[asset]!
  const one = { ...sample, moves: [move] }
  const count = law.laws.length
  const parts = law.laws.map((own) => ({
    mean: meansOf(own, n, sample.years)[asset]!,
    variance: own.covariance[asset * n + asset]!,
    degrees: own.degrees,
  }))
  const { jumps } = law
  if (jumps)
    parts.push({
      mean: parts[count - 1]!.mean + jumps.mean[asset]!,
      variance: parts[count - 1]!.variance + jumps.covariance[asset * n + asset]!,
      degrees: NORMAL_DEGREES,
    })
  const dense = parts.map(({ mean, variance, degrees }) =>
    logDensities(distances(one, Float64Array.of(mean), Float64Array.of(variance))!, degrees, 1),
  )
  const u = new Float64Array(sample.rows)
  let logDensity = 0
  for (let k = 0; k < sample.rows; k++) {
    let [below, total] = [0, 0]
    parts.forEach(({ mean, variance, degrees }, part) => {
      const p = weightOf(part, count, jumps?.chance ?? 0, prior, k)
      const z = (move[k]! - mean) / Math.sqrt(variance)
      const isNormal = degrees >= NORMAL_DEGREES
      const scaled = isNormal ? z : z * Math.sqrt(degrees / (degrees - 2))
      below += p * (isNormal ? normalCdf(scaled) : studentCdf(scaled, degrees))
      total += p * exp(dense[part]![k]!)
    })
    u[k] = Math.min(below, 1)
    logDensity += log(Math.max(total, 1e-300))
  }
  return { u, logDensity }
}

function weightOf(
  part: number,
  count: number,
  chance: number,
  prior: readonly Float64Array[],
  k: number,
): number {
  const p = prior[Math.min(part, count - 1)]![k]!
  if (part === count) return p * chance
  return part === count - 1 ? p * (1 - chance) : p
}
