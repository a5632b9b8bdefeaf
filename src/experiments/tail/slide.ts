import { inverseNormalCdf, normalCdf, quantile, sortedCopy } from '../../math/index.ts'

/** A direction towards failure and how far along it failure mostly is. */
export type Slide = {
  /** Of length one. */
  readonly axis: Float64Array
  readonly from: number
}

/** Share of slides that may end anywhere along the direction, not only beyond `from`. */
const ANYWHERE = 0.1

/** Share of a region's points that may be nearer than `from`. */
const NEARER = 0.05

/** Density of a slide's end over that of the standard normal law. */
function favour({ from }: Slide, along: number): number {
  return along > from ? ANYWHERE + (1 - ANYWHERE) / normalCdf(-from) : ANYWHERE
}

/** A draw of a slide's end. */
function endOf({ from }: Slide, uniform: number): number {
  if (uniform < ANYWHERE) return inverseNormalCdf(uniform / ANYWHERE)
  const share = (uniform - ANYWHERE) / (1 - ANYWHERE)
  return -inverseNormalCdf(normalCdf(-from) * Math.max(share, 1e-16))
}

/**
 * Propose to slide a point along a direction, wherever on it the point is, with a local move across.
 * @param across size of the move across, in 0..1.
 * @param uniform decides where the slide ends, in 0..1.
 * @param out holds independent standard normals; overwritten with the proposal.
 * @returns the chance to keep it in 0..1, so that the standard normal law is kept.
 */
export function slideTo(
  slide: Slide,
  own: Float64Array,
  across: number,
  uniform: number,
  out: Float64Array,
): number {
  const { axis } = slide
  let [here, noise] = [0, 0]
  for (let i = 0; i < axis.length; i++) {
    here += axis[i]! * own[i]!
    noise += axis[i]! * out[i]!
  }
  const end = endOf(slide, uniform)
  const keep = Math.sqrt(1 - across * across)
  for (let i = 0; i < axis.length; i++) {
    const rest = keep * (own[i]! - here * axis[i]!) + across * (out[i]! - noise * axis[i]!)
    out[i] = rest + end * axis[i]!
  }
  return Math.min(1, favour(slide, here) / favour(slide, end))
}

/** The slide towards the middle of a region of failure; null when the region is around the origin. */
export function slideTowards(
  mean: Float64Array,
  points: readonly Float64Array[],
  shares: Float64Array,
): Slide | null {
  let square = 0
  for (const x of mean) square += x * x
  if (!(square > 0.25)) return null
  const axis = mean.map((x) => x / Math.sqrt(square))
  const own = points.filter((_, p) => shares[p]! > 0.5)
  if (own.length === 0) return null
  const along = own.map((point) => point.reduce((sum, x, i) => sum + x * axis[i]!, 0))
  return { axis, from: quantile(sortedCopy(along), NEARER) }
}
