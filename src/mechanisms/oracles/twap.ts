import { exp, log } from '../../math/index.ts'
import {
  asset,
  type Context,
  choice,
  eventCode,
  f64,
  i32,
  type Model,
  model,
  moverBefore,
  moverOf,
  number,
  optionalRef,
  type ParamsOf,
  type Pool,
  type PriceSource,
  ref,
  seconds,
  USD,
  u8,
} from '../../world/index.ts'
import { fundamentalOf } from './correct.ts'
import { accrue, type Cumulative, meanOver } from './cumulative.ts'
import { sideOf } from './spot.ts'

const ANSWER = eventCode('answer')

/** ln 1.0001: one tick of Uniswap v3. */
const TICK = log(1.0001)

/** Most observations that a pool of Uniswap v3 keeps. */
const MOST = 65535

const params = {
  pool: ref('pool', 'the pool that is read'),
  asset: asset('the asset that is priced'),
  window: seconds('time over which the mean is taken', { default: 1800, min: 1e-9 }),
  mean: choice(
    'of prices (Uniswap v2) or of their logs (v3)',
    ['arithmetic', 'geometric'],
    'geometric',
  ),
  rounding: choice(
    "of logs and of their mean, downwards: to v3's ticks of whole-token prices, or none",
    ['none', 'tick'],
    'none',
  ),
  cardinality: number(
    'observations kept, one per block that moves the price; 0 = enough',
    'count',
    {
      default: 0,
      min: 0,
      max: MOST,
      integer: true,
    },
  ),
  tooOld: choice(
    'when the window begins before the oldest observation: no answer, or the mean since that one',
    ['none', 'oldest'],
    'none',
  ),
  quotePrice: optionalRef(
    'priceSource',
    "USD price of the pool's other asset; '' = its start price",
  ),
}

type Columns = Cumulative & {
  readonly mean: Float64Array
  readonly moved: Int32Array
  readonly isShort: Uint8Array
}

/** What the functions of one mean share; pool and quotes are known only after linking. */
type Twap = {
  readonly p: ParamsOf<typeof params>
  readonly s: Columns
  readonly context: Context
  pool: Pool | null
  quotes: PriceSource | null
  isBase: boolean
  other: number
}

/** The pool's price of the asset now, in the other one. */
function spotOf({ pool, isBase }: Twap): number {
  return isBase ? pool!.price() : 1 / pool!.price()
}

/** The number whose mean is taken: the asset's price, or the log of the pool's price, or its tick. */
function heightOf(own: Twap): number {
  if (own.p.mean === 'arithmetic') return spotOf(own)
  const height = log(own.pool!.price())
  return own.p.rounding === 'tick' ? Math.floor(height / TICK) : height
}

/** The asset's price by a mean of `heightOf`. */
function priceOf(own: Twap, mean: number): number {
  const { p, s, isBase } = own
  if (p.mean === 'arithmetic') return mean
  if (p.rounding === 'tick') return exp(Math.floor(mean) * (isBase ? TICK : -TICK))
  // A price that has stood for the whole window is itself, not the exp of its log.
  return mean === s.now[0] ? spotOf(own) : exp(isBase ? mean : -mean)
}

function quoteOf({ quotes, other, context }: Twap): number {
  return quotes ? quotes.price(other) : context.assets[other]!.price
}

/** The last event that moved the mean either way; -1 when none has. */
function lastMove({ moved }: Columns): number {
  return Math.max(moved[0]!, moved[1]!)
}

/** The answer in units of the other asset; before the first block the price has always stood. */
function meanNow(own: Twap): number {
  return own.s.mean[0]! > 0 ? own.s.mean[0]! : spotOf(own)
}

