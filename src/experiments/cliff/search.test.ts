import { describe, expect, it } from 'vitest'
import { philoxDraws } from '../../math/index.ts'
import { finalDrop } from '../../sources/index.ts'
import { steps } from './curve.ts'
import { locate } from './locate.ts'
import { scatterPeakOf } from './scatter.ts'
import type { Respond, Search } from './types.ts'

/** Value of one path, which has a normal number of its own, at a place. */
type OnPath = (x: number, shock: number, own: number, path: number) => number

/** Look for a cliff, and count the runs: a path at a place it was not at before. */
async function look(f: OnPath, more: Partial<Search> = {}, seed = 1) {
  const draws = philoxDraws(seed, 0, 'search')
  const had = new Map<string, number>()
  const respond: Respond = async (places, n) =>
    places.map(({ x, shock }) => {
      had.set(`${x} ${shock}`, Math.max(n, had.get(`${x} ${shock}`) ?? 0))
      return Float64Array.from({ length: n }, (_, k) => f(x, shock, draws.normal(k, 0), k))
    })
  const search = { low: 0, high: 1, paths: 1, cells: 16, isShock: false, ...more }
  const found = await locate(respond, search)
  return { ...found, runs: [...had.values()].reduce((a, b) => a + b) }
}

const widthOf = ({ low, high }: { readonly low: number; readonly high: number }) => high - low

describe('where paths jump', () => {
  const jumps: OnPath = (x, s, own) => (x > 0.5123 + 0.02 * own ? 1 : 0.1 * x * s)

  it.each([
    [8, 40],
    [64, 20],
  ])('is told by all of %d paths, in an interval that covers', async (paths, seeds) => {
    let covered = 0
    for (let seed = 1; seed <= seeds; seed++) {
      const { kind, cliff, runs, note } = await look(jumps, { paths }, seed)
      expect([kind, note]).toEqual([1, '100 % of the paths jump'])
      if (cliff!.low <= 0.5123 && cliff!.high >= 0.5123) covered++
      // All places known without error would give 2 x 1.96 sd of their mean.
      if (paths === 64) expect(widthOf(cliff!)).toBeLessThan((2 * 2 * 3.92 * 0.02) / 8)
      // The grid takes three places a cell.
      expect(runs / paths).toBeLessThan(1.8 * 51)
    }
    // Binomial(40, .95) is below 34, and binomial(20, .95) below 16, with a chance of 1 %.
    expect(covered).toBeGreaterThanOrEqual(0.8 * seeds + (seeds === 40 ? 2 : 0))
  })

  it('is known to the last bracket when it is the same for all', async () => {
    const { cliff } = await look((x) => (x > 0.512345 ? 1 : 0.1 * x), { paths: 64 })
    expect(Math.abs(cliff!.value - 0.512345)).toBeLessThan(1e-5)
  })

  it.each([2, 3])('is of no system when one path in %d jumps alone', async (nth) => {
    for (const paths of [8, 24]) {
      const { kind, cliff, note } = await look(
        (x, s, _, k) => (k % nth === 1 && x > 0.5 ? 1 : 0) + 0.1 * x * s,
        { paths },
      )
      expect([kind, cliff]).toEqual([null, null])
      expect(note).toMatch(/^(50|33|38) % of the paths jump, the others do not/)
    }
  })

  describe('at several places', () => {
    const draws = philoxDraws(5, 0, 'sizes')
    /** Jumps of about 1, of sizes of their own, at some places that each path may have moved. */
    const at =
      (places: readonly number[], sd = 0): OnPath =>
      (x, _, own, path) =>
        places.filter((place) => x > place + sd * own).length +
        places.reduce(
          (sum, place, k) => sum + (x > place + sd * own ? 0.02 * draws.normal(path, k) : 0),
          0,
        )

    it.each([4, 8, 64])('that all of %d paths share is told at the first', async (paths) => {
      for (const from of ['low', 'high'] as const) {
        const { kind, cliff, note, share } = await look(at([0.31, 0.69]), { paths, from })
        const truth = from === 'low' ? 0.31 : 0.69
        expect([kind, share!.value]).toEqual([1, 1])
        expect([cliff!.low <= truth, cliff!.high >= truth]).toEqual([true, true])
        expect(widthOf(cliff!)).toBeLessThan(0.01)
        expect(note).toMatch(/^100 % of the paths jump here, 100 % at about 0\.\d/)
      }
    })

    it('is told in an interval that covers where each path is moved', async () => {
      let covered = 0
      for (let seed = 1; seed <= 20; seed++) {
        const { cliff } = await look(at([0.3123, 0.69], 0.005), { paths: 8 }, seed)
        if (cliff && cliff.low <= 0.3123 && cliff.high >= 0.3123) covered++
        if (cliff) expect(cliff.high).toBeLessThan(0.36)
      }
      // Binomial(20, .95) is below 16 with a chance of 1 %.
      expect(covered).toBeGreaterThanOrEqual(16)
    })

    it('is told where paths come back within the cell, and one jumps more elsewhere', async () => {
      const own: OnPath = (x, _, __, path) =>
        (x > 0.52 && x < 0.555 ? 5 : 0) +
        (path === 3 && x > 0.6 ? 9 : 0) +
        (path < 3 && x > 0.52 ? 2 : 0)
      const { cliff, note } = await look(own, { paths: 4 })
      expect(cliff!.value).toBeCloseTo(0.52, 4)
      expect(note).toBe('100 % of the paths jump here, 25 % at about 0.600')
    })

    it('is told inside of one cell', async () => {
      const { cliff, note } = await look(at([0.51, 0.54]), { paths: 8 })
      expect(Math.min(...[0.51, 0.54].map((v) => Math.abs(v - cliff!.value)))).toBeLessThan(1e-3)
      expect(note).toContain('here, 100 % at')
    })

    it('is none when no place is that of most paths', async () => {
      const own: OnPath = (x, _, __, path) => (x > (path % 2 ? 0.31 : 0.69) ? 1 : 0)
      const { kind, note } = await look(own, { paths: 8 })
      expect([kind, note]).toEqual([null, expect.stringMatching(/^50 % .* 50 % at .* no place/)])
    })

    it('is that of most, and others are named', async () => {
      const own: OnPath = (x, _, __, path) => (x > (path % 4 ? 0.31 : 0.69) ? 1 : 0)
      const { cliff, note } = await look(own, { paths: 8 })
      expect(cliff!.value).toBeCloseTo(0.31, 4)
      expect(note).toMatch(/^75 % of the paths jump here, 25 % at about 0.690$/)
    })
  })

  it('is found where most paths have no value in the first cells, and one in none', async () => {
    const { kind, cliff } = await look(
      (x, s, _, k) => (k === 4 || (k > 0 && x < 0.2) ? Number.NaN : (x > 0.5 ? 1 : 0.1 * x) * s),
      { paths: 5 },
    )
    expect(kind).toBe(1)
    expect(Math.abs(cliff!.value - 0.5)).toBeLessThan(2e-5)
  })
})

