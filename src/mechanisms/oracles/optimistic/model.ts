import {
  type ActionHandler,
  type Assertions,
  asset,
  eventCode,
  f64,
  fraction,
  governedFlag,
  i32,
  list,
  type Model,
  model,
  number,
  type PriceSource,
  ref,
  seconds,
  USD,
  u8,
} from '../../../world/index.ts'
import { fundamentalOf } from '../correct.ts'
import {
  advance,
  assertPrice,
  backPrice,
  type Court,
  disputePrice,
  escrowOf,
  isDue,
  openStakes,
  stageOf,
} from './court.ts'

const DAY = 86_400

/** Terms of the oracle; the defaults are UMA's where it has them. */
const params = {
  source: ref('priceSource', 'what honest people hold for the true price'),
  asset: asset('the asset that is priced'),
  bondAsset: asset('what bonds and bribes are paid in'),
  bond: number('bond of an asserter and of a disputer', 'tokens', { default: 10_000, min: 0 }),
  burned: fraction("share of the loser's bond that the winner does not get", { default: 0.5 }),
  window: seconds('time in which an assertion may be disputed', { default: 7200 }),
  commit: seconds('time in which votes are sent', { default: DAY, min: 1 }),
  reveal: seconds('time in which they are shown', { default: DAY }),
  maxRolls: number('votes that are repeated at most when nothing was decided', 'votes', {
    default: 5,
    min: 0,
    max: 60,
    integer: true,
  }),
  participation: number('tokens that must vote for a decision (GAT)', 'tokens', {
    default: 5_000_000,
    min: 0,
  }),
  agreement: fraction('share of all staked tokens that must agree (SPAT)', { default: 0.65 }),
  slashing: fraction('share of a stake that a vote for the losing side costs', { default: 0.001 }),
  missedSlashing: fraction('share of a stake that a missed vote costs', { default: 0.001 }),
  votingToken: asset('what is staked'),
  market: ref('priceSource', 'prices of the voting token and of the bond asset'),
  stakes: list(
    'stake of each voter, in tokens or in proportion',
    number('stake', 'tokens', { min: 0 }),
  ),
  staked: number('tokens staked by all of them; 0 = stakes as stated', 'tokens', {
    default: 0,
    min: 0,
  }),
  turnout: fraction('probability that a voter votes at all', { default: 1 }),
  tolerance: fraction('relative distance from the true price that voters let pass', {
    default: 0.01,
  }),
  premium: fraction("what honesty is worth to the median voter, share of the token's price", {
    default: 0.01,
  }),
  premiumSpread: number('spread of that over voters, drawn for every path', 'log sd', {
    default: 0,
    min: 0,
    max: 10,
  }),
  tokenFall: fraction("fall of the token's price after a vote for a false price", { default: 0.5 }),
  pivotality: fraction('weight of that fall in a decision: 1 = voters think that they decide', {
    default: 0,
  }),
  belief: fraction('probability that voters give the false side', { default: 0.5 }),
  gas: number('gas per settlement', 'gas', { default: 200_000, min: 0 }),
  bid: number('priority fee', 'gwei', { default: 2, min: 0 }),
}

/** State of one oracle; the last place of `stake` and `sold` is the briber's own tokens. */
const columns = (voters: number, assets: number) => ({
  answer: f64(1, 'USD'),
  answered: f64(1, 's'),
  down: i32(1, 'event', -1),
  up: i32(1, 'event', -1),
  answering: u8(assets, 'flag', 1),
  now: f64(1, 's'),
  stage: u8(1, 'stage'),
  number: i32(1, 'assertions'),
  asserted: f64(1, 'USD'),
  // What the source said at the moment of the assertion: what voters are asked about.
  fair: f64(1, 'USD'),
  since: f64(1, 's'),
  until: f64(1, 's'),
  asserter: i32(1, 'instance', -1),
  disputer: i32(1, 'instance', -1),
  rolls: i32(1, 'votes'),
  event: i32(1, 'event', -1),
  briber: i32(1, 'instance', -1),
  bribe: f64(1, 'bond asset'),
  isConditional: u8(1, 'flag'),
  paid: f64(1, 'bond asset'),
  upholding: f64(1, 'tokens'),
  rejecting: f64(1, 'tokens'),
  premium: f64(voters, 'fraction'),
  stake: f64(voters + 1, 'tokens'),
  votedFor: f64(voters + 1, 'tokens'),
  votedAgainst: f64(voters + 1, 'tokens'),
  shift: f64(1, 'log'),
})

