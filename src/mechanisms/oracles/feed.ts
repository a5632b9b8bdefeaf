import { log } from '../../math/index.ts'
import {
  assets,
  choice,
  f64,
  fraction,
  i32,
  list,
  type Model,
  model,
  number,
  type PriceSource,
  record,
  ref,
  seconds,
  USD,
} from '../../world/index.ts'

/**
 * A pushed feed: it watches a source, and when the price has moved by the deviation or the answer
 * is as old as the heartbeat, it sends the price it saw as an action. The answer changes when that
 * action is executed: late, priced out, or in front of others, like everybody's.
 */
export const feed: Model = model({
  kind: 'oracles/feed',
  phase: 'oracle',
  doc: 'pushed feed with deviation, heartbeat and submission latency; transmissions are actions',
  external: true,
  params: {
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
  },
  columns: (_, all) => ({
    answer: f64(all.length, 'USD'),
    answered: f64(all.length, 's'),
    seen: f64(all.length, 'USD'),
    seenAt: f64(all.length, 's', -1),
    seenCause: i32(all.length, 'event', -1),
    now: f64(1, 's'),
    down: i32(all.length, 'event', -1),
    up: i32(all.length, 'event', -1),
  }),
  create(p, s, { assets: table, trace, self, chain }) {
    let source: PriceSource
    const covered = new Uint8Array(table.length)
    for (const a of p.assets) {
      covered[a] = 1
      s.answer[a] = p.opening === 'start' ? table[a]!.price : 0
    }
    covered[USD] = 1
    s.answer[USD] = 1
    const isStuck = (time: number): boolean => p.stuck.some((o) => time > o.from && time <= o.to)
    const isStale = (a: number): boolean =>
      p.maxAge > 0 && a !== USD && s.now[0]! - s.answered[a]! > p.maxAge
    const isPricedOut = (): boolean => p.maxBaseFee > 0 && chain.baseFee() > p.maxBaseFee

    /** Look at the source; remember what is worth sending and since when. */
    function watch(a: number, time: number): void {
      if (s.seenAt[a]! >= 0) return
      const price = source.price(a)
      const answer = s.answer[a]!
      if (!(price > 0)) return
      const isMoved = Math.abs(price - answer) >= p.deviation * answer && price !== answer
      if (!isMoved && time - s.answered[a]! < p.heartbeat) return
      s.seen[a] = price
      s.seenAt[a] = time
      s.seenCause[a] = source.cause(a, price < answer ? -1 : 1)
    }
    return {
      ports: {
        priceSource: {
          covers: (a) => covered[a] === 1,
          price: (a) => (s.answer[a]! > 0 && !isStale(a) ? s.answer[a]! : Number.NaN),
          cause: (a, direction) => (direction < 0 ? s.down[a]! : s.up[a]!),
        },
      },
      link(use) {
        source = use('priceSource', p.source)
      },
      observe({ time, round }, submit) {
        s.now[0] = time
        if (round > 0 || isStuck(time)) return
        for (const a of p.assets) {
          watch(a, time)
          if (s.seenAt[a]! < 0 || time - s.seenAt[a]! < p.latency || isPricedOut()) continue
          submit({ actions: [{ kind: 'transmit', args: [a], gas: p.gas }], bid: p.bid, key: a })
        }
      },
      actions: {
        transmit: {
          doc: 'store the price that was seen as the answer',
          protective: true,
          execute([a]) {
            const before = s.answer[a!]!
            const price = s.seen[a!]!
            const event = trace.add('answer', {
              instance: self,
              parent: s.seenCause[a!]!,
              asset: a!,
              x: price,
              y: before > 0 ? log(price / before) : 0,
              z: s.now[0]! - s.seenAt[a!]!,
            })
            if (price < before) s.down[a!] = event
            else if (price > before) s.up[a!] = event
            s.answer[a!] = price
            s.answered[a!] = s.now[0]!
            s.seenAt[a!] = -1
            return null
          },
        },
      },
    }
  },
})
