import { exp, log, log1p } from '../../../math/index.ts'
import {
  type AssertionStage,
  type Context,
  type Outcome,
  type PriceSource,
  USD,
} from '../../../world/index.ts'
import {
  askPerToken,
  castFalse,
  decide,
  slash,
  VERDICTS,
  type Verdict,
  type VoteRules,
  votesToBuy,
} from './kernel.ts'
import type { CourtColumns, CourtParams } from './params.ts'

/** Rounding of times that are multiples of the tick, s. */
const SLACK = 1e-6

/** Stages by their code in the column `stage`. */
const STAGES: readonly AssertionStage[] = ['none', 'open', 'committing', 'revealing']

/** What the functions of an optimistic oracle share; sources are known only after linking. */
export type Court = {
  readonly p: CourtParams
  readonly s: CourtColumns
  readonly context: Context
  readonly rules: VoteRules
  source: PriceSource | null
  market: PriceSource | null
  /** Scratch, per voter. */
  readonly present: Float64Array
  readonly asks: Float64Array
}

/** Stage of the assertion under way. */
export function stageOf({ s }: Court): AssertionStage {
  return STAGES[s.stage[0]!]!
}

function enter({ s }: Court, stage: AssertionStage): void {
  s.stage[0] = STAGES.indexOf(stage)
}

/** Draw what honesty is worth to each voter, and open the stakes of a path. */
export function openStakes({ p, s, context }: Court): void {
  for (let i = 0; i < p.stakes.length; i++)
    s.premium[i] = p.premium * exp(p.premiumSpread * context.draws.normal(0, i))
}

/** Whether voters who are not bribed hold the asserted price for true. */
function isTrue({ p, s }: Court): boolean {
  return Math.abs(s.asserted[0]! - s.fair[0]!) <= p.tolerance * s.fair[0]!
}

/** Assert a price for `sender`, who pays the bond. */
export function assertPrice(court: Court, price: number, sender: number): Outcome {
  const { p, s, context, source } = court
  if (stageOf(court) !== 'none') return 'another assertion is under way'
  if (s.answering[p.asset] !== 1) return 'assertions are halted'
  if (!(price > 0 && price < Infinity)) return 'the price is not a positive number'
  const fair = source!.price(p.asset)
  if (!(fair > 0)) return 'nobody could vote on it: the source has no price'
  const { ledger, trace, self } = context
  if (!ledger.transfer(sender, self, p.bondAsset, p.bond)) return 'the asserter cannot pay the bond'
  const before = s.answer[0]!
  s.number[0]! += 1
  s.asserted[0] = price
  s.fair[0] = fair
  s.since[0] = s.now[0]!
  s.until[0] = s.now[0]! + p.window
  s.asserter[0] = sender
  s.event[0] = trace.add('assertion', {
    instance: self,
    // A false price has no cause in the market: it is a root.
    parent: isTrue(court) ? source!.cause(p.asset, price < before ? -1 : 1) : -1,
    row: sender,
    asset: p.asset,
    x: price,
    y: log(price / before),
    z: p.bond,
  })
  enter(court, 'open')
  return null
}

/** Dispute the assertion of that number for `sender`, who pays an equal bond; a vote is called. */
export function disputePrice(court: Court, number: number, sender: number): Outcome {
  const { p, s, context } = court
  if (stageOf(court) !== 'open' || s.number[0] !== number) return 'no such assertion is open'
  if (s.now[0]! >= s.until[0]! - SLACK) return 'the window is over'
  const { ledger, trace, self } = context
  if (!ledger.transfer(sender, self, p.bondAsset, p.bond)) return 'the disputer cannot pay the bond'
  const round = p.commit + p.reveal
  s.disputer[0] = sender
  // Rounds follow each other without a gap; a dispute is voted on in the one after.
  s.until[0] = (Math.floor(s.now[0]! / round + SLACK) + 1) * round + p.commit
  s.event[0] = trace.add('dispute', {
    instance: self,
    parent: s.event[0]!,
    row: sender,
    asset: p.asset,
    x: s.asserted[0]!,
    z: p.bond,
  })
  enter(court, 'committing')
  return null
}

