import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Answers,
  createAnswers,
  cutEnds,
  leaveOut,
  meanOf,
  middle,
  put,
  weigh,
} from './aggregate.ts'

type Given = { readonly price: number; readonly age: number }

const price = fc.double({ min: 0.01, max: 1e6, noNaN: true })
const age = fc.double({ min: 0, max: 1e5, noNaN: true })
const given = fc.record({ price, age })
const panel = fc.array(given, { minLength: 1, maxLength: 9 })
const halfLife = fc.oneof(fc.constant(0), fc.double({ min: 1, max: 1e4, noNaN: true }))
const trim = fc.double({ min: 0, max: 0.49, noNaN: true })
const guard = fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 1, noNaN: true }))

type Rules = { readonly halfLife?: number; readonly guard?: number; readonly trim?: number }

function answersOf(all: readonly Given[], { halfLife = 0, guard = 0, trim = 0 }: Rules): Answers {
  const answers = createAnswers(all.length)
  for (const one of all) put(answers, one.price, one.age)
  weigh(answers, halfLife)
  leaveOut(answers, guard, halfLife)
  cutEnds(answers, trim, halfLife)
  return answers
}

function medianOf(all: readonly Given[], rules: Rules = {}): number {
  const answers = answersOf(all, rules)
  return answers.value[middle(answers)]!
}

const meanBy = (all: readonly Given[], rules: Rules = {}): number =>
  meanOf(answersOf(all, rules), 'value')

const pricesOf = (all: readonly Given[]): number[] => all.map((one) => one.price)
const lowest = (all: readonly Given[]): number => Math.min(...pricesOf(all))
const highest = (all: readonly Given[]): number => Math.max(...pricesOf(all))
const plain = (prices: readonly number[]): Given[] => prices.map((p) => ({ price: p, age: 0 }))

describe('aggregated answers', () => {
  it('are the same in whatever order the sources are listed', () => {
    const shuffled = panel.chain((all) =>
      fc.record({
        all: fc.constant(all),
        other: fc.shuffledSubarray(all, { minLength: all.length }),
      }),
    )
    fc.assert(
      fc.property(shuffled, halfLife, guard, trim, ({ all, other }, h, g, t) => {
        const rules = { halfLife: h, guard: g, trim: t }
        expect(medianOf(other, rules)).toBe(medianOf(all, rules))
        expect(meanBy(other, rules)).toBe(meanBy(all, rules))
      }),
      { seed: 1 },
    )
  })

  it('lie between the lowest and the highest', () => {
    fc.assert(
      fc.property(panel, halfLife, guard, trim, (all, h, g, t) => {
        const rules = { halfLife: h, guard: g, trim: t }
        for (const answer of [medianOf(all, rules), meanBy(all, rules)]) {
          expect(answer).toBeGreaterThanOrEqual(lowest(all))
          expect(answer).toBeLessThanOrEqual(highest(all) * (1 + 1e-15))
        }
      }),
      {
        seed: 2,
        // The answers that are left are a thousand half-lives older than one that is cut off.
        examples: [
          [
            [
              { price: 0.010000000000000002, age: 0 },
              { price: 0.01, age: 1075 },
              { price: 0.01, age: 0 },
            ],
            ...([1, 0, 1 / 3] as const),
          ],
        ],
      },
    )
  })

  it('scale with the prices', () => {
    fc.assert(
      fc.property(panel, halfLife, trim, (all, h, t) => {
        const rules = { halfLife: h, trim: t }
        const double = all.map((one) => ({ ...one, price: 2 * one.price }))
        expect(medianOf(double, rules)).toBe(2 * medianOf(all, rules))
        expect(meanBy(double, rules)).toBe(2 * meanBy(all, rules))
      }),
      { seed: 3 },
    )
  })

  it('do not fall when one answer rises', () => {
    fc.assert(
      fc.property(panel, fc.nat(8), price, halfLife, trim, (all, k, rise, h, t) => {
        const rules = { halfLife: h }
        const at = k % all.length
        const risen = all.map((one, i) => (i === at ? { ...one, price: one.price + rise } : one))
        expect(medianOf(risen, rules)).toBeGreaterThanOrEqual(medianOf(all, rules))
        // Equal weights: with others, a riser may push a heavy low answer out of what is left by a trim.
        const even = { trim: t }
        expect(medianOf(risen, even)).toBeGreaterThanOrEqual(medianOf(all, even))
        const before = meanBy(all, even)
        expect(meanBy(risen, even)).toBeGreaterThanOrEqual(before * (1 - 1e-12))
      }),
      { seed: 4 },
    )
  })

  it('are honest while fewer than half are not, for a median, and fewer than are cut, for a mean', () => {
    const mixed = fc.record({
      honest: fc.array(price, { minLength: 1, maxLength: 6 }),
      liars: fc.array(price, { maxLength: 5 }),
    })
    fc.assert(
      fc.property(mixed, trim, guard, ({ honest, liars }, t, g) => {
        const all = plain([...honest, ...liars])
        const [low, high] = [Math.min(...honest), Math.max(...honest)]
        if (liars.length * 2 < all.length) {
          const answer = medianOf(all)
          expect(answer >= low && answer <= high).toBe(true)
          // A guard around an honest median leaves liars as far as that at most.
          const guarded = medianOf(all, { guard: g })
          if (g > 0) expect(guarded <= high * (1 + g) && guarded >= low * (1 - g)).toBe(true)
        }
        if (liars.length <= Math.floor(t * all.length)) {
          const answer = meanBy(all, { trim: t })
          expect(answer >= low * (1 - 1e-15) && answer <= high * (1 + 1e-15)).toBe(true)
        }
      }),
      { seed: 5 },
    )
  })
})

