import type { Block } from '../../../world/index.ts'
import { USD } from '../../../world/index.ts'
import { DELTA, GAMMA } from '../book.ts'
import { noTradeBand, tradeFor, withinLimit } from './hedge.ts'
import { type Dealer, hedgeOf } from './state.ts'
import { wealthOf } from './value.ts'

/**
 * Keep the price for later blocks and say by which one to hedge now.
 *
 * With a lag of n blocks that is the price after the trades of n blocks before, as far as the rounds of
 * the chain let a dealer see them; such a dealer acts in the first round of a block only.
 * @returns USD per token; NaN when it waits.
 */
export function remember({ p, s, source }: Dealer, { round }: Block): number {
  const now = source.price(p.asset)
  if (!(now > 0)) return Number.NaN
  if (p.lag === 0) return now
  if (round > 0) {
    s.seen[0] = now
    return Number.NaN
  }
  const view = s.seen[p.lag - 1]!
  s.seen.copyWithin(1, 0, p.lag - 1)
  s.seen[0] = now
  return view
}

/** Cost of trading an amount now, as a fraction of its value: fee, spread and impact. */
function costOf({ p, venue }: Dealer, amount: number): number {
  const bid = venue.spot(p.asset, USD)
  const mid = Math.sqrt(bid / venue.spot(USD, p.asset))
  const sold = venue.quote(p.asset, USD, Math.abs(amount))
  return sold > 0 ? Math.max(0, 1 - sold / (Math.abs(amount) * mid)) : 1
}

function halfWidth(dealer: Dealer, gap: number, price: number): number {
  const { p, s, exposure } = dealer
  if (p.policy === 'band') return p.band * exposure.size
  if (p.policy !== 'costAware' || gap === 0) return 0
  return noTradeBand(costOf(dealer, gap), price, s.greeks[GAMMA]!, p.riskAversion)
}

/**
 * Decide how much to trade.
 * @param view price by which it hedges, USD.
 * @returns tokens to buy, negative to sell; 0 for nothing.
 */
export function planHedge(dealer: Dealer, block: Block, view: number): number {
  const { p, s, exposure } = dealer
  if (p.policy === 'interval' && block.time - s.lastHedge[0]! < p.every) return 0
  exposure.hedged(view, block.time, s.greeks)
  const held = hedgeOf(dealer)
  const gap = -s.greeks[DELTA]! - held
  const to = p.policy === 'costAware' ? 'edge' : 'middle'
  const wanted = tradeFor(gap, halfWidth(dealer, gap, view), to)
  const units = withinLimit(wanted, held, p.maxInventory / view)
  if (!(Math.abs(units) * view >= p.minTrade) || units === 0) return 0
  if (p.maxLoss > 0 && s.openingWealth[0]! - wealthOf(dealer, view) > p.maxLoss) {
    s.halted[0] = 1
    return 0
  }
  return units
}
