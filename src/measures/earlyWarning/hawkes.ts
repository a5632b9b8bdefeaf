import { exp, expm1, type Interval, log, minimise } from '../../math/index.ts'

/** A branching ratio with a 95 % interval, and how it was found. */
export type Branching = Interval & { readonly method: string }

/** How branching ratios are found, in words. */
export const BRANCHING_METHODS = {
  likelihood: 'maximum likelihood with an exponential kernel',
  moment: 'mean and variance of counts in long windows',
} as const

/** A fitted process in which events cause events. */
export type HawkesFit = {
  /** Mean number of events that one event causes directly; 1 or more would never end. */
  readonly branching: Branching
  /** Events that nothing caused, per unit of time. */
  readonly background: number
  /** Rate at which what an event causes fades, per unit of time. */
  readonly decay: number
  readonly logLikelihood: number
  /** Log-likelihood of the same number of events at a constant rate. */
  readonly constantRate: number
}

/** Normal quantile of a two-sided 95 % interval. */
const Z = 1.959963984540054
/** Fewer events or windows say nothing. */
const LEAST_EVENTS = 50
const LEAST_WINDOWS = 10
/** Events from which the search starts, when there are more. */
const START_EVENTS = 2000

/**
 * Estimate the branching ratio from counts in long windows: n = 1 - sqrt(mean / variance).
 *
 * @param times of events, ascending, inside 0..duration; not changed.
 * @param windows how many; each must be long against the time in which a burst fades. Default: the square root
 * of the number of events, from 10 to 200.
 * @returns null when there are fewer than 50 events or 10 windows. Events more regular than chance give a value
 * below 0. Interval of the variance of normal counts.
 * Source: Hardiman and Bouchaud, "Branching-ratio approximation for the self-exciting Hawkes process" (2014).
 */
export function momentBranching(
  times: Float64Array,
  duration: number,
  windows: number = Math.min(200, Math.max(LEAST_WINDOWS, Math.floor(Math.sqrt(times.length)))),
): Branching | null {
  if (times.length < LEAST_EVENTS || windows < LEAST_WINDOWS) return null
  const counts = new Float64Array(windows)
  for (const t of times) counts[Math.min(windows - 1, Math.floor((t / duration) * windows))]!++
  const mean = times.length / windows
  const variance = counts.reduce((total, c) => total + (c - mean) * (c - mean), 0) / (windows - 1)
  if (!(variance > 0)) return null
  // The log of a variance of normal numbers has a standard deviation of sqrt(2 / (m - 1)).
  const reach = exp((Z / 2) * Math.sqrt(2 / (windows - 1)))
  const left = Math.sqrt(mean / variance)
  const method = BRANCHING_METHODS.moment
  return { value: 1 - left, low: 1 - left * reach, high: 1 - left / reach, method }
}

/** Log-likelihood of a Hawkes process with kernel n b exp(-b t); -Infinity outside its parameters. */
function likelihoodOf(
  times: Float64Array,
  duration: number,
  background: number,
  branching: number,
  decay: number,
): number {
  let [total, excited, caused, before] = [-background * duration, 0, 0, 0]
  for (let i = 0; i < times.length; i++) {
    const t = times[i]!
    if (i > 0) excited = (excited + 1) * exp(-decay * (t - before))
    before = t
    total += log(background + branching * decay * excited)
    caused -= expm1(-decay * (duration - t))
  }
  return total - branching * caused
}

/** Second derivative of f at x along each pair of coordinates, by central differences. */
function curvature(f: (x: Float64Array) => number, x: Float64Array): Float64Array[] {
  const step = 1e-3
  const at = (i: number, a: number, j: number, b: number): number => {
    const moved = Float64Array.from(x)
    moved[i]! += a * step
    moved[j]! += b * step
    return f(moved)
  }
  return Array.from(x, (_, i) =>
    Float64Array.from(
      x,
      (_, j) =>
        (at(i, 1, j, 1) - at(i, 1, j, -1) - at(i, -1, j, 1) + at(i, -1, j, -1)) / (4 * step * step),
    ),
  )
}

/** First entry of the inverse of a symmetric 3 x 3 matrix. */
function firstOfInverse([a, b, c]: readonly Float64Array[]): number {
  const minor = b![1]! * c![2]! - b![2]! * c![1]!
  const whole =
    a![0]! * minor -
    a![1]! * (b![0]! * c![2]! - b![2]! * c![0]!) +
    a![2]! * (b![0]! * c![1]! - b![1]! * c![0]!)
  return minor / whole
}

