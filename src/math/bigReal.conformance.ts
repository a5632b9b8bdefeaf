/**
 * Exact reference arithmetic for the tests of this folder: fixed-point integers with PRECISION
 * fractional bits. Slow, simple, and independent of the code under test.
 */

/** Fractional bits of every fixed-point number here. */
export const PRECISION = 256n

const ONE = 1n << PRECISION

/** Fixed-point ln 2 = 2 artanh(1/3), from its series. */
export const LN2: bigint = 2n * artanhInverse(3n)

function artanhInverse(n: bigint): bigint {
  let power = ONE / n
  let sum = 0n
  for (let i = 1n; power > 0n; i += 2n) {
    sum += power / i
    power /= n * n
  }
  return sum
}

/** Split a finite double into an integer mantissa and a binary exponent. */
export function parts(x: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, x)
  const bits = view.getBigUint64(0)
  const biased = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & 0xfffffffffffffn
  const size = biased === 0 ? fraction : fraction | (1n << 52n)
  return { mantissa: x < 0 ? -size : size, exponent: Math.max(biased, 1) - 1075 }
}

/** Shift left by a possibly negative count. */
export function shift(x: bigint, count: number): bigint {
  return count >= 0 ? x << BigInt(count) : x >> BigInt(-count)
}

/** Convert a double to fixed point; exact when its last bit is above 2^-256. */
export function toFixed(x: number): bigint {
  const { mantissa, exponent } = parts(x)
  return shift(mantissa, exponent + Number(PRECISION))
}

/** Convert fixed point to the nearest double, to within a part in 2^60 before rounding. */
export function toDouble(x: bigint): number {
  const size = x < 0n ? -x : x
  const excess = Math.max(0, size.toString(2).length - 64)
  const value = Number(size >> BigInt(excess)) * 2 ** (excess - Number(PRECISION))
  return x < 0n ? -value : value
}

/** Multiply two fixed-point numbers. */
export function multiply(a: bigint, b: bigint): bigint {
  return (a * b) >> PRECISION
}

/** Divide two fixed-point numbers. */
export function divide(a: bigint, b: bigint): bigint {
  return (a << PRECISION) / b
}

/** e^x as mantissa * 2^scale, mantissa in fixed point between 0.7 and 1.42. */
export function expParts(x: bigint): { readonly mantissa: bigint; readonly scale: number } {
  const scale = (2n * x + LN2) / (2n * LN2) - (2n * x + LN2 < 0n ? 1n : 0n)
  const r = (x - scale * LN2) >> 8n
  let term = ONE
  let sum = ONE
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    term = multiply(term, r) / n
    sum += term
  }
  for (let i = 0; i < 8; i++) sum = multiply(sum, sum)
  return { mantissa: sum, scale: Number(scale) }
}

/** ln of a positive fixed-point number, by Newton's iteration from the double logarithm. */
export function logFixed(x: bigint): bigint {
  const bits = x.toString(2).length
  const scale = bits - 1 - Number(PRECISION)
  const z = shift(x, -scale)
  let y = toFixed(Math.log(toDouble(z)))
  for (let i = 0; i < 2; i++) {
    const e = expParts(y)
    const d = divide(z, shift(e.mantissa, e.scale)) - ONE
    const d2 = multiply(d, d)
    y += d - d2 / 2n + multiply(d2, d) / 3n - multiply(d2, d2) / 4n
  }
  return y + BigInt(scale) * LN2
}

/** ln of a positive double. */
export function logOf(x: number): bigint {
  const { mantissa, exponent } = parts(x)
  return logFixed(mantissa << (PRECISION - 52n)) + BigInt(exponent + 52) * LN2
}

/**
 * Distance of a double from mantissa * 2^scale, in units in the last place of the exact value
 * (at least the smallest subnormal).
 */
export function ulpsFrom(value: number, mantissa: bigint, scale: number): number {
  const size = mantissa < 0n ? -mantissa : mantissa
  const top = size.toString(2).length - 1 - Number(PRECISION) + scale
  const ulp = Math.max(top - 52, -1074)
  const guard = 40
  const got = parts(value)
  const a = shift(got.mantissa, got.exponent - ulp + guard)
  const b = shift(mantissa, scale - Number(PRECISION) - ulp + guard)
  return Number(a > b ? a - b : b - a) / 2 ** guard
}
