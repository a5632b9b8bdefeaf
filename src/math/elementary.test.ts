import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  divide,
  expParts,
  LN2,
  logFixed,
  logOf,
  multiply,
  PRECISION,
  toDouble,
  toFixed,
  ulpsFrom,
} from './bigReal.conformance.ts'
import { exp, expm1, log, log1p, pow } from './elementary.ts'
import { EXP_TABLE, LOG_TABLE } from './elementaryTables.ts'
import { philox4x32 } from './philox.ts'

// MATH_SAMPLES=1000000 gives the maxima quoted in README.md; the default keeps CI short.
const SAMPLES = Number(process.env.MATH_SAMPLES ?? 10_000)
const ONE = 1n << PRECISION

function sampler(stream: number): () => number {
  const out = new Uint32Array(4)
  let i = 0
  return () => {
    philox4x32(i++, 0, 0, 0, stream, 7, out)
    return (out[0]! + out[1]! / 2 ** 32) / 2 ** 32
  }
}

function worst(name: string, error: (u: () => number) => number): number {
  const u = sampler(name.length * 1000 + name.charCodeAt(name.length - 1))
  let max = 0
  for (let i = 0; i < SAMPLES; i++) max = Math.max(max, error(u))
  if (process.env.MATH_SAMPLES) console.log(`${name}: ${max.toFixed(4)} ulp over ${SAMPLES}`)
  return max
}

function expError(x: number): number {
  const e = expParts(toFixed(x))
  return ulpsFrom(exp(x), e.mantissa, e.scale)
}

function powError(x: number, y: number): number {
  const e = expParts(multiply(toFixed(y), logOf(x)))
  return ulpsFrom(pow(x, y), e.mantissa, e.scale)
}

function log1pError(x: number): number {
  return ulpsFrom(log1p(x), logFixed(ONE + toFixed(x)), 0)
}

function expm1Error(x: number): number {
  const e = expParts(toFixed(x))
  const exact = (e.scale < 0 ? e.mantissa >> BigInt(-e.scale) : e.mantissa << BigInt(e.scale)) - ONE
  return ulpsFrom(expm1(x), exact, 0)
}

const signed = (u: () => number): number => 2 * u() - 1
const magnitude = (u: () => number, low: number, high: number): number =>
  2 ** Math.floor(low + (high - low) * u()) * (1 + u())

describe('error against exact arithmetic, in units in the last place', () => {
  it('exp stays within 0.52, and 0.77 below the normal range', { timeout: 900_000 }, () => {
    expect(worst('exp', (u) => expError(signed(u) * 708))).toBeLessThan(0.52)
    expect(worst('exp near 0', (u) => expError(signed(u)))).toBeLessThan(0.52)
    expect(worst('exp subnormal', (u) => expError(-708.4 - 36 * u()))).toBeLessThan(0.77)
  })

  it('log stays within 0.52', { timeout: 900_000 }, () => {
    const error = (x: number): number => ulpsFrom(log(x), logOf(x), 0)
    expect(worst('log', (u) => error(magnitude(u, -1074, 1024)))).toBeLessThan(0.52)
    expect(worst('log near 1', (u) => error(0.9 + 0.2 * u()))).toBeLessThan(0.52)
    expect(worst('log next to 1', (u) => error(1 + signed(u) * 2 ** (-8 - 40 * u())))).toBeLessThan(
      0.52,
    )
  })

  it('log1p stays within 0.6', { timeout: 900_000 }, () => {
    expect(worst('log1p', (u) => log1pError(magnitude(u, -60, 60)))).toBeLessThan(0.6)
    expect(worst('log1p below 0', (u) => log1pError(-magnitude(u, -60, -1) / 1.01))).toBeLessThan(
      0.6,
    )
  })

  it('expm1 stays within 0.7', { timeout: 900_000 }, () => {
    expect(worst('expm1', (u) => expm1Error(signed(u) * 2))).toBeLessThan(0.7)
    expect(worst('expm1 small', (u) => expm1Error(signed(u) * 2 ** (-50 * u())))).toBeLessThan(0.7)
    expect(worst('expm1 large', (u) => expm1Error(signed(u) * 50))).toBeLessThan(0.7)
  })

  it('pow stays within 0.6, and 0.85 below the normal range', { timeout: 900_000 }, () => {
    const wide = (u: () => number): number => {
      const x = magnitude(u, -1074, 1024)
      return powError(x, (signed(u) * 708) / Math.log(x))
    }
    expect(worst('pow', wide)).toBeLessThan(0.6)
    expect(
      worst('pow ticks', (u) => powError(1.0001, Math.floor(signed(u) * 887_272))),
    ).toBeLessThan(0.6)
    const growth = (u: () => number): number =>
      powError(1 + signed(u) * 2 ** (-11 - 30 * u()), 1e6 * u())
    expect(worst('pow growth', growth)).toBeLessThan(0.6)
    const extreme = (u: () => number): number => {
      const x = 1 + signed(u) * 2 ** (-8 - 40 * u())
      return x === 1 ? 0 : powError(x, (signed(u) * 708) / Math.log(x))
    }
    expect(worst('pow extreme', extreme)).toBeLessThan(0.6)
    const tiny = (u: () => number): number => powError(Math.E + u() / 1e3, -709 - 35 * u())
    expect(worst('pow subnormal', tiny)).toBeLessThan(0.85)
  })
})

