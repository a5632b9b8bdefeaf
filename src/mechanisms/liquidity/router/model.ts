import { type Context, type Model, model, refs, type Venue } from '../../../world/index.ts'
import { canPay, isTradable } from '../pool.ts'
import { findRoutes, planOrder, type Routes, readRoutes, useRoutes } from './routes.ts'

const params = {
  venues: refs('venue', 'venues that orders are split over'),
}

/**
 * Offer all routes over `venues` as one venue.
 * @param venues filled by `link`.
 * @param found routes per pair, found when first asked for.
 */
function routerOf(
  venues: readonly Venue[],
  found: Map<number, Routes | null>,
  { assets, ledger }: Context,
): Venue {
  function routes(sell: number, buy: number): Routes | null {
    const key = sell * assets.length + buy
    const known = found.get(key)
    if (known !== undefined) return known
    const fresh = findRoutes(venues, assets.length, sell, buy)
    found.set(key, fresh)
    return fresh
  }
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

/** Splits orders over venues, in one or two hops, so that marginal prices after fee are equal. */
export const router: Model = model({
  kind: 'liquidity/router',
  phase: 'venue',
  doc: 'splits orders over venues, in one or two hops, so that marginal prices are equal',
  params,
  create(p, _, context) {
    const venues: Venue[] = []
    const found = new Map<number, Routes | null>()
    return {
      ports: { venue: routerOf(venues, found, context) },
      link(use) {
        // Somebody who was linked earlier may have asked already.
        found.clear()
        venues.push(...p.venues.map((name) => use('venue', name)))
      },
    }
  },
})
