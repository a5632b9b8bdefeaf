/**
 * Exact reference of option prices for tests: the textbook formula in fixed point with 256 fractional
 * bits, and sensitivities as difference quotients of that price. No formula of a sensitivity is used.
 */
import { mills, pdfParts, squareRoot } from '../../math/bigNormal.conformance.ts'
import {
  divide,
  expParts,
  logFixed,
  multiply,
  PRECISION,
  parts,
  shift,
  toFixed,
} from '../../math/bigReal.conformance.ts'
import type { BlackScholesInput, Greeks } from './blackScholes.ts'
import type { OptionType } from './terms.ts'

const ONE: bigint = 1n << PRECISION

type Point = {
  readonly spot: bigint
  readonly strike: bigint
  readonly rate: bigint
  readonly dividend: bigint
  readonly expiry: bigint
  readonly vol: bigint
}

/** A tail P(X > z) for z >= 0 as fixed point divided by 2^unit. */
function tail(z: bigint, unit: number): bigint {
  const density = pdfParts(z)
  return shift(multiply(density.mantissa, mills(z)), density.scale - unit)
}

/** P(X <= z), divided by 2^unit. */
function cdf(z: bigint, unit: number): bigint {
  return z < 0n ? tail(-z, unit) : shift(ONE, -unit) - tail(z, unit)
}

function expFixed(x: bigint): bigint {
  const { mantissa, scale } = expParts(x)
  return shift(mantissa, scale)
}

/** Price divided by 2^unit, in fixed point: S e^(-qT) N(d1) - K e^(-rT) N(d2), or its mirror. */
function priceAt(type: OptionType, p: Point, unit: number): bigint {
  const s = multiply(p.vol, squareRoot(p.expiry))
  const x = logFixed(p.spot) - logFixed(p.strike) + multiply(p.rate - p.dividend, p.expiry)
  const d1 = divide(x, s) + s / 2n
  const d2 = d1 - s
  const asset = multiply(p.spot, expFixed(-multiply(p.dividend, p.expiry)))
  const cash = multiply(p.strike, expFixed(-multiply(p.rate, p.expiry)))
  if (type === 'call') return multiply(asset, cdf(d1, unit)) - multiply(cash, cdf(d2, unit))
  return multiply(cash, cdf(-d2, unit)) - multiply(asset, cdf(-d1, unit))
}

/** ln(F/K) in standard deviations. */
function distance(input: BlackScholesInput): number {
  const { spot, strike, rate, dividend, expiry, vol } = input
  return (Math.log(spot / strike) + (rate - dividend) * expiry) / (vol * Math.sqrt(expiry))
}

/** An exact number: fixed point times 2^unit. */
type Exact = { readonly value: bigint; readonly unit: number }

/**
 * Work out all sensitivities of an option by central differences; relative error below 1e-16.
 *
 * A call less a put is linear in the spot and free of vol: the curved sensitivities are taken of the
 * one that is out of the money, whose price is not buried under the forward's.
 */
export function referenceGreeks(input: BlackScholesInput): Readonly<Record<keyof Greeks, Exact>> {
  const { type, ...numbers } = input
  const d = distance(input)
  const unit = Math.round((-d * d) / 2 / Math.LN2)
  const twin: OptionType = d > 0 ? 'put' : 'call'
  const at = Object.fromEntries(
    Object.entries(numbers).map(([name, value]) => [name, toFixed(value)]),
  ) as Point
  const s = toFixed(input.vol * Math.sqrt(input.expiry))
  const step = {
    spot: multiply(at.spot, s) >> 36n,
    vol: at.vol >> 45n,
    expiry: at.expiry >> 45n,
    rate: divide(s, at.expiry) >> 40n,
  }
  const move = (by: Partial<Record<keyof typeof step, bigint>>, kind = twin): bigint => {
    const moved = { ...at }
    for (const [name, times] of Object.entries(by)) {
      moved[name as keyof typeof step] += times * step[name as keyof typeof step]
    }
    return priceAt(kind, moved, unit)
  }
  const first = (name: keyof typeof step, kind = type): bigint =>
    divide(move({ [name]: 1n }, kind) - move({ [name]: -1n }, kind), 2n * step[name])
  const cross = (name: 'vol' | 'expiry', kind: OptionType): bigint => {
    const corners =
      move({ spot: 1n, [name]: 1n }, kind) -
      move({ spot: 1n, [name]: -1n }, kind) -
      move({ spot: -1n, [name]: 1n }, kind) +
      move({ spot: -1n, [name]: -1n }, kind)
    return divide(divide(corners, 2n * step.spot), 2n * step[name])
  }
  const second = (name: 'spot' | 'vol'): bigint => {
    const bend = move({ [name]: 1n }) - 2n * move({}) + move({ [name]: -1n })
    return divide(divide(bend, step[name]), step[name])
  }
  const third =
    move({ spot: 2n }) - 2n * move({ spot: 1n }) + 2n * move({ spot: -1n }) - move({ spot: -2n })
  const values = {
    price: move({}, type),
    delta: first('spot'),
    gamma: second('spot'),
    vega: first('vol', twin),
    theta: -first('expiry'),
    rho: first('rate'),
    vanna: cross('vol', twin),
    volga: second('vol'),
    charm: -cross('expiry', type),
    speed: divide(divide(divide(third, step.spot), step.spot), step.spot) / 2n,
  }
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, { value, unit }]),
  ) as Readonly<Record<keyof Greeks, Exact>>
}

/** Error of a double against an exact number, relative to the latter. */
export function relativeError(got: number, exact: Exact): number {
  const { mantissa, exponent } = parts(got)
  const scaled = shift(mantissa, exponent + Number(PRECISION) - exact.unit)
  return Number(((scaled - exact.value) << 80n) / exact.value) / 2 ** 80
}

/** Nearest double of an exact number, without regard to the last digit. */
export function approximately(exact: Exact): number {
  return (Number(exact.value >> (PRECISION - 100n)) / 2 ** 100) * 2 ** exact.unit
}
