import { describe, expect, it } from 'vitest'
import {
  ETH,
  type Member,
  modelConformance,
  selfOf,
  smallWorld,
  stepWorld,
} from '../../../../test/conformance/model.ts'
import { priceSourceConformance } from '../../../../test/conformance/priceSource.ts'
import type { Params, World } from '../../../world/index.ts'
import { asserter, disputer } from '../../agents/index.ts'
import { gbm, referenceMarket } from '../../prices/index.ts'
import { eventsOf } from '../testWorld.conformance.ts'
import { askPerToken, leastBribe, votesToBuy } from './kernel.ts'
import { ASSETS, disputeWorld, does, oracleOf, USDC, VOTE } from './testWorld.conformance.ts'

const NO_GAS = { gas: 0, purse: 0 }

function honest(params: Params = {}): Member {
  return [asserter, { oracle: 'oracle', source: 'market', ...NO_GAS, ...params }]
}

function watcher(params: Params = {}): Member {
  return [disputer, { oracle: 'oracle', source: 'market', latency: 60, ...NO_GAS, ...params }]
}

function noisy(params: Params): World {
  return smallWorld(
    {
      noise: [gbm, { assets: [ETH], vol: 8 }],
      market: [referenceMarket, { drivers: ['noise', 'oracle'] }],
      oracle: oracleOf(params),
      asserter: honest({ deviation: 1e-6 }),
      griefer: watcher({ disputes: 'all', attention: 0.5, latency: 0 }),
    },
    { assets: ASSETS },
  )
}

priceSourceConformance('an optimistic oracle', () => {
  const world = smallWorld(
    {
      noise: [gbm, { assets: [ETH], vol: 8 }],
      market: [referenceMarket, { drivers: ['noise'] }],
      oracle: oracleOf({ window: 24 }),
      asserter: honest({ deviation: 1e-6 }),
    },
    { assets: ASSETS },
  )
  return { world, source: world.port('priceSource', 'oracle'), asset: ETH, stranger: VOTE }
})
modelConformance('an optimistic oracle, an asserter and a griefer', () =>
  noisy({ window: 24, commit: 24, reveal: 24, premiumSpread: 1, turnout: 0.9 }),
)

/** Answers of the oracle after each tick. */
function answers(world: World, ticks: number): number[] {
  const source = world.port('priceSource', 'oracle')
  return Array.from({ length: ticks }, () => {
    stepWorld(world, 1)
    return source.price(ETH)
  })
}

/** The first tick after which the answer is another one; -1 when there is none. */
function changeOf(world: World, ticks: number): number {
  return answers(world, ticks).findIndex((price) => price !== 2000) + 1 || -1
}

function held(world: World, name: string, asset: number): number {
  return world.ledger.balance(selfOf(world, name), asset)
}

/** What the verdicts say: 0 rejected, 1 upheld, 2 undecided. */
function verdicts(world: World): number[] {
  return eventsOf(world, 'verdict').map((e) => world.trace.columns.other[e]!)
}

/** A false price of twice the true one, disputed; the briber acts in tick 4. Votes end at tick 40. */
function attacked(back: readonly number[], params: Params = {}, seed = 1): World {
  const briber = does([1, 'assert', 4000], [4, 'back', 1, ...back])
  const members = { oracle: oracleOf(params), watcher: watcher(), briber }
  const world = disputeWorld(members, { drop: 0, at: 0 }, seed)
  stepWorld(world, 60)
  return world
}

