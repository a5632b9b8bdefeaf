import { philoxDraws } from '../../math/index.ts'
import type { Interval } from '../sensitivity/ranges.ts'
import { meansOver, type Sampled } from './curve.ts'
import { isScattered } from './scatter.ts'

/** Least number of paths whose scatter says what is noise, and of places that leave something of a fit. */
const LEAST = { paths: 8, places: 7 } as const
/** Places of a break that are tried in a cell. */
const FINE = 8
const RESAMPLES = 200
/** Chance below which noise around a smooth curve is taken not to have made a break, and around a broken line not its misfit. */
const RARE = 0.05
/** Share of what a cubic leaves that a broken line may leave by arms that are not quite straight. */
const BENT = 0.1

/** Where straight lines that meet, or do not, fit better than a smooth curve. */
export type ChangePoint = {
  readonly at: Interval
  /** `bend`: the slope changes; `step`: the level does. */
  readonly shape: 'bend' | 'step'
  /** Squares that the broken line leaves, as a share of those that a cubic with as many parameters leaves. */
  readonly left: number
  /** How often the scatter of paths around that cubic makes as good a break. */
  readonly chance: number
}

type Shape = ChangePoint['shape']

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0
  for (let k = 0; k < a.length; k++) total += a[k]! * b[k]!
  return total
}

/** What is left of values after their projections on orthogonal directions. */
function leftOver(y: Float64Array, directions: readonly Float64Array[]): Float64Array {
  let left = y
  for (const own of directions) {
    const by = dot(own, left) / dot(own, own)
    left = left.map((v, k) => v - by * own[k]!)
  }
  return left
}

/** Orthogonal polynomials over some places, up to a degree. */
function polynomials(x: Float64Array, degree: number): readonly Float64Array[] {
  const [low, high] = [x[0]!, x[x.length - 1]!]
  const t = x.map((v) => (2 * v - low - high) / (high - low))
  const all: Float64Array[] = []
  for (let power = 0; power <= degree; power++)
    all.push(
      leftOver(
        t.map((v) => v ** power),
        all,
      ),
    )
  return all
}

/** A break that can be fitted, with its own shape after a straight line is taken off, of length 1. */
type Candidate = { readonly at: number; readonly shape: Shape; readonly z: Float64Array }

function candidatesOf(x: Float64Array, line: readonly Float64Array[]): readonly Candidate[] {
  const all: Candidate[] = []
  const unit = (values: Float64Array): Float64Array => {
    const z = leftOver(values, line)
    const length = Math.sqrt(dot(z, z))
    return z.map((v) => v / length)
  }
  for (let k = 1; k < x.length - 2; k++) {
    for (let i = 0; i < FINE; i++) {
      const at = x[k]! + ((x[k + 1]! - x[k]!) * i) / FINE
      const bend = x.map((v) => Math.max(0, v - at))
      all.push({ at, shape: 'bend', z: unit(bend) })
    }
    const at = (x[k]! + x[k + 1]!) / 2
    const step = x.map((v) => (v > at ? 1 : 0))
    all.push({ at, shape: 'step', z: unit(step) })
  }
  return all
}

/** A curve's best broken line, and squares that are left of it and of a cubic. */
type Fit = {
  readonly best: Candidate
  readonly broken: Float64Array
  readonly smooth: Float64Array
  readonly squares: { readonly broken: number; readonly smooth: number }
}

/** Make the fit of curves over the same places: a line with one break, and a cubic, which has as many parameters. */
function createFit(x: Float64Array): (y: Float64Array) => Fit {
  const cubic = polynomials(x, 3)
  const line = cubic.slice(0, 2)
  const candidates = candidatesOf(x, line)
  return (y) => {
    const straight = leftOver(y, line)
    let [best, most] = [candidates[0]!, -1]
    for (const own of candidates) {
      const gain = Math.abs(dot(own.z, straight))
      if (gain > most) [best, most] = [own, gain]
    }
    const [broken, smooth] = [leftOver(straight, [best.z]), leftOver(y, cubic)]
    return {
      best,
      broken,
      smooth,
      squares: { broken: dot(broken, broken), smooth: dot(smooth, smooth) },
    }
  }
}

