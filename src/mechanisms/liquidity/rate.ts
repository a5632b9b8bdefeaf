import type { Context, Venue } from '../../world/index.ts'
import { exchange, isTradable } from './pool.ts'

/** Tokens that are taken at a rate: no end, but a number that can be added up. */
const WITHOUT_END = 1e30

/** Make a venue that fills any amount at a rate which no order moves. @param at its pairs and their rates. */
export function venueAtRate(at: Pick<Venue, 'has' | 'spot'>, context: Context): Venue {
  const { trace, self } = context
  const quote = (sell: number, buy: number, amount: number): number =>
    isTradable(amount) ? amount * at.spot(sell, buy) : 0
  function swap(sell: number, buy: number, amount: number, holder: number, cause: number): number {
    const bought = quote(sell, buy, amount)
    if (!(bought > 0) || !exchange(context, holder, sell, amount, buy, bought)) return 0
    trace.add('swap', {
      instance: self,
      parent: cause,
      asset: sell,
      other: buy,
      x: amount,
      y: bought,
    })
    return bought
  }
  return {
    ...at,
    quote,
    amountTo: (sell, buy, target) => (target > 0 && at.spot(sell, buy) > target ? WITHOUT_END : 0),
    swap,
  }
}