const uniform =
  (s: number): OnPath =>
  (r, shock) =>
    finalDrop('uniform', r, s * shock)

describe('the peak of the response', () => {
  it.each([
    [0.05, 0, 10],
    [0.1, 0, 10],
    [0.04, 0.067, 18.5],
    [0.0005, 0.317, 6.96],
    [0.001, 0.406, 11.9],
    [0.01, 0.3, 50],
    [0.05, 0.2, 0.52],
    [0.1, 0.2, 0.52],
    [0.05, 0.45, 0.52],
    [0.01, 0.49, 0.9],
    [0.1, 0.4, 0.6],
    [0.1, 0.3, 0.7],
  ])('of the uniform cascade is at 1/2, shock %f, range %f .. %f', async (s, low, high) => {
    const { kind, cliff, runs } = await look(uniform(s), { low, high })
    expect(kind).toBe(0)
    expect(Math.abs(cliff!.value - 0.5)).toBeLessThan(0.002)
    expect([cliff!.low <= 0.5, cliff!.high >= 0.5]).toEqual([true, true])
    expect(widthOf(cliff!)).toBeLessThan(0.003 * (high - low))
    expect([cliff!.low >= low, cliff!.high <= high]).toEqual([true, true])
    expect(runs).toBeLessThan(350)
  })

  it('takes no more runs than it did when it knew less', async () => {
    const { runs } = await look(uniform(0.01), { low: 0.2, high: 0.9 })
    expect(runs).toBeLessThan(205)
  })

  it.each(['is where it is', 'leans', 'moves with the shock', 'moves with its root'])(
    'is carried to no shock when it %s',
    async (how) => {
      const draws = philoxDraws(5, 0, how)
      let covered = 0
      for (let k = 0; k < 20; k++) {
        const [u = 0, v = 0, w = 0] = [0, 1, 2].map((j) => draws.uniform(k, j))
        const [at, width, move] = [0.3 + 0.4 * u, 0.02 + 0.1 * v, 0.2 * (w - 0.5)]
        const left = how === 'leans' ? 1 + 9 * w : 1
        const response = (x: number, s: number): number => {
          const isRoot = how.endsWith('root')
          const moved = how.startsWith('moves') ? move * (isRoot ? Math.sqrt(s) : s) : 0
          const q = (x - at - moved) / width
          return 1 / (1 + q * q * (q < 0 ? left : 1))
        }
        // The order parameter is the sum of its responses.
        const { cliff, kind } = await look((x, shock) => {
          let total = 0
          for (let i = 0; i < 40; i++) total += response(x, (shock * (i + 0.5)) / 40)
          return (total * shock) / 40
        })
        expect(kind).toBe(0)
        expect(widthOf(cliff!)).toBeLessThan(how.startsWith('moves') ? 0.3 : 0.02)
        if (cliff!.low <= at && cliff!.high >= at) covered++
      }
      // These are errors of the search, not of chance.
      expect(covered).toBeGreaterThanOrEqual(19)
    },
  )

  it.each([
    [0.03, 8, 30],
    [0.03, 32, 12],
    [0.1, 8, 30],
  ])('has an interval that covers when paths peak %f apart, %d paths', async (sd, paths, seeds) => {
    let covered = 0
    for (let seed = 1; seed <= seeds; seed++) {
      const { cliff } = await look(
        (r, s, own, k) => (0.1 * s) / (Math.abs(r - 0.5 - sd * own) + 0.1) + 0.01 * k,
        { paths },
        seed,
      )
      expect(widthOf(cliff!)).toBeLessThan((5 * 3.92 * sd) / Math.sqrt(paths))
      if (cliff!.low <= 0.5 && cliff!.high >= 0.5) covered++
    }
    // Binomial(30, .95) is below 25, and binomial(12, .95) below 9, with a chance of 1 %.
    expect(covered).toBeGreaterThanOrEqual(seeds === 30 ? 25 : 9)
  })

  it('has the direction of the largest response, whatever small one there is at an end', async () => {
    const falls: OnPath = (r, s) => -s / (Math.abs(r - 0.5) + 0.05) + (r > 0.99 ? 2 * s : 0)
    const { kind, cliff } = await look(falls)
    expect(kind).toBe(0)
    expect(Math.abs(cliff!.value - 0.5)).toBeLessThan(0.002)
  })

  it('is none of a bump that a smaller shock leaves as it is, and none at an end', async () => {
    for (const f of [
      (r: number, s: number) => s * (1 + 0.1 / (1 + 20 * (r - 0.5) ** 2)),
      (r: number, s: number) => s * Math.exp(r),
      (r: number, s: number) => s * Math.exp(5 * r),
      (r: number, s: number) => s / (0.1 + r),
    ]) {
      const { kind, runs } = await look(f)
      expect(kind).toBe(null)
      expect(runs).toBeLessThan(130)
    }
  })
})

describe('where paths scatter most', () => {
  const x = steps(0, 1, 16)
  const at = (f: (x: number, k: number) => number) => {
    const order = Array.from(x, (v) => Float64Array.from({ length: 16 }, (_, k) => f(v, k)))
    return scatterPeakOf({ x, order, susceptibility: order })!
  }

  it('is told no finer than the grid is', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const draws = philoxDraws(seed, 0, 'scatter')
      const { low, high } = at((v, k) => (v > 0.5 + 0.02 * draws.normal(k, 0) ? 5 : 0.2) + 0.1 * v)
      expect([low < 0.5, high > 0.5, high - low < 0.3]).toEqual([true, true, true])
    }
  })

  it('may be at the end of a cell, as where half of the paths jump', () => {
    const { low, high } = at((v, k) => (k % 2 && v > 0.5 ? 1 : 0) + 0.1 * v)
    expect([low <= 0.5, high > 0.5]).toEqual([true, true])
  })
})
