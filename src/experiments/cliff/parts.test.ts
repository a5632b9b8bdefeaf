import { describe, expect, it } from 'vitest'
import { philoxDraws } from '../../math/index.ts'
import { changePointOf } from './changePoint.ts'
import { steps } from './curve.ts'
import { grow, type Sized } from './growth.ts'
import { compareWays, sameWay } from './hysteresis.ts'
import { locate } from './locate.ts'
import { scatterPeakOf } from './scatter.ts'
import type { Respond, Search } from './types.ts'

const sure = (value: number) => ({ value, low: value, high: value })

/** Paths of a curve with noise of a given size at every place. */
function noisy(x: Float64Array, f: (x: number) => number, sd: number, paths: number, seed = 1) {
  const draws = philoxDraws(seed, 0, 'noise')
  const order = Array.from(x, (at, k) =>
    Float64Array.from({ length: paths }, (_, path) => f(at) + sd * draws.normal(path, k)),
  )
  return { x, order, susceptibility: order }
}

describe('a cliff carried to a system without end', () => {
  it.each([0.5, 2 / 3, 1, 2])('is the c of c + A N^-w, w = %f', (w) => {
    const sizes = [1000, 2000, 4000].map((size): Sized => {
      return { size, cliff: sure(0.269 + 3 * size ** -w) }
    })
    const { limit } = grow(sizes)!
    expect(limit.value).toBeCloseTo(0.269, 10)
    expect(limit.low).toBeLessThanOrEqual(0.269)
    expect(limit.high).toBeGreaterThanOrEqual(sizes[2]!.cliff.value)
  })

  it.each([
    // Price impact on thresholds of a rising density, computed: jumps of N/4, N/2 and N accounts, and of no end.
    ['r at a shock of .2, 5000', [1.6957, 1.4277, 1.3661], 1.31845],
    ['r at a shock of .3, 1000', [1.1926, 1.0006, 0.9471], 0.9055],
    ['the shock at r = 2, 1000', [0.2683, 0.1897, 0.1616], 0.12928],
  ] as const)('is in its interval for steps that shrink fast: %s accounts', (_, found, exact) => {
    const { limit } = grow(found.map((value, k) => ({ size: 2 ** k, cliff: sure(value) })))!
    expect([limit.low <= exact, limit.high >= exact]).toEqual([true, true])
  })

  it('is the last one where sizes differ by less than their intervals', () => {
    const at = (size: number, value: number): Sized => ({
      ...{ size, cliff: { value, low: value - 0.01, high: value + 0.01 } },
    })
    const { limit, note } = grow([at(1, 0.5), at(2, 0.503), at(4, 0.501)])!
    expect([limit.value, note]).toEqual([0.501, expect.stringContaining('no more than')])
    expect(limit.high - limit.low).toBeGreaterThan(0.02)
  })

  it('cannot be told from steps that grow, and has a wide interval', () => {
    const sizes = [0.5, 0.51, 0.53].map((value, k): Sized => ({ size: 2 ** k, cliff: sure(value) }))
    const { limit, note } = grow(sizes)!
    expect(note).toContain('do not shrink')
    expect(limit.high - limit.low).toBeGreaterThan(0.1)
    expect(grow(sizes.slice(0, 1))).toBeNull()
  })
})

