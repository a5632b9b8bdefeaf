import { exp, log } from '../../math/index.ts'
import {
  type Assets,
  assets,
  f64,
  fraction,
  type Model,
  number,
  type PriceSource,
  ref,
  seconds,
  USD,
} from '../../world/index.ts'
import { control } from './control.ts'
import {
  checkWatch,
  HALT,
  halt,
  haltParams,
  haltSlots,
  resumeParams,
  type Sight,
  sightOf,
} from './halt.ts'
import { YEAR } from './rules.ts'
import { extreme, remember, type WindowColumns, windowColumns } from './window.ts'

/** Rounding of ratios of prices. */
const ROUNDING = 1e-12

const params = {
  ...haltParams(['trading']),
  ...resumeParams,
  source: ref('priceSource', 'whose prices it watches'),
  watched: assets('assets whose prices it watches; one that moves is enough'),
  move: fraction('rise or fall from any price within the window that halts; 0 = none', {
    default: 0.1,
    max: 1e6,
  }),
  window: seconds('length of that window', { default: 300 }),
  vol: number('realised volatility that halts; 0 = none', '1/sqrt(year)', { default: 0, min: 0 }),
  volHalfLife: seconds('half-life of squared returns in that volatility', { default: 1800 }),
}

/** Prices of one asset as the breaker has seen them. */
type VolColumns = {
  readonly variance: Float64Array
  readonly last: Float64Array
  readonly lastAt: Float64Array
}

/**
 * Test one price against those seen within a window; a lowest price of 0 stands for none yet.
 * @returns -1 for a fall by `move` from the highest, 1 for a rise by it from the lowest, 0 for neither.
 */
export function moved(now: number, lowest: number, highest: number, move: number): -1 | 0 | 1 {
  if (!(move > 0)) return 0
  const least = move * (1 - ROUNDING)
  if (1 - now / highest >= least) return -1
  return lowest > 0 && now / lowest - 1 >= least ? 1 : 0
}

/**
 * Update an exponentially weighted variance.
 * @param variance before, per second.
 * @param step log return since the last price, over `dt` > 0 seconds.
 * @param halfLife seconds, > 0.
 * @returns per second.
 */
export function ewma(variance: number, step: number, dt: number, halfLife: number): number {
  const kept = exp((-Math.LN2 * dt) / halfLife)
  return kept * variance + ((1 - kept) * step * step) / dt
}

/** Count a price of watched asset k. @returns the sign of its move where volatility is too high, else 0. */
function shaken(
  p: { readonly vol: number; readonly volHalfLife: number },
  s: VolColumns,
  k: number,
  price: number,
  time: number,
): -1 | 0 | 1 {
  const before = s.last[k]!
  const dt = time - s.lastAt[k]!
  if (before > 0 && dt > 0)
    s.variance[k] = ewma(s.variance[k]!, log(price / before), dt, p.volHalfLife)
  s.last[k] = price
  s.lastAt[k] = time
  if (!(p.vol > 0 && Math.sqrt(s.variance[k]! * YEAR) > p.vol)) return 0
  return price < before ? -1 : 1
}

/** Which way the price of watched asset k has moved too far within the window; 0 for neither. */
function direction(
  p: { readonly move: number; readonly window: number; readonly watched: readonly number[] },
  s: WindowColumns,
  k: number,
  price: number,
  time: number,
): -1 | 0 | 1 {
  const count = p.watched.length
  const seen = (sign: -1 | 1): number => {
    const place = extreme(s, { of: k, count }, time, p.window, sign)
    return place < 0 ? price : s.seen[place * count + k]!
  }
  return moved(price, seen(-1), seen(1), p.move)
}

/**
 * A circuit breaker: it halts flags of venues, lenders or feeds when a price has moved too far within
 * a window, or when realised volatility is too high. With one source and many targets it is a breaker
 * across venues.
 */
export const breaker: Model = control({
  kind: 'controls/breaker',
  doc: 'circuit breaker: halts venues, lenders or feeds on a price move or on volatility',
  params,
  columns: (p, _: Assets, tickSeconds) => ({
    ...HALT,
    ...windowColumns(p.watched.length, p.window, Math.max(p.interval, tickSeconds)),
    variance: f64(p.watched.length, '1/s'),
    last: f64(p.watched.length, 'USD'),
    lastAt: f64(p.watched.length, 's'),
  }),
  slots: haltSlots,
  create(p, s, context, desk) {
    checkWatch(
      context,
      'watches no asset whose price can move: name one beside USD in `watched`',
      p.watched.some((a) => a !== USD),
    )
    checkWatch(
      context,
      'watches neither moves nor volatility: set `move` or `vol`',
      p.move > 0 || p.vol > 0,
    )
    let source: PriceSource
    const prices = new Float64Array(p.watched.length)
    function look(a: number, k: number, time: number): Sight {
      const price = source.price(a)
      const isSeen = price > 0
      prices[k] = isSeen ? price : s.last[k]!
      if (!(prices[k]! > 0)) return 'unseen'
      const wild = isSeen ? shaken(p, s, k, price, time) : 0
      const way = direction(p, s, k, prices[k]!, time) || wild
      if (way === 0) return isSeen ? null : 'unseen'
      return () => source.cause(a, way)
    }
    return {
      link(use) {
        source = use('priceSource', p.source)
      },
      observe({ time }) {
        const sight = sightOf(...p.watched.map((a, k) => look(a, k, time)))
        remember(s, time, prices)
        halt(p, s, desk, time, sight)
      },
    }
  },
})
