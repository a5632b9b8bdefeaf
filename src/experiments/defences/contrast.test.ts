import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { philoxDraws } from '../../math/index.ts'
import { type Contrasts, createContrasts } from './contrast.ts'
import { judgeArms, type Sided, type Sign } from './rank.ts'
import { CompareError } from './types.ts'

const lower = { better: 'lower', seed: 1, isCertain: false } as const

const means = createContrasts({ ...lower, statistic: 'mean' })

/** Standard normal numbers, the same for the same name. */
function normals(n: number, name: string): Float64Array {
  const { normal } = philoxDraws(7, 0, name)
  return Float64Array.from({ length: n }, (_, k) => normal(0, k))
}

function difference(contrasts: Contrasts, a: Float64Array, b: Float64Array, confidence?: number) {
  return contrasts(
    [
      { weight: 1, values: a },
      { weight: -1, values: b },
    ],
    confidence,
  )
}

/** What one arm does beside the base. */
function effectOf(
  contrasts: Contrasts,
  base: Float64Array,
  values: Float64Array,
  sign: Sign,
  isCertain: boolean,
) {
  const arms = [
    { name: 'base', values: base },
    { name: 'arm', values },
  ]
  return judgeArms({ contrasts, arms, sign, isCertain }, []).effects[1]!
}

/** What one pair of arms does beside the base, with all that is claimed of them. */
function interactionOf(
  contrasts: Contrasts,
  base: Float64Array,
  [first, second]: readonly [Sided, Sided],
  values: Float64Array,
  isCertain: boolean,
) {
  const both = { name: 'both', values }
  const arms = [{ name: 'base', values: base }, first, second, both]
  const pair = { parts: [first.name, second.name] as const, both: 'both' }
  return judgeArms({ contrasts, arms, sign: -1, isCertain }, [pair]).interactions[0]!
}

/** Share of many samples whose interval covers the true contrast. */
function coverage(statistic: string, n: number, truth: number, samples: number): number {
  const contrasts = createContrasts({ ...lower, statistic })
  let covered = 0
  for (let s = 0; s < samples; s++) {
    const a = normals(n, `a${s}`)
    const own = normals(n, `b${s}`)
    const b = a.map((x, k) => x + 1 + own[k]!)
    const { low, high } = difference(contrasts, b, a)
    if (low! <= truth && truth <= high!) covered++
  }
  return covered / samples
}

