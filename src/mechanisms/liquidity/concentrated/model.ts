import { log } from '../../../math/index.ts'
import {
  asset,
  type Context,
  data,
  f64,
  governedFlag,
  i32,
  type Model,
  model,
  number,
  type Pool,
  type TickTable,
} from '../../../world/index.ts'
import {
  exchange,
  isTradable,
  pairOf,
  poolMoverBefore,
  recordSwap,
  startPrice,
  tradingFlag,
} from '../pool.ts'
import {
  edge0,
  edge1,
  type Landing,
  type Ranges,
  rangesOf,
  reserve0,
  reserve1,
  sell0,
  sell0To,
  sell1,
  sell1To,
} from './kernel.ts'

/** Rounding of many swaps may leave the pool short by a hair of what its curve says. */
const HAIR = 1 + 1e-12

const params = {
  ticks: data<TickTable>('ticks', 'tick table of the pool'),
  base: asset('asset that stands for token 0 of the table'),
  quote: asset('asset that stands for token 1 of the table'),
  price: number('quote per base at the start; 0: ratio of the start prices', 'quote/base', {
    default: 0,
    min: 0,
  }),
  fee: number('fee on the amount sold; -1: the fee of the table', 'fraction', {
    default: -1,
    min: -1,
    max: 0.999,
  }),
}

type State = {
  readonly root: Float64Array
  readonly interval: Int32Array
  readonly lastSwap: Int32Array
  readonly trading: Uint8Array
}
type Setup = {
  readonly base: number
  readonly quote: number
  readonly fee: number
  readonly ranges: Ranges
}

function poolOf({ base, quote, fee, ranges }: Setup, s: State, context: Context): Pool {
  const kept = 1 - fee
  const end: Landing = { root: 0, interval: 0 }
  const { has, takes } = pairOf(base, quote, s.trading)
  function quoteFor(sell: number, buy: number, amount: number): number {
    if (!takes(sell, buy) || !isTradable(amount)) return 0
    const walk = sell === base ? sell0 : sell1
    return walk(ranges, s.root[0]!, s.interval[0]!, amount * kept, end)
  }
  function spot(sell: number, buy: number): number {
    if (!takes(sell, buy)) return 0
    if (sell === base) return kept * square(edge0(ranges, s.root[0]!, s.interval[0]!))
    return kept / square(edge1(ranges, s.root[0]!, s.interval[0]!))
  }
  function amountTo(sell: number, buy: number, target: number): number {
    if (!takes(sell, buy) || !(target > 0)) return 0
    if (sell === base)
      return sell0To(ranges, s.root[0]!, s.interval[0]!, Math.sqrt(target / kept)) / kept
    return sell1To(ranges, s.root[0]!, s.interval[0]!, Math.sqrt(kept / target)) / kept
  }
  function swap(sell: number, buy: number, amount: number, holder: number, cause: number): number {
    const bought = quoteFor(sell, buy, amount)
    if (!(bought > 0) || !exchange(context, holder, sell, amount, buy, bought)) return 0
    const move = -2 * Math.abs(log(end.root / s.root[0]!))
    s.root[0] = end.root
    s.interval[0] = end.interval
    const up = sell === base ? 0 : 1
    recordSwap(context, s.lastSwap, up, cause, sell, amount, buy, bought, move)
    return bought
  }
  return {
    assets: [base, quote],
    fee,
    price: () => square(s.root[0]!),
    self: context.self,
    lastSwap: (direction) => s.lastSwap[direction < 0 ? 0 : 1]!,
    moverBefore: poolMoverBefore(context, s.lastSwap),
    has,
    spot,
    quote: quoteFor,
    amountTo,
    swap,
  }
}

function square(x: number): number {
  return x * x
}

/** A pool with liquidity in price ranges (Uniswap v3), over a tick table read from a chain. */
export const concentrated: Model = model({
  kind: 'liquidity/concentrated',
  phase: 'venue',
  doc: 'pool of two assets with liquidity in price ranges (Uniswap v3), over a real tick table',
  params,
  columns: () => ({
    root: f64(1, 'sqrt(quote/base)'),
    interval: i32(1, 'index'),
    lastSwap: i32(2, 'event id', -1),
    trading: tradingFlag(),
  }),
  create(p, s, context) {
    const { ledger, self, assets } = context
    const { base, quote, ticks } = p
    const ranges = rangesOf(ticks, startPrice(p.price, base, quote, assets))
    s.root[0] = ranges.startRoot
    s.interval[0] = ranges.start
    ledger.endow(self, base, reserve0(ranges, ranges.startRoot, ranges.start) * HAIR)
    ledger.endow(self, quote, reserve1(ranges, ranges.startRoot, ranges.start) * HAIR)
    const fee = p.fee < 0 ? ticks.fee : p.fee
    const pool = poolOf({ base, quote, fee, ranges }, s, context)
    return { ports: { venue: pool, pool, governed: governedFlag('trading', s.trading) } }
  },
})
