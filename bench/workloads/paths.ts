import { exp, log, philoxDraws } from '../../src/math/index.ts'

/** How an asset moves on a path. */
export type AssetClass = 'lead' | 'volatile' | 'stable' | 'staked'

/** What a path is made of; fractions and seconds. */
export type PathRules = {
  readonly steps: number
  readonly stepSeconds: number
  /** Deviation of a step's log move of lead and volatile assets. */
  readonly deviation: number
  /** Correlation of those moves. */
  readonly correlation: number
  /** Share of the way back to its line that the noise of those assets goes in a step. */
  readonly pull: number
  /** Whether that noise is taken back evenly, so that it is nothing at the last step. */
  readonly isPinned: boolean
  /** Fall by the last step, straight in log. */
  readonly leadDrop: number
  readonly volatileDrop: number
  /** Deviation of a step of stable assets; they go back by `stablePull`. */
  readonly stableDeviation: number
  readonly stablePull: number
  /** Staked assets move with the lead; their rate to it has this deviation around its line ... */
  readonly stakedDeviation: number
  /** ... which grows by this yield a year and falls by this discount by the last step. */
  readonly stakedYield: number
  readonly stakedDiscount: number
}

const YEAR = 365 * 86400

/** Noise of one asset: steps + 1 logs, nothing at the start. */
type Noise = {
  readonly deviation: number
  readonly pull: number
  readonly normal: (step: number) => number
}

function walk(steps: number, { deviation, pull, normal }: Noise): Float64Array {
  const out = new Float64Array(steps + 1)
  for (let t = 1; t <= steps; t++) out[t] = (1 - pull) * out[t - 1]! + deviation * normal(t)
  return out
}

/** Noise around a straight line in log that ends at `last`. */
function along(noise: Float64Array, isPinned: boolean, last: number): Float64Array {
  const steps = noise.length - 1
  const end = isPinned ? noise[steps]! : 0
  return noise.map((x, t) => x + ((last - end) * t) / steps)
}

/**
 * Make the relative prices of a path: 1 at step 0.
 * @param classes per asset; a staked asset needs a lead.
 * @param name names the stream of random numbers.
 * @returns (steps + 1) x assets, one step after the other.
 */
export function relativePaths(
  classes: readonly AssetClass[],
  rules: PathRules,
  name: string,
  seed: number,
): Float64Array {
  const { steps, correlation, deviation, pull, isPinned } = rules
  const draws = philoxDraws(seed, 0, `path/${name}`)
  const common = Math.sqrt(correlation)
  const own = Math.sqrt(1 - correlation)
  // Slot 0 is the common factor, so assets have slots from 1 on.
  const moving = (a: number, drop: number): Float64Array => {
    const normal = (t: number): number => common * draws.normal(t, 0) + own * draws.normal(t, a + 1)
    return along(walk(steps, { deviation, pull, normal }), isPinned, log(1 - drop))
  }
  const still = (a: number, sd: number): Float64Array => {
    const normal = (t: number): number => draws.normal(t, a + 1)
    return walk(steps, { deviation: sd, pull: rules.stablePull, normal })
  }
  const logs = classes.map((kind, a) => {
    if (kind === 'stable') return still(a, rules.stableDeviation)
    if (kind === 'staked') return still(a, rules.stakedDeviation)
    return moving(a, kind === 'lead' ? rules.leadDrop : rules.volatileDrop)
  })
  const growth =
    (rules.stakedYield * rules.stepSeconds) / YEAR + log(1 - rules.stakedDiscount) / steps
  const lead = classes.indexOf('lead')
  const out = new Float64Array((steps + 1) * classes.length)
  for (let t = 0; t <= steps; t++)
    for (let a = 0; a < classes.length; a++) {
      const base = classes[a] === 'staked' ? logs[lead]![t]! + growth * t : 0
      out[t * classes.length + a] = exp(base + logs[a]![t]!)
    }
  return out
}
