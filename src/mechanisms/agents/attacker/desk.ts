import { type Context, type Lender, type Outcome, USD, type Venue } from '../../../world/index.ts'
import { costOf } from '../liquidator/kernel.ts'

/** Places in the column `sums`. */
export const AT = {
  /** Opening spot of the asset sold in a push, in the asset bought. */
  spot: 0,
  /** Money spent on what has not been sold again. */
  tied: 1,
  outlay: 2,
  peak: 3,
  needed: 4,
  /** Value of the own collateral at its lender's prices, at the start and at the strike, USD. */
  opening: 5,
  gain: 6,
  /** Time of the last submission, s; of the last sale once the attack is over. */
  submitted: 7,
  /** Wealth at opening prices before a bundle, USD. */
  before: 8,
  /** Own money at the start. */
  capital: 9,
  /** Time of the first try to strike, s; 0 before it. */
  struck: 10,
} as const

/** State columns. */
export type State = {
  readonly sums: Float64Array
  /** Net tokens from protocols, by asset. */
  readonly taken: Float64Array
  /** Pushes done. */
  readonly pushes: Int32Array
  readonly phase: Int32Array
  /** Event of the last push. */
  readonly cause: Int32Array
}

/** What an attacker works with; venues and lender are known only after linking. */
export type Desk = {
  readonly context: Context
  readonly s: State
  readonly asset: number
  readonly money: number
  /** USD that is kept for gas. */
  readonly gasMoney: number
  venue: Venue | null
  /** Where it sells what it bought in `venue`; the same when it has no other. */
  exit: Venue | null
  lender: Lender | null
  row: number
}

/** Money that it can trade with; what it keeps for gas is not. */
export function moneyOf({ context, money, gasMoney }: Desk): number {
  const held = context.ledger.balance(context.self, money)
  return Math.max(0, money === USD ? held - gasMoney : held)
}

/** Collateral less debt of its own account at opening prices, USD; an account under water is left. */
function equityOf({ context, lender, row }: Desk): number {
  if (!lender || row < 0) return 0
  const { start, count, coordinate, amount, coordinates } = lender.book
  const values = new Float64Array(coordinates)
  const prices = context.assets.map(({ price }) => price)
  lender.coordinatesAt(prices, 'value', values)
  let net = 0
  for (let k = start[row]!; k < start[row]! + count[row]!; k++)
    net += amount[k]! * values[coordinate[k]!]!
  return Math.max(0, net)
}

/** All that it has at opening prices, USD. */
export function worthOf(desk: Desk): number {
  const { assets, ledger, self } = desk.context
  return assets.reduce((sum, { price }, a) => sum + price * ledger.balance(self, a), equityOf(desk))
}

/** Note how much of its own money it lacks. */
export function noteLack(desk: Desk): void {
  const { sums } = desk.s
  sums[AT.needed] = Math.max(sums[AT.needed]!, sums[AT.capital]! - moneyOf(desk))
}

/** Note money that was tied up, and how much of its own it lacks. */
function note(desk: Desk, spent: number): void {
  const { sums } = desk.s
  sums[AT.tied]! += spent
  sums[AT.outlay]! += spent
  sums[AT.peak] = Math.max(sums[AT.peak]!, sums[AT.tied]!)
  noteLack(desk)
}

/** Trade for itself, caused by the last push. @returns what was bought; 0 when refused. */
function trade(desk: Desk, venue: Venue, sell: number, buy: number, amount: number): number {
  const { context, s } = desk
  const bought = venue.swap(sell, buy, amount, context.self, s.cause[0]!)
  if (bought > 0) s.cause[0] = context.trace.length - 1
  return bought
}

/** Amount sold that leaves the price shown, which oracles read, at the target: fees stay in some curves. */
function amountToSpot(venue: Venue, sell: number, buy: number, target: number): number {
  return venue.amountToSpot?.(sell, buy, target) ?? venue.amountTo(sell, buy, target)
}

/** Buy the asset until its price in `venue` is at the target, or all money is spent. */
function pushUp(desk: Desk, target: number): Outcome {
  const { money, asset } = desk
  const venue = desk.venue!
  const spend = Math.min(amountToSpot(venue, money, asset, target), moneyOf(desk))
  if (!(spend > 0)) return null
  if (!(trade(desk, venue, money, asset, spend) > 0)) return 'the venue did not fill'
  note(desk, spend)
  return null
}

/** Buy the asset elsewhere and sell it in `venue` until its price is at the target, or money is out. */
function pushDown(desk: Desk, target: number): Outcome {
  const { money, asset, context } = desk
  const wanted = amountToSpot(desk.venue!, asset, money, target)
  const held = context.ledger.balance(context.self, asset)
  const cost = wanted > held ? costOf(desk.exit!, asset, wanted - held, money) : 0
  const spend = Math.min(cost, moneyOf(desk))
  if (spend > 0 && !(trade(desk, desk.exit!, money, asset, spend) > 0)) return 'nothing to sell'
  note(desk, spend)
  const amount = Math.min(wanted, context.ledger.balance(context.self, asset))
  if (!(amount > 0)) return null
  if (!(trade(desk, desk.venue!, asset, money, amount) > 0)) return 'the venue did not fill'
  desk.s.sums[AT.tied] = 0
  return null
}

/** Spot of the asset sold in a push, and what it falls to. */
function targetOf({ s, money, asset, venue }: Desk, factor: number): number {
  const isUp = factor >= 1
  const [sell, buy] = isUp ? [money, asset] : [asset, money]
  if (s.pushes[0] === 0) s.sums[AT.spot] = venue!.spot(sell, buy)
  return s.sums[AT.spot]! * (isUp ? 1 / factor : factor)
}

/** Money that one push takes in the venues as they are. */
export function priceOfPush(desk: Desk, factor: number): number {
  const { money, asset, venue, exit } = desk
  const target = targetOf(desk, factor)
  if (factor >= 1) return amountToSpot(venue!, money, asset, target)
  return costOf(exit!, asset, amountToSpot(venue!, asset, money, target), money)
}

/**
 * Push the price to `factor` times what it was at the first push, as far as the money goes; what is
 * there already costs nothing.
 */
export function push(desk: Desk, factor: number): Outcome {
  const { s } = desk
  s.sums[AT.before] = worthOf(desk)
  const refused = (factor >= 1 ? pushUp : pushDown)(desk, targetOf(desk, factor))
  if (refused === null) s.pushes[0]!++
  return refused
}

/** Turn into money what it holds, each asset whole, where it can be sold; the rest it keeps. */
export function sellAll(desk: Desk): Outcome {
  const { context, money } = desk
  for (let a = 0; a < context.assets.length; a++) {
    const amount = context.ledger.balance(context.self, a)
    if (a === money || !(amount > 0)) continue
    const via = desk.exit!.has(a, money) ? desk.exit! : desk.venue!
    if (!(via.quote(a, money, amount) > 0)) continue
    if (!(trade(desk, via, a, money, amount) > 0)) return 'cannot sell'
  }
  desk.s.sums[AT.tied] = 0
  return null
}