describe('a change point', () => {
  const x = steps(0, 1, 16)

  it.each([0.3, 0.52, 0.71])('of a bend at %f is found near it', (at) => {
    const found = changePointOf(noisy(x, (v) => v + 4 * Math.max(0, v - at), 0.3, 32))!
    expect(found.shape).toBe('bend')
    expect(Math.abs(found.at.value - at)).toBeLessThan(0.05)
    expect(found.at.high - found.at.low).toBeLessThan(0.25)
  })

  it('of a step is a step, in the right cell', () => {
    const found = changePointOf(noisy(x, (v) => (v > 0.6 ? 2 : 0), 0.3, 32))!
    expect(found.shape).toBe('step')
    expect(found.at.value).toBeCloseTo(0.59375, 9)
  })

  it('has an interval that covers a bend, and chance makes one hardly ever', () => {
    let [covered, chance] = [0, 0]
    for (let seed = 1; seed <= 50; seed++) {
      const found = changePointOf(noisy(x, (v) => 4 * Math.max(0, v - 0.45), 0.25, 16, seed))
      if (found && found.at.low <= 0.45 && found.at.high >= 0.45) covered++
      if (changePointOf(noisy(x, (v) => 3 * v, 0.25, 16, seed))) chance++
    }
    // Binomial(50, .95) is below 43, and binomial(50, .05) above 7, with a chance of 1 %.
    expect(covered).toBeGreaterThanOrEqual(43)
    expect(chance).toBeLessThanOrEqual(7)
  })

  it.each([
    ['a parabola', (v: number) => v * v],
    ['an exponential', (v: number) => Math.exp(2 * v)],
    ['a root', (v: number) => Math.sqrt(v + 0.1)],
    ['a pole', (v: number) => 1 / (1.2 - v)],
    ['a sigmoid', (v: number) => Math.tanh(3 * (v - 0.5))],
  ])('is none of %s, however small or large its scatter', (_, f) => {
    for (const sd of [1e-4, 0.01, 0.1]) {
      let found = 0
      for (let seed = 1; seed <= 10; seed++)
        if (changePointOf(noisy(x, (v) => f(v) * (f(1) - f(0)) ** -1, sd, 8, seed))) found++
      // Binomial(10, .05) is above 3 with a chance of .1 %.
      expect(found).toBeLessThanOrEqual(3)
    }
  })

  it('is where the curve breaks, not where its paths scatter least, with arms a little bent', () => {
    const bent = (v: number) => 1 + 0.3 * v * v + 10 * Math.max(0, v - 0.7)
    for (const small of [1e-2, 1e-4, 1e-6]) {
      const { order } = noisy(x, () => 0, 0.02, 8)
      const paths = order.map((own, k) =>
        own.map((e) => bent(x[k]!) * (1 + (x[k]! < 0.4 ? small * 50 : 1) * e)),
      )
      const { at } = changePointOf({ x, order: paths, susceptibility: paths })!
      expect([at.low <= 0.7, at.high >= 0.7, at.high - at.low < 0.1]).toEqual([true, true, true])
    }
  })

  it('is not made by rounding', () => {
    const { order } = noisy(x, (v) => 1e8 * (v > 0.4 ? 1 + v : v * v), 1e-8, 8)
    expect(changePointOf({ x, order, susceptibility: order })).toBeNull()
    expect(scatterPeakOf({ x, order, susceptibility: order })).toBeNull()
  })

  it('is none of one path, or without scatter', () => {
    expect(changePointOf(noisy(x, (v) => (v > 0.5 ? 1 : 0), 0, 16))).toBeNull()
    expect(changePointOf(noisy(x, (v) => (v > 0.5 ? 1 : 0), 1, 1))).toBeNull()
  })
})

describe('the scatter of paths', () => {
  it('peaks for its mean where it is made to, in an interval', () => {
    const x = steps(0, 1, 20)
    const draws = philoxDraws(4, 0, 'scatter')
    const order = Array.from(x, (at, k) => {
      const sd = 0.2 + Math.exp(-((at - 0.5) ** 2) / 0.02)
      return Float64Array.from({ length: 200 }, (_, path) => 10 + sd * draws.normal(path, k))
    })
    const peak = scatterPeakOf({ x, order, susceptibility: order })!
    expect(peak.low).toBeLessThanOrEqual(0.5)
    expect(peak.high).toBeGreaterThanOrEqual(0.5)
    expect(peak.high - peak.low).toBeLessThan(0.3)
  })

  it('has no peak without chance, or at an end', () => {
    const x = steps(0, 1, 10)
    expect(scatterPeakOf(noisy(x, () => 1, 0, 16))).toBeNull()
    const growing = noisy(x, () => 0, 1, 16).order.map((own, k) => own.map((v) => 5 + k * v))
    expect(scatterPeakOf({ x, order: growing, susceptibility: growing })).toBeNull()
  })
})

