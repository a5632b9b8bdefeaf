import { inverseNormalCdf } from './normal.ts'
import { philox4x32 } from './philox.ts'

/**
 * A stream of random numbers addressed by place, not by order: the same (block, slot) always gives
 * the same number, whatever was drawn before. block and slot are uint32; a slot is a position,
 * asset or order number, never a running count. `uniform` lies strictly inside 0..1; `normal` is
 * the standard normal quantile of the same uniform, so draw one of the two per address.
 */
export type Draws = {
  uniform(block: number, slot: number): number
  normal(block: number, slot: number): number
}

/** Final mix: every input bit reaches every output bit. */
function avalanche(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d)
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b)
  return h ^ (h >>> 16)
}

/**
 * Hash a text to 64 bits; fast, stable for ever, not cryptographic.
 *
 * @param text any string, read as UTF-16 code units.
 * @returns two uint32.
 */
export function hash64(text: string): readonly [number, number] {
  let a = 0x9e3779b9 ^ text.length
  let b = 0x85ebca77
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x9e3779b1)
    a = (a << 13) | (a >>> 19)
    b = Math.imul((b ^ unit) + a, 0xc2b2ae3d)
    b = (b << 17) | (b >>> 15)
  }
  a = avalanche(a + Math.imul(b, 0x27d4eb2f))
  b = avalanche(b ^ a)
  return [(a ^ avalanche(b + 0x165667b1)) >>> 0, b >>> 0]
}

/**
 * Open the stream of one instance on one path.
 *
 * The key is Philox of (seed, path) under the key hash64(name), so adding, removing or renaming
 * another instance never changes this one's draws.
 *
 * @param seed any safe integer; all its bits count.
 * @param path any safe integer; the number of the path.
 * @param name the instance's name.
 * @returns draws with 2^52 equally spaced values (k + 1/2) / 2^52; no allocation per call.
 * @throws {RangeError} when seed or path is not a safe integer.
 */
export function philoxDraws(seed: number, path: number, name: string): Draws {
  requireSafeInteger('seed', seed)
  requireSafeInteger('path', path)
  const words = new Uint32Array(4)
  const [name0, name1] = hash64(name)
  philox4x32(seed, highWord(seed), path, highWord(path), name0, name1, words)
  const k0 = words[0]! | 0
  const k1 = words[1]! | 0

  // 52 bits and not 53: k + 1/2 with k of 53 bits is no double, and rounding would reach 1.
  function uniform(block: number, slot: number): number {
    philox4x32(block, slot, 0, 0, k0, k1, words)
    return ((words[0]! >>> 6) * 67108864 + (words[1]! >>> 6) + 0.5) * 2.220446049250313e-16
  }

  function normal(block: number, slot: number): number {
    return inverseNormalCdf(uniform(block, slot))
  }

  return { uniform, normal }
}

function highWord(x: number): number {
  return Math.floor(x / 4294967296)
}

function requireSafeInteger(name: string, value: number): void {
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`${name} is '${value}'; use an integer between -(2^53 - 1) and 2^53 - 1`)
  }
}
