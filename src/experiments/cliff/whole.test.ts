import { describe, expect, it } from 'vitest'
import { philoxDraws } from '../../math/index.ts'
import type { OrderAlong } from './order.ts'
import type { Place, Respond, Search } from './types.ts'
import { locateAlong } from './whole.ts'

type Law = (n: number, shock: number, path: number) => number

/** The response along a count, which remembers what it was asked for. */
function counted(law: Law): { readonly along: OrderAlong; readonly asked: Set<number> } {
  const asked = new Set<number>()
  const at = ({ x, shock }: Place, paths: number): Float64Array => {
    asked.add(x)
    return Float64Array.from({ length: paths }, (_, path) => law(x, shock, path))
  }
  const nearest: Respond = async (places, paths) =>
    places.map((place) => at({ ...place, x: Math.round(place.x) }, paths))
  const respond: Respond = async (places, paths) =>
    places.map(({ x, shock }) => {
      if (Number.isInteger(x)) return at({ x, shock }, paths)
      const low = at({ x: Math.floor(x), shock }, paths)
      const high = at({ x: Math.ceil(x), shock }, paths)
      return low.map((v, k) => v + (x - Math.floor(x)) * (high[k]! - v))
    })
  const counts = { axis: true, shock: false, nearest }
  return { along: { setOf: () => ({}), samplesAt: async () => [], respond, counts }, asked }
}

async function found(law: Law, low: number, high: number, given: Partial<Search> = {}) {
  const { along, asked } = counted(law)
  const search: Search = { low, high, paths: 1, cells: 16, isShock: false, ...given }
  const located = await locateAlong(along, search)
  for (const x of asked) expect(Number.isInteger(x)).toBe(true)
  expect(located.curve.every(({ x }) => Number.isInteger(x))).toBe(true)
  return located
}

/** D = s + 2 ln(1 + r D), the cascade whose critical r is 1/2. */
function cascade(r: number, s: number): number {
  let d = 40
  for (let i = 0; i < 200; i++) d = s + 2 * Math.log(1 + r * d)
  return d
}

describe('the cliff along a count', () => {
  it.each([
    [10, 41],
    [1, 30],
    [20, 26],
    [1, 100_000],
  ])('is a jump between two neighbours, looked for from %d to %d', async (low, high) => {
    const step: Law = (n, shock) => (n >= 23 ? 500 : 0) + n / 1e3 + shock
    const { cliff, kind, note, steps } = await found(step, low, high)
    expect(kind).toBe(1)
    expect(cliff!.low).toBeLessThanOrEqual(22)
    expect(cliff!.high).toBeGreaterThanOrEqual(23)
    if (high > 50) return
    expect(cliff).toEqual({ value: 22.5, low: 22, high: 23 })
    expect(note).toContain('between 22 and 23')
    expect(steps).toMatchObject([{ from: 22, to: 23 }])
  })

  it('is where most paths jump, and from one whole number to another', async () => {
    const { uniform } = philoxDraws(3, 0, 'thresholds')
    const step: Law = (n, _, path) => (n > 50 + 6 * uniform(0, path) ? 1 : 0)
    const { cliff, kind } = await found(step, 10, 90, { paths: 8 })
    expect(kind).toBe(1)
    expect(cliff!.low).toBeLessThanOrEqual(53)
    expect(cliff!.high).toBeGreaterThanOrEqual(54)
    expect([cliff!.low, cliff!.high].every(Number.isInteger)).toBe(true)
  })

  it.each([
    [1, 9],
    [10, 41],
    [2, 7],
  ])('is none of a straight line from %d to %d, whose every step is one', async (low, high) => {
    for (const law of [
      (n: number, shock: number) => n * shock,
      (n: number, shock: number) => 3 * n + shock,
      (n: number, shock: number) => -n * n * shock,
    ])
      expect((await found(law, low, high)).kind).not.toBe(1)
  })

  it('is none of noise', async () => {
    const { uniform } = philoxDraws(9, 0, 'noise')
    for (let k = 0; k < 10; k++) {
      const noise: Law = (n, _, path) => uniform(100 * k + n, path)
      expect((await found(noise, 10, 60, { paths: 4 })).kind).not.toBe(1)
    }
  })

  it('is where the response peaks when nothing jumps', async () => {
    const { cliff, kind } = await found((n, s) => cascade(n / 100, 1e-3 * s), 20, 90)
    expect(kind).toBe(0)
    expect(cliff!.low).toBeLessThanOrEqual(50)
    expect(cliff!.high).toBeGreaterThanOrEqual(50)
    expect(cliff!.high - cliff!.low).toBeLessThan(12)
  })

  it('cannot be told from a handful of numbers', async () => {
    const { cliff, note } = await found((n) => (n >= 3 ? 1 : 0), 1, 4)
    expect(cliff).toBeNull()
    expect(note).toContain('too few places to tell')
  })

  it('answers to a count that is the shock in steps of one', async () => {
    const { curve } = await found((n) => n * n, 1, 9, { isShock: true })
    // Slopes on both sides of n are 2n - 1 and 2n + 1.
    for (const { x, susceptibility } of curve.slice(1, -1))
      expect(susceptibility.value).toBeCloseTo(2 * x, 9)
  })
})
