import { describe, expect, it } from 'vitest'
import { philoxDraws } from '../../math/index.ts'
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

  it.each([2, 3])('is of no system when every %dth path jumps alone', async (nth) => {
    for (const paths of [8, 24]) {
      const { kind, cliff, note } = await look(
        (x, s, _, k) => (k % nth === 1 && x > 0.5 ? 1 : 0) + 0.1 * x * s,
        { paths },
      )
      expect([kind, cliff]).toEqual([null, null])
      expect(note).toMatch(/^(50|33|38) % of the paths jump, the others do not/)
    }
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
