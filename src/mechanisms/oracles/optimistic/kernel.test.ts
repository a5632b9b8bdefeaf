import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  askPerToken,
  castFalse,
  decide,
  leastBribe,
  slash,
  type VoteRules,
  type Votes,
  votesToBuy,
} from './kernel.ts'

const SEED = { seed: 7, numRuns: 400 }

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true })

const voters = fc
  .array(fc.tuple(number(0, 1000), number(0, 10)), { minLength: 1, maxLength: 12 })
  .map((all) => ({
    stakes: Float64Array.from(all, ([stake]) => stake),
    asks: Float64Array.from(all, ([, ask]) => ask),
  }))

const rulesOf = fc.record({ participation: number(0, 2000), agreement: number(0, 0.9) })

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0)

type Case = {
  readonly stakes: Float64Array
  readonly asks: Float64Array
  readonly own: number
  readonly absent: number
  readonly rules: VoteRules
}

/** What becomes of a false price when a bribe of this many USD is offered. */
function outcome({ stakes, asks, own, absent, rules }: Case, bribe: number) {
  const present = sum(stakes)
  const staked = present + own + absent
  const needed = votesToBuy(staked, present, own, rules)
  const offer = needed > 0 && needed < Infinity ? bribe / needed : 0
  const sold = new Float64Array(stakes.length)
  const votes: Votes = { upholding: 0, rejecting: 0, bought: 0 }
  castFalse(stakes, asks, offer, needed, own, sold, votes)
  return { verdict: decide(votes, staked, rules), votes, sold, needed, offer, staked }
}

const cases = fc
  .tuple(voters, number(0, 2000), number(0, 500), rulesOf)
  .map(([{ stakes, asks }, own, absent, rules]): Case => ({ stakes, asks, own, absent, rules }))

describe('the least bribe', () => {
  it('is where a search over offers finds that the verdict turns', () => {
    fc.assert(
      fc.property(cases, (c) => {
        const { needed } = outcome(c, 0)
        const least = leastBribe(c.stakes, c.asks, needed)
        fc.pre(needed > 1e-6 && least > 1e-6)
        if (least === Infinity) {
          for (const bribe of [1e3, 1e9, 1e15]) expect(outcome(c, bribe).verdict).not.toBe('upheld')
          return
        }
        let low = 0
        let high = 1e6 * (1 + sum(c.stakes))
        for (let k = 0; k < 200; k++) {
          const middle = (low + high) / 2
          if (outcome(c, middle).verdict === 'upheld') high = middle
          else low = middle
        }
        expect(Math.abs(high / least - 1)).toBeLessThan(1e-9)
      }),
      SEED,
    )
  })

  it('grows with what voters ask, and no briber with more tokens of its own pays more', () => {
    fc.assert(
      fc.property(cases, number(1, 3), number(0, 500), (c, factor, more) => {
        const { needed } = outcome(c, 0)
        const least = leastBribe(c.stakes, c.asks, needed)
        const dearer = leastBribe(
          c.stakes,
          c.asks.map((ask) => factor * ask),
          needed,
        )
        if (least < Infinity) expect(dearer).toBeGreaterThanOrEqual(least * (1 - 1e-12))
        const present = sum(c.stakes)
        const richer = votesToBuy(present + c.absent + c.own + more, present, c.own + more, c.rules)
        expect(richer).toBeLessThanOrEqual(needed === Infinity ? Infinity : needed + 1e-9 * present)
      }),
      SEED,
    )
  })

  it('is the whole ask of half of the stakes when all ask the same and a majority decides', () => {
    const stakes = new Float64Array(10).fill(100)
    const ask = askPerToken(0.02, {
      ...{ tokenPrice: 5, tokenFall: 0.3, pivotality: 0.1, belief: 0.5, slashing: 0.001 },
    })
    expect(ask).toBeCloseTo(5 * (0.02 + 0.03), 12)
    const asks = new Float64Array(10).fill(ask)
    const rules = { participation: 500, agreement: 0.5 }
    expect(leastBribe(stakes, asks, votesToBuy(1000, 1000, 0, rules))).toBeCloseTo(500 * ask, 9)
    const strict = { participation: 500, agreement: 0.65 }
    expect(leastBribe(stakes, asks, votesToBuy(1000, 1000, 0, strict))).toBeCloseTo(650 * ask, 9)
    expect(leastBribe(stakes, asks, votesToBuy(1000, 900, 100, strict))).toBeCloseTo(550 * ask, 9)
  })
})