describe('a contrast of worlds on the same paths', () => {
  it('is the mean difference with the interval of Student (Sleep data of Student 1908)', () => {
    // Extra hours of sleep of ten patients with two drugs: mean difference 1.58, 95 % 0.70 to 2.46.
    const first = Float64Array.of(0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2)
    const second = Float64Array.of(1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)
    const { value, low, high, n } = difference(means, second, first)
    expect(value).toBeCloseTo(1.58, 10)
    expect(low).toBeCloseTo(0.7001142, 6)
    expect(high).toBeCloseTo(2.4598858, 6)
    expect(n).toBe(10)
  })

  it('takes for equal what only sums in another order tell apart, and nothing else', () => {
    const loss = Float64Array.of(4e6, 4.1e6, 4.2e6)
    const rounded = difference(
      means,
      loss.map((x) => x * (1 + 2e-13)),
      loss,
    )
    expect(rounded).toMatchObject({ value: 0, low: 0, high: 0, isZero: true })
    const less = difference(
      means,
      loss.map((x) => x - 0.01),
      loss,
    )
    expect(less.isZero).toBe(false)
    expect(less.value).toBeCloseTo(-0.01, 8)
  })

  it('covers the truth about as often as it says', () => {
    expect(coverage('mean', 20, 1, 400)).toBeGreaterThan(0.925)
    // Sum of two independent standard normals: its 90 % quantile is sqrt(2) times that of one.
    const quantile = 1.2815515655446004
    const truth = 1 + (Math.SQRT2 - 1) * quantile
    const share = coverage('p90', 60, truth, 60)
    // What it covers in worlds that are less alike is in paired.test.ts.
    expect(share).toBeGreaterThan(0.9)
  })

  it('is much surer than a comparison of other paths when the shock is common', () => {
    const shock = normals(100, 'shock').map((x) => 1000 * x)
    const own = normals(100, 'own')
    const other = shock.map((x, k) => x + 5 + own[k]!)
    const paired = difference(means, other, shock)
    expect(paired.low!).toBeGreaterThan(4)
    const shuffled = other.map((_, k) => other[(k * 37 + 11) % 100]!)
    const unpaired = difference(means, shuffled, shock)
    expect(unpaired.high! - unpaired.low!).toBeGreaterThan(100 * (paired.high! - paired.low!))
  })

  it('turns with its sides, and is exactly nothing against itself', () => {
    const numbers = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), {
      minLength: 2,
      maxLength: 30,
    })
    const statistic = fc.constantFrom('mean', 'es90', 'p50')
    fc.assert(
      fc.property(numbers, statistic, (values, name) => {
        const contrasts = createContrasts({ ...lower, statistic: name })
        const a = Float64Array.from(values)
        const b = a.map((x, k) => (k % 2 === 0 ? x / 2 : x + 1))
        const [ab, ba] = [difference(contrasts, a, b), difference(contrasts, b, a)]
        expect(ab.value! + ba.value!).toBe(0)
        expect(ab.low! + ba.high!).toBeCloseTo(0, 6)
        const none = difference(contrasts, a, a.slice())
        expect([none.value, none.low, none.high, none.isZero]).toEqual([0, 0, 0, true])
      }),
      { seed: 3, numRuns: 25 },
    )
  })

  it('has no interval on one path, and needs none without chance', () => {
    const one = difference(means, Float64Array.of(3), Float64Array.of(1))
    expect([one.value, one.low, one.high]).toEqual([2, null, null])
    const certain = createContrasts({ ...lower, statistic: 'mean', isCertain: true })
    const exact = difference(certain, Float64Array.of(3, 3), Float64Array.of(1, 1))
    expect([exact.value, exact.low, exact.high, exact.approximate]).toEqual([2, 2, 2, false])
    expect(exact.method).toContain('no chance')
  })

  it('takes the tail at the bad end of a measure', () => {
    const gains = Float64Array.from({ length: 100 }, (_, k) => k)
    const nothing = new Float64Array(100)
    const higher = createContrasts({ ...lower, better: 'higher', statistic: 'es90' })
    expect(difference(higher, gains, nothing).value).toBeCloseTo(4.5, 10)
    const losses = createContrasts({ ...lower, statistic: 'es90' })
    expect(difference(losses, gains, nothing).value).toBeCloseTo(94.5, 10)
  })

  it.each(['median', 'sd', 'p0', 'es100', ''])('refuses the statistic "%s"', (statistic) => {
    expect(() => createContrasts({ ...lower, statistic })).toThrow(CompareError)
  })
})

