import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { philoxDraws } from '../../math/index.ts'
import { type Ask, type Axis, type MeshCell, refine } from './mesh.ts'
import { nearLine } from './nearLine.ts'

const plain =
  (f: (at: readonly number[]) => number): Ask =>
  async (points) =>
    points.map((at) => Float64Array.of(f(at)))

const axis = (name: string, low: number, high: number, cells: number): Axis => ({
  ...{ name, low, high, cells },
})

const area = ({ from, to }: MeshCell): number =>
  to.reduce((product, end, d) => product * (end - from[d]!), 1)

describe('a refined grid', () => {
  it('is finest around a step, and coarse where nothing changes', async () => {
    const { points, cells } = await refine(
      plain(([x]) => (x! < 0.37 ? 0 : 1)),
      [axis('x', 0, 1, 4)],
      { rounds: 5, most: 100 },
    )
    const own = cells.find(({ from, to }) => from[0]! <= 0.37 && to[0]! > 0.37)!
    expect(own.depth).toBe(5)
    expect(area(own)).toBeCloseTo(0.25 / 32, 12)
    expect(cells.filter(({ depth }) => depth === 0)).toHaveLength(3)
    expect(points).toHaveLength(5 + 5)
  })

  it('follows a slanting edge in two dimensions', async () => {
    const { cells } = await refine(
      plain(([x, y]) => (x! + y! > 1.03 ? 10 : 0)),
      [axis('x', 0, 1, 4), axis('y', 0, 1, 4)],
      { rounds: 2, most: 1000 },
    )
    const isCrossed = ({ from, to }: MeshCell): boolean =>
      from[0]! + from[1]! <= 1.03 && to[0]! + to[1]! > 1.03
    expect(cells.filter(isCrossed).every(({ depth }) => depth === 2)).toBe(true)
    expect(cells.filter((cell) => !isCrossed(cell)).some(({ depth }) => depth === 0)).toBe(true)
  })

  it('covers the whole range once, whatever the measure, within its budget', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 1000 }),
        async (m, n, rounds, most, seed) => {
          const draws = philoxDraws(seed, 0, 'any')
          let asked = 0
          const axes = [axis('x', -2, 3, m), axis('y', 5, 6, n)]
          const { points, cells } = await refine(
            plain(() => draws.uniform(asked++, 0)),
            axes,
            { rounds, most },
          )
          expect(cells.reduce((sum, cell) => sum + area(cell), 0)).toBeCloseTo(5, 9)
          expect(points).toHaveLength(asked)
          expect(points.length).toBeLessThanOrEqual((m + 1) * (n + 1) + most)
          expect(new Set(points.map(({ at }) => at.join())).size).toBe(points.length)
        },
      ),
      { seed: 7, numRuns: 40 },
    )
  })

  it('is not refined where chance alone makes the changes', async () => {
    const draws = philoxDraws(2, 0, 'noise')
    let asked = 0
    const noise: Ask = async (points) =>
      points.map(() => Float64Array.from({ length: 16 }, () => draws.normal(asked++, 0)))
    const { cells } = await refine(noise, [axis('x', 0, 1, 10)], { rounds: 3, most: 100 })
    // 5 % of ten intervals leave 0 out by chance.
    expect(cells.filter(({ depth }) => depth > 0).length).toBeLessThanOrEqual(4)
  })

  it('leaves cells alone whose corners have no value', async () => {
    const { cells } = await refine(
      plain(([x]) => (x! < 0.5 ? Number.NaN : x! < 0.8 ? 0 : 1)),
      [axis('x', 0, 1, 8)],
      { rounds: 1, most: 100 },
    )
    expect(cells.filter(({ depth }) => depth === 1)).toHaveLength(2)
  })

  it('is finest along the line, though the measure changes most elsewhere', async () => {
    const around = (value: number) => ({ value, low: value - 0.001, high: value + 0.001 })
    const line = [0, 1 / 3, 2 / 3, 1].map((at) => ({ at, cliff: around(0.31 + 0.2 * at) }))
    const isCrossed = ({ from, to }: MeshCell): boolean =>
      0.31 + 0.2 * to[1]! >= from[0]! && 0.31 + 0.2 * from[1]! <= to[0]!
    const axes = [axis('x', 0, 1, 6), axis('y', 0, 1, 3)]
    const step = plain(([x]) => (x! > 0.83 ? 1 : 0))
    const fits = { rounds: 2, most: 84 }
    const { cells } = await refine(step, axes, { ...fits, near: nearLine(line) })
    expect(cells.filter(isCrossed).every(({ depth }) => depth === 2)).toBe(true)
    // What is left goes where the measure changes.
    const { cells: plainly } = await refine(step, axes, fits)
    expect(plainly.filter(isCrossed).some(({ depth }) => depth === 0)).toBe(true)
    const wide = await refine(step, axes, { rounds: 2, most: 200, near: nearLine(line) })
    const isStep = ({ from, to }: MeshCell): boolean => from[0]! < 0.83 && to[0]! > 0.83
    expect(wide.cells.filter(isStep).every(({ depth }) => depth === 2)).toBe(true)
    expect(wide.cells.some(({ depth }) => depth === 0)).toBe(true)
  })
})

describe('the distance to a line', () => {
  const row = (at: number | null, value: number, half = 0.01) => ({
    ...{ at, cliff: { value, low: value - half, high: value + half } },
  })

  it('is nothing where it crosses, and none beyond its interval', () => {
    const near = nearLine([row(0, 0.2), row(1, 0.6), row(2, 0.6)])
    expect(near([0.35, 0.4], [0.45, 0.6])).toBe(0)
    expect(near([0.405, 0.45], [0.5, 0.5])).toBeCloseTo(0.005, 12)
    expect(near([0.45, 0.45], [0.5, 0.5])).toBeNull()
    expect(near([0.5, 1.2], [0.7, 1.3])).toBe(0)
    expect(near([0.5, 2.2], [0.7, 2.3])).toBeNull()
  })

  it('ends where rows have no cliff, and stays with a row alone', () => {
    const near = nearLine([row(0, 0.2), { at: 1, cliff: null }, row(2, 0.6)])
    expect(near([0.1, 0], [0.3, 0.5])).toBe(0)
    expect(near([0.1, 0.1], [0.9, 0.9])).toBeNull()
    expect(near([0.5, 1.5], [0.7, 2])).toBe(0)
  })

  it('of one parameter is that to its place', () => {
    const near = nearLine([row(null, 0.5, 0.1)])
    expect([near([0.4], [0.6]), near([0.55], [0.7]), near([0.7], [0.8])]).toEqual([
      0,
      expect.closeTo(0.05, 12),
      null,
    ])
    expect(nearLine([])([0], [1])).toBeNull()
  })
})
