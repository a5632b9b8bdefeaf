import { exp, log } from '../../../math/index.ts'
import { USD } from '../../../world/index.ts'
import { blackScholes } from '../blackScholes.ts'
import { YEAR } from '../book.ts'
import { constantGamma } from './rows.ts'
import { type Dealer, hedgeOf } from './state.ts'

/**
 * Value one row of the book per unit at a price, USD; 0 once it has expired.
 * @param markup added to its vol, a half-spread.
 */
export function unitValue(
  { exposure: { book, terms } }: Dealer,
  i: number,
  spot: number,
  time: number,
  markup = 0,
): number {
  const expiry = (book.expiresAt[i]! - time) / YEAR
  const moved = log(spot / terms.volSpot)
  if (!(expiry > 0)) return 0
  return blackScholes({
    type: book.sign[i]! > 0 ? 'call' : 'put',
    strike: exp(book.logStrike[i]!),
    vol: Math.max(book.vol[i]! + book.slope[i]! * moved + markup, 0.1 * book.vol[i]!),
    ...{ spot, expiry, rate: terms.rate, dividend: terms.dividend },
  }).price
}

/** What the dealer owns at a price, its options at the model's price, USD. */
export function wealthOf(dealer: Dealer, price: number): number {
  const { ledger, self } = dealer.context
  return ledger.balance(self, USD) + hedgeOf(dealer) * price + bookValue(dealer, price)
}

/** Value of all options held at a price, USD, negative when the dealer owes it. */
function bookValue(dealer: Dealer, price: number): number {
  const { p, s, exposure, context } = dealer
  const { quantity, vol } = exposure.book
  const spot = context.assets[p.asset]!.price
  let value = 0
  for (let i = 0; i < vol.length; i++)
    if (quantity[i] !== 0) value += quantity[i]! * unitValue(dealer, i, price, s.time[0]!)
  // The integral of a delta of -gamma ln(price / spot).
  const ratio = price / spot
  return value - constantGamma(p, spot) * spot * (ratio * log(ratio) - ratio + 1)
}