/**
 * Make what is minimised, over logarithms of the branching ratio and of background and decay in units of
 * `rate`; per event, so that the tolerance of the search does not depend on how many there are.
 */
function costOf(times: Float64Array, duration: number, rate: number): (x: Float64Array) => number {
  return (x) => {
    const [branching, background, decay] = [exp(x[0]!), rate * exp(x[1]!), rate * exp(x[2]!)]
    return -likelihoodOf(times, duration, background, branching, decay) / times.length
  }
}

/** Half the 95 % quantile of chi squared of one degree: log-likelihood that an interval gives away. */
const GIVEN = (Z * Z) / 2
/** Decays at which a bound of the branching ratio is looked for: from 1 / duration to this many times the rate. */
const DECAYS = { count: 10, fastest: 10 } as const
const BOUND_STEPS = 12

/**
 * How much more likely events are than at a constant rate, by the branching ratio at one decay, with the background
 * that makes as many events as there were; and the ratio of no background.
 */
function gainAt(times: Float64Array, duration: number, decay: number) {
  const rate = times.length / duration
  const excess = new Float64Array(times.length)
  let [excited, caused, before] = [0, 0, 0]
  for (let i = 0; i < times.length; i++) {
    if (i > 0) excited = (excited + 1) * exp(-decay * (times[i]! - before))
    before = times[i]!
    excess[i] = (decay * excited) / rate
    caused -= expm1(-decay * (duration - before))
  }
  const share = caused / times.length
  const gain = (n: number): number => {
    let total = 0
    for (const own of excess) total += log(1 + n * (own - share))
    return total
  }
  return { gain, most: 1 / share }
}

/**
 * Bound the branching ratio of events that a constant rate explains: the largest that is no less likely than 95 %
 * allow, at any decay that shows within the duration. Slower ones are a rate that rises, which is not looked for.
 */
function boundOf(times: Float64Array, duration: number, best: number): number {
  const fastest = DECAYS.fastest * times.length
  let bound = 0
  for (let k = 0; k < DECAYS.count; k++) {
    const decay = exp((log(fastest) * k) / (DECAYS.count - 1)) / duration
    const { gain, most } = gainAt(times, duration, decay)
    if (!(gain(bound) >= best - GIVEN)) continue
    let [low, high] = [bound, most]
    for (let i = 0; i < BOUND_STEPS && low < high; i++) {
      const middle = (low + high) / 2
      if (gain(middle) >= best - GIVEN) low = middle
      else high = middle
    }
    bound = Math.max(bound, high)
  }
  return bound
}

/**
 * Fit a Hawkes process with an exponential kernel by maximum likelihood.
 *
 * @param times of events, ascending, inside 0..duration, not all equal; not changed.
 * @param duration > 0, unit of the times.
 * @returns null when there are fewer than 50 events, or no maximum is found. Its interval is that of the
 * curvature at the maximum, in the logarithm of the branching ratio. Where a constant rate is as likely, by the
 * likelihood ratio at 5 %, the ratio is 0, up to the largest that is not less likely.
 * Source: Ozaki, "Maximum likelihood estimation of Hawkes' self-exciting point processes" (1979).
 */
export function fitHawkes(times: Float64Array, duration: number): HawkesFit | null {
  const events = times.length
  if (events < LEAST_EVENTS || !(times[events - 1]! > times[0]!)) return null
  const rate = events / duration
  const few = times.subarray(0, START_EVENTS)
  const early = few.length < events ? costOf(few, few.at(-1)!, rate) : null
  const cost = costOf(times, duration, rate)
  const starts = [-1, 1, 3].map((decay) => minimise(early ?? cost, [log(0.5), log(0.5), decay]))
  const start = starts.reduce((a, b) => (b.value < a.value ? b : a))
  const best = early ? minimise(cost, start.x) : start
  if (!Number.isFinite(best.value)) return null
  const gained = -best.value * events - events * (log(rate) - 1)
  const value = exp(best.x[0]!)
  const variance = firstOfInverse(curvature(cost, best.x)) / events
  const reach = variance > 0 ? exp(Z * Math.sqrt(variance)) : Infinity
  const method = BRANCHING_METHODS.likelihood
  return {
    branching:
      gained < GIVEN
        ? { value: 0, low: 0, high: boundOf(times, duration, Math.max(0, gained)), method }
        : { value, low: value / reach, high: value * reach, method },
    background: rate * exp(best.x[1]!),
    decay: rate * exp(best.x[2]!),
    logLikelihood: -best.value * events,
    constantRate: events * (log(rate) - 1),
  }
}