describe('an assertion', () => {
  it('counts when its window is over, and its bond is given back', () => {
    const world = disputeWorld({ oracle: oracleOf(), asserter: honest() }, { drop: 0.3, at: 60 })
    expect(changeOf(world, 30)).toBe(11)
    expect(world.port('priceSource', 'oracle').price(ETH)).toBeCloseTo(1400, 9)
    expect(held(world, 'asserter', USDC)).toBe(100_000)
    const [asserted] = eventsOf(world, 'assertion')
    const [answered] = eventsOf(world, 'answer')
    expect(world.trace.columns.parent[answered!]).toBe(asserted)
    expect(world.trace.columns.parent[asserted!]).toBe(eventsOf(world, 'news')[0])
  })

  it('that is false stands when nobody looks, and not when somebody does', () => {
    const lie = does([1, 'assert', 4000])
    const alone = disputeWorld({ oracle: oracleOf(), lie })
    expect(changeOf(alone, 60)).toBe(11)
    const watched = disputeWorld({ oracle: oracleOf(), lie, watcher: watcher() })
    expect(changeOf(watched, 60)).toBe(-1)
    expect(verdicts(watched)).toEqual([0])
    expect(held(watched, 'watcher', USDC)).toBe(100_500)
    expect(held(watched, 'lie', USDC)).toBe(-1000)
    for (const some of [{ attention: 0 }, { capital: 999 }, { latency: 600 }])
      expect(
        changeOf(disputeWorld({ oracle: oracleOf(), lie, watcher: watcher(some) }), 60),
        JSON.stringify(some),
      ).toBe(11)
  })

  it('is not made without a bond, while another is under way, or while assertions are halted', () => {
    const world = disputeWorld({
      oracle: oracleOf(),
      asserter: honest({ capital: 999 }),
      lies: does([1, 'assert', 4000], [2, 'assert', 5000], [30, 'assert', -1], [40, 'assert', 9]),
    })
    stepWorld(world, 35)
    world.port('governed', 'oracle').setTerm('answering', ETH, 0, -1)
    stepWorld(world, 10)
    expect(eventsOf(world, 'assertion')).toHaveLength(1)
    expect(eventsOf(world, 'failed')).toHaveLength(3)
  })
})

describe('a dispute', () => {
  it('is about the price at the time of the assertion, not what came after it', () => {
    const honestly = does([1, 'assert', 2000])
    const members = { oracle: oracleOf(), honestly, watcher: watcher({ latency: 420 }) }
    const world = disputeWorld(members, { drop: 0.3, at: 300 })
    stepWorld(world, 20)
    expect(world.port('priceSource', 'market').price(ETH)).toBeCloseTo(1400, 9)
    expect(eventsOf(world, 'dispute')).toEqual([])
    expect(eventsOf(world, 'answer')).toHaveLength(1)
  })

  it('freezes the answer until the votes are counted, at the price of a bond', () => {
    const griefer = watcher({ disputes: 'all', capital: 1000 })
    const members = { oracle: oracleOf(), asserter: honest(), griefer }
    const world = disputeWorld(members, { drop: 0.3, at: 60 })
    // Disputed in the first round of votes, decided at the end of the second: 40 minutes.
    expect(changeOf(world, 60)).toBe(40)
    expect(verdicts(world)).toEqual([1])
    expect(held(world, 'griefer', USDC)).toBe(0)
    expect(held(world, 'asserter', USDC)).toBe(100_500)
  })

  it('is refused when the window is over', () => {
    const late = does([1, 'assert', 4000], [11, 'dispute', 1])
    const world = disputeWorld({ oracle: oracleOf({ gas: 1e9 }), late }, { drop: 0, at: 0 })
    stepWorld(world, 12)
    const reason = world.trace.columns.other[eventsOf(world, 'failed')[0]!]!
    expect(world.trace.texts[reason]).toBe('the window is over')
  })

  it('is undecided and repeated when too few vote, and leaves both bonds where they are', () => {
    const world = attacked([0, 0, 0], { turnout: 0, maxRolls: 0 })
    expect(verdicts(world)).toEqual([2])
    expect(held(world, 'oracle', USDC)).toBe(2000)
    expect(world.port('priceSource', 'oracle').price(ETH)).toBe(2000)
    const longer = attacked([0, 0, 0], { turnout: 0, maxRolls: 1 })
    expect(verdicts(longer)).toEqual([2])
    expect(eventsOf(longer, 'verdict').map((e) => longer.trace.columns.tick[e])).toEqual([60])
  })
})

