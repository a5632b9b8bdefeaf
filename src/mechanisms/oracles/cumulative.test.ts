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

type Observation = { readonly time: number; readonly sum: bigint }

/**
 * The observations of a v3 pool in integers, with its cardinality grown before the first swap.
 * Source: Uniswap/v3-core contracts/libraries/Oracle.sol; `consult` of v3-periphery's OracleLibrary.sol.
 */
function v3Pool(kept: number, opening: number) {
  const ring: (Observation | undefined)[] = Array(kept).fill(undefined)
  let index = 0
  let tick = opening
  ring[0] = { time: 0, sum: 0n }
  const at = ({ time, sum }: Observation, then: number): bigint =>
    sum + BigInt(tick) * BigInt(then - time)
  function cumulative(then: number): bigint {
    const last = ring[index]!
    if (last.time <= then) return at(last, then)
    const written = ring.filter((own) => own !== undefined).sort((a, b) => a.time - b.time)
    const after = written.findIndex(({ time }) => time >= then)
    if (written[0]!.time > then) throw new Error('OLD')
    const [a, b] = [written[Math.max(0, after - 1)]!, written[after]!]
    if (b.time === then) return b.sum
    return a.sum + ((b.sum - a.sum) / BigInt(b.time - a.time)) * BigInt(then - a.time)
  }
  return {
    swap(time: number, to: number): void {
      if (to === tick) return
      const last = ring[index]!
      if (last.time !== time) {
        index = (index + 1) % kept
        ring[index] = { time, sum: at(last, time) }
      }
      tick = to
    },
    /** Mean tick over the last seconds; NaN where the pool reverts. */
    consult(time: number, window: number): number {
      try {
        const delta = cumulative(time) - cumulative(time - window)
        const mean = delta / BigInt(window)
        return Number(delta < 0n && delta % BigInt(window) !== 0n ? mean - 1n : mean)
      } catch {
        return Number.NaN
      }
    },
  }
}

describe('cumulative sums of ticks', () => {
  it('are those of a v3 pool in integers, to the tick and to the revert', () => {
    const step = fc.tuple(fc.integer({ min: -900, max: 900 }), fc.integer({ min: 1, max: 40 }))
    const all = fc.tuple(
      fc.array(step, { minLength: 2, maxLength: 60 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 200 }),
    )
    let reverts = 0
    let answers = 0
    fc.assert(
      fc.property(all, ([steps, kept, length]) => {
        const pool = v3Pool(kept, steps[0]![0])
        const own = fresh(kept)
        let time = 0
        for (const [tick, seconds] of steps) {
          // A swap at the end of one block stands until the next.
          pool.swap(time, tick)
          time += seconds
          accrue(own, tick, time)
          const mean = meanOver(own, length, 'none')
          if (length > time) continue
          const expected = pool.consult(time, length)
          expect(Math.floor(mean)).toBe(expected)
          if (Number.isNaN(expected)) reverts++
          else answers++
        }
      }),
      { seed: 11, numRuns: 300 },
    )
    expect(reverts).toBeGreaterThan(100)
    expect(answers).toBeGreaterThan(1000)
  })
})
