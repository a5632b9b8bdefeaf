import { describe, expect, it } from 'vitest'
import { philoxDraws } from '../../math/index.ts'
import { locate } from './locate.ts'
import type { Search } from './types.ts'

type Law = (x: number, shock: number, path: number) => number

const noteOf = async (law: Law, given: Partial<Search> = {}): Promise<string> => {
  const { note } = await locate(
    async (places, paths) =>
      places.map(({ x, shock }) =>
        Float64Array.from({ length: paths }, (_, path) => law(x, shock, path)),
      ),
    { low: 0, high: 1, paths: 1, cells: 16, isShock: false, ...given },
  )
  return note
}

const past = (x: number, at: number): number => (x > at ? 1 : 0)
const bump = (x: number, at: number): number => Math.exp(-(((x - at) / 0.03) ** 2))

describe('another jump of the same paths', () => {
  it.each([1, 8])('is told where it is half as large or larger, on %d paths', async (paths) => {
    const both: Law = (x, _, path) => past(x, 0.3) + past(x, 0.7) + path
    expect(await noteOf(both, { paths })).toBe(
      '100 % of the paths jump; another jump half as large or larger, at about 0.7',
    )
    const less: Law = (x, _, path) => past(x, 0.3) + 0.3 * past(x, 0.7) + path
    expect(await noteOf(less, { paths })).toBe('100 % of the paths jump')
  })

  it('is at least three more where there are many', async () => {
    const note = await noteOf((x) => (Math.sin(40 * x) > 0 ? 1 : 0))
    expect(note).toMatch(/; at least 3 more jumps half as large or larger, at about /)
  })

  it('is none of a steep slope', async () => {
    expect(await noteOf((x) => past(x, 0.3) + 12 * Math.max(0, x - 0.7))).toBe(
      '100 % of the paths jump',
    )
  })
})

describe('another peak of the response', () => {
  it('is told where it is half as high or higher', async () => {
    const two: Law = (x, s) => s * (0.1 + bump(x, 0.3) + bump(x, 0.7))
    expect(await noteOf(two)).toMatch(/; another peak half as large or larger, at about 0\.688$/)
    const one: Law = (x, s) => s * (0.1 + bump(x, 0.3) + 0.3 * bump(x, 0.7))
    expect(await noteOf(one)).toMatch(/peaks here$/)
  })

  it('is not that of the same divergence', async () => {
    for (const at of [0.4321, 0.5, 0.53, 0.59])
      expect(await noteOf((x, s) => s / Math.sqrt((x - at) ** 2 + 1e-6))).toMatch(/peaks here$/)
  })

  it('is none of chance', async () => {
    const { normal } = philoxDraws(4, 0, 'besides')
    const noisy: Law = (x, s, path) =>
      s * (0.3 + bump(x, 0.3) + 0.4 * normal(Math.round(1e6 * x), path))
    expect(await noteOf(noisy, { paths: 8 })).not.toContain('another')
  })
})
