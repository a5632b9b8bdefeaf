import { describe, expect, it } from 'vitest'
import { philoxDraws } from '../../math/index.ts'
import { holm, judge, type Sides, verdictsOf } from './judge.ts'

const noise = (n: number, seed: number): Float64Array => {
  const draws = philoxDraws(seed, 0, 'check')
  return Float64Array.from({ length: n }, (_, k) => draws.normal(k, 0))
}

const sides = (before: ArrayLike<number>, after: ArrayLike<number>, rest: Partial<Sides> = {}) =>
  judge({
    ...{ before: Float64Array.from(before), after: Float64Array.from(after) },
    ...{ better: 'lower', none: Number.NaN, isPaired: true, isCertain: false },
    ...rest,
  })

const verdictOf = (judged: ReturnType<typeof judge>) => verdictsOf([judged])[0]!.verdict

describe('judge', () => {
  it('sees by pairs what the scatter of paths hides', () => {
    const before = noise(16, 1)
    const after = before.map((v, k) => v + 0.1 + 0.02 * noise(16, 2)[k]!)
    const paired = sides(before, after)
    expect(verdictOf(paired)).toBe('worse')
    expect(paired.low!).toBeLessThan(0.1)
    expect(paired.high!).toBeGreaterThan(0.1)
    expect(verdictOf(sides(before, after, { isPaired: false }))).toBe('cannot tell')
  })

  it('goes in the direction of the measure', () => {
    const before = noise(16, 1)
    const after = before.map((v, k) => v + 1 + 0.1 * noise(16, 2)[k]!)
    expect(verdictOf(sides(before, after, { better: 'higher' }))).toBe('better')
    expect(verdictOf(sides(after, before, { better: 'higher' }))).toBe('worse')
    expect(verdictOf(sides(after, before))).toBe('better')
  })

  it('agrees with a worked paired t test', () => {
    // Student's sleep data (1908): paired t = 4.0621, df 9, two-sided p = .002833, interval .7001 .. 2.4599.
    const one = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2]
    const two = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    const found = sides(one, two)
    expect(found.worsening).toBeCloseTo(1.58, 10)
    expect(found.p).toBeCloseTo(0.002833, 6)
    expect(found.low).toBeCloseTo(0.7001, 3)
    expect(found.high).toBeCloseTo(2.4599, 3)
    // Welch on the same: t = 1.8608, df 17.776, two-sided p = .07939, interval -.2055 .. 3.3655.
    const welch = sides(one, two, { isPaired: false })
    expect(welch.p).toBeCloseTo(0.07939, 5)
    expect(welch.low).toBeCloseTo(-0.2055, 3)
    expect(welch.high).toBeCloseTo(3.3655, 3)
  })

  it('is exact without chance, whichever small difference, and calls rounding nothing', () => {
    expect(verdictOf(sides([1, 1], [1.0001, 1.0001], { isCertain: true }))).toBe('worse')
    expect(verdictOf(sides([1, 1], [1 + 1e-12, 1], { isCertain: true }))).toBe('same')
    expect(verdictOf(sides([1, 1], [0.5, 0.5], { isCertain: true }))).toBe('better')
  })

  it('takes paths that all change alike for as many tosses of a coin, either way up', () => {
    const alike = (n: number) => sides(new Float64Array(n), new Float64Array(n).fill(1))
    expect(alike(3)).toMatchObject({ p: 2 / 8, worsening: 1, low: null, high: null })
    expect(alike(3).method).toBe('all 3 paths change alike; 95 % sign test needs 6')
    expect([2, 5, 6, 8].map((n) => verdictOf(alike(n)))).toEqual([
      ...['cannot tell', 'cannot tell'],
      ...['worse', 'worse'],
    ])
    expect(alike(6)).toMatchObject({ worsening: 1, low: 1, high: 1 })
    // 1.1 - 1 is not 2.1 - 2 in floating point, and no less alike for that.
    expect(sides([1, 2], [1.1, 2.1])).toMatchObject({ p: 0.5, low: null })
  })

  it('takes sides without scatter and without pairs for a shuffle of all paths', () => {
    const flat = (n: number, value: number) => new Float64Array(n).fill(value)
    const parted = (n: number) => sides(flat(n, 0.1), flat(n, 0.3), { isPaired: false })
    // 2 of the 6 ways to deal 2 of 4, 2 of 70 for 4 of 8.
    expect(parted(2).p).toBeCloseTo(2 / 6, 12)
    expect(verdictOf(parted(2))).toBe('cannot tell')
    expect(parted(4).p).toBeCloseTo(2 / 70, 12)
    expect(verdictOf(parted(4))).toBe('worse')
    expect(parted(4)).toMatchObject({ low: null, high: null })
    expect(parted(4).method).not.toContain('sign test')
  })

  it('cannot tell from one path, or from none that has a number on both sides', () => {
    expect(sides([1], [2])).toMatchObject({ p: 1, low: null, worsening: 1 })
    expect(sides([Number.NaN, 1], [1, Number.NaN])).toMatchObject({ p: 1, n: 0, before: null })
  })
})

