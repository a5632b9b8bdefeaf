/** 2^27 + 1; multiplying by it splits a double into two halves of 26 bits. */
const SPLIT = 134217729

/**
 * Find what a sum of two numbers loses when it is rounded.
 *
 * @returns e with a + b = fl(a + b) + e exactly, barring overflow.
 * Source: Knuth, "The Art of Computer Programming" 2, section 4.2.2, theorem B.
 */
export function sumError(a: number, b: number): number {
  const total = a + b
  const added = total - a
  return a - (total - added) + (b - added)
}

/**
 * Find what a product of two numbers loses when it is rounded.
 *
 * @returns e with a b = fl(a b) + e exactly, for factors below 2^996 whose product is above 2^-969.
 * Source: Dekker, Numerische Mathematik 18 (1971), section 4.
 */
export function productError(a: number, b: number): number {
  const as = a * SPLIT
  const a1 = as - (as - a)
  const a2 = a - a1
  const bs = b * SPLIT
  const b1 = bs - (bs - b)
  const b2 = b - b1
  return a1 * b1 - a * b + a1 * b2 + a2 * b1 + a2 * b2
}

/**
 * Add three numbers and a small rest without losing digits where the three cancel.
 *
 * @param low rest, far smaller than the largest of the three (their own low halves).
 * @returns a + b + c + low within about an ulp of the result and 2^-105 of the largest.
 */
export function sumOfThree(a: number, b: number, c: number, low: number): number {
  const ab = a + b
  return ab + c + (sumError(ab, c) + sumError(a, b) + low)
}
