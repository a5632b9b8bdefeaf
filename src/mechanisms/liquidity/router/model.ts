import { type Context, type Model, model, number, refs, type Venue } from '../../../world/index.ts'
import { canPay, isTradable } from '../pool.ts'
import { findAllRoutes, type Links, linksOf } from './paths.ts'
import { planOrder, type Routes, readRoutes, useRoutes } from './routes.ts'

const params = {
  venues: refs('venue', 'venues that orders are split over'),
  hops: number(
    'longest routes that are used beside shorter ones; longer ones only where there are none',
    'hops',
    {
      default: 2,
      min: 2,
      max: 4,
      integer: true,
    },
  ),
}

/** Routes per pair, found when first asked for. */
type Finder = {
  routes(sell: number, buy: number): Routes | null
  /** Find everything anew: somebody who was linked earlier may have asked too soon. */
  forget(): void
}

/** @param venues filled by `link`. */
function finderOf(venues: readonly Venue[], assets: number, hops: number): Finder {
  const found = new Map<number, Routes | null>()
  let known: Links | null = null
  function links(): Links {
    known ??= linksOf(venues, assets)
    return known
  }
  return {
    routes(sell, buy) {
      const key = sell * assets + buy
      const before = found.get(key)
      if (before !== undefined) return before
      const fresh = findAllRoutes(venues, assets, links, sell, buy, hops)
      found.set(key, fresh)
      return fresh
    },
    forget() {
      found.clear()
      known = null
    },
  }
}

/** Offer all routes as one venue. */
function routerOf({ routes }: Finder, { ledger }: Context): Venue {
  function quote(sell: number, buy: number, amount: number): number {
    const r = routes(sell, buy)
    return r && isTradable(amount) ? planOrder(r, amount) : 0
  }
  function amountTo(sell: number, buy: number, target: number): number {
    const r = routes(sell, buy)
    if (!r || !(target > 0 && readRoutes(r) > target)) return 0
    return r.fillMoving(target, Infinity, r.amount)
  }
  function swap(sell: number, buy: number, amount: number, holder: number, cause: number): number {
    const r = routes(sell, buy)
    if (!r || !isTradable(amount) || !canPay(ledger, holder, sell, amount)) return 0
    if (!(planOrder(r, amount) > 0)) return 0
    return useRoutes(r, (leg, part) => leg.venue.swap(leg.sell, leg.buy, part, holder, cause))
  }
  return {
    has: (sell, buy) => routes(sell, buy) !== null,
    spot: (sell, buy) => {
      const r = routes(sell, buy)
      return r ? readRoutes(r) : 0
    },
    quote,
    amountTo,
    swap,
  }
}

/** Splits orders over venues and ways between them so that marginal prices after fee are equal. */
export const router: Model = model({
  kind: 'liquidity/router',
  phase: 'venue',
  doc: 'splits orders over venues, directly and over other assets, so that marginal prices are equal',
  params,
  create(p, _, context) {
    const venues: Venue[] = []
    const finder = finderOf(venues, context.assets.length, p.hops)
    return {
      ports: { venue: routerOf(finder, context) },
      link(use) {
        finder.forget()
        venues.push(...p.venues.map((name) => use('venue', name)))
      },
    }
  },
})