describe('the effect of a defence', () => {
  const base = normals(50, 'base').map((x) => 100 + 10 * x)
  const noise = normals(50, 'noise')

  it.each([
    ['helps', -3],
    ['harms', 3],
    ['cannot tell', 0.05],
  ] as const)('%s when losses change by %d and a noise of 1', (verdict, shift) => {
    const arm = base.map((x, k) => x + shift + noise[k]!)
    const effect = effectOf(means, base, arm, -1, false)
    expect(effect.verdict).toBe(verdict)
    // The same in a measure of which more is better.
    const turned = effectOf(
      means,
      base.map((x) => -x),
      arm.map((x) => -x),
      1,
      false,
    )
    expect(turned.verdict).toBe(verdict)
  })

  it.each([
    [8, 'cannot tell', '31 % of paths differ'],
    [58, 'cannot tell', '5.0 % of paths differ'],
    [64, 'no effect', '4.6 % of paths differ'],
  ] as const)('of nothing on %d paths: %s, at most %s', (n, verdict, share) => {
    const values = normals(n, 'base')
    const effect = effectOf(means, values, values.slice(), -1, false)
    expect([effect.value, effect.verdict]).toEqual([0, verdict])
    // 1 - 0.05^(1/n)
    expect(effect.method).toContain(`0 on all ${n} paths; with 95 % at most ${share}`)
    const certain = createContrasts({ ...lower, statistic: 'mean', isCertain: true })
    expect(effectOf(certain, values, values.slice(), -1, true).verdict).toBe('no effect')
  })

  it('is rarely called none where it acts on one path in twelve', () => {
    let none = 0
    for (let s = 0; s < 400; s++) {
      const { uniform } = philoxDraws(11, s, 'rare')
      const values = normals(64, `rare ${s}`)
      const arm = values.map((x, k) => (uniform(k, 0) < 1 / 12 ? x + 3 : x))
      if (effectOf(means, values, arm, -1, false).verdict === 'no effect') none++
    }
    expect(none / 400).toBeLessThan(0.05)
  })

  it('is sure, where it is the same on all paths, of as many as a sign test needs', () => {
    const alike = (n: number) =>
      effectOf(means, new Float64Array(n).fill(5), new Float64Array(n).fill(1), -1, false)
    // 2 * 0.5^n is 0.0625 of five and 0.031 of six.
    for (const n of [2, 5]) {
      expect(alike(n)).toMatchObject({ value: 4, low: null, high: null, verdict: 'cannot tell' })
      expect(alike(n).method).toBe(`all ${n} paths change alike; 95 % sign test needs 6`)
    }
    expect(alike(6)).toMatchObject({ value: 4, low: 4, high: 4, verdict: 'helps' })
  })

  it('cannot be told from one path', () => {
    const one = effectOf(means, Float64Array.of(5), Float64Array.of(1), -1, false)
    expect([one.value, one.verdict]).toEqual([4, 'cannot tell'])
  })
})

describe('two defences', () => {
  const base = normals(60, 'losses').map((x) => 1000 + 100 * x)
  const half = { name: 'half', values: base.map((x) => x / 2) }
  const tenth = { name: 'tenth', values: base.map((x) => 0.9 * x) }
  const noise = normals(60, 'noise')

  it.each([
    ['overlap', base.map((x) => x / 2)],
    ['add up', base.map((x) => x / 2 + 0.9 * x - x)],
    ['help each other', new Float64Array(60)],
    ['cannot tell', base.map((x, k) => 0.4 * x + 50 * noise[k]!)],
  ] as const)('%s', (verdict, both) => {
    const found = interactionOf(means, base, [half, tenth], both, false)
    expect(found.verdict).toBe(verdict)
    expect(found.pair).toEqual(['half', 'tenth'])
  })

  it('may act on each other on rare paths, where they add up on few', () => {
    const few = [base, half.values, tenth.values].map((values) => values.slice(0, 8))
    const [own, first, second] = few as [Float64Array, Float64Array, Float64Array]
    const pair = [
      { name: 'half', values: first },
      { name: 'tenth', values: second },
    ] as const
    const both = own.map((x) => x / 2 + 0.9 * x - x)
    const { verdict, extra } = interactionOf(means, own, pair, both, false)
    expect(verdict).toBe('cannot tell')
    expect(extra.method).toContain('0 on all 8 paths')
    expect(interactionOf(means, own, pair, both, true).verdict).toBe('add up')
  })

  it('do not add up in the tail because they do on every path', () => {
    const tails = createContrasts({ ...lower, statistic: 'es90' })
    const one = { name: 'one', values: base.map((x, k) => (k % 2 === 0 ? 0 : x)) }
    const other = { name: 'other', values: base.map((x, k) => (k % 2 === 0 ? x : 0)) }
    const both = new Float64Array(base.length)
    const found = interactionOf(tails, base, [one, other], both, false)
    expect(found.extra.value).not.toBe(0)
    expect(found.verdict).not.toBe('add up')
  })
})

