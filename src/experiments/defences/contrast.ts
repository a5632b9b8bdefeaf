import {
  momentsOf,
  philoxDraws,
  sampleQuantile,
  shortfall,
  sortedCopy,
  studentQuantile,
  sum,
} from '../../math/index.ts'
import { alikeChance, type Estimate, exactly, inPercent, without } from '../estimate.ts'
import { meanOf } from '../statistics.ts'
import { CompareError } from './types.ts'

/** One weighted part of a contrast: numbers of the paths of one world. */
export type Term = { readonly weight: number; readonly values: Float64Array }

/** A contrast: a weighted sum of a statistic over worlds that met the same paths. */
export type Contrast = Estimate & {
  /** Whether it is 0 on every path, up to rounding. */
  readonly isZero: boolean
}

/** What every contrast of one comparison shares. */
export type ContrastSettings = {
  /** `mean`, `pNN`, `varNN` or `esNN`. */
  readonly statistic: string
  /** Which end of the measure is good: tails are taken at the other. */
  readonly better: 'lower' | 'higher'
  readonly seed: number
  /** Whether paths differ in nothing, so that one of them tells all. */
  readonly isCertain: boolean
}

/** Estimates contrasts of one measure; the same paths are drawn again for all of them. */
export type Contrasts = (terms: readonly Term[], confidence?: number) => Contrast

/** Times that the paths are drawn again: the error of a standard error from it is 2 %. */
const RESAMPLES = 1000

type Point = (values: Float64Array) => number

/** Read a statistic as a number of a sample. @throws {CompareError} when it is none. */
function pointOf(statistic: string, better: 'lower' | 'higher'): Point {
  if (statistic === 'mean') return (values) => sum(values) / values.length
  const match = /^(p|var|es)(\d+(?:\.\d+)?)$/.exec(statistic)
  const level = match ? Number(match[2]) / 100 : Number.NaN
  if (!match || !(level > 0 && level < 1))
    throw new CompareError(
      `"${statistic}" cannot be compared; write mean, pNN, varNN or esNN, for example badDebt.es95`,
    )
  const turn = match[1] !== 'p' && better === 'higher' ? -1 : 1
  const tail = match[1] === 'es' ? (v: Float64Array) => shortfall(v, level).value : null
  return (values) => {
    const sorted = sortedCopy(turn === 1 ? values : values.map((v) => -v))
    return turn * (tail ? tail(sorted) : sampleQuantile(sorted, level))
  }
}

/** Rounding of what worlds add up in another order, as a share of its size: what is below it is 0. */
const ROUNDING = 1e-12

function combined(terms: readonly Term[]): Float64Array {
  return Float64Array.from({ length: terms[0]!.values.length }, (_, k) => {
    const parts = terms.map(({ weight, values }) => weight * values[k]!)
    const total = parts.reduce((a, b) => a + b, 0)
    const size = parts.reduce((a, b) => a + Math.abs(b), 0)
    return Math.abs(total) <= ROUNDING * size ? 0 : total
  })
}

/** Draw the paths again and again, the same in every world, and take the statistic of each draw. */
function createReplicas(point: Point, seed: number): (values: Float64Array) => Float64Array {
  const known = new WeakMap<Float64Array, Float64Array>()
  return (values) => {
    const before = known.get(values)
    if (before) return before
    const { uniform } = philoxDraws(seed, 0, 'experiments/defences')
    const drawn = new Float64Array(values.length)
    const replicas = Float64Array.from({ length: RESAMPLES }, (_, draw) => {
      for (let k = 0; k < drawn.length; k++)
        drawn[k] = values[Math.floor(uniform(draw, k) * values.length)]!
      return point(drawn)
    })
    known.set(values, replicas)
    return replicas
  }
}

/** Estimate what is the same on all paths: sure only of as many as a sign test needs. */
function alike(value: number, n: number, confidence: number): Estimate {
  const isSure = (paths: number): boolean => 2 * alikeChance(paths) <= 1 - confidence
  let needed = 2
  while (!isSure(needed)) needed++
  const method = `all ${n} paths change alike; ${inPercent(confidence)} sign test`
  if (n < needed) return without(`${method} needs ${needed}`, n, value)
  return { value, low: value, high: value, method, n, approximate: true }
}

/**
 * Make the estimator of contrasts: of means by Student's t over the paths' own differences, of other
 * statistics by drawing the paths again with replacement, the same ones in every world.
 * @throws {CompareError} when the statistic is none.
 */
export function createContrasts(settings: ContrastSettings): Contrasts {
  const { statistic, seed, isCertain } = settings
  const point = pointOf(statistic, settings.better)
  const replicas = createReplicas(point, seed)
  return (terms, confidence = 0.95) => {
    const differences = combined(terms)
    const n = differences.length
    // Of two worlds that agree on every path all statistics do; of sums of more only means.
    const isZero = (statistic === 'mean' || terms.length < 3) && differences.every((d) => d === 0)
    if (n === 0) return { ...without('no path has a value in all worlds', 0), isZero: false }
    if (isCertain) return { ...exactly(differences[0]!, n), isZero }
    if (statistic === 'mean') {
      const isAlike = !isZero && n > 1 && differences.every((d) => d === differences[0])
      const mean = isAlike ? alike(differences[0]!, n, confidence) : null
      return { ...(mean ?? meanOf(differences, { confidence })), isZero }
    }
    const value = terms.reduce((total, { weight, values }) => total + weight * point(values), 0)
    if (n === 1) return { ...without('one path: no interval', n, value), isZero }
    const drawn = combined(
      terms.map(({ weight, values }) => ({ weight, values: replicas(values) })),
    )
    const half = studentQuantile(0.5 + confidence / 2, n - 1) * momentsOf(drawn).sd
    const method = `${inPercent(confidence)} by ${RESAMPLES} draws of the same paths again`
    return { value, low: value - half, high: value + half, method, n, approximate: true, isZero }
  }
}