describe('a bribe', () => {
  // Half of all votes belief, so slashing cancels out: 5 USD x 2 % per token.
  const least = (needed: number): number => needed * 5 * 0.02

  it.each([
    [0.5, 0, 500],
    [0.65, 0, 650],
    [0.65, 100, 0.65 * 1100 - 100],
    [0.5, 200, 400],
  ])(
    'turns a vote from its least amount on (agreement %f, own tokens %i)',
    (agreement, own, needed) => {
      const none = attacked([(1 - 1e-9) * least(needed), own, 0], { agreement })
      expect(verdicts(none)).not.toContain(1)
      const some = attacked([(1 + 1e-9) * least(needed), own, 0], { agreement })
      expect(verdicts(some)).toEqual([1])
      expect(some.port('priceSource', 'oracle').price(ETH)).toBe(4000)
      expect(held(some, 'briber', USDC)).toBeCloseTo(500 - least(needed), 4)
    },
  )

  it('counts as many times as voters doubt that it will be paid', () => {
    const conditional = (factor: number): World =>
      attacked([factor * least(500), 0, 1], { agreement: 0.5, belief: 0.25, slashing: 0 })
    expect(verdicts(conditional(3.99))).toEqual([0])
    expect(held(conditional(3.99), 'briber', USDC)).toBe(-1000)
    expect(verdicts(conditional(4.01))).toEqual([1])
  })

  it('that fails is lost when paid upfront, as far as votes were sold, and given back if not', () => {
    const params = { agreement: 0.5, premiumSpread: 1 }
    const upfront = attacked([40, 0, 0], params)
    expect(verdicts(upfront)).toEqual([0])
    const sold = upfront.trace.columns.x[eventsOf(upfront, 'verdict')[0]!]!
    expect(sold).toBeGreaterThan(0)
    expect(held(upfront, 'briber', USDC)).toBeCloseTo(-1000 - (40 * sold) / 500, 9)
    expect(held(attacked([40, 0, 1], params), 'briber', USDC)).toBe(-1000)
  })

  it('is dearer where voters differ, and as dear as the closed form says in every path', () => {
    for (const seed of [1, 2, 3, 4]) {
      const params = { agreement: 0.5, premiumSpread: 0.7, tokenFall: 0.4, pivotality: 0.05 }
      const premium = attacked([0, 0, 0], params, seed).columns['oracle/premium'] as Float64Array
      const asks = premium.map((own) =>
        askPerToken(own, {
          ...{ tokenPrice: 5, tokenFall: 0.4, pivotality: 0.05, belief: 0.5, slashing: 0.001 },
        }),
      )
      const needed = votesToBuy(1000, 1000, 0, { participation: 500, agreement: 0.5 })
      const most = leastBribe(new Float64Array(10).fill(100), asks, needed)
      expect(verdicts(attacked([0.999 * most, 0, 0], params, seed))).toEqual([0])
      expect(verdicts(attacked([1.001 * most, 0, 0], params, seed))).toEqual([1])
    }
  })

  it('that wins makes the token fall, and moves stakes from those who voted honestly', () => {
    const world = attacked([1000, 0, 0], { agreement: 0.5, tokenFall: 0.4, slashing: 0.1 })
    stepWorld(world, 2)
    expect(world.port('priceSource', 'market').price(VOTE)).toBeCloseTo(3, 9)
    const stake = world.columns['oracle/stake'] as Float64Array
    expect(stake.reduce((a, b) => a + b, 0)).toBeCloseTo(1000, 9)
    const honestWin = attacked([0, 0, 0], { agreement: 0.5, tokenFall: 0.4 })
    expect(honestWin.port('priceSource', 'market').price(VOTE)).toBe(5)
  })

  it('is vain when a price is true or votes are missing, and comes too late after the commits', () => {
    expect(verdicts(attacked([1e6, 0, 0], { turnout: 0, maxRolls: 0 }))).toEqual([2])
    const late = disputeWorld({
      oracle: oracleOf({ agreement: 0.5 }),
      watcher: watcher(),
      briber: does([1, 'assert', 4000], [31, 'back', 1, 1e6, 0, 0]),
    })
    stepWorld(late, 60)
    expect(verdicts(late)).toEqual([0])
  })
})
