import { type Draws, exp, log } from '../../math/index.ts'
import {
  chooseIndex,
  fitGaussian,
  type Gaussian,
  gaussian,
  type Mixture,
  SHAPED_UP_TO,
} from './gaussian.ts'
import { type Slide, slideTowards } from './slide.ts'

/** Most regions of failure that are told apart. */
const MOST_REGIONS = 8

/** Points that a fit looks at. */
const FIT_POINTS = 600

/** Weight of the nominal law: bounds every weight by 1 / DEFENCE and sees what was not explored. */
const DEFENCE = 0.05

/** Weight of the wide law. */
const WIDE = 0.3

/** Share of the regions' weight that is the same for all, so that none starves by a bad count. */
const EVEN = 0.3

/** Points of a route come in families: their information is this many times smaller. */
export const RELATIVES = 3

/** Least variance of a region while regions are told apart. */
const LEAST_WIDTH = 0.05

/** Centres of regions of failure, with each point's share in each. */
type Regions = {
  readonly weights: Float64Array
  readonly means: readonly Float64Array[]
  /** Variance of each region in any direction. */
  readonly widths: Float64Array
  /** Per region, one number per point. */
  readonly shares: readonly Float64Array[]
  readonly logLikelihood: number
}

function squareDistance(a: Float64Array, b: Float64Array): number {
  let total = 0
  for (let i = 0; i < a.length; i++) total += (a[i]! - b[i]!) * (a[i]! - b[i]!)
  return total
}

/** Choose starting centres far from each other (k-means++). */
function seedCentres(points: readonly Float64Array[], count: number, draws: Draws): Float64Array[] {
  const centres = [points[Math.floor(draws.uniform(0, 0) * points.length)]!.slice()]
  const nearest = points.map((point) => squareDistance(point, centres[0]!))
  while (centres.length < count) {
    const centre = points[chooseIndex(nearest, draws.uniform(0, centres.length))]!.slice()
    centres.push(centre)
    points.forEach((point, i) => {
      nearest[i] = Math.min(nearest[i]!, squareDistance(point, centre))
    })
  }
  return centres
}

/** Share every point among the regions. @returns the log likelihood. */
function shareOut(points: readonly Float64Array[], r: Omit<Regions, 'logLikelihood'>): number {
  const { weights, means, widths, shares } = r
  const half = means[0]!.length / 2
  const heads = means.map((_, k) => log(weights[k]!) - half * log(widths[k]!))
  const logs = new Float64Array(means.length)
  let likelihood = 0
  points.forEach((point, p) => {
    let top = Number.NEGATIVE_INFINITY
    for (let k = 0; k < logs.length; k++) {
      logs[k] = heads[k]! - squareDistance(point, means[k]!) / widths[k]! / 2
      top = Math.max(top, logs[k]!)
    }
    let total = 0
    for (let k = 0; k < logs.length; k++) total += exp(logs[k]! - top)
    for (let k = 0; k < logs.length; k++) shares[k]![p] = exp(logs[k]! - top) / total
    likelihood += top + log(total)
  })
  return likelihood
}

/** Move the centres to the points that are theirs, and measure their widths. */
function recentre(points: readonly Float64Array[], regions: Regions): void {
  const { weights, means, widths, shares } = regions
  means.forEach((mean, k) => {
    const own = shares[k]!.reduce((a, b) => a + b, 0)
    weights[k] = Math.max(1e-6, own / points.length)
    if (own < 1e-9) return
    mean.fill(0)
    points.forEach((point, p) => {
      const share = shares[k]![p]! / own
      if (share > 0) for (let i = 0; i < mean.length; i++) mean[i]! += share * point[i]!
    })
    let width = 0
    points.forEach((point, p) => {
      width += (shares[k]![p]! / own) * squareDistance(point, mean)
    })
    widths[k] = Math.max(LEAST_WIDTH, width / mean.length)
  })
}

/** Tell `count` regions apart by expectation-maximisation with round normal laws. */
function findRegions(points: readonly Float64Array[], count: number, draws: Draws): Regions {
  const weights = new Float64Array(count).fill(1 / count)
  const means = seedCentres(points, count, draws)
  const shares = means.map(() => new Float64Array(points.length))
  const widths = new Float64Array(count).fill(1)
  let logLikelihood = shareOut(points, { weights, means, widths, shares })
  for (let pass = 0; pass < 25; pass++) {
    recentre(points, { weights, means, widths, shares, logLikelihood })
    const next = shareOut(points, { weights, means, widths, shares })
    const gain = next - logLikelihood
    logLikelihood = next
    if (gain < 0.1) break
  }
  return { weights, means, widths, shares, logLikelihood }
}

/** Find as many regions as points worth `worth` independent ones tell apart, by Schwarz's criterion. */
function chooseRegions(points: readonly Float64Array[], worth: number, draws: Draws): Regions {
  const dimension = points[0]!.length
  const score = ({ logLikelihood, means }: Regions): number =>
    (logLikelihood * worth) / points.length - (means.length * (dimension + 2) * log(worth)) / 2
  let best = findRegions(points, 1, draws)
  let worse = 0
  const most = dimension > SHAPED_UP_TO ? 1 : MOST_REGIONS
  for (let count = 2; count <= most && worse < 2; count++) {
    const next = findRegions(points, count, draws)
    if (score(next) > score(best)) {
      best = next
      worse = 0
    } else worse++
  }
  return best
}

/** At most so many points, evenly taken. */
function thinned(points: readonly Float64Array[], most: number): readonly Float64Array[] {
  const every = Math.ceil(points.length / most)
  return points.filter((_, i) => i % every === 0)
}

/** A normal law around the origin as wide as failures are far: what no region explains, it samples. */
function wideLaw(failures: readonly Float64Array[]): Gaussian {
  const dimension = failures[0]!.length
  let square = 0
  for (const point of failures) for (const x of point) square += x * x
  const spread = Math.max(1, square / failures.length / dimension)
  return gaussian(WIDE, new Float64Array(dimension), spread)
}

/**
 * Fit the law that importance sampling draws from: one normal law per region of failure, a wide one
 * around the origin, and the nominal law as defence.
 * @param failures points that fail, at least one.
 * @param worth number of independent points that they are worth.
 * @param draws a stream of its own.
 * Source: the defensive mixture is that of Hesterberg, "Weighted average importance sampling and
 * defensive mixture distributions" (1995).
 */
export function fitMixture(
  failures: readonly Float64Array[],
  worth: number,
  draws: Draws,
): Mixture {
  const points = thinned(failures, FIT_POINTS)
  const { weights, means, shares } = chooseRegions(points, worth, draws)
  const laws = means.map((mean, k) => {
    const weight = (1 - EVEN) * weights[k]! + EVEN / means.length
    return fitGaussian((1 - DEFENCE - WIDE) * weight, mean, points, shares[k]!, worth)
  })
  return [...laws, wideLaw(points), gaussian(DEFENCE, new Float64Array(points[0]!.length))]
}

/** Dimensions up to which the direction of a region stands out from the noise of few points. */
const SLIDES_UP_TO = 500

/** Points that slides are found from. */
const SLIDE_POINTS = 150

/** Find the directions towards the regions of failure. @param draws a stream of its own. */
export function fitSlides(failures: readonly Float64Array[], draws: Draws): readonly Slide[] {
  if (failures[0]!.length > SLIDES_UP_TO) return []
  const points = thinned(failures, SLIDE_POINTS)
  const { means, shares } = chooseRegions(points, points.length / RELATIVES, draws)
  return means.flatMap((mean, k) => slideTowards(mean, points, shares[k]!) ?? [])
}
