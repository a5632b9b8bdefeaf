import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { capFor } from './capUpdater.ts'
import { allows } from './ratioUpdater.ts'
import {
  dailyOf,
  ewmaDaily,
  marginThreshold,
  usageFactor,
  volColumns,
  watchVol,
  within,
} from './riskManager.ts'

const DAY = 86_400
const share = (min = 0.01, max = 0.99) => fc.double({ min, max, noNaN: true })

describe('ewmaDaily', () => {
  // Computed from sqrt(lambda + (1 - lambda) k^2) (validation I6).
  it.each([
    [3, 1.216552506],
    [5, 1.562049935],
    [10, 2.634387974],
  ])('multiplies volatility after a day of %i standard deviations by %f', (k, multiplier) => {
    const vol = 0.04
    const after = Math.sqrt(ewmaDaily(vol * vol, k * vol, DAY, 0.94))
    expect(after / vol).toBeCloseTo(multiplier, 9)
  })

  it('forgets half of a variance in 11.202305584 days', () => {
    const half = 11.202305584
    expect(ewmaDaily(1, 0, half * DAY, 0.94)).toBeCloseTo(0.5, 10)
    let variance = 1
    for (let hour = 0; hour < 24; hour++) variance = ewmaDaily(variance, 0, 3600, 0.94)
    expect(variance).toBeCloseTo(0.94, 12)
  })

  it('keeps the variance that moves of that size have, whatever the interval', () => {
    fc.assert(
      fc.property(share(0.001, 0.5), share(60, 1e6), share(), (vol, dt, lambda) => {
        const move = vol * Math.sqrt(dt / DAY)
        expect(ewmaDaily(vol * vol, move, dt, lambda)).toBeCloseTo(vol * vol, 12)
      }),
      { seed: 1 },
    )
  })

  it('lies between the variance before and that of the move', () => {
    fc.assert(
      fc.property(share(0, 1), share(0, 1), share(1, 1e6), share(), (before, move, dt, lambda) => {
        const own = (move * move * DAY) / dt
        const after = ewmaDaily(before, move, dt, lambda)
        // Eight roundings, and those of subnormal numbers.
        const [slack, rest] = [8 * Number.EPSILON, 4 * Number.MIN_VALUE]
        expect(after).toBeGreaterThanOrEqual(Math.min(before, own) * (1 - slack) - rest)
        expect(after).toBeLessThanOrEqual(Math.max(before, own) * (1 + slack) + rest)
      }),
      {
        seed: 2,
        examples: [
          [1.5e-323, 1.5717277847026288e-162, 3420.629829257394, 0.01],
          // A second takes little of a long memory.
          [0.5, 0.5 / Math.sqrt(DAY), 1, 0.99],
        ],
      },
    )
  })
})

describe('watchVol', () => {
  it('opens at the stated volatility and takes returns from the second price on', () => {
    const specs = volColumns(1, 0.8)
    const s = Object.fromEntries(
      Object.entries(specs).map(([key, { fill = 0 }]) => [key, Float64Array.of(fill)]),
    ) as Parameters<typeof watchVol>[0]
    expect(dailyOf(0.8)).toBeCloseTo(0.8 / Math.sqrt(365), 14)
    expect(watchVol(s, 0, 100, 0, 0.94)).toBeCloseTo(dailyOf(0.8), 14)
    const move = Math.log(0.9)
    const expected = Math.sqrt(0.94 * dailyOf(0.8) ** 2 + 0.06 * move * move)
    expect(watchVol(s, 0, 90, DAY, 0.94)).toBeCloseTo(expected, 14)
  })
})

describe('marginThreshold', () => {
  it('is 1 - k sigma sqrt(tau) - impact', () => {
    expect(marginThreshold(3, 0.04, DAY, 0.05)).toBeCloseTo(1 - 0.12 - 0.05, 14)
    expect(marginThreshold(3, 0.04, 4 * DAY, 0)).toBeCloseTo(1 - 0.24, 14)
  })

  it('falls with volatility, horizon, impact and k', () => {
    fc.assert(
      fc.property(share(), share(), share(), share(), share(), (k, vol, days, impact, more) => {
        const at = (a: number, b: number, c: number, d: number) => marginThreshold(a, b, c * DAY, d)
        const base = at(k, vol, days, impact)
        expect(at(k + more, vol, days, impact)).toBeLessThan(base)
        expect(at(k, vol + more, days, impact)).toBeLessThan(base)
        expect(at(k, vol, days + more, impact)).toBeLessThan(base)
        expect(at(k, vol, days, impact + more)).toBeLessThan(base)
      }),
      { seed: 3 },
    )
  })
})

describe('within', () => {
  it('goes towards what is wanted and never further than a step', () => {
    fc.assert(
      fc.property(share(), share(), share(0, 0.5), (now, wanted, step) => {
        const next = within(now, wanted, step)
        expect(Math.abs(next - now)).toBeLessThanOrEqual((step || 1) + 1e-15)
        expect(Math.abs(next - wanted)).toBeLessThanOrEqual(Math.abs(now - wanted))
      }),
      { seed: 4 },
    )
    expect(within(0.8, 0.5, 0)).toBe(0.5)
  })
})

describe('caps', () => {
  const rule = { above: 0.75, below: 0.3, up: 0.2, down: 0.2, room: 1.1, most: 2 }

  it.each([
    ['raises what is nearly used up', 100, 80, 120],
    ['leaves what is used well', 100, 50, 100],
    ['lowers what is hardly used', 100, 10, 80],
    ['does not raise a cap because more than it is used', 100, 95, 120],
  ])('%s', (_, cap, used, expected) => {
    expect(usageFactor(used / cap, rule)).toBe(expected / cap)
    expect(capFor(rule, cap, used, 100)).toBeCloseTo(expected, 12)
  })

  it('stay within a multiple of the opening', () => {
    expect(capFor(rule, 190, 180, 100)).toBe(200)
    expect(capFor({ ...rule, most: 0 }, 190, 180, 100)).toBeCloseTo(228, 12)
  })

  it('are not lowered below what is used and some room, unless told so', () => {
    const hasty = { ...rule, below: 0.9, above: 1 }
    expect(capFor(hasty, 100, 85, 100)).toBeCloseTo(93.5, 12)
    expect(capFor({ ...hasty, room: 0 }, 100, 85, 100)).toBeCloseTo(80, 12)
    fc.assert(
      fc.property(share(1, 1e6), share(0, 1e6), (cap, used) => {
        const next = capFor(hasty, cap, used, cap)
        expect(next).toBeGreaterThanOrEqual(Math.min(cap, 1.1 * used) * (1 - 1e-12))
      }),
      { seed: 5 },
    )
  })
})

describe('allows', () => {
  it('compares the truth with a cap that grows from its time', () => {
    expect(allows(1.15, 0.1, 0, 365 * DAY, 1.264)).toBe(true)
    expect(allows(1.15, 0.1, 0, 365 * DAY, 1.266)).toBe(false)
  })
})
