import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { extreme, remember, type WindowColumns, windowColumns } from './window.ts'

function opened(series: number, seconds: number, every: number): WindowColumns {
  const { seenAt, seen } = windowColumns(series, seconds, every)
  return {
    seenAt: new Float64Array(seenAt.length).fill(seenAt.fill!),
    seen: new Float64Array(seen.length),
    seenNext: new Int32Array(1),
  }
}

describe('a rolling window', () => {
  it('gives the extremes of what was seen within it, as a scan of everything does', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e3, noNaN: true }), { maxLength: 40 })
    const ticks = fc.integer({ min: 0, max: 12 })
    fc.assert(
      fc.property(values, ticks, ticks, (seen, window, gap) => {
        const s = opened(2, window * 12, 12)
        const all: { time: number; value: number }[] = []
        seen.forEach((value, k) => {
          // One observation is left out now and then.
          if (gap > 0 && k % gap === gap - 1) return
          const time = 12 * (k + 1)
          remember(s, time, [-1, value])
          all.push({ time, value })
          const within = all.filter((o) => o.time >= time - window * 12).map((o) => o.value)
          const at = (sign: -1 | 1) =>
            s.seen[2 * extreme(s, { of: 1, count: 2 }, time, window * 12, sign) + 1]
          expect(at(1)).toBe(Math.max(...within))
          expect(at(-1)).toBe(Math.min(...within))
        })
      }),
      { seed: 6 },
    )
  })

  it('has nothing to give before the first observation', () => {
    expect(extreme(opened(1, 60, 12), { of: 0, count: 1 }, 12, 60, 1)).toBe(-1)
  })
})
