import { log, log1p } from '../../math/index.ts'
import {
  assets,
  type Context,
  choice,
  crossing,
  eventCode,
  f64,
  fraction,
  i32,
  list,
  type Model,
  model,
  number,
  type Outcome,
  type ParamsOf,
  type PriceSource,
  record,
  ref,
  type Submit,
  seconds,
  type Undone,
  USD,
} from '../../world/index.ts'

const ANSWER = eventCode('answer')

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
  maxBaseFee: number('base fee above which nothing is sent; 0 = no limit', 'gwei', {
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
  answer: f64(n, 'USD'),
  answered: f64(n, 's'),
  seen: f64(n, 'USD'),
  seenAt: f64(n, 's', -1),
  seenCause: i32(n, 'event', -1),
  now: f64(1, 's'),
  down: i32(n, 'event', -1),
  up: i32(n, 'event', -1),
})

type Columns = Readonly<Record<'answer' | 'answered' | 'seen' | 'seenAt' | 'now', Float64Array>> &
  Readonly<Record<'seenCause' | 'down' | 'up', Int32Array>>

/** What the functions of a feed share; the source is known only after linking. */
type Feed = {
  readonly p: ParamsOf<typeof params>
  readonly s: Columns
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
  return crossing(context.trace, undo, last)
}

/** Send what was seen, again and again until a block takes it; what may not be sent is forgotten. */
function send({ p, s, context }: Feed, submit: Submit): void {
  const isPricedOut = p.maxBaseFee > 0 && context.chain.baseFee() > p.maxBaseFee
  for (const a of p.assets) {
    if (s.seenAt[a]! < 0 || s.now[0]! - s.seenAt[a]! < p.latency - SLACK) continue
    if (isPricedOut) s.seenAt[a] = -1
    else submit({ actions: [{ kind: 'transmit', args: [a], gas: p.gas }], bid: p.bid, key: a })
  }
}

/** Store what was seen as the answer. */
function transmit({ s, context }: Feed, a: number): Outcome {
  const { trace, self } = context
  if (!(s.seenAt[a]! >= 0)) return 'nothing to transmit'
  const before = s.answer[a]!
  const price = s.seen[a]!
  const event = trace.add('answer', {
    instance: self,
    parent: s.seenCause[a]!,
    asset: a,
    x: price,
    y: before > 0 ? log(price / before) : 0,
    z: s.now[0]! - s.seenAt[a]!,
  })
  if (price < before) s.down[a] = event
  else if (price > before) s.up[a] = event
  s.answer[a] = price
  s.answered[a] = s.now[0]!
  s.seenAt[a] = -1
  return null
}

function portOf({ p, s, context }: Feed, covered: Uint8Array): PriceSource {
  const isStale = (a: number): boolean =>
    p.maxAge > 0 && a !== USD && s.now[0]! - s.answered[a]! > p.maxAge + SLACK
  return {
    covers: (a) => covered[a] === 1,
    price: (a) => (s.answer[a]! > 0 && !isStale(a) ? s.answer[a]! : Number.NaN),
    cause: (a, direction) => (direction < 0 ? s.down[a]! : s.up[a]!),
    age: (a) => (a === USD ? 0 : s.now[0]! - s.answered[a]!),
    moveOf(event, a) {
      const { instance, asset, kind, y } = context.trace.columns
      const isOwn = instance[event] === context.self && asset[event] === a
      return isOwn && kind[event] === ANSWER ? y[event]! : 0
    },
  }
}

/** Open a feed's answers. @returns 1 for the assets that it covers. */
function open({ p, s, context }: Feed): Uint8Array {
  const covered = new Uint8Array(context.assets.length)
  for (const a of p.assets) {
    covered[a] = 1
    s.answer[a] = p.opening === 'start' ? context.assets[a]!.price : 0
  }
  covered[USD] = 1
  s.answer[USD] = 1
  return covered
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
  params,
  columns: (_, all) => columns(all.length),
  create(p, s, context) {
    const own: Feed = { p, s, context, source: null }
    const covered = open(own)
    const isStuck = (time: number): boolean =>
      p.stuck.some((outage) => time > outage.from && time <= outage.to)
    return {
      ports: { priceSource: portOf(own, covered) },
      link(use) {
        own.source = use('priceSource', p.source)
      },
      step({ time }) {
        s.now[0] = time
        if (isStuck(time)) for (const a of p.assets) s.seenAt[a] = -1
        else for (const a of p.assets) watch(own, a, time)
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