/** What `back` is asked for. */
export type Backing = {
  readonly number: number
  readonly bribe: number
  readonly tokens: number
  /** Pay only if the price is upheld; otherwise as soon as the votes are cast. */
  readonly terms: 'conditional' | 'upfront'
}

/** Offer voters a bribe, and vote with own tokens, to uphold the asserted price. */
export function backPrice(court: Court, backing: Backing, sender: number): Outcome {
  const { p, s, context } = court
  if (stageOf(court) !== 'committing' || s.number[0] !== backing.number) return 'no vote to buy'
  if (s.now[0]! >= s.until[0]! - SLACK) return 'the votes are cast'
  if (s.briber[0]! >= 0 && s.briber[0] !== sender) return 'somebody else bribes already'
  const { ledger, trace, self } = context
  if (!ledger.transfer(sender, self, p.bondAsset, backing.bribe)) return 'the briber cannot pay'
  if (!ledger.transfer(sender, self, p.votingToken, backing.tokens))
    return 'the briber does not hold the tokens'
  s.briber[0] = sender
  s.bribe[0]! += backing.bribe
  s.stake[p.stakes.length]! += backing.tokens
  s.isConditional[0] = backing.terms === 'conditional' ? 1 : 0
  s.event[0] = trace.add('bribe', {
    instance: self,
    parent: s.event[0]!,
    row: sender,
    asset: p.asset,
    x: backing.bribe * bondPrice(court),
    y: backing.tokens,
  })
  return null
}

/** USD per token of what bonds and bribes are paid in. */
function bondPrice({ p, market }: Court): number {
  return p.bondAsset === USD ? 1 : market!.price(p.bondAsset)
}

function stakedIn({ stake }: CourtColumns): number {
  let total = 0
  for (let i = 0; i < stake.length; i++) total += stake[i]!
  return total
}

/** Note who votes in this round, and what each asks for a vote against what it knows. */
function poll({ p, s, context, market, present, asks }: Court): number {
  const tokenPrice = market!.price(p.votingToken)
  const block = 1 + s.number[0]! * 64 + s.rolls[0]!
  let total = 0
  for (let i = 0; i < present.length; i++) {
    present[i] = context.draws.uniform(block, i) < p.turnout ? s.stake[i]! : 0
    asks[i] = askPerToken(s.premium[i]!, { ...p, tokenPrice }) / (s.isConditional[0] ? p.belief : 1)
    total += present[i]!
  }
  return total
}

/** Cast the votes of a round, and pay bribes that are paid at once. */
function cast(court: Court): void {
  const { p, s, present, asks, rules } = court
  const voters = p.stakes.length
  const own = s.stake[voters]!
  const total = poll(court)
  const votes = { upholding: own + total, rejecting: 0, bought: 0 }
  let due = 0
  s.votedFor.set(present)
  if (!isTrue(court)) {
    const needed = votesToBuy(stakedIn(s), total, own, rules)
    const offer = needed > 0 ? (s.bribe[0]! * bondPrice(court)) / needed : 0
    castFalse(present, asks, offer, needed, own, s.votedFor, votes)
    if (needed > 0) due = Math.min(1, votes.bought / needed) * s.bribe[0]!
  }
  for (let i = 0; i < voters; i++) s.votedAgainst[i] = present[i]! - s.votedFor[i]!
  s.votedFor[voters] = own
  s.upholding[0] = votes.upholding
  s.rejecting[0] = votes.rejecting
  if (s.isConditional[0] === 1) s.paid[0] = due
  else {
    s.paid[0]! += due
    payBribes(court, due)
  }
  s.until[0]! += p.reveal
  enter(court, 'revealing')
}

/** Pay what voters have earned to them, outside the world, and return the rest of the bribe. */
function payBribes({ p, s, context }: Court, amount: number): void {
  const { ledger, self } = context
  if (s.briber[0]! < 0) return
  ledger.transfer(self, ledger.holders - 1, p.bondAsset, amount)
  ledger.transfer(self, s.briber[0]!, p.bondAsset, s.bribe[0]! - amount)
  s.bribe[0] = 0
}

