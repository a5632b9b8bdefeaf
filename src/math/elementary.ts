/**
 * Elementary functions that give the same bits wherever Node runs.
 *
 * Only + - * /, comparison, 32-bit integer operations and typed-array reads are used; each is fully
 * specified by ECMAScript, while Math.exp, Math.log and Math.pow are "implementation-approximated"
 * and differ between versions and machines (docs/decisions/0002-elementary-functions.md).
 */
import { EXP_TABLE, LOG_TABLE } from './elementaryTables.ts'
import { productError } from './twofold.ts'

/** Powers 2^k for k = -1074..1023 at index k + 1074. */
const POWERS: Float64Array = powersOfTwo()
const POWER_ZERO = 1074

/**
 * Scratch of one call: entry 0 is written and read back as bits, entry 1 carries the low half of
 * `logHead` to its caller. Nothing is read before the same call has written it, so no state leaks;
 * a local buffer would cost an allocation per call.
 */
const CELL: Float64Array = new Float64Array(2)
const WORDS: Int32Array = new Int32Array(CELL.buffer)
const HIGH_WORD: number = highWordIndex()

/** Multiples of 2^-42 (high) plus remainder (low), so that an integer times the high part is exact. */
const LN2_HIGH = 0.6931471805598903
const LN2_LOW = 5.497923018708371e-14
const STEP_HIGH = 0.010830424696223417
const STEP_LOW = 2.572804622327669e-14
const INVERSE_STEP = 92.33248261689366

/** Adding and subtracting 1.5 * 2^52 rounds to an integer, 1.5 * 2^19 to a multiple of 2^-33. */
const TO_INTEGER = 6755399441055744
const TO_33_BITS = 786432
const SPLIT = 134217729

const EXP_OVERFLOW = 709.8
const EXP_UNDERFLOW = -745.2
const SMALLEST_NORMAL = 2.2250738585072014e-308

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(2098)
  powers[0] = Number.MIN_VALUE
  for (let i = 1; i < powers.length; i++) powers[i] = powers[i - 1]! * 2
  return powers
}

function highWordIndex(): number {
  CELL[0] = 1
  return WORDS[1] === 0 ? 0 : 1
}

/**
 * Logarithm as an unevaluated sum: returns the high half, leaves the low half in CELL[1].
 *
 * x = 2^k z, z near c = j/128, r = z/c - 1: ln x = k ln2 + ln c + r - r^2/2 + r^3/3 - ...
 * r is split into rh (<= 26 bits, so that rh c and rh^2 are exact) and rl. Next to 1 the split is
 * relative to r, because there r is the whole result; elsewhere it is on a fixed grid, which makes
 * k ln2 + ln c + rh exact. Relative error below 2^-67.
 */
function logHead(x: number): number {
  let k = 0
  if (x < SMALLEST_NORMAL) {
    x *= 18014398509481984
    k = -54
  }
  CELL[0] = x
  const exponent = (WORDS[HIGH_WORD]! - 0x3fe6a09e) >> 20
  k += exponent
  const z = x * POWERS[POWER_ZERO - exponent]!
  const j = (z * 128 + 0.5) | 0
  const c = j * 0.0078125
  const row = 3 * (j - 91)
  const inverse = LOG_TABLE[row]!
  const f = z - c
  const q = f * inverse
  const grid = j === 128 && k === 0 ? q * 134217728 : TO_33_BITS
  const rh = q + grid - grid
  const rl = (f - rh * c) * inverse
  const r = rh + rl
  const r2 = r * r
  const start = k * LN2_HIGH + LOG_TABLE[row + 1]! + rh
  const square = 0.5 * rh * rh
  const high = start - square
  const cubic =
    r * r2 * (1 / 3 - r * 0.25 + r2 * (0.2 - r * (1 / 6) + r2 * (1 / 7 - r * 0.125 + r2 * (1 / 9))))
  const low =
    start - high - square + (k * LN2_LOW + LOG_TABLE[row + 2]! + rl - rl * (rh + 0.5 * rl) + cubic)
  const head = high + low
  CELL[1] = low - (head - high)
  return head
}

/**
 * Exponential of high + low, for EXP_UNDERFLOW <= high <= EXP_OVERFLOW and a low half below 2^-40.
 *
 * high = n ln2/64 + r, |r| <= ln2/128, n = 64 k + j: e^high = 2^k 2^(j/64) (1 + r + r^2/2 + ...).
 */
function expSum(high: number, low: number): number {
  const count = high * INVERSE_STEP + TO_INTEGER - TO_INTEGER
  const n = count | 0
  const r = high - count * STEP_HIGH - count * STEP_LOW + low
  const r2 = r * r
  const p = r + r2 * (0.5 + r * (1 / 6) + r2 * (1 / 24 + r * (1 / 120) + r2 * (1 / 720)))
  const j = (n & 63) << 1
  const power = EXP_TABLE[j]!
  const mantissa = power + (EXP_TABLE[j + 1]! + power * p)
  const k = n >> 6
  if (k > 1022) return mantissa * 8.98846567431158e307 * POWERS[k - 1023 + POWER_ZERO]!
  if (k < -1021) return mantissa * POWERS[k + 128 + POWER_ZERO]! * 2.938735877055719e-39
  return mantissa * POWERS[k + POWER_ZERO]!
}

/**
 * Raise e to a power, with the same bits on every platform.
 *
 * @param x any number.
 * @returns e^x within 0.52 ulp (0.77 ulp where the result is subnormal); 0 and Infinity beyond range.
 */
