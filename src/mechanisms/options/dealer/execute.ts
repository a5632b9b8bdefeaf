import { log } from '../../../math/index.ts'
import { type Outcome, USD } from '../../../world/index.ts'
import { GAMMA } from '../book.ts'
import { trade } from './hedge.ts'
import type { Dealer } from './state.ts'

/** Loop gains this close to 1 are 1: rounding of measured impacts. */
const CRITICAL = 1 - 1e-9

/** Record, once per block, that hedging has no finite equilibrium. */
function warn(
  { p, s, context }: Dealer,
  tick: number,
  gain: number,
  parent: number,
  gamma: number,
) {
  if (s.warnedTick[0] === tick) return
  s.warnedTick[0] = tick
  context.trace.add('noEquilibrium', {
    instance: context.self,
    parent,
    asset: p.asset,
    ...{ x: gain, y: s.ownMove[0]!, z: gamma },
  })
}

/** Look at what a hedge did to the price: say when it feeds itself, and stop when nothing is left. */
function judge(
  dealer: Dealer,
  move: number,
  bought: number,
  tick: number,
  price: number,
  event: number,
) {
  const { p, s } = dealer
  const gamma = -s.greeks[GAMMA]! * price
  const gain = (gamma * move) / bought
  dealer.context.trace.columns.z[event] = gain
  s.ownMove[0] = (s.moveTick[0] === tick ? s.ownMove[0]! : 0) + move
  s.moveTick[0] = tick
  const isLost = !(Math.abs(s.ownMove[0]!) <= p.maxGap)
  if (gain >= CRITICAL || isLost) warn(dealer, tick, gain, event, gamma)
  if (isLost) s.halted[0] = 1
}

/**
 * Trade a hedge and record it under the last event that moved the price that way.
 * @param units tokens to buy, negative to sell; view is the price that it was planned at, USD.
 */
export function executeHedge(dealer: Dealer, units: number, tick: number, view: number): Outcome {
  const { p, s, venue, source, context } = dealer
  if (s.halted[0] === 1) return 'stopped'
  const cause = source.cause(p.asset, view < s.viewed[0]! ? -1 : 1)
  const event = context.trace.add('hedge', {
    instance: context.self,
    parent: cause,
    asset: p.asset,
    ...{ x: units, y: units },
  })
  const before = venue.spot(p.asset, USD)
  const bought = trade(venue, p.asset, units, context.self, event)
  if (bought === 0) return 'the venue fills nothing'
  context.trace.columns.x[event] = bought
  s.viewed[0] = view
  s.lastHedge[0] = s.time[0]!
  judge(dealer, log(venue.spot(p.asset, USD) / before), bought, tick, before, event)
  return null
}
