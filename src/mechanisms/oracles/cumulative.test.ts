import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accrue, type Cumulative, meanOver, type WindowRule } from './cumulative.ts'

function fresh(kept: number): Cumulative {
  return {
    now: new Float64Array(4),
    at: new Float64Array(kept),
    sum: new Float64Array(kept),
    count: new Int32Array(3),
  }
}

/** A value that stood for some seconds. */
type Stood = readonly [value: number, seconds: number]

/** Mean over the last seconds, from what stood; before the first value it was always that. */
function plainMean(stood: readonly Stood[], window: number): number {
  let left = window
  let total = 0
  for (const [value, length] of [...stood].reverse()) {
    const part = Math.min(left, length)
    total += value * part
    left -= part
  }
  return (total + left * stood[0]![0]) / window
}

/** Means after every step. */
function run(stood: readonly Stood[], window: number, kept: number, rule: WindowRule): number[] {
  const own = fresh(kept)
  let time = 0
  return stood.map(([value, length]) => {
    time += length
    accrue(own, value, time)
    return meanOver(own, window, rule)
  })
}

const path = fc.array(
  fc.tuple(fc.constantFrom(1, 2, 5, 100, 0.01), fc.integer({ min: 1, max: 9 })),
  { minLength: 1, maxLength: 40 },
)
const window = fc.double({ min: 0.5, max: 60, noNaN: true })

describe('cumulative sums', () => {
  it('give the mean of what stood, wherever the window begins', () => {
    fc.assert(
      fc.property(path, window, (stood, w) => {
        run(stood, w, 64, 'none').forEach((mean, k) => {
          expect(mean / plainMean(stood.slice(0, k + 1), w)).toBeCloseTo(1, 9)
        })
      }),
      { seed: 7 },
    )
  })

  it('give a value itself, to the bit, when it has stood for the whole window', () => {
    fc.assert(
      fc.property(path, fc.double({ min: 1e-9, max: 1e9, noNaN: true }), (stood, value) => {
        expect(run([...stood, [value, 60]], 60, 64, 'none').at(-1)).toBe(value)
      }),
      { seed: 7 },
    )
  })

  it('need one observation per change in the window, and one at its far end', () => {
    const stood = Array.from({ length: 50 }, (_, k): Stood => [k + 1, 1])
    expect(run(stood, 10, 10, 'none').every((mean) => mean > 0)).toBe(true)
    expect(run(stood, 10, 9, 'none').at(-1)).toBeNaN()
  })

  it('give no mean, or that of what is kept, when the window begins earlier', () => {
    // Observations at 10 and 20 s are kept of 0, 10 and 20.
    const stood: Stood[] = [
      [1, 10],
      [2, 10],
      [3, 10],
    ]
    expect(run(stood, 25, 2, 'none')[2]).toBeNaN()
    expect(run(stood, 25, 2, 'oldest')[2]).toBe(2.5)
    expect(run(stood, 20, 2, 'none')[2]).toBe(2.5)
    expect(run(stood, 25, 3, 'none')[2]).toBeCloseTo((5 + 20 + 30) / 25, 12)
  })

  it('write no observation while nothing changes', () => {
    const stood: Stood[] = [[1, 10], ...Array.from({ length: 30 }, (): Stood => [2, 1])]
    expect(run(stood, 35, 2, 'none').at(-1)).toBeCloseTo((5 + 2 * 30) / 35, 12)
  })
})