export function exp(x: number): number {
  if (x > EXP_UNDERFLOW && x < EXP_OVERFLOW) return expSum(x, 0)
  if (x > 0) return Infinity
  return x < 0 ? 0 : NaN
}

/**
 * Take the natural logarithm, with the same bits on every platform.
 *
 * @param x any number; ln 0 = -Infinity, ln of a negative number is NaN.
 * @returns ln x within 0.52 ulp.
 */
export function log(x: number): number {
  if (x > 0 && x < Infinity) return logHead(x)
  if (x === 0) return -Infinity
  return x > 0 ? Infinity : NaN
}

/**
 * Take the logarithm of a ratio as an unevaluated sum of two numbers.
 *
 * @param a,b positive and finite; where q b overflows for q = a/b, the rounding of q is lost.
 * @param out length >= 2; out[0] is overwritten by ln(a/b) within an ulp, out[1] by the rest:
 * the error of their sum is below 2^-63 of it plus 2^-105.
 */
export function logRatio(a: number, b: number, out: Float64Array): void {
  const ratio = a / b
  const product = ratio * b
  const lost = (a - product - productError(ratio, b)) / a
  const head = logHead(ratio)
  const rest = CELL[1]! + (lost - lost === 0 ? lost + 0.5 * lost * lost : 0)
  out[0] = head + rest
  out[1] = rest - (out[0]! - head)
}

/**
 * Take the natural logarithm of 1 + x without losing the digits of a small x.
 *
 * @param x any number; -1 gives -Infinity, below -1 NaN, -0 stays -0.
 * @returns ln(1 + x) within 0.6 ulp.
 */
export function log1p(x: number): number {
  if (x < 9e-13 && x > -9e-13) return x - 0.5 * x * x
  if (!(x > -1 && x < Infinity)) return x === -1 ? -Infinity : x > 0 ? x : NaN
  const u = 1 + x
  const lost = x > 1 ? 1 - (u - x) : x - (u - 1)
  const head = logHead(u)
  return head + (CELL[1]! + lost / u)
}

/**
 * Compute e^x - 1 without losing the digits of a small x.
 *
 * @param x any number; -0 stays -0.
 * @returns e^x - 1 within 0.7 ulp.
 */
export function expm1(x: number): number {
  if (x < 0.125 && x > -0.125) return x === 0 ? x : x + x * x * expm1Series(x)
  if (!(x > -40 && x < 40)) return x < 0 ? -1 : exp(x)
  const count = x * INVERSE_STEP + TO_INTEGER - TO_INTEGER
  const n = count | 0
  const r = x - count * STEP_HIGH - count * STEP_LOW
  const r2 = r * r
  const p = r + r2 * (0.5 + r * (1 / 6) + r2 * (1 / 24 + r * (1 / 120) + r2 * (1 / 720)))
  const j = (n & 63) << 1
  const scale = POWERS[(n >> 6) + POWER_ZERO]!
  const power = EXP_TABLE[j]! * scale
  const head = power - 1
  const lost = power > 1 ? power - head - 1 : power - (head + 1)
  return head + (lost + (EXP_TABLE[j + 1]! * scale + power * p))
}

/** (e^x - 1 - x) / x^2 for |x| < 1/8, by Taylor's series. */
function expm1Series(x: number): number {
  const x2 = x * x
  const first = 0.5 + x * (1 / 6) + x2 * (1 / 24 + x * (1 / 120))
  const second = 1 / 720 + x * (1 / 5040) + x2 * (1 / 40320 + x * (1 / 362880))
  return first + x2 * x2 * (second + x2 * x2 * (1 / 3628800 + x * (1 / 39916800)))
}

/**
 * Raise x to the power y, with the same bits on every platform.
 *
 * @param x any number; a negative base needs an integer exponent.
 * @param y any number; special cases as in ECMAScript's Number::exponentiate (1^Infinity is NaN).
 * @returns x^y within 0.6 ulp (0.85 ulp where the result is subnormal).
 */
export function pow(x: number, y: number): number {
  if (x > 0 && x < Infinity && y - y === 0) return powPositive(x, y)
  if (y === 0) return 1
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN
  const size = x < 0 ? -x : x
  if (y - y !== 0) {
    if (size === 1) return NaN
    return size > 1 === y > 0 ? Infinity : 0
  }
  const negative = (x < 0 || 1 / x < 0) && isOdd(y)
  if (size > 0 && size < Infinity) {
    if (Math.floor(y) !== y) return NaN
    return negative ? -powPositive(size, y) : powPositive(size, y)
  }
  const result = size > 0 === y > 0 ? Infinity : 0
  return negative ? -result : result
}

function isOdd(y: number): boolean {
  const half = y / 2
  return Math.floor(y) === y && Math.floor(half) !== half
}

/** x^y = e^(y ln x) for finite x > 0 and finite y, the product y ln x carried in two halves. */
function powPositive(x: number, y: number): number {
  if (x === 1) return 1
  const head = logHead(x)
  const tail = CELL[1]!
  const high = y * head
  if (high > EXP_OVERFLOW) return Infinity
  if (high < EXP_UNDERFLOW) return 0
  // |ln x| >= 2^-54, so y is below 2^64 here and splitting it cannot overflow.
  const ys = y * SPLIT
  const y1 = ys - (ys - y)
  const y2 = y - y1
  const hs = head * SPLIT
  const h1 = hs - (hs - head)
  const h2 = head - h1
  const low = y1 * h1 - high + y1 * h2 + y2 * h1 + y2 * h2
  return expSum(high, low + y * tail)
}
