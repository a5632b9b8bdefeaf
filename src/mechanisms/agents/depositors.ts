import { exp, expm1, log1p } from '../../math/index.ts'
import {
  asset,
  type Block,
  type Context,
  createOwed,
  f64,
  fraction,
  type Lender,
  type Model,
  model,
  number,
  type Outcome,
  optionalRef,
  type ParamsOf,
  type PriceSource,
  ref,
  seconds,
} from '../../world/index.ts'

const YEAR = 365 * 86400

const params = {
  lender: ref('lender', 'whose suppliers'),
  asset: asset('what they have supplied'),
  reference: optionalRef('priceSource', "who tells true prices; none: the lender's own oracle"),
  yield: number('what they earn by staying', '1/year', { default: 0.03, min: 0 }),
  horizon: seconds('time over which they count it', { default: 30 * 86400 }),
  noise: number('standard deviation of the log of what each expects to lose', 'log', {
    default: 0.5,
    min: 0,
  }),
  fear: fraction('loss that they expect beside when no cash is left', { default: 0 }),
  calmUtilization: fraction('utilization above which that fear grows', { default: 0.9 }),
  attention: seconds('how often each looks; when is drawn', { default: 600 }),
  speed: fraction(
    'share of the free cash that all of them can take out in an hour; 0 = nobody runs',
    {
      default: 1,
    },
  ),
  gas: number('gas per withdrawal', 'gas', { default: 200_000, min: 0 }),
  bid: number('priority fee', 'gwei', { default: 1, min: 0 }),
}

/** What the functions of the suppliers share; the links are known only after linking. */
type Own = {
  readonly p: ParamsOf<typeof params>
  readonly s: { readonly budget: Float64Array }
  readonly context: Context
  readonly prices: Float64Array
  lender: Lender
  reference: PriceSource | null
  owed: ReturnType<typeof createOwed>
}

/** Places in the stream of draws; ticks are not used. */
const PHASE = 0
const SIGNAL = 1

/**
 * Work out what suppliers lose if everybody is paid what there is.
 * @param claims what they are owed, > 0.
 * @param cash what there is.
 * @param good debt that its collateral covers.
 * @returns fraction of the claims, 0 .. 1; all in one unit.
 */
export function haircut(claims: number, cash: number, good: number): number {
  return Math.min(1, Math.max(0, 1 - (cash + good) / claims))
}

/** Loss that suppliers would expect if they saw everything, as a fraction of their claims. */
function expected({ p, lender, reference, prices, owed }: Own): number {
  for (let a = 0; a < prices.length; a++) {
    const fair = reference?.price(a) ?? Number.NaN
    prices[a] = Number.isNaN(fair) ? lender.price(a) : fair
  }
  const claims = lender.claims(p.asset)
  const price = prices[p.asset]!
  if (!(claims > 0 && price > 0)) return 0
  const cash = lender.cash(p.asset)
  const total = owed(prices, p.asset)
  const lost = haircut(claims, cash, (total.owed - total.short) / price)
  if (p.fear === 0) return lost
  const beyond = 1 - cash / claims - p.calmUtilization
  return lost + (p.fear * Math.max(0, beyond)) / (1 - p.calmUtilization || 1)
}

/** Entry of a row's deposit; -1 when it has none, or owes something. */
function depositOf({ lender, p }: Own, row: number): number {
  const { start, count, coordinate, amount } = lender.book
  let entry = -1
  for (let k = start[row]!; k < start[row]! + count[row]!; k++) {
    if (amount[k]! < 0) return -1
    if (amount[k]! > 0 && lender.assetOf(coordinate[k]!) === p.asset) entry = k
  }
  return entry
}

/** Whether a supplier looks at its deposit in this block. */
function isLooking({ p, context }: Own, row: number, time: number): boolean {
  const { blockSeconds } = context.chain
  if (p.attention <= blockSeconds) return true
  const since = time + p.attention * (1 - context.draws.uniform(PHASE, row))
  return Math.floor(since / p.attention) > Math.floor((since - blockSeconds) / p.attention)
}

/** What a supplier earns by staying, in units of what it makes of the loss that all could see. */
function limitOf({ p, context }: Own, row: number): number {
  const benefit = (p.yield * p.horizon) / YEAR
  return p.noise === 0 ? benefit : benefit / exp(p.noise * context.draws.normal(SIGNAL, row))
}

/** Take out as much of a deposit as cash and the common speed allow. */
function leave(own: Own, row: number): Outcome {
  const { p, s, lender, context } = own
  const entry = depositOf(own, row)
  if (entry < 0) return 'no deposit left'
  const { coordinate, amount } = lender.book
  const c = coordinate[entry]!
  const held = (amount[entry]! * lender.value(c)) / lender.price(p.asset)
  const taken = Math.min(held, s.budget[0]!, lender.cash(p.asset))
  if (!(taken > 0)) return 'no cash left for it'
  const refused = lender.withdraw(row, c, taken, context.self)
  if (refused === null) s.budget[0]! -= taken
  return refused
}

/**
 * Suppliers who run: each looks at its deposit from time to time and leaves once the loss that it
 * expects is more than what it earns by staying. What each expects is what there is to see, times its
 * own log-normal error. Who comes first is served first, as far as there is cash.
 * Source: the private signals of a global game (Goldstein and Pauzner 2005), with a fixed threshold.
 */
export const depositors: Model = model({
  kind: 'agents/depositors',
  phase: 'agent',
  doc: 'suppliers who leave a lender when they expect to lose more than they earn',
  external: true,
  params,
  columns: () => ({ budget: f64(1, 'tokens') }),
  create(p, s, context) {
    const prices = new Float64Array(context.assets.length)
    let own: Own
    function look({ time, round }: Block): readonly number[] {
      if (round > 0 || p.speed === 0) return []
      const { book } = own.lender
      let loss = Number.NaN
      const leaving: number[] = []
      for (let row = 0; row < book.rows; row++) {
        if (depositOf(own, row) < 0 || !isLooking(own, row, time)) continue
        if (Number.isNaN(loss)) loss = expected(own)
        if (loss > 0 && loss > limitOf(own, row)) leaving.push(row)
      }
      return leaving
    }
    return {
      link(use) {
        const lender = use('lender', p.lender)
        const reference = p.reference === '' ? null : use('priceSource', p.reference)
        own = { p, s, context, prices, lender, reference, owed: createOwed(lender) }
      },
      observe(block, submit) {
        const cash = own.lender.cash(p.asset)
        s.budget[0] = cash * -expm1((log1p(-p.speed) * context.chain.blockSeconds) / 3600)
        for (const row of look(block))
          submit({ actions: [{ kind: 'leave', args: [row], gas: p.gas }], bid: p.bid, key: row })
      },
      actions: {
        leave: {
          doc: 'args [row]; take out what it has supplied, as far as there is cash',
          execute: ([row], sender) =>
            sender === context.self ? leave(own, row!) : 'not an own deposit',
        },
      },
    }
  },
})
