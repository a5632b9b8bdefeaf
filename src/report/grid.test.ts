import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shockGrid } from './grid.ts'

const EVERYWHERE = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const

describe('values of a shock', () => {
  it('run from 0 to twice the shock in round steps', () => {
    expect(shockGrid(0.1, 0.1, [0, 0.9])).toEqual([
      ...[0, 0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.175, 0.2],
    ])
    expect(shockGrid(4, 4, EVERYWHERE)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('stay within the range and reach its end', () => {
    expect(shockGrid(0.6, 0.6, [0, 0.99])).toEqual([
      ...[0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99],
    ])
    expect(shockGrid(3, 3, [2, 5])[0]).toBe(2)
  })

  it('take the usual shock where this run has none, and are none without either', () => {
    expect(shockGrid(0, 0.1, [0, 0.9])).toEqual(shockGrid(0.1, 0.1, [0, 0.9]))
    expect(shockGrid(0, 0, EVERYWHERE)).toEqual([])
  })

  it('fall below 0 where the shock is negative', () => {
    expect(shockGrid(-4, -4, EVERYWHERE)).toEqual([-8, -7, -6, -5, -4, -3, -2, -1, 0])
  })

  it('are about nine, ascending, each once, the own value among them', () => {
    const shock = fc.double({ min: 1e-6, max: 1e9, noNaN: true })
    fc.assert(
      fc.property(shock, (value) => {
        const grid = shockGrid(value, 1, EVERYWHERE)
        expect(grid).toContain(value)
        expect(grid.length).toBeGreaterThan(6)
        expect(grid.length).toBeLessThan(16)
        for (let k = 1; k < grid.length; k++) expect(grid[k]!).toBeGreaterThan(grid[k - 1]!)
      }),
    )
  })
})
