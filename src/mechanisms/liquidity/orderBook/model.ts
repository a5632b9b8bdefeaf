import { log } from '../../../math/index.ts'
import {
  asset,
  f64,
  fraction,
  governedFlag,
  i32,
  list,
  type Model,
  model,
  number,
  type PriceSource,
  record,
  ref,
  seconds,
  usd,
} from '../../../world/index.ts'
import { isTradable, tradingFlag } from '../pool.ts'
import { bookOf } from './book.ts'
import { checkSpread, decayOver, depthShare, ladderOf, redepth, refill } from './kernel.ts'

const level = record('one level', {
  distance: number('distance from the mid', 'fraction', { min: 0, max: 1 }),
  depth: usd('all orders up to there', { min: 0 }),
})

const params = {
  base: asset('asset that the price is of'),
  quote: asset('asset that the price is in'),
  source: ref('priceSource', "where the makers take the asset's fair price from"),
  bids: list('orders to buy at full depth, the nearest first', level),
  asks: list('orders to sell at full depth, the nearest first', level),
  depthUnit: number('multiplies every depth', 'factor', { default: 1, min: 1e-9 }),
  spread: number('best ask less best bid, in log price', 'log', { default: 0.0002, max: 1 }),
  fee: fraction('fee on the amount bought', { default: 0, max: 0.999 }),
  capital: usd('what the makers hold of each asset at the start', { default: 1e9 }),
  viewHalfLife: seconds("half-life of the makers' lag behind the source", { default: 0 }),
  halfLife: seconds(
    'half-life of what trades have eaten, at full depth; longer by as much as depth is less',
    { default: 60 },
  ),
  halvingVol: number('realised volatility that halves the depth', '1/sqrt(year)', {
    default: 0.5,
    min: 1e-9,
  }),
  power: number('how steeply depth falls with volatility', 'exponent', {
    default: 2,
    min: 0.1,
    max: 8,
  }),
  volHalfLife: seconds('half-life of the volatility that makers look at', {
    default: 1800,
    min: 1,
  }),
  calmVol: number('volatility before the first block', '1/sqrt(year)', { default: 0, min: 0 }),
  inventoryLimit: fraction(
    'change of the inventory, over that at the start, at which makers quit',
    {
      default: 1,
      min: 1e-9,
    },
  ),
  skew: number('log price that makers give up at that limit to be rid of it', 'log', {
    default: 0.01,
    min: 0,
    max: 1,
  }),
  least: fraction('share of the full depth that is always quoted', { default: 0.01, min: 1e-9 }),
}

const YEAR = 365 * 86_400

/**
 * An order book whose makers follow a fair price, quote less when the price has moved much or their
 * inventory has grown, and come back over time. What is eaten shifts both sides; see the README.
 */
export const orderBook: Model = model({
  kind: 'liquidity/orderBook',
  phase: 'venue',
  doc: 'limit-order book of market makers whose depth falls with volatility and inventory',
  params,
  columns: () => ({
    // Log fair price of the makers; how far trades have moved the mid below it; share of full depth.
    view: f64(1, 'log'),
    position: f64(1, 'log'),
    share: f64(1, 'fraction', 1),
    // Log mid when last looked at, and the variance of its moves.
    seen: f64(1, 'log'),
    variance: f64(1, '1/s'),
    lastSwap: i32(2, 'event id', -1),
    trading: tradingFlag(),
  }),
  create(p, s, context) {
    const { ledger, self, assets, name } = context
    const [base, quote] = [assets[p.base]!.price, assets[p.quote]!.price]
    checkSpread(name, p.spread)
    const ladder = ladderOf(name, p.bids, p.asks, p.depthUnit / base)
    const start = p.capital / base
    ledger.endow(self, p.base, start)
    ledger.endow(self, p.quote, p.capital / quote)
    s.view[0] = log(base / quote)
    s.seen[0] = s.view[0]
    s.variance[0] = (p.calmVol * p.calmVol) / YEAR
    const shareNow = (): number => {
      const load = Math.abs(ledger.balance(self, p.base) / start - 1) / p.inventoryLimit
      return depthShare(Math.sqrt(s.variance[0]! * YEAR), p.halvingVol, p.power, load, p.least)
    }
    s.share[0] = shareNow()
    const book = bookOf(p, ladder, s, context)
    let source: PriceSource
    return {
      ports: { venue: book, pool: book, governed: governedFlag('trading', s.trading) },
      link(use) {
        source = use('priceSource', p.source)
      },
      step({ dt }) {
        const fair = source.price(p.base) / source.price(p.quote)
        const lag = decayOver(p.viewHalfLife, dt)
        if (isTradable(fair)) s.view[0] = log(fair) + (s.view[0]! - log(fair)) * lag
        const mid = s.view[0]! - s.position[0]!
        const move = mid - s.seen[0]!
        const old = decayOver(p.volHalfLife, dt)
        s.variance[0] = old * s.variance[0]! + ((1 - old) * move * move) / dt
        s.seen[0] = mid
        const share = shareNow()
        const long = (ledger.balance(self, p.base) / start - 1) / p.inventoryLimit
        const position = redepth(ladder, s.position[0]!, s.share[0]!, share)
        // Makers who are away put nothing back: the fewer quote, the longer it takes.
        s.position[0] = refill(position, p.skew * long, decayOver(p.halfLife, dt * share))
        s.share[0] = share
      },
    }
  },
})
