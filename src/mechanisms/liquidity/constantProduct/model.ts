import { log } from '../../../math/index.ts'
import {
  asset,
  type Context,
  choice,
  fraction,
  governedFlag,
  i32,
  type Model,
  model,
  number,
  type Pool,
} from '../../../world/index.ts'
import {
  defect,
  drainOf,
  exchange,
  isTradable,
  pairOf,
  poolMoverBefore,
  recordSwap,
  startPrice,
  tradingFlag,
} from '../pool.ts'
import { amountOut, amountTo, amountToSpot, spotAfterFee } from './kernel.ts'

const params = {
  base: asset('asset that the price is of'),
  quote: asset('asset that the price is in'),
  baseReserve: number('base asset in the pool at the start', 'tokens', { min: 1e-9 }),
  price: number('quote per base at the start; 0: ratio of the start prices', 'quote/base', {
    default: 0,
    min: 0,
  }),
  fee: fraction('fee on the amount sold', { default: 0.003, max: 0.999 }),
  feesTo: choice(
    "where fees go: into the reserves, as in v2, or to its providers' pockets outside the world",
    ['pool', 'outside'],
    'pool',
  ),
  defect: defect(),
}

type Setup = {
  readonly base: number
  readonly quote: number
  readonly fee: number
  readonly feesTo: 'pool' | 'outside'
}
type State = { readonly lastSwap: Int32Array; readonly trading: Uint8Array }

function poolOf({ base, quote, fee, feesTo }: Setup, s: State, context: Context): Pool {
  const { ledger, self } = context
  const paidOut = feesTo === 'outside' ? fee : 0
  const reserve = (of: number): number => ledger.balance(self, of)
  const { has, takes } = pairOf(base, quote, s.trading)
  function quoteFor(sell: number, buy: number, amount: number): number {
    if (!takes(sell, buy) || !isTradable(amount)) return 0
    return amountOut(reserve(sell), reserve(buy), amount, fee)
  }
  function swap(sell: number, buy: number, amount: number, holder: number, cause: number): number {
    const bought = quoteFor(sell, buy, amount)
    if (!(bought > 0)) return 0
    const before = reserve(buy) / reserve(sell)
    if (!exchange(context, holder, sell, amount, buy, bought)) return 0
    if (paidOut > 0) ledger.transfer(self, ledger.holders - 1, sell, paidOut * amount)
    const move = log(reserve(buy) / reserve(sell) / before)
    recordSwap(context, s.lastSwap, sell === base ? 0 : 1, cause, sell, amount, buy, bought, move)
    return bought
  }
  return {
    assets: [base, quote],
    fee,
    price: () => reserve(quote) / reserve(base),
    self: context.self,
    lastSwap: (direction) => s.lastSwap[direction < 0 ? 0 : 1]!,
    moverBefore: poolMoverBefore(context, s.lastSwap),
    has,
    spot: (sell, buy) => (takes(sell, buy) ? spotAfterFee(reserve(sell), reserve(buy), fee) : 0),
    quote: quoteFor,
    amountTo: (sell, buy, target) =>
      takes(sell, buy) && target > 0 ? amountTo(reserve(sell), reserve(buy), target, fee) : 0,
    // Where no fee enters the curve the price of the last unit is the price shown.
    ...(fee > 0 &&
      paidOut === 0 && {
        amountToSpot: (sell, buy, target) =>
          takes(sell, buy) && target > 0
            ? amountToSpot(reserve(sell), reserve(buy), target, fee)
            : 0,
      }),
    swap,
  }
}

/** A pool whose reserves' product stays constant but for fees (Uniswap v2). */
export const constantProduct: Model = model({
  kind: 'liquidity/constantProduct',
  phase: 'venue',
  doc: 'pool of two assets with a constant product of reserves (Uniswap v2)',
  params,
  columns: () => ({ lastSwap: i32(2, 'event id', -1), trading: tradingFlag() }),
  create(p, s, context) {
    const { ledger, self, assets } = context
    ledger.endow(self, p.base, p.baseReserve)
    ledger.endow(self, p.quote, p.baseReserve * startPrice(p.price, p.base, p.quote, assets))
    const pool = poolOf(p, s, context)
    return {
      ports: { venue: pool, pool, governed: governedFlag('trading', s.trading) },
      actions: { drain: drainOf(context, pool, p.defect, s.lastSwap) },
    }
  },
})
