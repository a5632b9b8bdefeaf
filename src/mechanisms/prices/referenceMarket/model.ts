import { exp, log } from '../../../math/index.ts'
import {
  type Driver,
  f64,
  fraction,
  i32,
  type Model,
  model,
  number,
  perAsset,
  type ReferenceMarket,
  refs,
  seconds,
  USD,
  usd,
} from '../../../world/index.ts'
import { bought, decay, impactPerToken, proceeds, soldTo, spentTo } from './kernel.ts'

/** Depth that stands for a market without impact. */
const NO_IMPACT = 1e30

/**
 * The outside market of every asset against USD: fundamentals from drivers, and the impact of what
 * is traded here, part of it permanent, the rest decaying. A forced sale moves the price that the
 * oracles read next.
 */
export const referenceMarket: Model = model({
  kind: 'prices/referenceMarket',
  phase: 'market',
  doc: 'deep outside market per asset: drivers plus permanent and transient impact of trades',
  external: true,
  params: {
    drivers: refs('driver', 'what moves prices from outside; their log moves add up'),
    depth: perAsset(
      'USD whose sale moves the price by 1 %; assets not named have no impact',
      usd('depth'),
      {
        default: [],
      },
    ),
    depthUnit: number('multiplies every depth', 'factor', { default: 1, min: 0 }),
    permanent: fraction('share of the impact that never decays', { default: 0.3 }),
    halfLife: seconds('half-life of the transient impact', { default: 1800 }),
    fee: fraction('taker fee', { default: 0 }),
    newsMove: fraction('smallest log move from outside that is recorded as one event', {
      default: 0.001,
    }),
  },
  columns: (_, all) => {
    const n = all.length
    return {
      fundamental: f64(n, 'log USD'),
      permanent: f64(n, 'log'),
      transient: f64(n, 'log'),
      price: f64(n, 'USD'),
      reported: f64(n, 'log USD'),
      outside: f64(n, 'log'),
      inside: f64(n, 'log'),
      news: i32(n, 'event', -1),
      impact: i32(n, 'event', -1),
      down: i32(n, 'event', -1),
      up: i32(n, 'event', -1),
    }
  },
  create(p, s, context) {
    const { assets, ledger, trace, self } = context
    const depths = new Map(p.depth.map((d) => [d.asset, d.value * p.depthUnit]))
    const opening = Float64Array.from(assets, (a) => log(a.price))
    const lambda = Float64Array.from(assets, (a, i) =>
      impactPerToken(depths.get(i) || NO_IMPACT, a.price),
    )
    const keep = 1 - p.fee
    let drivers: readonly Driver[] = []
    const level = new Float64Array(assets.length)
    for (let a = 0; a < assets.length; a++) {
      s.fundamental[a] = s.reported[a] = opening[a]!
      s.price[a] = assets[a]!.price
    }
    const priceNow = (a: number): number =>
      exp(s.fundamental[a]! + s.permanent[a]! + s.transient[a]!)

    /** The larger mover of the last interval, outside or trades, is the cause in each direction. */
    function blame(a: number): void {
      const inside = s.inside[a]!
      const outside = s.outside[a]!
      if (Math.min(inside, outside) < 0) s.down[a] = inside <= outside ? s.impact[a]! : s.news[a]!
      if (Math.max(inside, outside) > 0) s.up[a] = inside >= outside ? s.impact[a]! : s.news[a]!
    }
    function report(a: number): void {
      const move = s.fundamental[a]! - s.reported[a]!
      if (Math.abs(move) < p.newsMove || move === 0) return
      s.reported[a] = s.fundamental[a]!
      s.news[a] = trace.add('news', {
        instance: self,
        parent: -1,
        asset: a,
        x: s.price[a]!,
        y: move,
      })
    }
    /** Book `amount` tokens sold here (negative: bought) and tell the trace. */
    function press(a: number, amount: number, cause: number): void {
      const move = -lambda[a]! * amount
      const before = s.price[a]!
      s.permanent[a]! += p.permanent * move
      s.transient[a]! += (1 - p.permanent) * move
      s.price[a] = priceNow(a)
      if (s.price[a] === before) return
      s.inside[a]! += move
      s.impact[a] = trace.add('impact', {
        instance: self,
        parent: cause,
        asset: a,
        x: s.price[a]!,
        y: move,
        z: amount,
        w: s.permanent[a]! + s.transient[a]!,
      })
      blame(a)
    }
    function quote(sell: number, buy: number, amount: number): number {
      if (!(amount > 0)) return 0
      return buy === USD
        ? keep * proceeds(s.price[sell]!, lambda[sell]!, amount)
        : bought(s.price[buy]!, lambda[buy]!, keep * amount)
    }
    const market: ReferenceMarket = {
      covers: () => true,
      has: (sell, buy) => (sell === USD) !== (buy === USD),
      price: (a) => s.price[a]!,
      fundamental: (a) => exp(s.fundamental[a]!),
      cause: (a, direction) => (direction < 0 ? s.down[a]! : s.up[a]!),
      spot: (sell, buy) => (buy === USD ? s.price[sell]! * keep : keep / s.price[buy]!),
      quote,
      amountTo: (sell, buy, target) =>
        buy === USD
          ? soldTo(s.price[sell]! * keep, lambda[sell]!, target)
          : spentTo(s.price[buy]!, lambda[buy]!, keep / target) / keep,
      swap(sell, buy, amount, holder, cause) {
        const out = quote(sell, buy, amount)
        if (out === 0 || !ledger.transfer(holder, self, sell, amount)) return 0
        ledger.transfer(self, holder, buy, out)
        const asset = buy === USD ? sell : buy
        const sold = buy === USD ? amount : -out
        const move = -lambda[asset]! * Math.abs(sold)
        const event = trace.add('swap', {
          instance: self,
          parent: cause,
          asset: sell,
          other: buy,
          x: amount,
          y: out,
          z: move,
        })
        press(asset, sold, event)
        return out
      },
    }
    return {
      ports: { priceSource: market, venue: market, referenceMarket: market },
      link(use) {
        drivers = p.drivers.map((name) => use('driver', name))
      },
      step({ dt }) {
        const left = decay(p.halfLife, dt)
        level.set(opening)
        for (const driver of drivers) for (const a of driver.assets) level[a]! += driver.shift(a)
        for (let a = 1; a < assets.length; a++) {
          s.outside[a] = level[a]! - s.fundamental[a]!
          s.fundamental[a] = level[a]!
          s.transient[a]! *= left
          s.price[a] = priceNow(a)
          report(a)
          blame(a)
          s.inside[a] = 0
        }
      },
    }
  },
})