describe('a median', () => {
  it('is the lower middle of equal weights', () => {
    expect(medianOf(plain([5, 1, 3]))).toBe(3)
    expect(medianOf(plain([5, 1, 3, 4]))).toBe(3)
    expect(middle(createAnswers(3))).toBe(-1)
  })

  it('gives a new answer the weight of two that are a half-life older', () => {
    const old = { price: 10, age: 700 }
    const recent = { price: 20, age: 100 }
    expect(medianOf([old, old, recent], { halfLife: 0 })).toBe(10)
    expect(medianOf([old, recent], { halfLife: 600 })).toBe(20)
    // Two of half the weight hold the balance, and the lower middle is theirs; three hold it alone.
    expect(medianOf([old, old, recent], { halfLife: 600 })).toBe(10)
    expect(medianOf([old, old, recent], { halfLife: 590 })).toBe(20)
  })

  it('depends on differences of age only, so that answers that are all old still count', () => {
    fc.assert(
      fc.property(panel, fc.double({ min: 0, max: 1e9, noNaN: true }), (all, more) => {
        // Whole seconds, so that adding to them loses nothing.
        const whole = all.map((one) => ({ ...one, age: Math.floor(one.age) }))
        const older = whole.map((one) => ({ ...one, age: one.age + Math.floor(more) }))
        expect(medianOf(older, { halfLife: 60 })).toBe(medianOf(whole, { halfLife: 60 }))
      }),
      { seed: 6 },
    )
  })
})

describe('an outlier guard', () => {
  it('leaves out what is further from the median than it says, and nothing at it', () => {
    const kept = (prices: readonly number[], limit: number): number[] => {
      const answers = answersOf(plain(prices), { guard: limit })
      return [...answers.value.subarray(0, answers.count)]
    }
    expect(kept([100, 98, 102, 130, 75], 0.02)).toEqual([98, 100, 102])
    expect(kept([100, 130], 0.1)).toEqual([100])
    expect(kept([100, 130], 0)).toEqual([100, 130])
  })
})

describe('a trimmed mean', () => {
  it('cuts whole answers off at both ends, and is the mean of the rest', () => {
    expect(meanBy(plain([1, 2, 3, 4, 100]), { trim: 0.25 })).toBe(3)
    expect(meanBy(plain([1, 2, 3, 4, 100]), { trim: 0.19 })).toBe(22)
    expect(meanBy(plain([1, 3]), { trim: 0.49 })).toBe(2)
    expect(meanBy([])).toBeNaN()
  })

  it('weighs by age: 10 new and 40 a half-life old make 20', () => {
    const all = [
      { price: 10, age: 0 },
      { price: 40, age: 60 },
    ]
    expect(meanBy(all, { halfLife: 60 })).toBeCloseTo(20, 12)
    expect(meanOf(answersOf(all, { halfLife: 60 }), 'age')).toBeCloseTo(20, 12)
  })
})