/** Count the time since the last block at the price that has stood, and note a move of the mean. */
function look(own: Twap, time: number): void {
  const { p, s, context, pool, isBase } = own
  const before = meanNow(own)
  accrue(s, heightOf(own), time)
  const mean = priceOf(own, meanOver(s, p.window, p.tooOld))
  s.isShort[0] = mean > 0 ? 0 : 1
  if (!(mean > 0)) return
  s.mean[0] = mean
  if (mean === before) return
  const isDown = mean < before
  const usd = mean * quoteOf(own)
  s.moved[isDown ? 0 : 1] = context.trace.add('answer', {
    instance: context.self,
    parent: pool!.lastSwap(isDown === isBase ? -1 : 1),
    previous: lastMove(s),
    asset: p.asset,
    // The other asset may have no price now.
    x: usd > 0 ? usd : 0,
    y: log(mean / before),
  })
}

function portOf(own: Twap): PriceSource {
  const { p, s, context } = own
  return {
    covers: (a) => a === p.asset || a === USD,
    price(a) {
      if (a !== p.asset) return a === USD ? 1 : Number.NaN
      return s.isShort[0] === 1 ? Number.NaN : meanNow(own) * quoteOf(own)
    },
    cause(a, direction) {
      if (a !== p.asset) return -1
      const quoted = own.quotes ? own.quotes.cause(own.other, direction) : -1
      return Math.max(s.moved[direction < 0 ? 0 : 1]!, quoted)
    },
    moveOf(event, a) {
      if (a !== p.asset) return 0
      const { instance, kind, y } = context.trace.columns
      if (instance[event] === context.self && kind[event] === ANSWER) return y[event]!
      return own.quotes ? own.quotes.moveOf(event, own.other) : 0
    },
    moverBefore(event, a) {
      if (a !== p.asset) return -1
      const moved = moverBefore(context.trace, lastMove(s), event)
      return own.quotes ? Math.max(moved, moverOf(own.quotes, event, own.other)) : moved
    },
  }
}

/** Observations that a window can need: one per tick, one at its far end, one that is being written. */
function kept(window: number, tickSeconds: number): number {
  return Math.min(MOST, Math.ceil(window / tickSeconds) + 2)
}

/**
 * Time-weighted mean of a pool's price over the last seconds, as a contract computes it from the pool's
 * cumulative sums: a price counts for the time for which it stood between blocks, so what is pushed and
 * restored within one block counts nothing. The pool's price at the start has stood for ever.
 *
 * Arithmetic is Uniswap v2, (cumulative(t) - cumulative(t - window)) / window, where the means of the two
 * directions are not reciprocal; geometric is v3, 1.0001^(mean tick), where they are. Answers change in
 * blocks; whoever acts in a block sees the mean up to its start, whoever steps sees the block before.
 * Source: Uniswap/v2-core contracts/UniswapV2Pair.sol; Uniswap/v3-core contracts/libraries/Oracle.sol and
 * v3-periphery contracts/libraries/OracleLibrary.sol `consult`.
 */
export const twap: Model = model({
  kind: 'oracles/twap',
  phase: 'oracle',
  doc: 'time-weighted mean of a pool, arithmetic (Uniswap v2) or geometric (v3)',
  cuts: { feedLag: { become: 'oracles/spot' } },
  correct: (own, { asset }, truth) => fundamentalOf(own, [asset], truth),
  params,
  columns: ({ window, cardinality }, _, tickSeconds) => {
    const most = cardinality > 0 ? cardinality : kept(window, tickSeconds)
    return {
      now: f64(4, 'value, opening value, sum, s'),
      at: f64(most, 's'),
      sum: f64(most, 'value x s'),
      count: i32(3, 'written, tail, known'),
      mean: f64(1, 'other asset/asset'),
      moved: i32(2, 'event', -1),
      isShort: u8(1, 'flag'),
    }
  },
  create(p, s, context) {
    const own: Twap = { p, s, context, pool: null, quotes: null, isBase: true, other: USD }
    return {
      ports: { priceSource: portOf(own) },
      link(use) {
        own.pool = use('pool', p.pool)
        Object.assign(own, sideOf(own.pool, p.asset, context, p.pool))
        if (p.quotePrice) own.quotes = use('priceSource', p.quotePrice)
      },
      observe({ round, time }) {
        if (round === 0) look(own, time)
      },
    }
  },
})
