import { describe, expect, it } from 'vitest'
import {
  BTC,
  ETH,
  type Member,
  modelConformance,
  smallWorld,
  stepWorld,
} from '../../../test/conformance/model.ts'
import { priceSourceConformance } from '../../../test/conformance/priceSource.ts'
import {
  type Lender,
  type Model,
  model,
  number,
  type PriceSource,
  USD,
  type World,
} from '../../world/index.ts'
import { liquidator } from '../agents/index.ts'
import { account, lenderOf, seen } from '../agents/testWorld.conformance.ts'
import { gbm, referenceMarket } from '../prices/index.ts'
import { feed } from './feed.ts'
import { eventsOf, type Fall, oracleWorld } from './testWorld.conformance.ts'

type Given = Readonly<Record<string, unknown>>

function feedOf(params: Given = {}): Member {
  return [feed, { source: 'market', assets: [ETH], latency: 0, gas: 0, ...params }]
}

/** Answers after every tick. */
function answers(world: World, ticks: number, name = 'feed'): number[] {
  const source = world.port('priceSource', name)
  return Array.from({ length: ticks }, () => {
    stepWorld(world, 1)
    return Math.round(source.price(ETH) * 1e6) / 1e6
  })
}

function run(falls: readonly Fall[], params: Given, ticks: number, chain: Given = {}): number[] {
  return answers(oracleWorld(falls, { feed: feedOf(params) }, chain), ticks)
}

const swing: readonly Fall[] = [
  [0.2, 60],
  [-0.3, 180, 60],
]
priceSourceConformance('a feed', () => {
  const world = oracleWorld(swing, { feed: feedOf() })
  return { world, source: world.port('priceSource', 'feed'), asset: ETH, stranger: BTC }
})
modelConformance('a feed', () =>
  smallWorld({
    noise: [gbm, { assets: [ETH, BTC], vol: 8 }],
    market: [referenceMarket, { drivers: ['noise'] }],
    feed: feedOf({ assets: [ETH, BTC], latency: 24, maxAge: 60 }),
  }),
)