describe('votes', () => {
  it('are conserved, and no voter sells more than it has or for less than it asks', () => {
    fc.assert(
      fc.property(cases, number(0, 1e5), (c, bribe) => {
        const { votes, sold, offer, needed } = outcome(c, bribe)
        expect(votes.upholding + votes.rejecting).toBeCloseTo(sum(c.stakes) + c.own, 6)
        expect(sum(sold)).toBeCloseTo(votes.bought, 6)
        if (needed < Infinity) expect(votes.bought).toBeLessThanOrEqual(needed * (1 + 1e-12))
        sold.forEach((tokens, i) => {
          expect(tokens).toBeLessThanOrEqual(c.stakes[i]!)
          if (tokens > 0) expect(offer).toBeGreaterThan(c.asks[i]!)
        })
      }),
      SEED,
    )
  })

  it('decide nothing below the participation or the agreement that is needed', () => {
    const rules = { participation: 100, agreement: 0.65 }
    const votes = (upholding: number, rejecting: number) => ({ upholding, rejecting, bought: 0 })
    expect(decide(votes(60, 39), 150, rules)).toBe('undecided')
    expect(decide(votes(60, 90), 150, rules)).toBe('undecided')
    expect(decide(votes(40, 110), 150, rules)).toBe('rejected')
    expect(decide(votes(98, 52), 150, rules)).toBe('upheld')
    expect(decide(votes(75, 75), 150, { ...rules, agreement: 0.5 })).toBe('upheld')
    expect(decide(votes(0, 0), 0, { participation: 0, agreement: 0 })).toBe('rejected')
  })

  it('cost a veto less than a verdict where more than a half must agree', () => {
    const rules = { participation: 0, agreement: 0.65 }
    const votes = (upholding: number) => ({ upholding, rejecting: 100 - upholding, bought: 0 })
    expect(decide(votes(34), 100, rules)).toBe('rejected')
    expect(decide(votes(36), 100, rules)).toBe('undecided')
    expect(votesToBuy(100, 100, 0, rules)).toBe(65)
  })
})

describe('asks', () => {
  it('are lower the surer a voter is that the false side wins, and never negative', () => {
    fc.assert(
      fc.property(
        number(0, 0.1),
        number(0, 1),
        number(0, 1),
        number(0, 0.2),
        (premium, a, b, s) => {
          const t = { tokenPrice: 3, tokenFall: 0.2, pivotality: 0, slashing: s }
          const [low, high] = [Math.min(a, b), Math.max(a, b)]
          const sure = askPerToken(premium, { ...t, belief: high })
          expect(sure).toBeLessThanOrEqual(askPerToken(premium, { ...t, belief: low }) + 1e-15)
          expect(sure).toBeGreaterThanOrEqual(0)
        },
      ),
      SEED,
    )
  })
})

describe('slashing', () => {
  it('moves stakes from losers and absent voters to winners and keeps their sum', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(number(1, 1000), number(0, 1), number(0, 1)), {
          minLength: 1,
          maxLength: 9,
        }),
        number(0, 0.1),
        number(0, 0.1),
        (all, wrong, missed) => {
          const stakes = Float64Array.from(all, ([stake]) => stake)
          const won = Float64Array.from(all, ([stake, voted, side]) => stake * voted * side)
          const lost = Float64Array.from(all, ([stake, voted, side]) => stake * voted * (1 - side))
          const before = Float64Array.from(stakes)
          slash(stakes, won, lost, { wrong, missed })
          expect(sum(stakes)).toBeCloseTo(sum(before), 6)
          stakes.forEach((stake, i) => {
            expect(stake).toBeGreaterThanOrEqual(0)
            if (won[i] === 0) expect(stake).toBeLessThanOrEqual(before[i]!)
          })
        },
      ),
      SEED,
    )
  })

  it('takes 0.1 % of a wrong vote as the contract does', () => {
    const stakes = Float64Array.of(1000, 500, 500)
    slash(stakes, Float64Array.of(1000, 0, 0), Float64Array.of(0, 500, 0), {
      wrong: 0.001,
      missed: 0.001,
    })
    expect([...stakes]).toEqual([1001, 499.5, 499.5])
  })
})