const ANSWER = eventCode('answer')

function sourceOf({ p, s, context }: Court): PriceSource {
  return {
    covers: (a) => a === p.asset || a === USD,
    price(a) {
      if (a === p.asset) return s.answer[0]!
      return a === USD ? 1 : Number.NaN
    },
    cause: (a, direction) => (a === p.asset ? (direction < 0 ? s.down[0]! : s.up[0]!) : -1),
    moveOf(event, a) {
      const { instance, kind, asset, y } = context.trace.columns
      const isOwn = instance[event] === context.self && kind[event] === ANSWER
      return isOwn && asset[event] === a ? y[event]! : 0
    },
    age: (a) => (a === p.asset ? s.now[0]! - s.answered[0]! : 0),
  }
}

function assertionsOf(court: Court): Assertions {
  const { p, s } = court
  const isUnderWay = (): boolean => stageOf(court) !== 'none'
  return {
    ...{ asset: p.asset, bondAsset: p.bondAsset, bond: p.bond, votingToken: p.votingToken },
    stage: () => stageOf(court),
    number: () => s.number[0]!,
    asserted: () => (isUnderWay() ? s.asserted[0]! : Number.NaN),
    since: () => (isUnderWay() ? s.since[0]! : Number.NaN),
    asserter: () => s.asserter[0]!,
    disputer: () => s.disputer[0]!,
    escrow: (holder, asset) => escrowOf(court, holder, asset),
  }
}

function actionsOf(court: Court): Readonly<Record<string, ActionHandler>> {
  return {
    assert: {
      doc: 'args [price]: assert it and pay the bond',
      execute: ([price], sender) => assertPrice(court, price!, sender),
    },
    dispute: {
      doc: 'args [number]: dispute that assertion and pay as much',
      protective: true,
      execute: ([number], sender) => disputePrice(court, number!, sender),
    },
    back: {
      doc: 'args [number, bribe, own tokens, 1 = paid only if it succeeds]: buy votes for it',
      execute: ([number, bribe, tokens, isConditional], sender) => {
        const terms = isConditional === 1 ? 'conditional' : 'upfront'
        return backPrice(court, { number: number!, bribe: bribe!, tokens: tokens!, terms }, sender)
      },
    },
    advance: {
      doc: 'accept an assertion, cast or count the votes, whatever is due',
      protective: true,
      execute: () => advance(court),
    },
  }
}

/**
 * An optimistic oracle: a price counts when somebody has asserted it against a bond and nobody has
 * disputed it in time; a dispute freezes the answer until token holders have voted, and they can be
 * bribed. After UMA's OptimisticOracleV3 and VotingV2; see the README of this folder.
 */
export const optimistic: Model = model({
  kind: 'oracles/optimistic',
  phase: 'oracle',
  doc: 'asserted prices with bond, window and dispute, decided by token holders who can be bribed',
  external: true,
  correct: (own, { asset }, truth) => fundamentalOf(own, [asset], truth),
  params,
  columns: (p, assets) => columns(p.stakes.length, assets.length),
  create(p, s, context) {
    const voters = p.stakes.length
    const court: Court = {
      ...{ p, s, context, source: null, market: null },
      rules: { participation: p.participation, agreement: p.agreement },
      ...{ present: new Float64Array(voters), asks: new Float64Array(voters) },
    }
    s.answer[0] = context.assets[p.asset]!.price
    const stated = p.stakes.reduce((sum, stake) => sum + stake, 0)
    const unit = p.staked > 0 && stated > 0 ? p.staked / stated : 1
    p.stakes.forEach((stake, i) => {
      s.stake[i] = unit * stake
      context.ledger.endow(context.self, p.votingToken, unit * stake)
    })
    return {
      ports: {
        priceSource: sourceOf(court),
        assertions: assertionsOf(court),
        governed: governedFlag('answering', s.answering),
        driver: { assets: [p.votingToken], shift: (a) => (a === p.votingToken ? s.shift[0]! : 0) },
      },
      link(use) {
        court.source = use('priceSource', p.source)
        court.market = use('priceSource', p.market)
      },
      start: () => openStakes(court),
      step({ time }) {
        s.now[0] = time
      },
      observe({ round }, submit) {
        if (round === 0 && isDue(court))
          submit({ actions: [{ kind: 'advance', args: [], gas: p.gas }], bid: p.bid, key: 0 })
      },
      actions: actionsOf(court),
    }
  },
})
