import { describe, expect, it } from 'vitest'
import { inverseNormalCdf, philoxDraws } from '../../math/index.ts'
import { loadScenario } from '../../scenario/index.ts'
import { finalDrop } from '../../sources/index.ts'
import { locate } from './locate.ts'
import { readingOf } from './reading.ts'
import type { Respond, Search } from './types.ts'

/** Value of one path at a place; `fresh` draws noise that is never met again. */
type OnPath = (x: number, shock: number, own: number, fresh: () => number) => number

/** Paths that keep a normal number of their own, as the draws of a path are kept at every place. */
function paths(f: OnPath, seed = 1): Respond {
  const draws = philoxDraws(seed, 0, 'paths')
  let met = 0
  return async (places, n) =>
    places.map(({ x, shock }) =>
      Float64Array.from({ length: n }, (_, k) =>
        f(x, shock, draws.normal(k, 0), () => draws.normal(met++, 1)),
      ),
    )
}

const search: Search = { low: 0.2, high: 0.9, paths: 1, cells: 16, isShock: false }
const find = (f: OnPath, more: Partial<Search> = {}, seed = 1) =>
  locate(paths(f, seed), { ...search, ...more })

const uniform =
  (s: number): OnPath =>
  (r, shock) =>
    finalDrop('uniform', r, s * shock)
const rising =
  (a: number): OnPath =>
  (s) =>
    finalDrop('rising', a, s)

/** Critical shock of the cascade whose density rises with slope a. */
function fold(a: number): number {
  const d = 2 - Math.sqrt(4 - 2 / a)
  return d - 2 * Math.log(1 + (a * d * d) / 2)
}

describe('the uniform cascade (C1)', () => {
  it.each([
    [0.05, 2, 1e-4],
    [0.05, 2, 0.1],
    [0, 5, 0.001],
    [0, 5, 0.1],
    [0.4, 0.6, 0.1],
    [0.45, 1.5, 0.01],
    [0.1, 0.7, 0.003],
    [0.2, 0.52, 0.01],
  ])('is critical at 1/2 whatever the range: %d .. %d, shock %d', async (low, high, s) => {
    const { kind, cliff } = await find(uniform(s), { low, high })
    expect(kind).toBe(0)
    expect(Math.abs(cliff!.value - 0.5)).toBeLessThan(0.001)
    expect(cliff!.low).toBeLessThanOrEqual(0.5)
    expect(cliff!.high).toBeGreaterThanOrEqual(0.5)
    expect(cliff!.high - cliff!.low).toBeLessThan(0.02)
  })

  it.each([
    [0.51, 0.9],
    [0.1, 0.48],
  ])('has no cliff where 1/2 is not: %d .. %d', async (low, high) => {
    const { kind, note } = await find(uniform(0.01), { low, high })
    expect([kind, note]).toEqual([null, expect.stringContaining('widen it')])
  })

  it.each([6, 8, 12, 32])('on %d cells', async (cells) => {
    const { cliff } = await find(uniform(0.01), { cells })
    expect(Math.abs(cliff!.value - 0.5)).toBeLessThan(0.001)
  })

  it('is the same cliff in another unit, from another level, and where more is better', async () => {
    const drop = uniform(0.01)
    for (const f of [
      (v: number) => 1e12 * v,
      (v: number) => 1e-12 * v,
      (v: number) => 100 - v,
      (v: number) => -v,
    ]) {
      const { kind, cliff } = await find((x, s, own, fresh) => f(drop(x, s, own, fresh)))
      expect(kind).toBe(0)
      expect(Math.abs(cliff!.value - 0.5)).toBeLessThan(0.001)
    }
  })

  it('is told from the part of the range in which the measure has a value', async () => {
    const { kind, cliff, note } = await find((r, s, own, fresh) =>
      r > 0.7 || r < 0.3 ? Number.NaN : uniform(0.01)(r, s, own, fresh),
    )
    expect([kind, note]).toEqual([0, expect.stringContaining('has values only from')])
    expect(Math.abs(cliff!.value - 0.5)).toBeLessThan(0.002)
  })
})

