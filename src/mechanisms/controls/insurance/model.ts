import {
  asset,
  type Block,
  choice,
  createOwed,
  f64,
  fraction,
  InputError,
  type Insurance,
  LAYERS,
  list,
  type Model,
  model,
  number,
  type Outcome,
  optionalRef,
  ref,
  type Submit,
  seconds,
} from '../../../world/index.ts'
import { SLACK, YEAR } from '../rules.ts'
import { causeOf, cover, reward, seenLost } from './cover.ts'
import { ask, decide, redeem } from './stakers.ts'
import { type Own, stakedIn } from './state.ts'

const DAY = 86_400

const params = {
  lender: ref('lender', 'whose bad debt is paid for'),
  asset: asset('debt that is paid for, and what junior capital and treasury hold'),
  layers: list(
    'who pays, in this order; depositors bear what is left',
    choice('layer', LAYERS, 'junior'),
    { default: LAYERS },
  ),
  junior: number('junior capital', 'tokens', { default: 0, min: 0 }),
  treasury: number('money of the protocol, which pays the stakers too', 'tokens', {
    default: 0,
    min: 0,
  }),
  stakedAsset: asset('what stakers stake'),
  stakes: list('stakes of the stakers in proportion', number('stake', 'tokens', { min: 0 }), {
    default: [1],
  }),
  staked: number('staked by all of them', 'tokens', { default: 0, min: 0 }),
  venue: optionalRef('venue', 'where slashed tokens are sold when they are another asset'),
  reference: optionalRef('priceSource', "true prices for stakers; none: the lender's own oracle"),
  maxSlash: fraction('largest share of the stakes that one slash takes', { default: 1 }),
  cooldown: seconds('time from asking to leave to leaving', { default: 20 * DAY }),
  window: seconds('time in which one may then leave', { default: 2 * DAY }),
  cooling: choice(
    'whether stakes that wait to leave are slashed, or only those that stay',
    ['slashed', 'spared'],
    'slashed',
  ),
  yield: number('what stakers earn, out of the treasury', '1/year', { default: 0.05, min: 0 }),
  rewardEvery: seconds('time between payments to stakers', { default: DAY }),
  horizon: seconds('time over which a staker counts what it earns', { default: 30 * DAY }),
  noise: number('standard deviation of the log of what each expects to lose', 'log', {
    default: 0.5,
    min: 0,
  }),
  fear: fraction('loss expected beside when all stakes are slashed or gone', { default: 0 }),
  attention: seconds('how often each staker looks; when is drawn', { default: 3600 }),
  interval: seconds('time between observations; 0 = every block', { default: 60 }),
  latency: seconds('time from bad debt to the payment', { default: 0 }),
  gas: number('gas per transaction', 'gas', { default: 300_000, min: 0 }),
  bid: number('priority fee', 'gwei', { default: 2, min: 0 }),
  maxBaseFee: number('base fee above which it waits; 0 = no limit', 'gwei', { default: 0, min: 0 }),
}

const columns = (stakers: number) => ({
  clock: f64(1, 's'),
  looked: f64(1, 's'),
  // Junior capital and treasury.
  fund: f64(2, 'tokens'),
  covered: f64(LAYERS.length, 'tokens'),
  stake: f64(stakers, 'tokens'),
  cooling: f64(stakers, 's', -1),
  rewards: f64(1, 'staked tokens'),
  rewarded: f64(1, 'tokens'),
  rewardedAt: f64(1, 's'),
  seen: f64(1, 's', -1),
  refused: f64(1, 'tokens'),
  lost: f64(1, 'tokens'),
  // How far the trace has been looked through; negative before the first look.
  traced: f64(1, 'events', -1),
})

/** Thrown when staked tokens are not the covered asset and no venue sells them for it. */
export class StakedAssetError extends InputError {
  override readonly name = 'StakedAssetError'
}

