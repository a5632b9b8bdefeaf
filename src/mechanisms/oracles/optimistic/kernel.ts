/** When a vote counts. */
export type VoteRules = {
  /** Least number of tokens that must vote (GAT), whole tokens. */
  readonly participation: number
  /** Least share of all staked tokens that must agree (SPAT), fraction. */
  readonly agreement: number
}

/** What a voter expects of voting for a price that it knows to be false. */
export type Temptation = {
  /** USD per token. */
  readonly tokenPrice: number
  /** Fall of the token's price when a false price is upheld, fraction. */
  readonly tokenFall: number
  /** Weight of that fall: 1 = it thinks that its own votes decide, 0 = that they decide nothing. */
  readonly pivotality: number
  /** Probability that the false price is upheld. */
  readonly belief: number
  /** Share of a stake that a vote for the losing side costs, fraction. */
  readonly slashing: number
}

/** How a vote on an asserted price ended; the places are the codes in a `verdict` event. */
export const VERDICTS = ['rejected', 'upheld', 'undecided'] as const

export type Verdict = (typeof VERDICTS)[number]

/** Votes on one price, whole tokens. */
export type Votes = {
  upholding: number
  rejecting: number
  /** Part of `upholding` that was bribed. */
  bought: number
}

/** Rounding of sums of stakes. */
const SLACK = 1e-12

/**
 * Work out the least that a voter asks for each token that it votes for a false price, USD.
 *
 * ask = token price x (premium + pivotality x fall + (1 - belief) x slashing - belief x slashing):
 * a vote for the false side is slashed when the true side wins, a vote for the true side when the
 * false one does.
 * @param premium what honesty is worth to it beyond expected losses, as a share of the token's price.
 * @returns USD per token, not negative.
 */
export function askPerToken(premium: number, t: Temptation): number {
  const loss = t.pivotality * t.tokenFall + (1 - 2 * t.belief) * t.slashing
  return Math.max(0, t.tokenPrice * (premium + loss))
}

/**
 * Work out how many tokens a briber must buy from those who would vote to reject.
 * @param staked all staked tokens, the briber's included.
 * @param present tokens of others that vote.
 * @param own the briber's tokens.
 * @returns whole tokens; Infinity when no number of votes is enough.
 */
export function votesToBuy(staked: number, present: number, own: number, rules: VoteRules): number {
  if (own + present < rules.participation * (1 - SLACK)) return Number.POSITIVE_INFINITY
  const needed = Math.max(0, rules.agreement * staked - own, (present - own) / 2)
  return needed <= present * (1 + SLACK) ? Math.min(needed, present) : Number.POSITIVE_INFINITY
}

/**
 * Work out the least bribe that buys a verdict: needed tokens x the ask of the dearest of them, since
 * all are paid one price. An offer of more than that succeeds, one of that or less does not.
 * @param stakes whole tokens of each voter, those of absent ones 0.
 * @param asks USD per token of each voter.
 * @param needed tokens to buy (`votesToBuy`).
 * @returns USD; Infinity when there are not as many votes.
 */
export function leastBribe(stakes: Float64Array, asks: Float64Array, needed: number): number {
  if (needed === 0) return 0
  const order = Array.from(asks, (_, i) => i).sort((i, j) => asks[i]! - asks[j]! || i - j)
  let supplied = 0
  for (const i of order) {
    supplied += stakes[i]!
    if (supplied >= needed * (1 - SLACK)) return needed * asks[i]!
  }
  return Number.POSITIVE_INFINITY
}

/**
 * Cast the votes on a false price of which `offer` USD is paid for each token that upholds it. Every
 * voter whose ask is below the offer sells the same share of its votes, as much as the briber needs.
 * @param sold tokens of each voter that uphold the price; overwritten.
 * @param votes overwritten.
 */
export function castFalse(
  stakes: Float64Array,
  asks: Float64Array,
  offer: number,
  needed: number,
  own: number,
  sold: Float64Array,
  votes: Votes,
): void {
  let willing = 0
  let present = 0
  for (let i = 0; i < stakes.length; i++) {
    present += stakes[i]!
    if (offer > asks[i]!) willing += stakes[i]!
  }
  const share = willing > needed ? needed / willing : 1
  votes.bought = share * willing
  votes.upholding = own + votes.bought
  votes.rejecting = present - votes.bought
  for (let i = 0; i < stakes.length; i++) sold[i] = offer > asks[i]! ? share * stakes[i]! : 0
}

/**
 * Decide a vote: enough tokens must have voted, and enough of all staked ones the same way. With as
 * many votes for both sides, the one revealed first stands, which is the briber's.
 *
 * Source: UMAprotocol/protocol, VotingV2.sol and ResultComputationV2.sol.
 * @param staked all staked tokens.
 */
export function decide({ upholding, rejecting }: Votes, staked: number, rules: VoteRules): Verdict {
  const most = Math.max(upholding, rejecting)
  if (upholding + rejecting < rules.participation * (1 - SLACK)) return 'undecided'
  if (most < rules.agreement * staked * (1 - SLACK)) return 'undecided'
  return upholding >= rejecting * (1 - SLACK) && upholding > 0 ? 'upheld' : 'rejected'
}

/**
 * Slash votes for the losing side and stakes that did not vote, and share what was taken among the
 * winners by their votes. The sum stays.
 * @param stakes whole tokens of each voter; changed.
 * @param won tokens of each that voted for the winning side.
 * @param lost tokens of each that voted for the losing side; the rest of a stake did not vote.
 * @param rates shares that a losing and a missed vote cost, fraction.
 */
export function slash(
  stakes: Float64Array,
  won: Float64Array,
  lost: Float64Array,
  rates: { readonly wrong: number; readonly missed: number },
): void {
  let taken = 0
  let winners = 0
  for (let i = 0; i < stakes.length; i++) winners += won[i]!
  if (!(winners > 0)) return
  for (let i = 0; i < stakes.length; i++) {
    const missed = Math.max(0, stakes[i]! - won[i]! - lost[i]!)
    const fine = rates.wrong * lost[i]! + rates.missed * missed
    stakes[i]! -= fine
    taken += fine
  }
  for (let i = 0; i < stakes.length; i++) stakes[i]! += taken * (won[i]! / winners)
}