/** Count the votes: a verdict, another round, or, after the last, nothing. */
function count(court: Court): void {
  const { p, s, context, rules } = court
  const votes = { upholding: s.upholding[0]!, rejecting: s.rejecting[0]!, bought: 0 }
  const verdict = decide(votes, stakedIn(s), rules)
  if (verdict === 'undecided' && s.rolls[0]! < p.maxRolls) {
    s.rolls[0]! += 1
    s.until[0]! += p.commit
    enter(court, 'committing')
    return
  }
  if (s.isConditional[0] === 1) {
    if (verdict !== 'upheld') s.paid[0] = 0
    payBribes(court, s.paid[0]!)
  }
  const winner =
    verdict === 'undecided' ? -1 : verdict === 'upheld' ? s.asserter[0]! : s.disputer[0]!
  s.event[0] = context.trace.add('verdict', {
    instance: context.self,
    parent: s.event[0]!,
    row: winner,
    asset: p.asset,
    other: VERDICTS.indexOf(verdict),
    x: votes.upholding,
    y: votes.rejecting,
    z: s.paid[0]! * bondPrice(court),
    w: s.asserted[0]!,
  })
  punish(court, verdict, winner)
  if (verdict === 'upheld') {
    if (!isTrue(court)) s.shift[0]! += log1p(-p.tokenFall)
    answer(court)
  }
  close(court)
}

/**
 * Pay both bonds to the winner, less the part of the loser's that is kept; slash the voters. Without a
 * decision the bonds stay where they are, as in the contract.
 */
function punish({ p, s, context }: Court, verdict: Verdict, winner: number): void {
  if (winner < 0) return
  const { ledger, self } = context
  ledger.transfer(self, ledger.holders - 1, p.bondAsset, p.burned * p.bond)
  ledger.transfer(self, winner, p.bondAsset, (2 - p.burned) * p.bond)
  const [won, lost] =
    verdict === 'upheld' ? [s.votedFor, s.votedAgainst] : [s.votedAgainst, s.votedFor]
  slash(s.stake, won, lost, { wrong: p.slashing, missed: p.missedSlashing })
}

/** Make the asserted price the answer. */
function answer({ p, s, context }: Court): void {
  const before = s.answer[0]!
  const price = s.asserted[0]!
  const event = context.trace.add('answer', {
    instance: context.self,
    parent: s.event[0]!,
    asset: p.asset,
    x: price,
    y: log(price / before),
    z: s.now[0]! - s.since[0]!,
  })
  if (price < before) s.down[0] = event
  else if (price > before) s.up[0] = event
  s.answer[0] = price
  s.answered[0] = s.now[0]!
}

/** Return the briber's tokens and forget the assertion. */
function close(court: Court): void {
  const { p, s, context } = court
  const voters = p.stakes.length
  if (s.briber[0]! >= 0)
    context.ledger.transfer(context.self, s.briber[0]!, p.votingToken, s.stake[voters]!)
  s.stake[voters] = 0
  for (const column of [s.votedFor, s.votedAgainst, s.bribe, s.paid, s.rolls, s.isConditional])
    column.fill(0)
  for (const column of [s.asserter, s.disputer, s.briber, s.event]) column[0] = -1
  enter(court, 'none')
}

/** What a holder has in bonds, bribe and votes of the assertion under way, whole tokens. */
export function escrowOf({ p, s }: Court, holder: number, asset: number): number {
  const bonds = Number(s.asserter[0] === holder) + Number(s.disputer[0] === holder)
  const isBriber = s.briber[0] === holder
  let held = asset === p.bondAsset ? bonds * p.bond : 0
  if (isBriber && asset === p.bondAsset) held += s.bribe[0]!
  if (isBriber && asset === p.votingToken) held += s.stake[p.stakes.length]!
  return held
}

/** Whether `advance` has something to do. */
export function isDue(court: Court): boolean {
  return stageOf(court) !== 'none' && court.s.now[0]! >= court.s.until[0]! - SLACK
}

/** Do what is due: accept what nobody disputed in time, cast the votes, or count them. */
export function advance(court: Court): Outcome {
  const { p, s, context } = court
  if (!isDue(court)) return 'nothing is due'
  const stage = stageOf(court)
  if (stage === 'committing') cast(court)
  else if (stage === 'revealing') count(court)
  else {
    context.ledger.transfer(context.self, s.asserter[0]!, p.bondAsset, p.bond)
    answer(court)
    close(court)
  }
  return null
}
