import { exp, log, normalCdf, normalPdf } from '../../math/index.ts'
import { ImpliedVolError, OptionInputError } from './errors.ts'
import { intrinsic, moneyness, outOfTheMoney, spread } from './normalised.ts'
import { checkTerms, type ForwardTerms, type OptionTerms, positive } from './terms.ts'

/** A price to explain, USD, and the terms it was paid for. */
export type ImpliedVolInput = OptionTerms & { readonly price: number }

/** The same for an option on a forward or future. */
export type ImpliedVolForwardInput = ForwardTerms & { readonly price: number }

/** What is solved for s: a = |ln(F/K)|, `low` = b and `high` = e^(-a/2) - b per sqrt(S' K'). */
type Target = { readonly a: number; readonly low: number; readonly high: number }

/** A step in ln s below this leaves an error of its third power. */
const CLOSE = 1e-7
const MAX_STEPS = 100
const HALF_LOG_2PI = 0.9189385332046727
/** Below this a density may underflow, and logarithms are subtracted instead. */
const TINY = 1e-280

/**
 * Find the volatility at which the Black-Scholes-Merton formula gives a price.
 *
 * @param input units as in `OptionTerms`; price in USD.
 * @returns vol per root of a year; relative error below 1e-14 plus 1e-15 price / (vol vega), which is
 * what a few last digits of the price are worth: deep in the money it hardly depends on vol.
 * @throws {ImpliedVolError} when the price is at or beyond a bound of no arbitrage.
 * @throws {OptionInputError} when a term is outside what the formulas cover.
 */
export function impliedVol(input: ImpliedVolInput): number {
  checkTerms(input)
  const { type, price, spot, strike, rate, dividend, expiry } = input
  if (!Number.isFinite(price)) {
    throw new OptionInputError(`price is '${price}'; give the option's price in USD`)
  }
  const sign = type === 'call' ? 1 : -1
  const { x } = moneyness(input, 0)
  const asset = spot * exp(-dividend * expiry)
  const cash = strike * exp(-rate * expiry)
  const unit = Math.sqrt(asset) * Math.sqrt(cash)
  const least = intrinsic(sign, x, asset, cash)
  const most = sign > 0 ? asset : cash
  if (!(price > least)) throw belowBound(price, least)
  if (!(price < most)) throw aboveBound(price, most)
  const target = { a: Math.abs(x), low: (price - least) / unit, high: (most - price) / unit }
  return solve(target) / Math.sqrt(expiry)
}

/**
 * Find the volatility at which the formula of Black (1976) gives a price.
 *
 * @param input units as in `ForwardTerms`; price in USD.
 * @returns as `impliedVol`.
 * @throws {ImpliedVolError} when the price is at or beyond a bound of no arbitrage.
 * @throws {OptionInputError} when a term is outside what the formulas cover.
 */
export function impliedVolBlack76(input: ImpliedVolForwardInput): number {
  positive('forward', input.forward, 'give a price above 0')
  return impliedVol({ ...input, spot: input.forward, dividend: input.rate })
}

function belowBound(price: number, least: number): ImpliedVolError {
  const text = `price is '${price}', not above its lower bound '${least}', so it has no time value`
  const remedy = 'use the price of the call or put of the same strike that is out of the money'
  return new ImpliedVolError('lowerBound', `${text}; ${remedy}, or drop the quote`)
}

function aboveBound(price: number, most: number): ImpliedVolError {
  const text = `price is '${price}', not below its upper bound '${most}'`
  return new ImpliedVolError('upperBound', `${text}; check units and rates, or drop the quote`)
}

/**
 * Solve for s = vol sqrt T.
 *
 * Each step fits the misfit, a logarithm of prices, by a power of s with the right value, slope and
 * curvature: exact for s -> 0 at the money (s^1), far from it (s^-2) and for s -> infinity (s^2). A
 * bracket takes over where the fit has no root or leaves it.
 */
function solve(target: Target): number {
  const misfit = target.low < target.high ? lowerMisfit : upperMisfit
  const out = new Float64Array(3)
  let s = firstGuess(target)
  let below = 0
  let above = Infinity
  for (let i = 0; i < MAX_STEPS; i++) {
    misfit(target, s, out)
    const value = out[0]!
    const slope = out[1]!
    if (value === 0) return s
    if (value > 0 === slope > 0) above = s
    else below = s
    const step = powerStep(value, slope, out[2]!)
    const next = s * exp(step)
    if (next > below && next < above) {
      s = next
      if (step < CLOSE && step > -CLOSE) return s
    } else if (Math.abs(step) < CLOSE) return s
    else s = between(below, above)
  }
  return s
}

function between(below: number, above: number): number {
  if (below === 0) return above / 4
  return above === Infinity ? below * 2 : Math.sqrt(below) * Math.sqrt(above)
}

/** Step d in ln s that solves value + slope (e^(power d) - 1) / power = 0; NaN where none does. */
function powerStep(value: number, slope: number, power: number): number {
  const newton = -value / slope
  const bend = power * newton
  if (bend < 1e-8 && bend > -1e-8) return newton * (1 - 0.5 * bend)
  return log(1 + bend) / power
}

/** Exact in the limits s -> 0: linear at the money, a few steps of the asymptotic series far from it. */
function firstGuess({ a, low }: Target): number {
  const flat = Math.sqrt(2 * a)
  if (low >= outOfTheMoney(a, flat > 0 ? flat : 1e-300)) {
    return Math.max(flat, Math.min(low, 0.6) / 0.3989422804014327)
  }
  const depth = -log(low) - HALF_LOG_2PI
  let h = Math.sqrt(2 * Math.max(depth, 0.5))
  for (let i = 0; i < 3; i++) {
    const t = Math.min(a / (2 * h), h)
    h = Math.sqrt(Math.max(2 * (depth + log(spread(h, t))) - t * t, a / 2))
  }
  return a / h
}

/**
 * Misfit of the logarithm of the price: out = value ln(b(s)/b), slope in ln s, d ln slope / d ln s.
 *
 * b' = density(h) e^(-t^2/2) with h = a/s, t = s/2, and b''/b' = h^2/s - s/4.
 */
function lowerMisfit({ a, low }: Target, s: number, out: Float64Array): void {
  const h = a / s
  const t = s / 2
  const price = outOfTheMoney(a, s)
  if (price > TINY && low > TINY) {
    out[0] = log(price / low)
    out[1] = (s * normalPdf(h) * exp(-0.5 * t * t)) / price
  } else {
    const width = spread(h, t)
    out[0] = log(width) - 0.5 * (h * h + t * t) - HALF_LOG_2PI - log(low)
    out[1] = s / width
  }
  out[2] = 1 + h * h - t * t - out[1]
}

/** The same for what the price lacks to its upper bound, e^(-a/2) N(h - t) + e^(a/2) N(-h - t). */
function upperMisfit({ a, high }: Target, s: number, out: Float64Array): void {
  const h = a / s
  const t = s / 2
  const lack = exp(-a / 2) * normalCdf(h - t) + exp(a / 2) * normalCdf(-h - t)
  out[0] = log(lack / high)
  out[1] = (-s * normalPdf(h) * exp(-0.5 * t * t)) / lack
  out[2] = 1 + h * h - t * t - out[1]
}
