import { exp, expm1, inversePositive, log, sum } from '../math/index.ts'
import { NORMAL_DEGREES, transitions } from '../mechanisms/prices/regimes/kernel.ts'
import { meanAndSd } from './gbm.ts'
import {
  distances,
  type Emissions,
  emissionsOf,
  type Filter,
  filterRegimes,
  logDensities,
  meansOf,
  type RegimesLaw,
} from './regimesDensity.ts'
import type { Sample } from './sample.ts'

const HIGHEST_DEGREES = 60

/** Probabilities of regimes given all rows, and expected switches between neighbours. */
type Smoothed = { readonly share: readonly Float64Array[]; readonly switches: Float64Array }

/** Kim's backward pass. */
function smooth(sample: Sample, law: RegimesLaw, { prior, after }: Filter): Smoothed {
  const { rows, follows, years } = sample
  const count = law.laws.length
  const next = transitions(law.leaving, years)
  const share = after.map((column) => Float64Array.from(column))
  const switches = new Float64Array(count * count)
  for (let k = rows - 2; k >= 0; k--) {
    if (follows[k + 1] === 0) continue
    for (let q = 0; q < count; q++) {
      let total = 0
      for (let r = 0; r < count; r++) {
        const expected = prior[r]![k + 1]!
        const p =
          expected > 0 ? (after[q]![k]! * next[q * count + r]! * share[r]![k + 1]!) / expected : 0
        switches[q * count + r]! += p
        total += p
      }
      share[q]![k] = total
    }
  }
  return { share, switches }
}

/** Rates of leaving of two regimes from the probabilities of switching in one step. */
function ratesOf(switches: Float64Array, years: number): readonly number[] {
  const up = switches[1]! / (switches[0]! + switches[1]!)
  const down = switches[2]! / (switches[2]! + switches[3]!)
  const both = Math.min(up + down, 0.999)
  const rate = -log(1 - both) / years
  return [(rate * up) / (up + down), (rate * down) / (up + down)]
}

/** Weighted covariance around a mean; `total` is what the weights are divided by. */
function scatter(
  { moves, rows }: Sample,
  mean: Float64Array,
  weight: Float64Array,
  total: number,
): Float64Array {
  const n = moves.length
  const out = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let value = 0
      for (let k = 0; k < rows; k++)
        value += weight[k]! * (moves[i]![k]! - mean[i]!) * (moves[j]![k]! - mean[j]!)
      out[i * n + j] = out[j * n + i] = value / total
    }
  return out
}

/** Common drift of all assets, by generalised least squares with the weights of Student's t. */
function driftOf(sample: Sample, covariance: Float64Array, weight: Float64Array): number {
  const { moves, years } = sample
  const n = moves.length
  const inverse = inversePositive(covariance, n)
  if (!inverse) return 0
  const total = sum(weight)
  const middle = moves.map((column, i) => {
    const weighted = column.reduce((a, x, k) => a + weight[k]! * x, 0) / total
    return weighted + covariance[i * n + i]! / 2
  })
  let [top, bottom] = [0, 0]
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      top += inverse[i * n + j]! * middle[j]!
      bottom += inverse[i * n + j]!
    }
  return top / bottom / years
}

/**
 * Move the degrees of freedom towards the greatest weighted likelihood, covariance held: one step to the
 * top of the parabola through three points, by at most a factor 1.5.
 */
function degreesOf(sample: Sample, law: RegimesLaw, r: number, weight: Float64Array): number {
  const n = sample.moves.length
  const own = law.laws[r]!
  const d = distances(sample, meansOf(own, n, sample.years), own.covariance)!
  const value = (inner: number): number => {
    const logs = logDensities(d, 2 + inner, n)
    let total = 0
    for (let k = 0; k < logs.length; k++) total += weight[k]! * logs[k]!
    return total
  }
  // Degrees beyond 2, in logarithms, are nearly a parabola.
  const here = own.degrees >= NORMAL_DEGREES ? HIGHEST_DEGREES : own.degrees - 2
  const width = 0.1
  const [low, middle, high] = [-1, 0, 1].map((side) => value(here * exp(side * width)))
  const bend = low! - 2 * middle! + high!
  const slope = (high! - low!) / 2
  const move = bend < 0 ? (-slope / bend) * width : Math.sign(slope) * 0.4
  const next = here * exp(Math.max(-0.4, Math.min(0.4, move)))
  if (next > HIGHEST_DEGREES) return NORMAL_DEGREES
  return 2 + Math.max(0.1, next)
}

function jumpsOf(
  sample: Sample,
  law: RegimesLaw,
  share: Float64Array,
  jumping: Float64Array,
): RegimesLaw['jumps'] {
  const n = sample.moves.length
  const weight = share.map((p, k) => p * jumping[k]!)
  const struck = sum(weight)
  // Fewer than three expected jumps tell nothing of their size.
  if (!(struck > 3)) return null
  const last = law.laws.at(-1)!
  const base = meansOf(last, n, sample.years)
  const full = Float64Array.from(sample.moves, (column) =>
    column.reduce((a, x, k) => a + (weight[k]! * x) / struck, 0),
  )
  const whole = scatter(sample, full, weight, struck)
  const covariance = jumpCovariance(whole, last.covariance, n)
  return { chance: struck / sum(share), mean: full.map((x, i) => x - base[i]!), covariance }
}

/**
 * Sizes of jumps: what their scatter exceeds the regime's covariance by, with one correlation for every
 * pair, as the model has it.
 */