describe('the rising cascade (C8)', () => {
  it.each([0.55, 0.6, 2, 4])('jumps at its fold, slope %d', async (a) => {
    const { kind, cliff } = await find(rising(a), { low: 0.001, high: 0.8, isShock: true })
    expect(kind).toBe(1)
    expect(Math.abs(cliff!.value - fold(a))).toBeLessThan(2e-5)
  })

  it.each([0.2, 0.3])('jumps along its slope, shock %d', async (s) => {
    const { kind, cliff } = await find((a, shock) => finalDrop('rising', a, s * shock), {
      ...{ low: 0.3, high: 2 },
    })
    expect(kind).toBe(1)
    // The slope at which the fold is at this shock.
    expect(Math.abs(fold(cliff!.value) - s)).toBeLessThan(1e-5)
  })

  it('has an interval that covers the fold of the typical path when thresholds are noisy', async () => {
    let covered = 0
    for (let seed = 1; seed <= 40; seed++) {
      const { kind, cliff } = await find(
        (s, _, own) => finalDrop('rising', 1, Math.max(0, s + 0.01 * own)),
        { low: 0.05, high: 0.6, isShock: true, paths: 8 },
        seed,
      )
      expect(kind).toBe(1)
      if (cliff!.low <= fold(1) && cliff!.high >= fold(1)) covered++
    }
    // Binomial(40, .95) is below 34 with a chance of 1 %.
    expect(covered).toBeGreaterThanOrEqual(34)
  })
})

describe('a jump', () => {
  const step =
    (at: number): OnPath =>
    (x, s) =>
      x * s + (x < at ? 0 : 5)

  it.each([0.205, 0.5, 0.88, 0.9])('is found wherever it is, at %d', async (at) => {
    const { kind, cliff } = await find(step(at))
    expect(kind).toBe(1)
    expect(Math.abs(cliff!.value - at)).toBeLessThan(2e-5)
  })

  it('is found beside growth that is steeper than it', async () => {
    const { kind, cliff } = await find((x, s) => (s * Math.exp(8 * x)) / 100 + (x < 0.4 ? 0 : 2.5))
    expect(kind).toBe(1)
    expect(Math.abs(cliff!.value - 0.4)).toBeLessThan(2e-5)
  })

  it('is found down as well as up, and on paths of which some have no value', async () => {
    const down = await find((x, s) => x * s + (x < 0.6 ? 5 : 0))
    expect([down.kind, down.cliff!.value.toFixed(4)]).toEqual([1, '0.6000'])
    const partly = await find(
      (x, s, own) => (own > 0.3 && x < 0.3 ? Number.NaN : step(0.6)(x, s, own, () => 0)),
      { paths: 8 },
    )
    expect([partly.kind, partly.cliff!.value.toFixed(4)]).toEqual([1, '0.6000'])
  })

  it('is none of a spike narrower than a cell, whose sides are the same', async () => {
    for (const width of [0.002, 0.0003])
      expect((await find((x, s) => s * x + (Math.abs(x - 0.51) < width ? 5 : 0))).kind).toBe(null)
  })

  it('is no slope, however steep: that peaks', async () => {
    for (const width of [1e-4, 1e-3, 1e-2]) {
      const { kind, cliff } = await find((x) => 1 / (1 + Math.exp((0.55 - x) / width)), {
        isShock: true,
      })
      expect(kind).toBe(0)
      expect(Math.abs(cliff!.value - 0.55)).toBeLessThan(width / 2)
    }
  })

  it('stands out of noise, and its interval covers it', async () => {
    let covered = 0
    for (let seed = 1; seed <= 40; seed++) {
      const { kind, cliff } = await find(
        (x, _, own, fresh) => (x < 0.6 + 0.02 * own ? 0 : 5) + 0.2 * fresh(),
        { paths: 8 },
        seed,
      )
      expect(kind).toBe(1)
      if (cliff!.low <= 0.6 && cliff!.high >= 0.6) covered++
    }
    expect(covered).toBeGreaterThanOrEqual(34)
  })
})

