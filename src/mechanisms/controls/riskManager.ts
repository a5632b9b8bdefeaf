import { expm1, log } from '../../math/index.ts'
import {
  f64,
  fraction,
  type Lender,
  type ParamSpec,
  type PriceSource,
  seconds,
  type TypedColumns,
} from '../../world/index.ts'
import type { Desk } from './control.ts'
import { type Rules, SLACK, YEAR } from './rules.ts'

const DAY = 86_400

/**
 * What bounds an autonomous risk manager unless it says otherwise.
 * Source: ChaosLabsInc/chaos-agents, scripts/aave/, commit 1594c14a: updates expire after 12 hours and
 * are at least a day apart; its AgentHub validates expiry and delay, the agents a largest change.
 */
export const MANAGED: Partial<Rules> = { interval: 3600, expiry: 43_200, minDelay: DAY }

/** Common to all managers. */
export const managerParams: {
  readonly minStep: ParamSpec<number>
  readonly maxAge: ParamSpec<number>
} = {
  minStep: fraction('smallest change that is worth a transaction, share of the value', {
    default: 0.005,
  }),
  maxAge: seconds('age of what it reads from which on it does nothing; 0 = never asked', {
    default: 0,
  }),
}

/**
 * Let a term follow a wanted value in the steps that the rules allow: one proposal at a time, none
 * before the last change is old enough.
 * @param cause event that moved the wanted value; -1 for none.
 */
export function follow(
  p: Pick<Rules, 'minDelay'> & { readonly minStep: number },
  desk: Desk,
  slot: number,
  wanted: number,
  time: number,
  cause: number,
): void {
  if (!Number.isNaN(desk.pending(slot))) return
  if (time - desk.changedAt(slot) < p.minDelay - SLACK) return
  const now = desk.current(slot)
  const value = desk.nearest(slot, wanted)
  if (Math.abs(value - now) < p.minStep * Math.abs(now) || value === now) return
  desk.propose(slot, value, cause)
}

/** The value nearest to `wanted` that is at most `step` away from `now`; a step of 0 is no bound. */
export function within(now: number, wanted: number, step: number): number {
  return step > 0 ? Math.min(now + step, Math.max(now - step, wanted)) : wanted
}

/**
 * Decide how a limit follows its use: raised when nearly used up, lowered when hardly used.
 * @param usage used share of the limit, >= 0.
 * @returns factor of the limit, 1 while nothing changes.
 */
export function usageFactor(
  usage: number,
  p: { readonly above: number; readonly below: number; readonly up: number; readonly down: number },
): number {
  if (usage > p.above) return 1 + p.up
  return usage < p.below ? 1 - p.down : 1
}

/** Tokens supplied of an asset, or lent out of it for the term `borrowCap`. */
export function usedOf(lender: Lender, term: string, asset: number): number {
  const supplied = lender.claims(asset)
  return term === 'borrowCap' ? Math.max(0, supplied - lender.cash(asset)) : supplied
}

/** Whether a price is older than a manager accepts, or absent. */
export function isStale(source: PriceSource, asset: number, maxAge: number): boolean {
  return !(source.price(asset) > 0) || (maxAge > 0 && (source.age?.(asset) ?? 0) > maxAge)
}

/**
 * Update an exponentially weighted variance whose weights fall by `lambda` a day.
 * @param variance before, per day.
 * @param move log return over `dt` seconds, > 0.
 * @param lambda weight left after a day, in (0, 1).
 * @returns per day. Source: RiskMetrics 1996, with lambda scaled to the interval.
 */
export function ewmaDaily(variance: number, move: number, dt: number, lambda: number): number {
  const days = dt / DAY
  const taken = -expm1(log(lambda) * days)
  return (1 - taken) * variance + (taken * move * move) / days
}

/**
 * Compute the share of collateral that may count: what is left after a fall of `k` standard deviations
 * over the time that a liquidation takes, and after its costs.
 * @param vol standard deviation per square root of a day.
 * @param horizon s.
 * @param impact share lost to price impact and bonus.
 */
export function marginThreshold(k: number, vol: number, horizon: number, impact: number): number {
  return 1 - k * vol * Math.sqrt(horizon / DAY) - impact
}

/** Daily standard deviation of a yearly one. */
export function dailyOf(vol: number): number {
  return vol * Math.sqrt(DAY / YEAR)
}

/** Parameters of whoever estimates volatility. */
export const volParams: { readonly lambda: ParamSpec<number>; readonly vol: ParamSpec<number> } = {
  lambda: fraction('weight of the past that is left after a day', { default: 0.94 }),
  vol: { type: 'number', doc: 'estimate at the start', unit: '1/sqrt(year)', min: 0, default: 0.8 },
}

/** Columns of an estimate per asset, opened at `vol` per square root of a year. */
export const volColumns = (
  assets: number,
  vol: number,
): Record<'variance' | 'last' | 'lastAt', ReturnType<typeof f64>> => ({
  variance: f64(assets, '1/day', dailyOf(vol) * dailyOf(vol)),
  last: f64(assets, 'USD'),
  lastAt: f64(assets, 's'),
})

/**
 * Take one price of the k-th asset into its estimate.
 * @returns standard deviation per square root of a day.
 */
export function watchVol(
  s: TypedColumns<ReturnType<typeof volColumns>>,
  k: number,
  price: number,
  time: number,
  lambda: number,
): number {
  const before = s.last[k]!
  const dt = time - s.lastAt[k]!
  if (before > 0 && dt > 0)
    s.variance[k] = ewmaDaily(s.variance[k]!, log(price / before), dt, lambda)
  s.last[k] = price
  s.lastAt[k] = time
  return Math.sqrt(s.variance[k]!)
}

/**
 * Take the prices of some assets, which the source has, into their estimates.
 * @param each given the place of an asset, its standard deviation per square root of a day, and the
 *   event that moved its price.
 */
export function watchVols(
  p: { readonly assets: readonly number[]; readonly lambda: number; readonly maxAge: number },
  s: TypedColumns<ReturnType<typeof volColumns>>,
  source: PriceSource,
  time: number,
  each: (k: number, vol: number, cause: number) => void,
): void {
  p.assets.forEach((asset, k) => {
    if (isStale(source, asset, p.maxAge)) return
    const price = source.price(asset)
    const cause = source.cause(asset, price < s.last[k]! ? -1 : 1)
    each(k, watchVol(s, k, price, time, p.lambda), cause)
  })
}
