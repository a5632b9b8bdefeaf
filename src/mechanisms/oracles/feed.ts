import { log, log1p } from '../../math/index.ts'
import {
  assets,
  type Context,
  choice,
  crossing,
  f64,
  fraction,
  governedFlag,
  i32,
  list,
  type Model,
  model,
  moverOf,
  number,
  type Outcome,
  type ParamsOf,
  type PriceSource,
  record,
  ref,
  type Submit,
  seconds,
  type TypedColumns,
  type Undone,
  u8,
} from '../../world/index.ts'
import { answerColumns, coverage, storeAnswer, storedAnswers } from './answers.ts'

/** Rounding of sums of log moves. */
const ROUNDING = 1e-12

/** Rounding of times that are multiples of the tick, s. */
const SLACK = 1e-6

const params = {
  source: ref('priceSource', 'what the feed watches'),
  assets: assets('assets that it answers for'),
  deviation: fraction('relative move that triggers an answer', { default: 0.005 }),
  heartbeat: seconds('age that triggers an answer', { default: 3600 }),
  latency: seconds('time from seeing a price to reaching a builder', { default: 12 }),
  gas: number('gas per transmission', 'gas', { default: 120_000, min: 0 }),
  bid: number('priority fee', 'gwei', { default: 2, min: 0 }),
  maxFee: number(
    'most per gas, base fee included: above it a transmission waits with what it saw; 0 = no limit',
    'gwei',
    { default: 0, min: 0 },
  ),
  maxBaseFee: number('base fee above which what was seen is forgotten; 0 = no limit', 'gwei', {
    default: 0,
    min: 0,
  }),
  stuck: list(
    'times without transmissions',
    record('one outage', { from: seconds('start'), to: seconds('end') }),
    { default: [] },
  ),
  maxAge: seconds('age above which an answer counts as none (stale); 0 = never', { default: 0 }),
  opening: choice(
    'first answer: the start price, or none until the first transmission',
    ['start', 'none'],
    'start',
  ),
}

const columns = (n: number) => ({
  ...answerColumns(n),
  seen: f64(n, 'USD'),
  seenAt: f64(n, 's', -1),
  seenCause: i32(n, 'event', -1),
  answering: u8(n, 'flag', 1),
})

/** What the functions of a feed share; the source is known only after linking. */
type Feed = {
  readonly p: ParamsOf<typeof params>
  readonly s: TypedColumns<ReturnType<typeof columns>>
  readonly context: Context
  source: PriceSource | null
}

/** Look at the source; remember what is worth sending, and since when. */
function watch(own: Feed, a: number, time: number): void {
  const { p, s, source } = own
  if (s.seenAt[a]! >= 0) return
  const price = source!.price(a)
  const answer = s.answer[a]!
  if (!(price > 0)) return
  const isMoved = Math.abs(price - answer) >= p.deviation * answer && price !== answer
  if (!isMoved && time - s.answered[a]! < p.heartbeat - SLACK) return
  s.seen[a] = price
  s.seenAt[a] = time
  const direction = price < answer ? -1 : 1
  const last = price === answer ? -1 : source!.cause(a, direction)
  s.seenCause[a] = isMoved ? crossed(own, a, Math.abs(log(price / answer)), direction, last) : last
}

/**
 * Find the event that moved the source's price from within the deviation of the answer to beyond it.
 * @param gap distance to the answer now, log.
 * @param last the last event that moved the price that way.
 */
function crossed(own: Feed, a: number, gap: number, direction: -1 | 1, last: number): number {
  const { p, context, source } = own
  const line = Math.abs(log1p(direction * p.deviation)) + ROUNDING
  let left = gap
  const undo = (event: number): Undone => {
    const move = source!.moveOf(event, a)
    if (move === 0) return 'none'
    left -= direction * move
    return left < line ? 'safe' : 'beyond'
  }
  const before = (event: number): number => moverOf(source!, event, a)
  return crossing(context.trace, undo, last, context.trace.length - 1, before)
}

/**
 * What one pays beyond the base fee: less than the bid when the two together would exceed `maxFee`, as in
 * EIP-1559, so that it loses its place in the block; below zero when no block takes it.
 */
function priorityFee({ p, context }: Feed): number {
  return p.maxFee > 0 ? Math.min(p.bid, p.maxFee - context.chain.baseFee()) : p.bid
}

/** Send what was seen, again and again until a block takes it; what may not be sent is forgotten. */
function send(own: Feed, submit: Submit): void {
  const { p, s, context } = own
  const isGivenUp = p.maxBaseFee > 0 && context.chain.baseFee() > p.maxBaseFee
  const bid = priorityFee(own)
  for (const a of p.assets) {
    if (s.seenAt[a]! < 0 || s.now[0]! - s.seenAt[a]! < p.latency - SLACK) continue
    if (isGivenUp) s.seenAt[a] = -1
    else if (bid >= 0)
      submit({ actions: [{ kind: 'transmit', args: [a], gas: p.gas }], bid, key: a })
  }
}

/** Store what was seen as the answer. */
function transmit({ s, context }: Feed, a: number): Outcome {
  if (s.answering[a] !== 1) return 'stopped'
  if (!(s.seenAt[a]! >= 0)) return 'nothing to transmit'
  storeAnswer(s, context, a, s.seen[a]!, s.seenCause[a]!, s.now[0]! - s.seenAt[a]!)
  s.seenAt[a] = -1
  return null
}

function portOf({ p, s, context }: Feed): PriceSource {
  const stored = storedAnswers(s, context, coverage(p.assets, context))
  const isStale = (a: number): boolean => p.maxAge > 0 && stored.age(a) > p.maxAge + SLACK
  return { ...stored, price: (a) => (isStale(a) ? Number.NaN : stored.price(a)) }
}

/**
 * A pushed feed: it watches a source at every tick, and when the price has moved by the deviation or
 * the answer is as old as the heartbeat, it sends the price it saw as an action. The answer changes
 * when that action is executed: late, priced out, or in front of others, like everybody's.
 */
export const feed: Model = model({
  kind: 'oracles/feed',
  phase: 'oracle',
  doc: 'pushed feed with deviation, heartbeat and submission latency; transmissions are actions',
  external: true,
  cuts: { feedLag: { become: 'oracles/direct' } },
  knobs: { oracleLatency: (_, latency) => ({ latency }) },
  params,
  columns: (_, all) => columns(all.length),
  create(p, s, context) {
    const own: Feed = { p, s, context, source: null }
    if (p.opening === 'start') for (const a of p.assets) s.answer[a] = context.assets[a]!.price
    return {
      ports: { priceSource: portOf(own), governed: governedFlag('answering', s.answering) },
      link(use) {
        own.source = use('priceSource', p.source)
      },
      step({ time }) {
        s.now[0] = time
        const isStuck = p.stuck.some(({ from, to }) => time > from && time <= to)
        for (const a of p.assets) {
          if (isStuck || s.answering[a] !== 1) s.seenAt[a] = -1
          else watch(own, a, time)
        }
      },
      observe({ round }, submit) {
        if (round === 0) send(own, submit)
      },
      actions: {
        transmit: {
          doc: 'args [asset]; store the price that was seen as the answer',
          protective: true,
          execute: ([a]) => transmit(own, a!),
        },
      },
    }
  },
})
