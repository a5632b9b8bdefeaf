import { describe, expect, it } from 'vitest'
import { philoxDraws } from '../../math/index.ts'
import { locate } from './locate.ts'
import { CliffError, type Respond, type Search } from './types.ts'

/** A response without noise, the same on every path. */
const plain =
  (f: (x: number, shock: number) => number): Respond =>
  async (places, paths) =>
    places.map(({ x, shock }) => new Float64Array(paths).fill(f(x, shock)))

/** Smallest root D of D = s + 2 ln(1 + growth(D)). */
function smallestRoot(s: number, growth: (d: number) => number): number {
  let d = s
  for (let i = 0; i < 200_000; i++) {
    const next = s + 2 * Math.log(1 + growth(d))
    if (Math.abs(next - d) < 1e-14) return next
    d = next
  }
  return d
}

const search: Search = { low: 0.2, high: 0.9, paths: 1, cells: 16, isShock: false }

describe('a cliff', () => {
  it.each([0.001, 0.01, 0.05])(
    'of the uniform cascade (C1) is at 1/2, continuous, shock %d',
    async (s) => {
      const found = await locate(
        plain((r, shock) => smallestRoot(s * shock, (d) => r * d)),
        search,
      )
      expect(found.kind).toBe(0)
      expect(Math.abs(found.cliff!.value - 0.5)).toBeLessThan(0.01)
      expect(found.cliff!.low).toBeLessThanOrEqual(0.5)
      expect(found.cliff!.high).toBeGreaterThanOrEqual(0.5)
    },
  )

  it.each([0.8, 1, 1.3])(
    'of the rising cascade (C8), slope %d, is a jump at its fold',
    async (a) => {
      // The fold: D = s + 2 ln(1 + a D^2 / 2) touches where 2 a D / (1 + a D^2 / 2) = 1.
      const d = 2 - Math.sqrt(4 - 2 / a)
      const fold = d - 2 * Math.log(1 + (a * d * d) / 2)
      const found = await locate(
        plain((s) => smallestRoot(s, (D) => (a * D * D) / 2)),
        { low: 0.05, high: 0.6, paths: 1, cells: 16, isShock: true },
      )
      expect(found.kind).toBe(1)
      expect(Math.abs(found.cliff!.value - fold)).toBeLessThan(1e-4)
    },
  )

  it('is none where the measure is a straight line, or nothing', async () => {
    for (const f of [(x: number, s: number) => x * s, (_: number, s: number) => s, () => 7]) {
      const found = await locate(plain(f), search)
      expect([found.cliff, found.kind]).toEqual([null, null])
      expect(found.note).not.toBe('')
    }
  })

  it('is none where chance alone makes the peak', async () => {
    const draws = philoxDraws(3, 0, 'noise')
    let asked = 0
    const noise: Respond = async (places, paths) =>
      places.map(() => Float64Array.from({ length: paths }, () => draws.uniform(asked++, 0)))
    const found = await locate(noise, { ...search, paths: 8 })
    expect(found.kind).toBe(null)
  })

  it('of paths that jump at places of their own lies in an interval of their scatter', async () => {
    const draws = philoxDraws(5, 0, 'places')
    const own = Array.from({ length: 8 }, (_, path) => 0.6 + 0.04 * (draws.uniform(path, 0) - 0.5))
    const respond: Respond = async (places, paths) =>
      places.map(({ x }) =>
        Float64Array.from({ length: paths }, (_, k) => (x < own[k]! ? x : 5 + x)),
      )
    const { kind, cliff } = await locate(respond, { ...search, paths: 8 })
    expect(kind).toBe(1)
    expect(cliff!.low).toBeLessThan(0.6)
    expect(cliff!.high).toBeGreaterThan(0.6)
    expect(cliff!.high - cliff!.low).toBeLessThan(0.12)
  })

  it('cannot be looked for in an empty range', async () => {
    await expect(
      locate(
        plain(() => 1),
        { ...search, low: 1 },
      ),
    ).rejects.toThrow(CliffError)
  })
})
