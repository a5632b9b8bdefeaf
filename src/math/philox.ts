const MULTIPLIER_0 = 0xd2511f53
const MULTIPLIER_1 = 0xcd9e8d57
const WEYL_0 = 0x9e3779b9
const WEYL_1 = 0xbb67ae85

/** High 32 bits of the product of two uint32, from four 16-bit partial products. */
function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff
  const a1 = a >>> 16
  const b0 = b & 0xffff
  const b1 = b >>> 16
  const middle = Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16)
  const cross = Math.imul(a0, b1) + (middle & 0xffff)
  return (Math.imul(a1, b1) + (middle >>> 16) + (cross >>> 16)) | 0
}

/**
 * Compute one block of the counter-based generator Philox4x32-10.
 *
 * @param c0 counter, least significant word; c0..c3 are read as uint32.
 * @param k0 key, least significant word; k0, k1 are read as uint32.
 * @param out length >= 4; entries 0..3 are overwritten with four uint32.
 * Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC11).
 */
export function philox4x32(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  out: Uint32Array,
): void {
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0)
    const high1 = multiplyHigh(MULTIPLIER_1, c2)
    const low0 = Math.imul(MULTIPLIER_0, c0)
    const low1 = Math.imul(MULTIPLIER_1, c2)
    c0 = high1 ^ c1 ^ k0
    c1 = low1
    c2 = high0 ^ c3 ^ k1
    c3 = low0
    k0 = (k0 + WEYL_0) | 0
    k1 = (k1 + WEYL_1) | 0
  }
  out[0] = c0
  out[1] = c1
  out[2] = c2
  out[3] = c3
}