describe('special cases', () => {
  it('follow IEEE 754 and ECMAScript', () => {
    const edge = [0, -0, 1, -1, 0.5, 2, -2, 3, -3, 1.5, -1.5, 1e300, -1e300, 5e-324, -5e-324]
    const all = [...edge, Infinity, -Infinity, NaN, 2 ** 53, 2 ** 53 + 2, -(2 ** 1023), 1e-320]
    const names = { exp, log, log1p, expm1 } as const
    for (const x of all) {
      for (const [name, f] of Object.entries(names)) {
        const expected = Math[name as keyof typeof names](x)
        if (Number.isFinite(expected) && expected !== 0) {
          expect(Math.abs(f(x) / expected - 1)).toBeLessThan(3e-16)
        } else expect(f(x), `${name}(${x})`).toBe(expected)
      }
      for (const y of all) {
        const expected = x ** y
        if (Number.isFinite(expected) && expected !== 0) {
          expect(Math.abs(pow(x, y) / expected - 1), `${x}^${y}`).toBeLessThan(3e-16)
        } else expect(pow(x, y), `${x}^${y}`).toBe(expected)
      }
    }
  })

  it('reach the ends of the range', () => {
    expect(exp(709.782712893384)).toBeLessThan(Infinity)
    expect(exp(709.7827128933841)).toBe(Infinity)
    expect(exp(-745.1332191019411)).toBe(5e-324)
    expect(exp(-745.1332191019412)).toBe(0)
    expect(pow(2, 1023)).toBe(2 ** 1023)
    expect(pow(2, -1074)).toBe(5e-324)
    expect(pow(2, 1024)).toBe(Infinity)
    expect(pow(2, -1076)).toBe(0)
    expect(log(5e-324)).toBe(-744.4400719213812)
  })

  it('give exact results where the exact result is a double', () => {
    for (let n = -22; n <= 22; n++) expect(pow(10, n)).toBe(Number(`1e${n}`))
    for (let n = 0; n <= 33; n++) expect(pow(3, n)).toBe(Number(3n ** BigInt(n)))
    fc.assert(fc.property(fc.double({ noNaN: true }), (x) => Object.is(pow(x, 1), x)))
  })
})

describe('relations', () => {
  it('exp and log undo each other', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
        expect(Math.abs(log(exp(x)) - x)).toBeLessThanOrEqual(2.3e-16 * Math.max(1, Math.abs(x)))
      }),
    )
  })

  it('exp, log and pow never decrease', () => {
    const pair = fc.tuple(fc.double({ noNaN: true }), fc.double({ noNaN: true }))
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const [low, high] = a < b ? [a, b] : [b, a]
        expect(exp(low)).toBeLessThanOrEqual(exp(high))
        expect(expm1(low)).toBeLessThanOrEqual(expm1(high))
        if (low >= 0) {
          expect(log(low)).toBeLessThanOrEqual(log(high))
          expect(pow(low, 0.3)).toBeLessThanOrEqual(pow(high, 0.3))
        }
      }),
    )
  })
})

it('keeps its bits: hash of 4 x 20,000 results is pinned', () => {
  const u = sampler(99)
  let hash = 0
  const bytes = new DataView(new ArrayBuffer(8))
  const add = (x: number): void => {
    bytes.setFloat64(0, x)
    hash = Math.imul(hash ^ bytes.getInt32(0), 0x85ebca6b) ^ bytes.getInt32(4) ^ (hash >>> 13)
  }
  for (let i = 0; i < 20_000; i++) {
    add(exp(signed(u) * 100))
    add(log(u() * 1e6))
    add(pow(u() * 10, signed(u) * 50))
    add(log1p(signed(u)) + expm1(signed(u)))
  }
  expect(hash >>> 0).toBe(888321502)
})

it('tables hold the nearest doubles of the exact powers and logarithms', () => {
  for (let j = 0; j < 64; j++) {
    const exact = expParts((LN2 * BigInt(j)) / 64n)
    const power = exact.scale === 1 ? exact.mantissa * 2n : exact.mantissa
    expect(EXP_TABLE[2 * j]).toBe(toDouble(power))
    expect(EXP_TABLE[2 * j + 1]).toBeCloseTo(toDouble(power - toFixed(EXP_TABLE[2 * j]!)), 32)
  }
  for (let j = 91; j <= 181; j++) {
    const c = divide(BigInt(j) << PRECISION, 128n << PRECISION)
    const [inverse, high, low] = LOG_TABLE.subarray(3 * (j - 91), 3 * (j - 90))
    expect(inverse).toBe(128 / j)
    expect(Number.isInteger(high! * 2 ** 42)).toBe(true)
    expect(low).toBe(toDouble(logFixed(c) - toFixed(high!)))
  }
})