/** How much less a broken line leaves than a smooth curve. */
const gainOf = ({ squares }: Fit): number => squares.smooth - squares.broken

/** Means of resampled paths less the mean of all, which other paths would have made: the same paths at every place. */
function noiseOf(order: readonly Float64Array[], mean: Float64Array): readonly Float64Array[] {
  const paths = order[0]!.length
  const draws = philoxDraws(1, 0, 'changePoint')
  // Resamples of few paths scatter too little, by n - 1 in n.
  const wider = Math.sqrt(paths / (paths - 1))
  return Array.from({ length: RESAMPLES }, (_, r) => {
    const rows = Array.from({ length: paths }, (_, k) => Math.floor(draws.uniform(r, k) * paths))
    return meansOver(order, rows).map((v, k) => wider * (v - mean[k]!))
  })
}

/** Share of resamples, the curve itself among them, that reach a number. */
const shareOf = (values: readonly number[], least: number): number =>
  (1 + values.filter((v) => v >= least).length) / (1 + values.length)

/** The same residuals with signs of their own in each resample: a misfit is no scatter, and is nowhere in particular. */
function turned(residuals: Float64Array): readonly Float64Array[] {
  const draws = philoxDraws(2, 0, 'changePoint')
  return Array.from({ length: RESAMPLES }, (_, r) =>
    residuals.map((v, k) => (draws.uniform(r, k) < 0.5 ? v : -v)),
  )
}

/**
 * Fit a change point to a noisy curve: a straight line with one bend or one step. It is told when a smooth
 * curve with as many parameters, a cubic, fits worse than the scatter of paths around it would have it (a
 * bootstrap, as without a break there is no place to count as a parameter), and when the broken line leaves
 * no more than that scatter, or hardly anything of what the cubic leaves.
 * @returns null for few paths, without scatter, or when the curve may be smooth or is no broken line.
 */
export function changePointOf({ x, order }: Sampled): ChangePoint | null {
  const rows = [...order[0]!.keys()].filter((k) => order.every((own) => !Number.isNaN(own[k]!)))
  if (rows.length < LEAST.paths || x.length < LEAST.places) return null
  const whole = order.map((own) => Float64Array.from(rows, (path) => own[path]!))
  if (!isScattered(whole)) return null
  const mean = meansOver(whole, [...rows.keys()])
  const fitOf = createFit(x)
  const own = fitOf(mean)
  if (gainOf(own) <= 0) return null
  const noise = noiseOf(whole, mean)
  const around = (residuals: Float64Array, others = noise): readonly Fit[] =>
    others.map((e) => fitOf(mean.map((v, k) => v - residuals[k]! + e[k]!)))
  const chance = shareOf(around(own.smooth).map(gainOf), gainOf(own))
  const again = around(own.broken)
  const leftAgain = again.map(({ squares }) => squares.broken)
  const isMisfit = shareOf(leftAgain, own.squares.broken) <= RARE
  const left = own.squares.broken / own.squares.smooth
  if (chance > RARE || (isMisfit && left > BENT)) return null
  const signs = turned(own.broken)
  const both = noise.map((e, r) => e.map((v, k) => v + signs[r]![k]!))
  const others = isMisfit ? around(own.broken, both) : again
  return { at: placeOf(x, own, others), shape: own.best.shape, left, chance }
}

/** Where the break is, and where other paths would have put it. */
function placeOf(x: Float64Array, { best: { at, shape } }: Fit, others: readonly Fit[]): Interval {
  const places = Float64Array.from(others, ({ best }) => best.at).toSorted()
  // A break is told no finer than it was tried.
  const cell = (x[1]! - x[0]!) / (shape === 'step' ? 2 : 2 * FINE)
  return {
    value: at,
    low: Math.min(at, places[Math.ceil(0.025 * RESAMPLES) - 1]!) - cell,
    high: Math.max(at, places[Math.ceil(0.975 * RESAMPLES) - 1]!) + cell,
  }
}
