import { meanInterval, philoxDraws } from '../../math/index.ts'
import {
  checkCount,
  checkRanges,
  checkSeed,
  evaluate,
  type Interval,
  place,
  type Ranges,
  type Response,
  SensitivityError,
} from './ranges.ts'

/** Options of a screening. */
export type MorrisOptions = {
  /** Trajectories; the function is evaluated trajectories x (parameters + 1) times. */
  readonly trajectories: number
  /** Levels of the grid on which they walk, even; default 4. */
  readonly levels?: number
  readonly seed?: number
}

/** Elementary effects of one parameter: change of the function per whole range of the parameter. */
export type MorrisEffect = {
  /** Mean effect. */
  readonly mu: number
  /** Mean absolute effect: how much the parameter matters. */
  readonly muStar: Interval
  /** Standard deviation of the effects: how much that depends on where and on the others. */
  readonly sigma: number
}

/** Points of a screening, trajectory by trajectory; `changed` is the parameter of each step. */
export type MorrisDesign = {
  readonly parameters: number
  readonly points: Float64Array
  readonly changed: Int32Array
  /** Signed length of each step as a share of the range. */
  readonly steps: Float64Array
}

/**
 * Lay out one-at-a-time trajectories on a grid, each from a random point in a random order.
 * Source: Morris, Technometrics 33 (1991) 161; absolute effects after Campolongo et al. (2007).
 * @throws {SensitivityError} for ranges or counts that make no sense.
 */
export function morrisDesign(ranges: Ranges, options: MorrisOptions): MorrisDesign {
  const { trajectories, levels = 4, seed = 1 } = options
  checkRanges(ranges)
  checkCount('trajectories', trajectories, 2)
  checkCount('levels', levels, 2)
  checkSeed(seed)
  if (levels % 2 === 1) throw new SensitivityError(`levels is ${levels}; use an even number`)
  const d = ranges.length
  const jump = levels / 2
  const draws = philoxDraws(seed, 0, 'morris')
  const points = new Float64Array(trajectories * (d + 1) * d)
  const changed = new Int32Array(trajectories * d)
  const steps = new Float64Array(trajectories * d)
  const level = new Int32Array(d)
  const unit = new Float64Array(d)
  let at = 0
  const write = (): void => {
    for (let k = 0; k < d; k++) unit[k] = level[k]! / (levels - 1)
    place(ranges, unit, 0, points, at)
    at += d
  }
  for (let t = 0; t < trajectories; t++) {
    const draw = (slot: number): number => draws.uniform(t, slot)
    for (let k = 0; k < d; k++) level[k] = Math.floor(draw(k) * levels)
    const order = shuffled(d, (k) => draw(d + k))
    write()
    order.forEach((k, i) => {
      // On this grid half a turn stays inside in exactly one direction.
      const by = level[k]! < jump ? jump : -jump
      level[k]! += by
      changed[t * d + i] = k
      steps[t * d + i] = by / (levels - 1)
      write()
    })
  }
  return { parameters: d, points, changed, steps }
}

function shuffled(n: number, draw: (k: number) => number): number[] {
  const order = Array.from({ length: n }, (_, k) => k)
  for (let k = n - 1; k > 0; k--) {
    const other = Math.floor(draw(k) * (k + 1))
    ;[order[k], order[other]] = [order[other]!, order[k]!]
  }
  return order
}

/** Work out the effects from a function's values at the points of a screening. */
export function morrisFrom(design: MorrisDesign, values: Float64Array): readonly MorrisEffect[] {
  const { parameters: d, changed, steps } = design
  const effects: number[][] = Array.from({ length: d }, () => [])
  for (let i = 0; i < changed.length; i++) {
    const at = i + Math.floor(i / d)
    effects[changed[i]!]!.push((values[at + 1]! - values[at]!) / steps[i]!)
  }
  return effects.map((own) => {
    const { mean: mu, sd: sigma } = meanInterval(own)
    const { mean: value, low, high } = meanInterval(own.map(Math.abs))
    return { mu, sigma, muStar: { value, low: low ?? Number.NaN, high: high ?? Number.NaN } }
  })
}

/**
 * Screen a function for the parameters that matter (Morris): cheap, before an analysis of variances.
 * @param f called with an array of parameters in the order of `ranges`.
 * @throws {SensitivityError} for ranges or counts that make no sense.
 */
export function morris(
  f: Response,
  ranges: Ranges,
  options: MorrisOptions,
): readonly MorrisEffect[] {
  const design = morrisDesign(ranges, options)
  return morrisFrom(design, evaluate(f, design.points, design.parameters))
}
