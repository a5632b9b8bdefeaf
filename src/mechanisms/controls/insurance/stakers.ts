import { exp } from '../../../math/index.ts'
import type { Outcome, Submit } from '../../../world/index.ts'
import { SLACK, YEAR } from '../rules.ts'
import { held } from './cover.ts'
import { slashExpected } from './kernel.ts'
import { type Own, stakedIn } from './state.ts'

/** Places in the stream of draws; ticks are not used. */
const PHASE = 0
const SIGNAL = 1

/** Bad debt that all can see, booked or not, at true prices, USD. */
function shortfall({ p, lender, reference, prices, owed }: Own): number {
  for (let a = 0; a < prices.length; a++) {
    const fair = reference?.price(a) ?? Number.NaN
    prices[a] = Number.isNaN(fair) ? lender.price(a) : fair
  }
  return owed(prices, p.asset).short + Math.max(0, lender.deficit(p.asset)) * prices[p.asset]!
}

/** Share of a stake that all could expect to lose: to what is lost, and for what is gone already. */
function lossOf(own: Own): number {
  const { p, lender, opening } = own
  const price = lender.price(p.asset)
  let before = 0
  for (const layer of p.layers) {
    if (layer === 'stakers') break
    before += held(own, layer) * price
  }
  const stakes = held(own, 'stakers') * price
  const drained = opening > 0 ? Math.max(0, 1 - stakedIn(own) / opening) : 0
  return slashExpected(shortfall(own), before, stakes) + p.fear * drained
}

/** Whether a staker looks at the module now; each has its own moments. */
function isLooking({ p, context }: Own, staker: number, time: number, past: number): boolean {
  if (p.attention <= past) return true
  const since = time + p.attention * (1 - context.draws.uniform(PHASE, staker))
  return Math.floor(since / p.attention) > Math.floor((since - past) / p.attention)
}

/** Whether a staker's cooldown is over and its window open. */
function mayLeave({ p, s }: Own, staker: number): boolean {
  const since = s.clock[0]! - s.cooling[staker]!
  const isOver = s.cooling[staker]! >= 0 && since >= p.cooldown - SLACK
  return isOver && since <= p.cooldown + p.window + SLACK
}

/**
 * Let stakers ask to leave who fear to lose more than they earn, and leave whose cooldown is over; those
 * whose window has passed are as before.
 * @param past time since the last look, s.
 */
export function decide(own: Own, past: number, submit: Submit): void {
  const { p, s, context } = own
  const act = (kind: string, staker: number): void =>
    submit({ actions: [{ kind, args: [staker], gas: p.gas }], bid: p.bid, key: 8 + staker })
  // Worked out when somebody looks: it takes a look at all accounts.
  let expected = Number.NaN
  const benefit = (p.yield * p.horizon) / YEAR
  for (let i = 0; i < s.stake.length; i++) {
    if (!(s.stake[i]! > 0)) continue
    if (s.cooling[i]! >= 0 && s.clock[0]! > s.cooling[i]! + p.cooldown + p.window + SLACK)
      s.cooling[i] = -1
    if (mayLeave(own, i)) act('redeem', i)
    else if (s.cooling[i]! < 0 && isLooking(own, i, s.clock[0]!, past)) {
      if (Number.isNaN(expected)) expected = lossOf(own)
      const error = p.noise === 0 ? 1 : exp(p.noise * context.draws.normal(SIGNAL, i))
      if (expected * error > benefit) act('ask', i)
    }
  }
}

/** Begin a staker's cooldown. */
export function ask({ p, s, context }: Own, staker: number, cause: number): Outcome {
  if (!(s.stake[staker]! > 0) || s.cooling[staker]! >= 0) return 'nothing to ask for'
  s.cooling[staker] = s.clock[0]!
  context.trace.add('unstake', {
    instance: context.self,
    parent: cause,
    row: staker,
    asset: p.stakedAsset,
    other: 0,
    w: s.stake[staker]!,
  })
  return null
}

/** Pay a staker out, to the world outside. */
export function redeem(own: Own, staker: number, cause: number): Outcome {
  const { p, s, context } = own
  if (!(s.stake[staker]! > 0) || !mayLeave(own, staker)) return 'the window is not open'
  const { ledger, self, trace } = context
  const amount = s.stake[staker]!
  ledger.transfer(self, ledger.holders - 1, p.stakedAsset, amount)
  s.stake[staker] = 0
  s.cooling[staker] = -1
  trace.add('unstake', {
    instance: self,
    parent: cause,
    row: staker,
    asset: p.stakedAsset,
    other: 1,
    w: amount,
  })
  return null
}