/** Note bad debt that nobody has tried to pay for, and pay for it once the latency is over. */
function watch(own: Own, submit: Submit): void {
  const { p, s, context } = own
  const lost = seenLost(own)
  if (!(lost > s.refused[0]! * (1 + SLACK))) s.seen[0] = -1
  else if (s.seen[0]! < 0) s.seen[0] = s.clock[0]!
  if (p.maxBaseFee > 0 && context.chain.baseFee() > p.maxBaseFee) return
  const act = (kind: string, key: number): void =>
    submit({ actions: [{ kind, args: [], gas: p.gas }], bid: p.bid, key })
  if (s.seen[0]! >= 0 && s.clock[0]! >= s.seen[0]! + p.latency - SLACK) act('cover', 0)
  const isDue = s.clock[0]! >= s.rewardedAt[0]! + p.rewardEvery - SLACK
  if (isDue && s.rewards[0]! > 0 && s.fund[1]! > 0) act('reward', 1)
}

/** Look at the lender and at the stakers, in the first round of a block. */
function observe(own: Own, { round, time }: Block, submit: Submit): void {
  const { p, s } = own
  const past = time - s.looked[0]!
  if (round !== 0) return
  s.clock[0] = time
  if (past < p.interval - SLACK) return
  s.looked[0] = time
  s.rewards[0]! += (p.yield * stakedIn(own) * past) / YEAR
  watch(own, submit)
  decide(own, past, submit)
}

function portOf({ p, s }: Pick<Own, 'p' | 's'>, opening: number, staked: () => number): Insurance {
  return {
    ...{ lender: p.lender, asset: p.asset, opening, staked },
    covered: (layer) => s.covered[LAYERS.indexOf(layer)]!,
    rewarded: () => s.rewarded[0]!,
  }
}

/**
 * Money in front of a lender's depositors: junior capital, a safety module of stakers who may leave, a
 * treasury; in the order stated. Bad debt is paid for as soon as it can be seen. Stakers see it too, and
 * whoever leaves first bears nothing. After Aave's Umbrella; see the README of this folder.
 */
export const insurance: Model = model({
  kind: 'controls/insurance',
  phase: 'control',
  doc: 'insurance fund and safety module: layers that pay for bad debt before depositors do',
  external: true,
  params,
  columns: (p) => columns(p.stakes.length),
  create(p, s, context) {
    const { ledger, self, assets } = context
    const stated = p.stakes.reduce((sum, stake) => sum + stake, 0)
    const unit = stated > 0 ? p.staked / stated : 0
    const opening = unit * stated
    p.stakes.forEach((stake, i) => {
      s.stake[i] = unit * stake
    })
    s.fund.set([p.junior, p.treasury])
    ledger.endow(self, p.asset, p.junior + p.treasury)
    ledger.endow(self, p.stakedAsset, opening)
    const scratch = {
      prices: new Float64Array(assets.length),
      counts: new Uint8Array(p.stakes.length),
    }
    let own: Own
    const mine =
      (execute: (args: readonly number[]) => Outcome) =>
      (args: readonly number[], sender: number): Outcome =>
        sender === self ? execute(args) : 'not an own staker'
    return {
      ports: { insurance: portOf({ p, s }, opening, () => stakedIn(own)) },
      link(use) {
        const lender = use('lender', p.lender)
        const isSold = p.stakedAsset !== p.asset
        const venue = isSold && p.venue !== '' ? use('venue', p.venue) : null
        const reference = p.reference === '' ? null : use('priceSource', p.reference)
        if (isSold && !venue?.has(p.stakedAsset, p.asset))
          throw new StakedAssetError(
            `"${context.name}" cannot sell ${assets[p.stakedAsset]!.name} for ` +
              `${assets[p.asset]!.name}; name a venue that trades them, or stake the latter`,
          )
        own = {
          p,
          s,
          context,
          opening,
          ...scratch,
          lender,
          venue,
          reference,
          owed: createOwed(lender),
        }
      },
      observe: (block, submit) => observe(own, block, submit),
      actions: {
        cover: {
          doc: 'pay for bad debt, layer after layer',
          protective: true,
          execute: () => cover(own, causeOf(own)),
        },
        reward: {
          doc: 'pay the stakers out of the treasury',
          execute: mine(() => reward(own)),
        },
        ask: {
          doc: 'args [staker]: begin the cooldown',
          execute: mine(([staker]) => ask(own, staker!, causeOf(own))),
        },
        redeem: {
          doc: 'args [staker]: take the stake out',
          execute: mine(([staker]) => redeem(own, staker!, causeOf(own))),
        },
      },
    }
  },
})
