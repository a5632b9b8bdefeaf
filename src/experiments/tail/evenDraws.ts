import {
  brownianBridge,
  createSobol,
  type Draws,
  inverseNormalCdf,
  type MakeDraws,
  philoxDraws,
  SOBOL_DIMENSIONS,
  type Sobol,
} from '../../math/index.ts'

/** Normals that one instance draws at one slot in every tick. */
export type EvenColumn = { readonly instance: string; readonly slot: number }

/** Coordinates of one column's bridge that are even; what is finer matters little. */
const LEVELS = 64

/** One column of one path. */
function columnOf(
  point: Float64Array,
  place: number,
  columns: number,
  stream: Draws,
  slot: number,
  out: Float64Array,
): void {
  const even = Math.min(LEVELS, Math.floor(point.length / columns))
  const z = Float64Array.from(out, (_, level) =>
    level < even
      ? inverseNormalCdf(point[level * columns + place]!)
      : stream.normal(level + 1, slot),
  )
  brownianBridge(out.length).build(z, out)
}

/**
 * Make draws that give path k of a seed the k-th scrambled Sobol point: of every named column the end,
 * then the middle, and so on (Brownian bridge) are spread evenly over the paths; all else is random.
 * Averages over 2^m paths from path 0 on are much closer to the truth; intervals that take the paths
 * for independent are too wide, and seeds tell the true error.
 * @param ticks length of a path.
 */
export function evenDraws(columns: readonly EvenColumn[], ticks: number): MakeDraws {
  const dimension = Math.min(SOBOL_DIMENSIONS, columns.length * Math.min(LEVELS, ticks))
  const sequences = new Map<number, Sobol>()
  return (seed, path, name) => {
    const stream = philoxDraws(seed, path, name)
    const known = new Map<number, Float64Array>()
    const steps = (slot: number): Float64Array | null => {
      const before = known.get(slot)
      if (before) return before
      const place = columns.findIndex((c) => c.instance === name && c.slot === slot)
      if (place < 0) return null
      const sobol = sequences.get(seed) ?? createSobol(dimension, seed)
      sequences.set(seed, sobol)
      const point = new Float64Array(dimension)
      sobol.point(path, point)
      const out = new Float64Array(ticks)
      columnOf(point, place, columns.length, stream, slot, out)
      known.set(slot, out)
      return out
    }
    return {
      uniform: stream.uniform,
      normal(block, slot) {
        const own = block >= 1 && block <= ticks ? steps(slot) : null
        return own ? own[block - 1]! : stream.normal(block, slot)
      },
    }
  }
}