describe('the ranking', () => {
  const base = normals(30, 'base').map((x) => 1000 + 100 * x)
  const noise = normals(30, 'noise')
  const arms = [
    { name: 'none', values: base },
    { name: 'good', values: base.map((x) => x - 300) },
    { name: 'alike', values: base.map((x, k) => x - 301 + 20 * noise[k]!) },
    { name: 'idle', values: base.slice() },
    { name: 'bad', values: base.map((x) => x + 50) },
  ]

  const asked = (own: readonly Sided[]) =>
    judgeArms({ contrasts: means, arms: own, sign: -1, isCertain: false }, [])

  it('claims an order only where the paired interval does', () => {
    const ranking = asked(arms).ranking
    expect(ranking.map(({ name, rank, worst }) => [name, rank, worst])).toEqual([
      [ranking[0]!.name, 1, 2],
      [ranking[1]!.name, 1, 2],
      ['none', 3, 4],
      ['idle', 3, 4],
      ['bad', 5, 5],
    ])
    const of = (name: string) => ranking.find((r) => r.name === name)!
    expect(of('good').cannotTell).toEqual(['alike'])
    expect(of('alike').cannotTell).toEqual(['good'])
    expect(of('idle').same).toEqual(['none'])
    expect(of('bad').cannotTell).toEqual([])
    // What is the same on every path there is shares its place.
    const exact = createContrasts({ ...lower, statistic: 'mean', isCertain: true })
    const one = { contrasts: exact, arms, sign: -1, isCertain: true } as const
    const certain = judgeArms(one, []).ranking
    expect(certain.map(({ rank, worst }) => worst - rank)).toEqual([0, 0, 0, 0, 0])
    expect(certain.map(({ rank }) => rank)).toEqual([1, 2, 3, 3, 5])
  })

  it('rarely says that one of many helps or harms where none does, and ranks none by it', () => {
    let wrong = 0
    for (let s = 0; s < 400; s++) {
      const equal = asked(
        Array.from({ length: 11 }, (_, k) => ({
          name: `${k}`,
          values: normals(8, `many ${s} ${k}`),
        })),
      )
      const told = equal.effects.filter((own) => own && own.verdict !== 'cannot tell')
      if (told.length > 0) wrong++
      for (const { name, rank, worst } of equal.ranking) {
        const { verdict } = equal.effects[Number(name)] ?? {}
        if (verdict === 'harms') expect(rank).toBeGreaterThan(1)
        if (verdict === 'helps') expect(worst).toBeLessThan(11)
      }
    }
    // Binomial(400, .05) is above 31 with a chance of 1 %; each at 95 % alone said so in 164.
    expect(wrong).toBeLessThanOrEqual(31)
  })

  it('tells the surest first, which leaves more room to the others', () => {
    // 20 of 21 are far from 0: the last has all of their share.
    const shifts = [...new Array<number>(20).fill(-100), -0.3]
    const many = shifts.map((shift, k) => ({
      name: `${k}`,
      values: base.map((x, path) => x + shift + normals(30, `own ${k}`)[path]!),
    }))
    const effects = asked([{ name: 'base', values: base }, ...many]).effects
    expect(effects.slice(1).map((own) => own!.verdict)).toEqual(new Array(21).fill('helps'))
    const alone = [{ name: 'base', values: base }, many[20]!]
    const beside = Array.from({ length: 20 }, (_, k) => ({
      name: `idle ${k}`,
      values: base.map((x, path) => x + normals(30, `idle ${k}`)[path]!),
    }))
    expect(asked(alone).effects[1]!.verdict).toBe('helps')
    const crowd = asked([...alone, ...beside]).effects
    expect(crowd[1]!.verdict).toBe('cannot tell')
    expect(crowd[1]!.high! * crowd[1]!.low!).toBeGreaterThan(0)
    expect(crowd[1]!.method).toContain('told alone, but one of so many may be by chance')
  })

  it('rarely finds an order among equals, however many there are', () => {
    let wrong = 0
    for (let s = 0; s < 200; s++) {
      const equal = Array.from({ length: 5 }, (_, k) => ({
        name: `${k}`,
        values: normals(20, `equal ${s} ${k}`),
      }))
      if (asked(equal).ranking.some(({ rank }) => rank > 1)) wrong++
    }
    expect(wrong / 200).toBeLessThan(0.08)
  })
})