describe('a statistic over paths', () => {
  const scenario = loadScenario('scenarios/papers/constant-product-cascade.yaml')
  async function findOf(statistic: string, f: OnPath, seed: number) {
    const { read, summary } = readingOf(scenario, `badDebt.${statistic}`)
    const plain = paths(f, seed)
    const respond: Respond = async (places, n) => (await plain(places, n)).map(read)
    return locate(respond, { ...search, cells: 8, paths: 100, summary })
  }
  const placed: OnPath = (x, s, own) => x * s + (x < 0.6 + 0.02 * own ? 0 : 5)

  it.each([
    ['p50', 0.6],
    ['p95', 0.6 + 0.02 * inverseNormalCdf(0.05)],
    ['p5', 0.6 + 0.02 * inverseNormalCdf(0.95)],
  ])('%s jumps where that share of the paths has jumped', async (statistic, at) => {
    let covered = 0
    for (let seed = 1; seed <= 5; seed++) {
      const { kind, cliff } = await findOf(statistic, placed, seed)
      expect(kind).toBe(1)
      expect(Math.abs(cliff!.value - at)).toBeLessThan(0.02)
      if (cliff!.low <= at && cliff!.high >= at) covered++
    }
    // Binomial(5, .9) is below 3 with a chance of 1 %.
    expect(covered).toBeGreaterThanOrEqual(3)
  })

  it('es90 of the uniform cascade with a noisy size peaks at 1/2', async () => {
    const { kind, cliff } = await findOf(
      'es90',
      (r, s, own) => finalDrop('uniform', r, 0.01 * s) * Math.exp(0.2 * own),
      1,
    )
    expect(kind).toBe(0)
    expect([cliff!.low <= 0.5, cliff!.high >= 0.5]).toEqual([true, true])
    expect(cliff!.high - cliff!.low).toBeLessThan(0.02)
  })

  it('p95 of noise has no cliff', async () => {
    const { kind } = await findOf('p95', (_, __, ___, fresh) => fresh(), 1)
    expect(kind).toBe(null)
  })

  it.each([
    ['mean', 8, 8, 1],
    ['p95', 72, 72, 71],
    ['es95', 100, 100, 64],
    ['es99', 64, 500, 499],
  ])('%s takes %d paths, and has an interval from %d on', (statistic, usual, enough, few) => {
    const { paths: own, doubt } = readingOf(scenario, `badDebt.${statistic}`)
    expect(own).toBe(usual)
    expect(doubt(enough)).toBeNull()
    expect(doubt(few)).not.toBeNull()
  })
})

describe('no cliff', () => {
  it.each<[string, OnPath, Partial<Search>]>([
    ['a constant', () => 3, {}],
    ['a straight line', (x, s) => x * s, {}],
    ['a straight shock', (x) => x, { isShock: true }],
    ['a loss that starts somewhere and grows', (x) => Math.max(0, x - 0.5), { isShock: true }],
    ['a bump that is the same at every shock', (x, s) => s * (1 + 0.3 / (1 + (x - 0.5) ** 2)), {}],
    ['a book of 100 accounts that fall one by one', (x, s) => Math.floor(100 * x * s) / 100, {}],
    ['paths that differ by a factor', (x, s, own) => x * s * (1 + 0.3 * own), { paths: 8 }],
  ])('is in %s', async (_, f, more) => {
    const { kind, cliff, note } = await find(f, more)
    expect([kind, cliff]).toEqual([null, null])
    expect(note).not.toBe('')
  })

  it('is in noise, however often one looks', async () => {
    let found = 0
    for (let seed = 1; seed <= 30; seed++)
      for (const line of [0, 1]) {
        const f: OnPath = (x, s, _, fresh) => line * x * s + 0.3 * fresh()
        if ((await find(f, { paths: 8 }, seed)).kind !== null) found++
      }
    // 60 looks; binomial(60, .01) is above 3 with a chance of .3 %.
    expect(found).toBeLessThanOrEqual(3)
  })
})

describe('the interval of a continuous cliff', () => {
  it('covers that of all paths together', async () => {
    let covered = 0
    for (let seed = 1; seed <= 20; seed++) {
      // Every path has a density of its own.
      const { kind, cliff } = await find(
        (r, s, own) => finalDrop('uniform', r * (1 + 0.02 * own), 0.01 * s),
        { paths: 8 },
        seed,
      )
      expect(kind).toBe(0)
      expect(cliff!.high - cliff!.low).toBeLessThan(0.06)
      if (cliff!.low <= 0.5 && cliff!.high >= 0.5) covered++
    }
    // Binomial(20, .95) is below 16 with a chance of .3 %.
    expect(covered).toBeGreaterThanOrEqual(16)
  })
})