function jumpCovariance(whole: Float64Array, own: Float64Array, n: number): Float64Array {
  const sds = Array.from({ length: n }, (_, i) => {
    const at = i * n + i
    return Math.sqrt(Math.max(whole[at]! - own[at]!, 0.05 * whole[at]!))
  })
  let [total, pairs] = [0, 0]
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      total += (whole[i * n + j]! - own[i * n + j]!) / (sds[i]! * sds[j]!)
      pairs++
    }
  const correlation = pairs === 0 ? 1 : Math.max(0, Math.min(0.995, total / pairs))
  return equicorrelated(sds, correlation)
}

/** Covariance matrix with the same correlation for every pair. */
export function equicorrelated(sds: readonly number[], correlation: number): Float64Array {
  const n = sds.length
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n]
    return sds[i]! * sds[j]! * (i === j ? 1 : correlation)
  })
}

function improve(
  sample: Sample,
  law: RegimesLaw,
  { apart }: Emissions,
  filter: Filter,
): RegimesLaw {
  const n = sample.moves.length
  const { share, switches } = smooth(sample, law, filter)
  const last = law.laws.length - 1
  const laws = law.laws.map((own, r) => {
    const weight = share[r]!.map((p, k) => (r === last ? p * (1 - filter.jumping[k]!) : p))
    const heavy = own.degrees < NORMAL_DEGREES
    // Student's t as a normal of random variance: rows far out count less.
    const squeezed = weight.map((w, k) =>
      heavy ? (w * (own.degrees + n)) / (own.degrees - 2 + apart[r]!.squares[k]!) : w,
    )
    const drift = driftOf(sample, own.covariance, squeezed)
    const mean = meansOf({ ...own, drift }, n, sample.years)
    const covariance = scatter(sample, mean, squeezed, sum(weight))
    const moved = { drift, covariance, degrees: own.degrees }
    const all = law.laws.map((other, q) => (q === r ? moved : other))
    return { ...moved, degrees: degreesOf(sample, { ...law, laws: all }, r, weight) }
  })
  const moved = { ...law, laws, leaving: ratesOf(switches, sample.years) }
  if (!law.jumps) return moved
  return { ...moved, jumps: jumpsOf(sample, moved, share[last]!, filter.jumping) }
}

/** First guess: rows around which moves are small are calm. */
function guess(sample: Sample, hasJumps: 'jumps' | 'none'): RegimesLaw {
  const { moves, rows, years } = sample
  const n = moves.length
  const sds = moves.map((column) => meanAndSd(column).sd)
  const size = Float64Array.from({ length: rows }, (_, k) =>
    moves.reduce((a, column, i) => a + Math.min(9, (column[k]! / sds[i]!) ** 2), 0),
  )
  const around = size.map((_, k) => {
    let total = 0
    for (let j = Math.max(0, k - 6); j < Math.min(rows, k + 7); j++) total += size[j]!
    return total
  })
  const middle = Float64Array.from(around).sort()[Math.floor(0.65 * rows)]!
  const zero = new Float64Array(n)
  const laws = [0, 1].map((r) => {
    const weight = around.map((a) => (a > middle === (r === 1) ? 1 : 0))
    return { drift: 0, degrees: 6, covariance: scatter(sample, zero, weight, sum(weight)) }
  })
  const wide = sds.map((_, i) => 3 * Math.sqrt(laws[1]!.covariance[i * n + i]!))
  const jumps =
    hasJumps === 'none'
      ? null
      : { chance: 0.01, mean: zero, covariance: equicorrelated(wide, n > 1 ? 0.9 : 1) }
  const hours = 3600 / (365 * 86400)
  return {
    leaving: [1 / Math.max(72 * hours, 8 * years), 1 / Math.max(24 * hours, 4 * years)],
    laws,
    jumps,
  }
}

/** What the search for regimes ended with. */
export type RegimesEstimate = { readonly law: RegimesLaw; readonly filter: Filter }

/** The calm regime first. */
function ordered(law: RegimesLaw): RegimesLaw {
  const [a, b] = law.laws
  const isOrdered = a!.covariance[0]! <= b!.covariance[0]!
  return isOrdered || law.jumps
    ? law
    : { leaving: law.leaving.toReversed(), laws: law.laws.toReversed(), jumps: law.jumps }
}

/**
 * Fit two regimes by expectation and conditional maximisation.
 *
 * @param onRound told the round and the log likelihood. @returns null when a covariance degenerates.
 * Source: Hamilton (1990); Liu and Rubin (1995) for Student's t.
 */
export function fitByEm(
  sample: Sample,
  hasJumps: 'jumps' | 'none',
  onRound: (round: number, logLikelihood: number) => void,
): RegimesEstimate | null {
  let law = guess(sample, hasJumps)
  let before = -Infinity
  for (let round = 1; round <= 400; round++) {
    const emissions = emissionsOf(sample, law)
    if (!emissions) return null
    const filter = filterRegimes(sample, law, emissions)
    const value = sum(filter.terms)
    onRound(round, value)
    if (!Number.isFinite(value)) return null
    if (Math.abs(value - before) < 3e-4 || round === 400) {
      const final = ordered(law)
      const again = emissionsOf(sample, final)
      return again && { law: final, filter: filterRegimes(sample, final, again) }
    }
    before = value
    law = improve(sample, law, emissions, filter)
  }
  return null
}

/** Expected share of steps with a jump from a rate, and back. */
export function chanceOf(perYear: number, years: number): number {
  return -expm1(-perYear * years)
}
