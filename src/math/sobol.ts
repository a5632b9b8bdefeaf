import { hash64 } from './draws.ts'
import { DIRECTIONS } from './sobolTable.ts'

/** Bits of a coordinate, and so the logarithm of the number of points. */
const BITS = 32

/** Dimensions there are directions for. */
export const SOBOL_DIMENSIONS = 1024

/** Points that fill the unit cube more evenly than random ones. */
export type Sobol = {
  readonly dimension: number
  /**
   * Compute one point.
   * @param index 0 .. 2^32 - 1; any 2^m points from a multiple of 2^m on are a net.
   * @param out length `dimension`, overwritten with numbers strictly inside 0..1.
   */
  point(index: number, out: Float64Array): void
}

/** Direction numbers of dimension d from its polynomial and first numbers, by the recurrence. */
function directionsOf(text: string): Int32Array {
  const [polynomial, ...first] = text.split(',').map((word) => Number.parseInt(word, 36))
  const degree = first.length
  const v = new Int32Array(BITS)
  for (let i = 0; i < BITS; i++) {
    if (i < degree) {
      v[i] = first[i]! << (BITS - 1 - i)
      continue
    }
    let next = v[i - degree]! ^ (v[i - degree]! >>> degree)
    for (let k = 1; k < degree; k++) if ((polynomial! >>> (degree - k)) & 1) next ^= v[i - k]!
    v[i] = next
  }
  return v
}

/** Direction numbers of all dimensions in a row, 32 each, as int32. @param dimension 1 .. 1024. */
export function sobolDirections(dimension: number): Int32Array {
  const all = new Int32Array(dimension * BITS)
  for (let i = 0; i < BITS; i++) all[i] = 1 << (BITS - 1 - i)
  const lines = DIRECTIONS.trim().split(/\s+/)
  for (let d = 1; d < dimension; d++) all.set(directionsOf(lines[d - 1]!), d * BITS)
  return all
}

function reverseBits(x: number): number {
  x = ((x >>> 1) & 0x55555555) | ((x & 0x55555555) << 1)
  x = ((x >>> 2) & 0x33333333) | ((x & 0x33333333) << 2)
  x = ((x >>> 4) & 0x0f0f0f0f) | ((x & 0x0f0f0f0f) << 4)
  x = ((x >>> 8) & 0x00ff00ff) | ((x & 0x00ff00ff) << 8)
  return (x >>> 16) | (x << 16)
}

/**
 * Owen's nested uniform scrambling: every bit is flipped by a hash of the bits above it.
 * Source: Burley, "Practical hash-based Owen scrambling" (2020), with the Laine-Karras permutation.
 */
function scramble(x: number, seed: number): number {
  let r = (reverseBits(x) + seed) | 0
  r ^= Math.imul(r, 0x6c50b47c)
  r ^= Math.imul(r, 0xb82f1e52)
  r ^= Math.imul(r, 0xc7afe638)
  r ^= Math.imul(r, 0x8d22f6e6)
  return reverseBits(r)
}

/**
 * Make a scrambled Sobol sequence.
 * @param dimension 1 .. 1024.
 * @param seed any safe integer, or a text: every seed gives other points with the same evenness, each of
 *   them uniform, so that independent seeds tell the error.
 * @throws {RangeError} when the dimension is outside its range.
 */
export function createSobol(dimension: number, seed: number | string): Sobol {
  if (!(Number.isSafeInteger(dimension) && dimension >= 1 && dimension <= SOBOL_DIMENSIONS))
    throw new RangeError(`dimension ${dimension}: use a whole number from 1 to ${SOBOL_DIMENSIONS}`)
  const directions = sobolDirections(dimension)
  const seeds = Int32Array.from({ length: dimension }, (_, d) => hash64(`sobol ${seed} ${d}`)[0])
  return {
    dimension,
    point(index, out) {
      for (let d = 0; d < dimension; d++) {
        let x = 0
        for (let i = 0, left = index; left > 0; i++, left = Math.floor(left / 2))
          if (left % 2 === 1) x ^= directions[d * BITS + i]!
        out[d] = ((scramble(x, seeds[d]!) >>> 0) + 0.5) * 2.3283064365386963e-10
      }
    },
  }
}