describe('hysteresis', () => {
  /** End of dx/dt = h + x - x^3 from x. */
  function settle(h: number, x: number): number {
    for (let k = 0; k < 4000; k++) x += 0.02 * (h + x - x ** 3)
    return x
  }
  function ways(places: readonly number[], end: (h: number, x: number) => number) {
    let state = -1
    const run = (h: number): Float64Array => {
      state = end(h, state)
      return Float64Array.of(state)
    }
    const up = places.map(run)
    const down = places.toReversed().map(run).toReversed()
    return compareWays(places, up, down)
  }
  const places = Array.from({ length: 41 }, (_, k) => -0.6 + 0.03 * k)

  it('of a double well is as wide as its two folds are apart', () => {
    const { width, gap } = ways(places, settle)
    expect(Math.abs(width! - 4 / (3 * Math.sqrt(3)))).toBeLessThan(0.031)
    expect(gap).toBeGreaterThan(1.5)
  })

  it('is none where the end does not depend on the start', () => {
    const found = ways(places, (h) => Math.tanh(5 * h))
    expect([found.width, found.gap]).toEqual([0, 0])
    expect(found.note).toContain('agree')
  })

  it('has no width where one way does not come back', () => {
    const up = places.map((h) => Float64Array.of(h > 0 ? 2 : 0))
    const down = places.map(() => Float64Array.of(2))
    const { width, gap, note } = compareWays(places, up, down)
    expect([width, gap]).toEqual([null, 2])
    expect(note).toContain('the way down does not turn')
  })

  it('cannot be told from noise', () => {
    const draws = philoxDraws(9, 0, 'ways')
    const noise = (way: number) =>
      places.map((_, k) => Float64Array.from({ length: 8 }, (_, p) => draws.normal(8 * k + p, way)))
    const found = compareWays(places, noise(0), noise(1))
    expect([found.width, found.gap, found.note]).toEqual([
      ...[null, null, expect.stringContaining('cannot tell')],
    ])
  })

  it('is none of paths with noise of which enough are run, and small differences are no difference', () => {
    const draws = philoxDraws(10, 0, 'ways')
    const way = (turn: number, n: number) =>
      places.map((h, k) =>
        Float64Array.from(
          { length: n },
          (_, p) => h + 0.01 * turn + 0.05 * draws.normal(n * k + p, turn),
        ),
      )
    expect(compareWays(places, way(0, 256), way(1, 256))).toMatchObject({ width: 0, gap: 0 })
    expect(compareWays(places, way(0, 2), way(1, 2)).note).toContain('cannot tell')
  })

  it('is not told where all paths but one have no value on one of the ways', () => {
    const up = places.map((h) => Float64Array.of(h, h + 1, Number.NaN))
    const down = places.map((h) => Float64Array.of(h + 1, Number.NaN, Number.NaN))
    expect(compareWays(places, up, down)).toMatchObject({ width: null, gap: null })
  })

  it.each([
    // At 2 to 4 paths chance could have made every difference: that is no sign of none.
    ['cannot tell', [1, 2], [1.5, 4]],
    ['cannot tell', [1, 2, 3, 4], [1.9, 2.1, 6, 4.2]],
    ['apart', [1, 2, 3], [2, 3, 4]],
    ['same', [1, 2, 3], [1.01, 1.99, 3]],
    ['same', [1], [1]],
    ['apart', [1], [1.01]],
    ['cannot tell', [1, Number.NaN], [1.5, Number.NaN]],
    ['cannot tell', [Number.NaN], [1]],
  ] as const)('run on at the same value: %s for %j and %j', (verdict, a, b) => {
    expect(sameWay(Float64Array.from(a), Float64Array.from(b), [1, 2])).toBe(verdict)
  })
})

describe('C6: linear impact', () => {
  const search: Search = { low: 0.3, high: 1.6, paths: 1, cells: 16, isShock: false }
  const respond =
    (f: (r: number) => number): Respond =>
    async (at, paths) =>
      at.map(({ x, shock }) => new Float64Array(paths).fill(f(x) * shock))

  it.each([1, 0.85, 1.23])(
    'amplifies by 1 / (1 - R) and is unbounded from R = 1 on, at %f',
    async (c) => {
      const found = await locate(
        respond((r) => (r < c ? 1 / (1 - r / c) : Number.NaN)),
        search,
      )
      expect(found.kind).toBe(0)
      expect(Math.abs(found.cliff!.value / c - 1)).toBeLessThan(1e-3)
      expect(found.cliff!.low).toBeLessThanOrEqual(c)
      expect(found.cliff!.high).toBeGreaterThanOrEqual(c)
      expect(found.note).toContain('unbounded')
      expect(found.note).toContain('has values only')
    },
  )

  it('is no cliff where the measure merely ends', async () => {
    const found = await locate(
      respond((r) => (r < 1 ? 2 + r : Number.NaN)),
      search,
    )
    expect(found.kind).toBeNull()
    expect(found.note).toContain('has values only')
  })
})