describe('a feed', () => {
  it('answers when the price has moved by the deviation, up or down, and not before', () => {
    expect(run([[0.009, 12]], { deviation: 0.01 }, 3)).toEqual([2000, 2000, 2000])
    expect(run([[0.01, 24]], { deviation: 0.01 }, 3)).toEqual([2000, 1980, 1980])
    expect(run([[-0.01, 24]], { deviation: 0.01 }, 3)).toEqual([2000, 2020, 2020])
  })

  it('names the event that moved the price beyond the deviation, not a later one', () => {
    // The second fall crosses 1 %; the third comes before the answer is looked at again.
    const falls: Fall[] = [
      [0.006, 24],
      [0.007, 24, 12],
      [0.002, 36],
    ]
    const world = oracleWorld(falls, { feed: feedOf({ deviation: 0.01 }) })
    stepWorld(world, 4)
    const answer = eventsOf(world, 'answer')[0]!
    const cause = world.trace.columns.parent[answer]!
    expect(world.trace.columns.kind[cause]).toBe(
      world.trace.columns.kind[eventsOf(world, 'news')[0]!],
    )
    const source = world.port('priceSource', 'market')
    const { y, x } = world.trace.columns
    expect(source.moveOf(cause, ETH)).toBe(y[cause])
    // After it the price is beyond the line, before it the price was within.
    expect(x[cause]! / 2000).toBeLessThanOrEqual(0.99)
    expect((x[cause]! * Math.exp(-y[cause]!)) / 2000).toBeGreaterThan(0.99)
  })

  it('measures the deviation from its last answer', () => {
    const falls: Fall[] = [12, 24, 36].map((at) => [0.006, at])
    const path = [2000, 2000 * 0.994 ** 2, 2000 * 0.994 ** 2].map((x) => Math.round(x * 1e6) / 1e6)
    expect(run(falls, { deviation: 0.01 }, 3)).toEqual(path)
  })

  it('answers at every change when the deviation is zero, and at none without change', () => {
    const world = oracleWorld([[1e-6, 24]], { feed: feedOf({ deviation: 0 }) })
    expect(answers(world, 4)).toEqual([2000, 1999.998, 1999.998, 1999.998])
    expect(eventsOf(world, 'answer').length).toBe(1)
  })

  it('answers when its answer is as old as the heartbeat', () => {
    const world = oracleWorld([[0.001, 24]], { feed: feedOf({ heartbeat: 60 }) })
    expect(answers(world, 6)).toEqual([2000, 2000, 2000, 2000, 1998, 1998])
    stepWorld(world, 4)
    const { time } = world.trace.columns
    expect(eventsOf(world, 'answer').map((id) => time[id])).toEqual([60, 120])
  })

  it.each([
    [0, 1],
    [12, 2],
    [18, 3],
    [60, 6],
  ])('is late by exactly its latency: %d s after a price is seen in tick 1', (latency, tick) => {
    const world = oracleWorld([[0.1, 12]], { feed: feedOf({ latency }) })
    stepWorld(world, tick - 1)
    expect(world.port('priceSource', 'feed').price(ETH)).toBe(2000)
    stepWorld(world, 1)
    expect(world.port('priceSource', 'feed').price(ETH)).toBeCloseTo(1800, 9)
  })

  it('is late by exactly its latency in fractions of a second', () => {
    const member = feedOf({ latency: 0.2 })
    for (const at of [0.1, 0.5, 0.7, 12.3]) {
      const world = oracleWorld([[0.1, at]], { feed: member }, {}, 0.1)
      stepWorld(world, Math.round(at * 10) + 3)
      const [answer] = eventsOf(world, 'answer')
      const [news] = eventsOf(world, 'news')
      const { tick } = world.trace.columns
      expect(tick[answer!]! - tick[news!]!).toBe(2)
    }
  })

  it('transmits the price that it saw, not that of the moment of execution', () => {
    const falls: Fall[] = [
      [0.1, 12],
      [0.5, 24],
    ]
    expect(run(falls, { latency: 24 }, 6)).toEqual([2000, 2000, 1800, 1800, 1800, 900])
  })

  it('sees prices between blocks', () => {
    const world = oracleWorld([[0.1, 24]], { feed: feedOf({ latency: 24 }) }, { blockSeconds: 48 })
    expect(answers(world, 4)).toEqual([2000, 2000, 2000, 1800])
  })

  it('states its cause, the age of what it saw, and the log change', () => {
    const world = oracleWorld([[0.1, 12]], { feed: feedOf({ latency: 24 }) })
    stepWorld(world, 3)
    const [answer] = eventsOf(world, 'answer')
    const { parent, x, y, z, asset } = world.trace.columns
    expect(parent[answer!]).toBe(eventsOf(world, 'news')[0])
    expect(asset[answer!]).toBe(ETH)
    expect(x[answer!]).toBeCloseTo(1800, 9)
    expect(y[answer!]).toBeCloseTo(Math.log(0.9), 12)
    expect(z[answer!]).toBe(24)
  })

  it('names no cause for a heartbeat that repeats the answer', () => {
    const world = oracleWorld([[0.1, 12]], { feed: feedOf({ heartbeat: 60 }) })
    stepWorld(world, 6)
    const { parent, y } = world.trace.columns
    const [first, second] = eventsOf(world, 'answer')
    expect(y[second!]).toBe(0)
    expect([parent[first!], parent[second!]]).toEqual([eventsOf(world, 'news')[0], -1])
    expect(world.port('priceSource', 'feed').cause(ETH, -1)).toBe(first)
  })

  it('sends nothing while it is stuck, and what it sees afterwards then', () => {
    const stuck = [{ from: 12, to: 60 }]
    const falls: Fall[] = [
      [0.1, 24],
      [0.5, 60],
    ]
    expect(run(falls, { stuck }, 7)).toEqual([2000, 2000, 2000, 2000, 2000, 900, 900])
    // What was on its way when it got stuck is lost.
    const early: Fall[] = [
      [0.1, 12],
      [0.5, 24],
    ]
    expect(run(early, { stuck, latency: 24 }, 8).slice(4)).toEqual([2000, 2000, 2000, 900])
  })

  it('has no answer when the last one is too old, until the next', () => {
    const stuck = [{ from: 0, to: 60 }]
    const path = run([], { heartbeat: 24, maxAge: 36, stuck }, 7)
    expect(path).toEqual([2000, 2000, 2000, Number.NaN, Number.NaN, 2000, 2000])
  })

  it('says how old its answer is, a repeated one included', () => {
    const world = oracleWorld([[0.1, 24]], { feed: feedOf({ heartbeat: 48 }) })
    const source = world.port('priceSource', 'feed')
    const ages = Array.from({ length: 7 }, () => {
      stepWorld(world, 1)
      return source.age!(ETH)
    })
    expect(ages).toEqual([12, 0, 12, 24, 36, 0, 12])
    expect(source.age!(USD)).toBe(0)
  })

  it('grows stale in an outage of its chain too', () => {
    const outages = [{ from: 12, to: 60 }]
    const path = run([], { heartbeat: 24, maxAge: 36 }, 6, { outages })
    expect(path).toEqual([2000, 2000, 2000, Number.NaN, Number.NaN, 2000])
  })

  it('has no answer before the first transmission when told to start without', () => {
    expect(run([], { opening: 'none', latency: 12 }, 3)).toEqual([Number.NaN, 2000, 2000])
  })

  it('sends nothing above its base fee; later it sends what it sees then', () => {
    // An empty chain: 64, 56, 49, 42.9 gwei.
    const chain = { gasPrice: 64, demand: 0 }
    const falls: Fall[] = [
      [0.1, 12],
      [0.5, 36],
    ]
    expect(run(falls, { maxBaseFee: 50 }, 4, chain)).toEqual([2000, 2000, 900, 900])
    expect(run(falls, { maxBaseFee: 70 }, 4, chain)).toEqual([1800, 1800, 900, 900])
    expect(run(falls, {}, 4, chain)).toEqual([1800, 1800, 900, 900])
  })

  it('waits above its greatest fee, and is late with what it saw', () => {
    // An empty chain: 64, 56, 49, 42.9 gwei.
    const chain = { gasPrice: 64, demand: 0 }
    const falls: Fall[] = [
      [0.1, 12],
      [0.5, 36],
    ]
    expect(run(falls, { maxFee: 50 }, 4, chain)).toEqual([2000, 2000, 1800, 900])
    expect(run(falls, { maxFee: 40 }, 4, chain)).toEqual([2000, 2000, 2000, 2000])
    const world = oracleWorld(falls, { feed: feedOf({ maxFee: 50 }) }, chain)
    stepWorld(world, 4)
    expect(eventsOf(world, 'answer').map((id) => world.trace.columns.z[id])).toEqual([24, 0])
  })

  it('is squeezed out of a full block by the base fee that eats its tip', () => {
    // At 49 gwei a fee of 51 leaves 2 to the builder, one of 60 all of the bid of 5; the rival pays 3.
    const late = (maxFee: number): number[] => {
      const members = {
        feed: feedOf({ gas: 60_000, bid: 5, maxFee }),
        rival: feedOf({ gas: 60_000, bid: 3, stuck: [{ from: 12, to: 1e9 }] }),
      }
      const chain = { gasPrice: 49, demand: 0, gasLimit: 100_000 }
      return answers(oracleWorld([[0.1, 12]], members, chain), 2)
    }
    expect(late(60)).toEqual([1800, 1800])
    expect(late(51)).toEqual([2000, 1800])
  })

  it('keeps a transmission that finds no room in a block, and is late with what it saw', () => {
    const chain = { gasLimit: 200_000, demand: 0.5 }
    const falls: Fall[] = [
      [0.1, 12],
      [0.5, 36],
    ]
    const members = {
      feed: feedOf({ gas: 60_000, bid: 1 }),
      // Bids more in the first two blocks, and fills them.
      rival: feedOf({
        gas: 60_000,
        bid: 9,
        deviation: 1,
        heartbeat: 12,
        stuck: [{ from: 24, to: 1e9 }],
      }),
    }
    const world = oracleWorld(falls, members, chain)
    expect(answers(world, 4)).toEqual([2000, 2000, 1800, 900])
    const { z } = world.trace.columns
    const own = eventsOf(world, 'answer').filter(
      (id) => world.instances[world.trace.columns.instance[id]!]!.name === 'feed',
    )
    expect(own.map((id) => z[id])).toEqual([24, 0])
  })

  it('refuses to transmit when there is nothing to send', () => {
    const world = oracleWorld([], { feed: feedOf() })
    const { actions } = world.instances.find(({ name }) => name === 'feed')!.instance
    expect(actions!.transmit!.execute([ETH], 0)).toBe('nothing to transmit')
    expect(world.port('priceSource', 'feed').price(ETH)).toBe(2000)
  })

  it('is protective, so that an adversarial builder puts it last', () => {
    const world = oracleWorld([], { feed: feedOf() })
    const { actions } = world.instances.find(({ name }) => name === 'feed')!.instance
    expect(actions!.transmit!.protective).toBe(true)
  })
})

