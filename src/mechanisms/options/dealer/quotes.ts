import { exp, log } from '../../../math/index.ts'
import { type Block, type Outcome, type Submit, USD } from '../../../world/index.ts'
import { VEGA, YEAR } from '../book.ts'
import { type Dealer, receive } from './state.ts'
import { unitValue } from './value.ts'

const DAY = 86400

/** Slots of the draws of one block. */
const COMES = 0
const WHICH = 1
const SIDE = 2
const PATIENCE = 3

/** Follow realised volatility by a moving average of squared log moves from block to block. */
function trackVol({ p, s, source, context }: Dealer): void {
  const now = source.price(p.asset)
  if (!(now > 0)) return
  const dt = context.chain.blockSeconds
  const move = log(now / s.marked[0]!)
  const left = p.volHalfLife === 0 ? 0 : exp((-Math.LN2 * dt) / p.volHalfLife)
  s.variance[0] = left * s.variance[0]! + ((1 - left) * move * move * YEAR) / dt
  s.marked[0] = now
}

/**
 * Quote a half-spread: wider in proportion to realised volatility above the book's, and without bound as
 * the book's vega nears its limit.
 * @returns vol; Infinity where there is no quote.
 */
export function quotedSpread({ p, s }: Dealer): number {
  const full = p.vegaLimit === 0 ? 0 : Math.abs(s.greeks[VEGA]!) / p.vegaLimit
  if (s.halted[0] === 1 || full >= 1) return Number.POSITIVE_INFINITY
  return (p.volSpread * Math.max(1, Math.sqrt(s.variance[0]!) / p.vol)) / (1 - full)
}

/** The open row that a uniform draw falls on; -1 when none is open. */
function openRow({ exposure: { book } }: Dealer, u: number, time: number): number {
  const n = book.vol.length
  for (let k = 0, i = Math.min(n - 1, Math.floor(u * n)); k < n; k++, i = (i + 1) % n)
    if (book.expiresAt[i]! > time) return i
  return -1
}

/** Let a customer come, if one does in this block, and submit the trade if the quote suits. */
export function serve(dealer: Dealer, block: Block, submit: Submit): void {
  const { p, context } = dealer
  if (p.ordersPerDay === 0 || block.round > 0) return
  trackVol(dealer)
  const draw = (slot: number): number => context.draws.uniform(block.tick, slot)
  if (draw(COMES) * DAY >= p.ordersPerDay * context.chain.blockSeconds) return
  const spread = quotedSpread(dealer)
  const row = openRow(dealer, draw(WHICH), block.time)
  if (row < 0 || !(spread <= draw(PATIENCE) * p.reservation)) return
  const units = draw(SIDE) < p.buyers ? -p.orderSize : p.orderSize
  const args = [row, units, spread]
  submit({ actions: [{ kind: 'quote', args, gas: p.gas }], bid: p.bid, key: 2 })
}

/** Trade options with a customer outside, at the model's price with the half-spread on its vol. */
export function fillQuote(dealer: Dealer, row: number, units: number, spread: number): Outcome {
  const { p, s, source, context } = dealer
  const price = source.price(p.asset)
  if (!(price > 0)) return 'no price'
  const value = unitValue(dealer, row, price, s.time[0]!, units < 0 ? spread : -spread)
  s.quantity[row]! += units
  s.version[0]! += 1
  receive(dealer, USD, -units * value)
  context.trace.add('optionTrade', {
    instance: context.self,
    parent: -1,
    row,
    asset: p.asset,
    ...{ x: units, y: -units * value, z: spread },
  })
  return null
}
