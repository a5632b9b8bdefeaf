import { exp } from '../../../math/index.ts'
import { type Outcome, USD } from '../../../world/index.ts'
import { payoff } from '../terms.ts'
import { type Dealer, receive } from './state.ts'

/** Times at which options that are still open expire, ascending, s. */
export function openExpiries({ exposure, s }: Dealer): readonly number[] {
  return [...exposure.expiries.filter((time) => time > s.settledTo[0]!)]
}

/** The first of them; Infinity when nothing is open. */
export function nextExpiry({ exposure: { expiries }, s }: Dealer): number {
  for (let k = 0; k < expiries.length; k++) if (expiries[k]! > s.settledTo[0]!) return expiries[k]!
  return Number.POSITIVE_INFINITY
}

/** Settle in cash, with customers outside, what has expired by `time`, at the source's price. */
export function settle(dealer: Dealer, time: number): Outcome {
  const { p, s, exposure, source, context } = dealer
  const { book } = exposure
  const price = source.price(p.asset)
  if (!(price > 0)) return 'no settlement price'
  let received = 0
  let rows = 0
  for (let i = 0; i < book.quantity.length; i++) {
    const at = book.expiresAt[i]!
    if (book.quantity[i] === 0 || at > time || at <= s.settledTo[0]!) continue
    const type = book.sign[i]! > 0 ? 'call' : 'put'
    received += book.quantity[i]! * payoff(type, price, exp(book.logStrike[i]!))
    rows++
  }
  // Quantities stay: a table that is built anew after a load must find what it was built from.
  s.settledTo[0] = time
  receive(dealer, USD, received)
  context.trace.add('settlement', {
    instance: context.self,
    parent: -1,
    asset: p.asset,
    ...{ x: -received, y: price, z: rows },
  })
  return null
}
