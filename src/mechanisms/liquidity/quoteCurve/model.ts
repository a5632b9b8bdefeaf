import { exp, log } from '../../../math/index.ts'
import {
  asset,
  type Context,
  data,
  f64,
  fraction,
  governedFlag,
  type ImpactTable,
  type Model,
  model,
  number,
  type PriceSource,
  ref,
  seconds,
  type Venue,
} from '../../../world/index.ts'
import { exchange, isTradable, pairOf, tradingFlag } from '../pool.ts'
import {
  buy as buyOn,
  type Curve,
  curveOf,
  moveTo,
  type Stop,
  sell as sellOn,
  shareAt,
} from './kernel.ts'

const params = {
  curve: data<ImpactTable>('curve', 'quoted price impact by size'),
  base: asset('asset that stands for what the quotes sell'),
  quote: asset('asset that stands for what the quotes buy'),
  source: ref('priceSource', 'the going price, in which the impact is a share'),
  halfLife: seconds('half-life of the displacement by earlier trades', { default: 1800 }),
  depthUnit: number('multiplies every size of the quotes', 'factor', { default: 1, min: 1e-9 }),
  fee: fraction('fee on the amount bought', { default: 0, max: 0.999 }),
}

type Setup = {
  readonly base: number
  readonly quote: number
  readonly kept: number
  readonly curve: Curve
  readonly displacement: Float64Array
  readonly trading: Uint8Array
  readonly context: Context
  /** Quote per base without any displacement; not positive when there is no answer. */
  going(): number
}

function venueOf(own: Setup): Venue {
  const { base, quote, kept, curve, displacement, context, going } = own
  const stop: Stop = { displacement: 0, area: 0 }
  const { has, takes } = pairOf(base, quote, own.trading)
  function spot(sell: number, buy: number): number {
    const price = takes(sell, buy) ? going() * shareAt(curve, displacement[0]!) : 0
    if (!(price > 0)) return 0
    return sell === base ? kept * price : kept / price
  }
  /** Quote an order; `stop` is where it ends. */
  function quoteFor(sell: number, buy: number, amount: number): number {
    const price = going()
    if (!takes(sell, buy) || !isTradable(amount) || !(price > 0)) return 0
    const from = displacement[0]!
    if (sell === base) return sellOn(curve, from, amount, stop) ? kept * price * stop.area : 0
    return buyOn(curve, from, amount / price, stop) ? kept * (from - stop.displacement) : 0
  }
  function amountTo(sell: number, buy: number, target: number): number {
    const price = going()
    if (!takes(sell, buy) || !(target > 0 && price > 0)) return 0
    if (sell === base) {
      moveTo(curve, displacement[0]!, 1, target / (kept * price), stop)
      return stop.displacement - displacement[0]!
    }
    moveTo(curve, displacement[0]!, -1, kept / (target * price), stop)
    return price * stop.area
  }
  function swap(sell: number, buy: number, amount: number, holder: number, cause: number): number {
    const bought = quoteFor(sell, buy, amount)
    if (!(bought > 0) || !exchange(context, holder, sell, amount, buy, bought)) return 0
    const before = shareAt(curve, displacement[0]!)
    displacement[0] = stop.displacement
    context.trace.add('swap', {
      instance: context.self,
      parent: cause,
      asset: sell,
      other: buy,
      x: amount,
      y: bought,
      z: -Math.abs(log(shareAt(curve, stop.displacement) / before)),
    })
    return bought
  }
  return { has, spot, quote: quoteFor, amountTo, swap }
}

/**
 * The outside world's liquidity as somebody quoted it: an order pays the quoted impact on top of
 * what earlier orders have displaced, and that decays. Beyond the largest quoted size nothing fills.
 */
export const quoteCurve: Model = model({
  kind: 'liquidity/quoteCurve',
  phase: 'venue',
  doc: 'empirical price impact from quotes by size, recovering at a half-life',
  external: true,
  // Trades of any size displace next to nothing.
  cuts: { priceImpact: { set: { depthUnit: 1e30 } } },
  params,
  columns: () => ({ displacement: f64(1, 'base tokens'), trading: tradingFlag() }),
  create(p, s, context) {
    const { base, quote, halfLife } = p
    let source: PriceSource
    const venue = venueOf({
      base,
      quote,
      kept: 1 - p.fee,
      curve: curveOf(p.curve, p.depthUnit),
      displacement: s.displacement,
      trading: s.trading,
      context,
      going: () => source.price(base) / source.price(quote),
    })
    return {
      ports: { venue, governed: governedFlag('trading', s.trading) },
      link(use) {
        source = use('priceSource', p.source)
      },
      step({ dt }) {
        s.displacement[0]! *= halfLife === 0 ? 0 : exp((-Math.LN2 * dt) / halfLife)
      },
    }
  },
})