/** Borrows all that its row's limit allows, once, when it sees that an answer is on its way down. */
const insider: Model = model({
  kind: 'test/insider',
  phase: 'agent',
  doc: 'borrows in front of an answer',
  params: { bid: number('priority fee', 'gwei') },
  create(p, _, { self }) {
    let lender: Lender
    let market: PriceSource
    let feeds: PriceSource
    return {
      link(use) {
        lender = use('lender', 'lender')
        market = use('priceSource', 'market')
        feeds = use('priceSource', 'feed')
      },
      observe(_, submit) {
        if (market.price(ETH) >= feeds.price(ETH)) return
        submit({ actions: [{ kind: 'borrow', args: [], gas: 0 }], bid: p.bid, key: 0 })
      },
      actions: {
        borrow: {
          doc: 'borrow 1,500 USD',
          execute: () => lender.borrow(0, lender.book.coordinate[1]!, 1500, self),
        },
      },
    }
  },
})

describe('a pending answer is seen by others, who', () => {
  const feeds = feedOf({ bid: 2 })
  const owing = (debt: number, falls: readonly Fall[], others: Given, chain: Given = {}): World =>
    oracleWorld(
      falls,
      {
        feed: feeds,
        lender: lenderOf([account(1, debt)], { oracle: 'feed' }),
        ...(others as Readonly<Record<string, Member>>),
      },
      chain,
    )

  it('borrow at the price that it replaces, when they bid more or pay the builder', () => {
    // 30 % down: 0.8 x 1,400 USD carry a debt of 1,120, not one of 1,510.
    const borrowed = (bid: number, order: string): number => {
      const world = owing(10, [[0.3, 12]], { insider: [insider, { bid }] }, { order })
      stepWorld(world, 1)
      expect(world.port('priceSource', 'feed').price(ETH)).toBeCloseTo(1400, 9)
      return seen(world, 'borrow').reduce((total, { x }) => total + x, 0)
    }
    expect(borrowed(3, 'bid')).toBeCloseTo(1500, 9)
    expect(borrowed(1, 'bid')).toBe(0)
    expect(borrowed(1, 'adversarial')).toBeCloseTo(1500, 9)
  })

  it('liquidate at the price that it replaces', () => {
    // Down by 30 % in one block, and up again in the next: the answer that saves the account is late.
    const liquidated = (bid: number, order: string): number => {
      const up = 1 - 1 / 0.7
      const world = owing(
        1500,
        [
          [0.3, 12],
          [up, 24],
        ],
        {
          liquidator: [
            liquidator,
            { lenders: ['lender'], venue: 'market', capital: 1e4, gas: 0, bid },
          ],
        },
        { order },
      )
      stepWorld(world, 2)
      expect(world.port('priceSource', 'feed').price(ETH)).toBeCloseTo(2000, 6)
      return seen(world, 'liquidation').length
    }
    expect(liquidated(3, 'bid')).toBe(1)
    expect(liquidated(1, 'bid')).toBe(0)
    expect(liquidated(1, 'adversarial')).toBe(1)
  })
})

describe('a feed that is governed', () => {
  it('takes no answers while it is stopped, and what was on its way is lost', () => {
    const world = oracleWorld(
      [
        [0.1, 12],
        [0.5, 36],
      ],
      { feed: feedOf({ latency: 12 }) },
    )
    const governed = world.port('governed', 'feed')
    stepWorld(world, 1)
    expect(governed.setTerm('answering', ETH, 0)).toBeNull()
    expect(answers(world, 2)).toEqual([2000, 2000])
    expect(governed.setTerm('answering', ETH, 1)).toBeNull()
    expect(answers(world, 2)).toEqual([2000, 900])
  })

  it('refuses a transmission in the block that stopped it', () => {
    const world = oracleWorld([[0.1, 12]], { feed: feedOf({ latency: 12 }) })
    stepWorld(world, 1)
    const { actions } = world.instances.find(({ name }) => name === 'feed')!.instance
    world.port('governed', 'feed').setTerm('answering', ETH, 0)
    expect(actions!.transmit!.execute([ETH], 0)).toBe('stopped')
  })
})
