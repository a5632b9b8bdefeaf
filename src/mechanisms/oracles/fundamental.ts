import {
  assets,
  eventCode,
  i32,
  type Model,
  model,
  moverOf,
  type PriceSource,
  type ReferenceMarket,
  ref,
} from '../../world/index.ts'

const NEWS = eventCode('news')

/**
 * The reference market's fundamental price of some assets, which trades do not move; any other asset
 * is passed through. It is the fair price that stands in for a source when a channel is cut.
 */
export const fundamental: Model = model({
  kind: 'oracles/fundamental',
  phase: 'oracle',
  doc: 'prices without the impact of trades, for listed assets; others from another source',
  params: {
    market: ref('referenceMarket', 'whose fundamental prices'),
    assets: assets('assets that are priced without impact'),
    otherwise: ref('priceSource', 'what prices all others'),
  },
  columns: (_, all) => ({
    // The last news by asset, falls at 2 x asset, and how far the trace has been looked through.
    news: i32(2 * all.length, 'event', -1),
    looked: i32(1, 'events'),
  }),
  create(p, s, { assets: all, trace }) {
    let market: ReferenceMarket
    let others: PriceSource
    const isOwn = new Uint8Array(all.length)
    for (const a of p.assets) isOwn[a] = 1
    /** Trades move the market's price, not its fundamental: only news counts. */
    function moveOf(event: number, a: number): number {
      if (isOwn[a] === 0) return others.moveOf(event, a)
      return trace.columns.kind[event] === NEWS ? market.moveOf(event, a) : 0
    }
    function cause(a: number, direction: -1 | 1): number {
      if (isOwn[a] === 0) return others.cause(a, direction)
      // Somebody may ask before this has stepped: what is new is looked through here, too.
      for (let event = trace.length - 1; event >= s.looked[0]!; event--)
        if (moveOf(event, a) * direction > 0) return event
      return s.news[2 * a + (direction < 0 ? 0 : 1)]!
    }
    function note(event: number): void {
      const a = trace.columns.asset[event]!
      if (trace.columns.kind[event] !== NEWS || isOwn[a] !== 1) return
      const move = moveOf(event, a)
      if (move !== 0) s.news[2 * a + (move < 0 ? 0 : 1)] = event
    }
    return {
      ports: {
        priceSource: {
          covers: (a) => (isOwn[a] === 1 ? market.covers(a) : others.covers(a)),
          price: (a) => (isOwn[a] === 1 ? market.fundamental(a) : others.price(a)),
          cause,
          moveOf,
          moverBefore: (event, a) => moverOf(isOwn[a] === 1 ? market : others, event, a),
          age: (a) => (isOwn[a] === 1 ? 0 : (others.age?.(a) ?? 0)),
        },
      },
      link(use) {
        market = use('referenceMarket', p.market)
        others = use('priceSource', p.otherwise)
      },
      step() {
        for (let event = s.looked[0]!; event < trace.length; event++) note(event)
        s.looked[0] = trace.length
      },
    }
  },
})