describe('numbers that are lost', () => {
  const many = noise(8, 1)
  const lose = (n: number, to = Number.NaN) => many.map((v, k) => (k < n ? to : v))
  const infinite = { none: Infinity }

  it.each([1, 4, 8])('of %d of 8 paths are a worsening where none is infinitely bad', (n) => {
    const found = sides(many, lose(n), infinite)
    expect(verdictOf(found)).toBe('worse')
    expect(found).toMatchObject({ lost: n, gained: 0, n: 8 - n })
    expect(found.method).toContain(`${n} path${n === 1 ? '' : 's'} lost the number`)
    expect(found.method).toContain('no number counts as infinite')
    const exact = { isCertain: true, ...infinite }
    expect(verdictOf(sides([1, 1], [1, Number.NaN], exact))).toBe('worse')
  })

  it.each([1, 4, 8])('of %d of 8 paths say nothing where nothing follows from it', (n) => {
    const found = sides(many, lose(n))
    expect(verdictOf(found)).toBe('cannot tell')
    expect(found).toMatchObject({ lost: n, gained: 0, n: 8 - n })
    expect(found.method).toContain('lost the number, from which nothing follows')
  })

  it('are better where none is 0 because nothing happened, and worse the other way round', () => {
    const shares = Float64Array.from({ length: 8 }, (_, k) => 0.3 + 0.02 * k)
    const none = new Float64Array(8).fill(Number.NaN)
    const calmer = sides(shares, none, { none: 0 })
    expect(verdictOf(calmer)).toBe('better')
    expect(calmer).toMatchObject({ after: 0, lost: 0, gained: 0, n: 8 })
    expect(calmer.method).toContain('no number counts as 0 (0 paths of the baseline, 8 now)')
    expect(verdictOf(sides(none, shares, { none: 0 }))).toBe('worse')
    expect(verdictOf(sides(none, none, { none: 0 }))).toBe('same')
    expect(verdictOf(sides([0.5, 0.5], none.slice(0, 2), { none: 0, isCertain: true }))).toBe(
      'better',
    )
  })

  it('are none where there was none, and no improvement where one comes', () => {
    expect(verdictOf(sides(lose(3), lose(3)))).toBe('same')
    expect(verdictOf(sides(lose(8), lose(8)))).toBe('same')
    expect(verdictOf(sides(lose(3), many))).toBe('cannot tell')
    // Those that are left may look better, for the worst of them are gone.
    const better = many.map((v) => v - 5)
    const without = (path: number, of: Float64Array) => of.with(path, Number.NaN)
    expect(verdictOf(sides(many, without(0, better)))).toBe('cannot tell')
    expect(verdictOf(sides(without(1, many), without(0, better)))).toBe('cannot tell')
  })

  it('may be infinite, at the bad end or at the good one', () => {
    expect(verdictOf(sides(many, lose(2, Infinity)))).toBe('worse')
    expect(verdictOf(sides(many, lose(2, -Infinity)))).toBe('cannot tell')
    expect(verdictOf(sides(many, lose(2, -Infinity), { better: 'higher' }))).toBe('worse')
    expect(verdictOf(sides(lose(2, Infinity), lose(2, Infinity)))).toBe('same')
    expect(verdictOf(sides(lose(2, Infinity), lose(2, -Infinity)))).not.toBe('same')
    for (const of of [sides(many, lose(2, Infinity)), sides(lose(2, Infinity), lose(2, Infinity))])
      for (const value of [of.before, of.after, of.worsening, of.low, of.high])
        expect(Number.isFinite(value)).toBe(true)
  })

  it('are counted against chance where paths met other draws', () => {
    const unpaired = (n: number, then = 0) => {
      const found = sides(lose(then), lose(n), { isPaired: false, ...infinite })
      return verdictOf(found)
    }
    expect(unpaired(1)).toBe('cannot tell')
    expect(unpaired(4, 3)).toBe('cannot tell')
    expect(unpaired(6)).toBe('worse')
    expect(unpaired(8)).toBe('worse')
  })

  it('make no false alarms by being looked at', () => {
    let alarms = 0
    for (let run = 0; run < 300; run++) {
      const rare = (seed: number) => noise(16, seed).map((v) => (v > 0.8 ? Infinity : v))
      const judged = Array.from({ length: 10 }, (_, m) => {
        const [a, b] = [rare(2 * (10 * run + m)), rare(2 * (10 * run + m) + 1)]
        return sides(a, b, { isPaired: false })
      })
      if (verdictsOf(judged).some(({ verdict }) => verdict === 'worse')) alarms++
    }
    expect(alarms).toBeLessThanOrEqual(24)
  })
})

describe('Holm', () => {
  it('adjusts a worked example', () => {
    // R: p.adjust(c(.01, .04, .03, .005), "holm").
    const found = holm([0.01, 0.04, 0.03, 0.005])
    ;[0.03, 0.06, 0.06, 0.02].forEach((p, k) => {
      expect(found[k]).toBeCloseTo(p, 12)
    })
  })

  it('keeps false findings of a check, of both kinds together, within one in twenty', () => {
    let findings = 0
    for (let run = 0; run < 1000; run++) {
      const before = noise(8, 20 * run)
      const judged = Array.from({ length: 10 }, (_, m) => sides(before, noise(8, 20 * run + m + 1)))
      if (verdictsOf(judged).some(({ verdict }) => verdict !== 'cannot tell')) findings++
    }
    // Binomial(1000, .05) is above 66 with a chance of 1 %.
    expect(findings).toBeLessThanOrEqual(66)
    expect(findings).toBeGreaterThan(20)
  })

  it('keeps false alarms of a check of 20 measures near one in twenty', () => {
    let alarms = 0
    for (let run = 0; run < 300; run++) {
      const judged = Array.from({ length: 20 }, (_, m) =>
        sides(noise(16, 2 * (20 * run + m)), noise(16, 2 * (20 * run + m) + 1)),
      )
      if (verdictsOf(judged).some(({ verdict }) => verdict === 'worse')) alarms++
    }
    // Binomial(300, .05) is above 24 with a chance of 1 %.
    expect(alarms).toBeLessThanOrEqual(24)
  })
})
