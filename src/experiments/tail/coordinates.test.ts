import { describe, expect, it } from 'vitest'
import { philoxDraws } from '../../math/index.ts'
import { coordinatesOf, impose, project } from './coordinates.ts'
import { createRows, drawPoint } from './plain.ts'
import type { Column } from './steering.ts'

const TICKS = 50
const COLUMNS: readonly Column[] = [
  { instance: 'noise', slot: 1, kind: 'normal', after: -1 },
  { instance: 'jumps', slot: 0, kind: 'uniform', after: -1 },
  { instance: 'jumps', slot: 1, kind: 'normal', after: 1 },
]
const coordinates = coordinatesOf(COLUMNS, TICKS)
const size = coordinates.length
const points = createRows(4000, COLUMNS.length * TICKS)
const draws = philoxDraws(5, 0, 'points')
points.forEach((point, i) => {
  drawPoint(draws, i, point)
})
const read = points.map((point) => {
  const out = new Float64Array(size)
  project(coordinates, TICKS, point, out)
  return out
})

describe('coordinates of a path', () => {
  it('are parts of the noise, the rarest decision, and what is drawn beside it', () => {
    expect(coordinates.map(({ kind }) => kind)).toEqual(['mean', 'mean', 'mean', 'least', 'beside'])
  })

  it('are independent standard normals', () => {
    for (let a = 0; a < size; a++)
      for (let b = 0; b <= a; b++) {
        const moment = read.reduce((sum, w) => sum + w[a]! * w[b]!, 0) / read.length
        // Standard error of a product's mean: 1, of a square's: sqrt 2, over sqrt 4000.
        expect(Math.abs(moment - (a === b ? 1 : 0))).toBeLessThan(4 * 0.0224)
      }
    for (let a = 0; a < size; a++) {
      const mean = read.reduce((sum, w) => sum + w[a]!, 0) / read.length
      expect(Math.abs(mean)).toBeLessThan(4 * 0.0159)
      const beyond = read.filter((w) => w[a]! > 1.6448536269514722).length / read.length
      expect(Math.abs(beyond - 0.05)).toBeLessThan(4 * 0.00345)
    }
  })

  it('are imposed exactly, and imposing what is there changes nothing', () => {
    for (const point of points.slice(0, 50)) {
      const same = point.slice()
      const own = new Float64Array(size)
      project(coordinates, TICKS, same, own)
      impose(coordinates, TICKS, own, same)
      same.forEach((z, i) => {
        expect(z).toBeCloseTo(point[i]!, 9)
      })
      const wanted = Float64Array.of(-2, 0.5, 3, -4.5, -3)
      impose(coordinates, TICKS, wanted, same)
      project(coordinates, TICKS, same, own)
      own.forEach((w, k) => {
        expect(w).toBeCloseTo(wanted[k]!, 9)
      })
    }
  })
})
