/** Exact reference of the normal distribution for tests, in the numbers of `bigReal.conformance.ts`. */
import { divide, expParts, multiply, PRECISION, shift, toFixed } from './bigReal.conformance.ts'

/** mantissa * 2^scale, the mantissa in fixed point. */
export type Parts = { readonly mantissa: bigint; readonly scale: number }

const ONE: bigint = 1n << PRECISION
const PI: bigint = machinPi()

function machinPi(): bigint {
  const arctan = (n: bigint): bigint => {
    let power = ONE / n
    let sum = 0n
    for (let i = 1n, sign = 1n; power > 0n; i += 2n, sign = -sign) {
      sum += (sign * power) / i
      power /= n * n
    }
    return sum
  }
  return 4n * (4n * arctan(5n) - arctan(239n))
}

/** Square root of a fixed-point number; relative to its own size for numbers above 2^-120. */
export function squareRoot(x: bigint): bigint {
  let y = toFixed(Math.sqrt(Number(x >> (PRECISION - 60n)) / 2 ** 60))
  for (let i = 0; i < 5; i++) y = (y + divide(x, y)) / 2n
  return y
}

/** e^(-x^2/2) / sqrt(2 pi) as mantissa * 2^scale. */
export function pdfParts(x: bigint): Parts {
  const e = expParts(-multiply(x, x) / 2n)
  return { mantissa: divide(e.mantissa, squareRoot(2n * PI)), scale: e.scale }
}

/**
 * Mills' ratio (1 - P)/p of z >= 0: Laplace's continued fraction z + 1/(z + 2/(z + 3/...)) beyond
 * 3, and below it sqrt(pi/2) e^(z^2/2) - sum of z^(2n+1)/(2n+1)!! (Abramowitz and Stegun 26.2.14,
 * 26.2.11).
 */
export function mills(z: bigint): bigint {
  if (z > 3n * ONE) {
    let value = z
    for (let n = 40n + (10_000n * ONE) / multiply(z, z); n > 0n; n--)
      value = z + divide(n * ONE, value)
    return divide(ONE, value)
  }
  const square = multiply(z, z)
  let term = z
  let sum = 0n
  for (let n = 3n; term > 0n; n += 2n) {
    sum += term
    term = multiply(term, square) / n
  }
  const e = expParts(square / 2n)
  return multiply(squareRoot(PI / 2n), shift(e.mantissa, e.scale)) - sum
}

/** P(X <= x) as mantissa * 2^scale. */
export function cdfParts(x: bigint): Parts {
  const z = x < 0n ? -x : x
  const density = pdfParts(z)
  const mantissa = multiply(density.mantissa, mills(z))
  if (x < 0n) return { mantissa, scale: density.scale }
  return { mantissa: ONE - shift(mantissa, density.scale), scale: 0 }
}
