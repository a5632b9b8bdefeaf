import { eventCode, LAYERS, type LayerName, type Outcome } from '../../../world/index.ts'
import { takeShare } from './kernel.ts'
import { markSlashable, type Own, rateOf } from './state.ts'

const JUNIOR = 0
const TREASURY = 1

const LOSSES = [eventCode('deficit'), eventCode('insolvent')]

/** Halvings in search of how much must be sold. */
const HALVINGS = 60

/** Booked deficit, and debt of accounts that have no collateral left, whole tokens. */
function lostBy({ p, lender }: Own): number {
  const { start, count, coordinate, amount, rows } = lender.book
  const price = lender.price(p.asset)
  let lost = Math.max(0, lender.deficit(p.asset))
  for (let row = 0; row < rows; row++) {
    let isEmpty = true
    let owed = 0
    for (let k = start[row]!; k < start[row]! + count[row]!; k++) {
      const c = coordinate[k]!
      if (amount[k]! > 0 && lender.canSeize[c] === 1) isEmpty = false
      if (amount[k]! < 0 && lender.assetOf(c) === p.asset) owed -= amount[k]! * lender.value(c)
    }
    if (isEmpty && price > 0) lost += owed / price
  }
  return lost
}

/** What was lost when something was lost last: rows are looked through only after such an event. */
export function seenLost(own: Own): number {
  const { p, s, context } = own
  const { kind, instance } = context.trace.columns
  const lender = context.indexOf(p.lender)
  let isNew = s.traced[0]! < 0
  for (let e = Math.max(0, s.traced[0]!); e < context.trace.length; e++)
    isNew ||= instance[e] === lender && LOSSES.includes(kind[e]!)
  s.traced[0] = context.trace.length
  if (isNew) s.lost[0] = lostBy(own)
  return s.lost[0]!
}

/** Find how many staked tokens must be sold for `wanted` of the covered asset, at most `most`. */
function saleFor({ p, venue }: Own, wanted: number, most: number): number {
  const bought = (amount: number): number => venue!.quote(p.stakedAsset, p.asset, amount)
  if (!(bought(most) > wanted)) return most
  let [low, high] = [0, most]
  for (let k = 0; k < HALVINGS; k++) {
    const middle = (low + high) / 2
    if (bought(middle) >= wanted) high = middle
    else low = middle
  }
  return high
}

/** Slash stakes, sell what is slashed if need be, and pay. @returns whole tokens paid. */
function payByStakes(own: Own, wanted: number, cause: number): number {
  const { p, s, context, lender, venue, counts } = own
  const available = p.maxSlash * markSlashable(own)
  if (!(available > 0)) return 0
  const sold = venue ? saleFor(own, wanted, available) : Math.min(wanted, available)
  const got = venue ? venue.swap(p.stakedAsset, p.asset, sold, context.self, cause) : sold
  if (!(got > 0)) return 0
  takeShare(s.stake, counts, sold)
  const used = lender.cover(p.asset, Math.min(wanted, got), context.self)
  // What is not used stays with the protocol: slashed is slashed.
  s.fund[TREASURY]! += got - used
  return used
}

function payByFund({ p, s, context, lender }: Own, fund: number, wanted: number): number {
  const amount = Math.min(s.fund[fund]!, wanted)
  const used = amount > 0 ? lender.cover(p.asset, amount, context.self) : 0
  s.fund[fund]! -= used
  return used
}

/** What a layer has, in the covered asset before impact. */
export function held(own: Own, layer: LayerName): number {
  if (layer === 'stakers') return own.p.maxSlash * markSlashable(own) * rateOf(own)
  return own.s.fund[layer === 'junior' ? JUNIOR : TREASURY]!
}

/** Pay for bad debt, layer after layer. */
export function cover(own: Own, cause: number): Outcome {
  const { p, s, context, lender } = own
  const lost = lostBy(own)
  let left = lost
  for (const layer of p.layers) {
    if (!(left > 0)) break
    const used =
      layer === 'stakers'
        ? payByStakes(own, left, cause)
        : payByFund(own, layer === 'junior' ? JUNIOR : TREASURY, left)
    if (!(used > 0)) continue
    left -= used
    s.covered[LAYERS.indexOf(layer)]! += used
    context.trace.add('cover', {
      instance: context.self,
      parent: cause,
      row: context.indexOf(p.lender),
      asset: p.asset,
      other: LAYERS.indexOf(layer),
      x: used * lender.price(p.asset),
      y: held(own, layer),
      w: used,
    })
  }
  // What could not be paid for is not tried again until more is lost.
  s.refused[0] = left
  s.lost[0] = left
  s.seen[0] = -1
  return null
}

/** The last event by which the lender lost something; -1 when there is none. */
export function causeOf({ p, context }: Own): number {
  const { kind, instance } = context.trace.columns
  const lender = context.indexOf(p.lender)
  for (let e = context.trace.length - 1; e >= 0; e--)
    if (instance[e] === lender && LOSSES.includes(kind[e]!)) return e
  return -1
}

/** Pay stakers what they have earned, from the treasury as far as it goes; the rest lapses. */
export function reward(own: Own): Outcome {
  const { p, s, context } = own
  const { ledger, self } = context
  const paid = Math.min(s.rewards[0]! * rateOf(own), s.fund[TREASURY]!)
  s.rewards[0] = 0
  s.rewardedAt[0] = s.clock[0]!
  if (!(paid > 0)) return null
  s.fund[TREASURY]! -= paid
  s.rewarded[0]! += paid
  ledger.transfer(self, ledger.holders - 1, p.asset, paid)
  return null
}
