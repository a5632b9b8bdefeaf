/** Turns independent normals into the steps of a random walk, the most important first. */
export type BrownianBridge = {
  readonly steps: number
  /**
   * @param z length `steps`: the first decides where the walk ends, the next where its middle is, ...
   * @param out length `steps`, overwritten with independent standard normals, one per step.
   */
  build(z: ArrayLike<number>, out: Float64Array): void
}

/** A point of the walk between two that are known. */
type Knot = { readonly left: number; readonly at: number; readonly right: number }

/** Knots in the order in which halving finds them. */
function knotsOf(steps: number): readonly Knot[] {
  const knots: Knot[] = []
  const open: [number, number][] = [[0, steps]]
  for (let i = 0; i < open.length; i++) {
    const [left, right] = open[i]!
    if (right - left < 2) continue
    const at = (left + right) >> 1
    knots.push({ left, at, right })
    open.push([left, at], [at, right])
  }
  return knots
}

/**
 * Make the Brownian bridge of a walk of equal steps: an orthogonal map, so the law does not change.
 * @param steps whole number >= 1.
 * Source: Glasserman, "Monte Carlo Methods in Financial Engineering" (2003), section 3.1.1.
 */
export function brownianBridge(steps: number): BrownianBridge {
  const knots = knotsOf(steps)
  const walk = new Float64Array(steps + 1)
  return {
    steps,
    build(z, out) {
      walk[steps] = Math.sqrt(steps) * z[0]!
      knots.forEach(({ left, at, right }, k) => {
        const [before, after] = [at - left, right - at]
        const mean = (walk[left]! * after + walk[right]! * before) / (right - left)
        walk[at] = mean + Math.sqrt((before * after) / (right - left)) * z[k + 1]!
      })
      for (let i = 0; i < steps; i++) out[i] = walk[i + 1]! - walk[i]!
    },
  }
}
