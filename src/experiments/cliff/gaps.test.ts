import { describe, expect, it } from 'vitest'
import { finalDrop } from '../../sources/index.ts'
import { locate } from './locate.ts'
import type { Respond, Search } from './types.ts'

type System = (x: number, shock: number, path: number) => number

const search: Search = { low: 0.2, high: 0.9, paths: 1, cells: 16, isShock: false }

const find = (f: System, more: Partial<Search> = {}) => {
  const respond: Respond = async (places, paths) =>
    places.map(({ x, shock }) => Float64Array.from({ length: paths }, (_, k) => f(x, shock, k)))
  return locate(respond, { ...search, ...more })
}

const uniform: System = (r, shock) => finalDrop('uniform', r, 0.01 * shock)
const step: System = (x, shock) => (x < 0.5123 ? 0.1 * x * shock : 5)

/** The same system with no value where something is so. */
const without =
  (isGap: (x: number) => boolean, f: System): System =>
  (x, shock, path) =>
    isGap(x) ? Number.NaN : f(x, shock, path)

const between = (low: number, high: number) => (x: number) => x > low && x < high

describe('a place without a value', () => {
  it.each([
    ['one place of the grid', between(0.33, 0.335)],
    ['a stretch below', between(0.22, 0.3)],
    ['a stretch above', between(0.7, 0.8)],
    ['two stretches', (x: number) => between(0.25, 0.3)(x) || between(0.72, 0.76)(x)],
    ['most of the range', between(0.61, 0.89)],
  ])('does not hide the cliff beside it: %s', async (_, isGap) => {
    const smooth = await find(without(isGap, uniform))
    expect(smooth.kind).toBe(0)
    expect(Math.abs(smooth.cliff!.value - 0.5)).toBeLessThan(0.001)
    expect([smooth.cliff!.low <= 0.5, smooth.cliff!.high >= 0.5]).toEqual([true, true])
    const sharp = await find(without(isGap, step))
    expect(sharp.kind).toBe(1)
    expect(sharp.cliff!.value).toBeCloseTo(0.5123, 4)
    for (const { note, curve } of [smooth, sharp])
      expect([note.includes('has values only'), curve.some(({ gap }) => gap !== null)]).toEqual(
        Array.from({ length: 2 }, () => curve.some(({ x }) => isGap(x))),
      )
  })

  it.each([
    ['between places of the grid', between(0.5, 0.502)],
    ['at the middle of its cell', (x: number) => Math.abs(x - 0.5281250000000001) < 1e-9],
    ['beside the jump', between(0.514, 0.518)],
  ])('does not hide a jump near it: %s', async (_, isGap) => {
    const { kind, cliff } = await find(without(isGap, step))
    expect(kind).toBe(1)
    expect(Math.abs(cliff!.value - 0.5123)).toBeLessThan(0.001)
  })

  it('does not hide a peak near it', async () => {
    const { kind, cliff } = await find(without(between(0.512, 0.515), uniform))
    expect(kind).toBe(0)
    expect(Math.abs(cliff!.value - 0.5)).toBeLessThan(0.002)
  })

  it('at the jump itself leaves it untold, and says so', async () => {
    for (const isGap of [between(0.505, 0.52), between(0.45, 0.6)]) {
      const { kind, cliff, note } = await find(without(isGap, step))
      expect([kind, cliff]).toEqual([null, null])
      expect(note).toMatch(/whether they jump cannot be told|what is between cannot be told/)
    }
  })

  it('of few paths is one of those paths alone', async () => {
    const { kind, cliff } = await find(
      (x, shock, path) => (path < 6 ? step(x, shock, path) : x > 0.4 ? Number.NaN : 0.1),
      { paths: 8 },
    )
    expect(kind).toBe(1)
    expect([cliff!.low <= 0.5123, cliff!.high >= 0.5123]).toEqual([true, true])
  })

  it('everywhere leaves nothing to tell', async () => {
    const { kind, cliff, note, curve, scatterPeak } = await find(() => Number.NaN)
    expect([kind, cliff, scatterPeak]).toEqual([null, null, null])
    expect(note).toMatch(/^cannot tell: no path has a value anywhere/)
    expect(curve).toHaveLength(17)
    expect(curve.every(({ gap }) => gap !== null)).toBe(true)
  })

  it('with a jump on either side of it: the one on the longer side, and the other one named', async () => {
    const { kind, cliff, note } = await find((x) =>
      between(0.4, 0.5)(x) ? Number.NaN : x < 0.3 ? 0 : x < 0.7 ? 1 : 2,
    )
    expect([kind, cliff!.value.toFixed(4)]).toEqual([1, '0.7000'])
    expect(note).toMatch(/another at 0\.(3000|2999)/)
  })
})

describe('a response that is largest at an end', () => {
  it.each([
    [
      { low: 0.51, high: 0.9 },
      { low: 0.12, high: 0.9 },
    ],
    [
      { low: 0.1, high: 0.48 },
      { low: 0.1, high: 0.86 },
    ],
    [
      { low: 0.51, high: 0.9, allowed: [0.4, 2] as const },
      { low: 0.4, high: 0.9 },
    ],
  ])('is looked for in a wider range, in which it is: %o', async (more, wider) => {
    const found = await find(uniform, more)
    expect([found.kind, found.wider]).toEqual([null, wider])
    expect(found.note).toContain(`widen it to ${wider.low}..${wider.high}`)
    const again = await find(uniform, found.wider!)
    expect(Math.abs(again.cliff!.value - 0.5)).toBeLessThan(0.002)
    expect(again.wider).toBeNull()
  })

  it.each([
    [{ low: 0.51, high: 0.9, allowed: [0.51, 5] as const }, 0.51],
    [{ low: 0.1, high: 0.48, allowed: [0, 0.48] as const }, 0.48],
  ])('is at the border or beyond it where the axis ends: %o', async (more, border) => {
    const { kind, wider, note } = await find(uniform, more)
    expect([kind, wider]).toEqual([null, null])
    expect(note).toContain(`at an end, ${border}, beyond which there are no values: a cliff is at`)
    expect(note).not.toContain('widen')
  })

  it('beside places without a value is no reason to widen the range', async () => {
    const { kind, wider, note } = await find(without(between(0.4, 0.55), uniform), {
      ...{ low: 0.41, high: 0.9 },
    })
    expect([kind, wider]).toEqual([null, null])
    expect(note).toMatch(/largest at an end, 0\.5\d+, beside places without a value/)
  })

  it.each(['flat', 'peaked'])('is not so where it is %s', async (how) => {
    const { wider } = await find(how === 'flat' ? (_, s) => s : uniform)
    expect(wider).toBeNull()
  })
})
