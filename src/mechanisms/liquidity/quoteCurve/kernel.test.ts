import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ImpactTable } from '../../../world/index.ts'
import {
  buy,
  type Curve,
  curveOf,
  ImpactTableError,
  moveTo,
  type Stop,
  sell,
  shareAt,
} from './kernel.ts'

function table(rows: readonly (readonly [size: number, impact: number])[]): ImpactTable {
  return {
    sell: 'ETH',
    buy: 'USDC',
    size: Float64Array.from(rows, ([size]) => size),
    impact: Float64Array.from(rows, ([, impact]) => impact),
    spot: 2000,
  }
}

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true })

/** Tables of rising sizes and rising impacts below one half: convex, concave or ragged. */
const tables = fc
  .array(fc.tuple(between(0.01, 50), between(0, 0.04)), { minLength: 1, maxLength: 12 })
  .map((steps) => {
    let [size, impact] = [0, 0]
    return table(
      steps.map(([width, more]) => {
        // Selling more buys more: the impact grows more slowly than the size.
        const most = 1 - ((1 - impact) * size) / (size + width)
        size += width
        impact = Math.min(impact + more, impact + 0.9 * (most - impact))
        return [size, impact] as const
      }),
    )
  })

function sold(curve: Curve, from: number, amount: number): Stop | null {
  const stop = { displacement: Number.NaN, area: Number.NaN }
  return sell(curve, from, amount, stop) ? stop : null
}

function bought(curve: Curve, from: number, area: number): Stop | null {
  const stop = { displacement: Number.NaN, area: Number.NaN }
  return buy(curve, from, area, stop) ? stop : null
}

const end = (curve: Curve): number => curve.at.at(-1)!

/** Largest fall of the marginal price per token. */
function steepest({ at, share }: Curve): number {
  return at
    .slice(1)
    .reduce((most, x, i) => Math.max(most, (share[i]! - share[i + 1]!) / (x - at[i]!)), 0)
}

describe('a curve from quotes', () => {
  it('pays what was quoted at every quoted size, where impacts grow faster than sizes', () => {
    const rows = [
      [10, 0.001],
      [50, 0.006],
      [200, 0.03],
      [1000, 0.19],
    ] as const
    const curve = curveOf(table(rows), 1)
    for (const [size, impact] of rows)
      expect(sold(curve, 0, size)!.area).toBeCloseTo(size * (1 - impact), 9)
    expect(sold(curve, 0, 1001)).toBeNull()
  })

  it('pays what was quoted at every size for concave impacts, such as the root of the size', () => {
    const rows = [1, 4, 9, 16, 25, 100].map((q) => [q, 0.01 * Math.sqrt(q)] as const)
    const curve = curveOf(table(rows), 1)
    for (const [size, impact] of rows)
      expect(sold(curve, 0, size)!.area).toBeCloseTo(size * (1 - impact), 10)
  })

  it('never pays less than quoted, and never improves with size', () => {
    fc.assert(
      fc.property(tables, between(0, 1), between(0, 1), (t, u, v) => {
        const curve = curveOf(t, 1)
        t.size.forEach((size, k) => {
          expect(sold(curve, 0, size)!.area).toBeGreaterThanOrEqual(
            size * (1 - t.impact[k]!) * (1 - 1e-12),
          )
        })
        const [x, y] = [(2 * u - 1) * end(curve), (2 * v - 1) * end(curve)]
        expect(shareAt(curve, Math.max(x, y))).toBeLessThanOrEqual(
          shareAt(curve, Math.min(x, y)) + 1e-14,
        )
        expect(shareAt(curve, end(curve))).toBeGreaterThan(0)
      }),
    )
  })

  it('drops quotes that are worse than a mixture of their neighbours', () => {
    const curve = curveOf(
      table([
        [10, 0.01],
        [20, 0.09],
        [30, 0.04],
      ]),
      1,
    )
    expect(sold(curve, 0, 10)!.area).toBeCloseTo(9.9, 12)
    expect(sold(curve, 0, 30)!.area).toBeCloseTo(28.8, 12)
    expect(sold(curve, 0, 20)!.area).toBeGreaterThan(18.2)
  })

  it('starts flat where the first sizes have no impact', () => {
    const curve = curveOf(
      table([
        [10, 0],
        [20, 0.02],
      ]),
      1,
    )
    expect([shareAt(curve, 0), shareAt(curve, 5), shareAt(curve, 10)]).toEqual([1, 1, 1])
    expect(sold(curve, 0, 20)!.area).toBeCloseTo(19.6, 12)
  })

  it('has the same impact for twice the size in twice the unit', () => {
    fc.assert(
      fc.property(tables, between(0.01, 0.99), between(0.01, 100), (t, u, unit) => {
        const q = u * t.size.at(-1)!
        const one = sold(curveOf(t, 1), 0, q)!.area
        expect(sold(curveOf(t, unit), 0, unit * q)!.area / unit / one).toBeCloseTo(1, 10)
      }),
    )
  })
})

describe('a walk along the curve', () => {
  it('earns the integral of the marginal price', () => {
    const curve = curveOf(
      table([
        [10, 0.001],
        [50, 0.006],
        [200, 0.03],
      ]),
      1,
    )
    for (const [from, amount] of [
      [0, 150],
      [-80, 200],
      [-200, 400],
      [20, 7],
    ] as const) {
      const n = 20_000
      let sum = 0
      for (let k = 0; k < n; k++) sum += shareAt(curve, from + ((k + 0.5) * amount) / n)
      expect(sold(curve, from, amount)!.area / ((sum * amount) / n)).toBeCloseTo(1, 8)
    }
  })

  it('earns the same however a sale is cut', () => {
    fc.assert(
      fc.property(
        tables,
        between(0.01, 0.99),
        between(0.01, 1),
        between(-1, 0.5),
        (t, cut, u, x) => {
          const curve = curveOf(t, 1)
          const from = x * end(curve)
          const amount = u * (end(curve) - from)
          const first = sold(curve, from, cut * amount)!
          const second = sold(curve, first.displacement, (1 - cut) * amount)!
          const whole = sold(curve, from, amount)!.area
          expect(Math.abs(first.area + second.area - whole)).toBeLessThanOrEqual(1e-10 * whole)
        },
      ),
    )
  })

  it('buys back exactly what a sale has displaced, for what it earned', () => {
    fc.assert(
      fc.property(tables, between(0.001, 1), between(-1, 0.99), (t, u, x) => {
        const curve = curveOf(t, 1)
        const from = x * end(curve)
        const amount = u * (end(curve) - from)
        const there = sold(curve, from, amount)!
        const back = bought(curve, there.displacement, there.area)!
        expect(Math.abs(back.displacement - from)).toBeLessThanOrEqual(1e-9 * end(curve))
      }),
    )
  })

  it('stops where the marginal price is what it was asked for, or where the curve ends', () => {
    fc.assert(
      fc.property(tables, between(-0.9, 0.9), between(-0.5, 0.5), (t, x, move) => {
        const curve = curveOf(t, 1)
        const from = x * end(curve)
        const target = shareAt(curve, from) * (1 + move)
        const stop = { displacement: Number.NaN, area: Number.NaN }
        const direction = move < 0 ? 1 : -1
        moveTo(curve, from, direction, target, stop)
        const isEnd = Math.abs(stop.displacement) === end(curve)
        const gap = (target - shareAt(curve, stop.displacement)) * direction
        if (isEnd) expect(gap).toBeLessThanOrEqual(1e-12)
        // Steep pieces: the price moves this much per last digit of the displacement.
        else expect(Math.abs(gap)).toBeLessThanOrEqual(1e-9 + steepest(curve) * 4e-16 * end(curve))
        const other = { displacement: Number.NaN, area: Number.NaN }
        moveTo(curve, from, direction === 1 ? -1 : 1, target, other)
        expect([other.displacement, other.area]).toEqual([from, 0])
      }),
    )
  })

  it('walks over corners that rounding would have lifted', () => {
    const sizes = [0.01, 4.1930485515499125, 4.203048551549912, 4.214559602881634]
    const curve = curveOf(table(sizes.map((q) => [q, 0.008264565794909584] as const)), 1)
    const stop = { displacement: Number.NaN, area: Number.NaN }
    moveTo(curve, 0, -1, 1.28, stop)
    expect(stop.displacement).toBe(-end(curve))
    for (let k = 1; k < curve.share.length; k++)
      expect(curve.share[k]!).toBeLessThanOrEqual(curve.share[k - 1]!)
  })

  it('fills to the largest measured size and not beyond, on both sides', () => {
    const curve = curveOf(table([[10, 0.05]]), 1)
    expect(sold(curve, 0, 10)!.displacement).toBe(10)
    expect(sold(curve, 0, 10.001)).toBeNull()
    expect(sold(curve, 10, 1e-9)).toBeNull()
    expect(bought(curve, 0, 10.5)!.displacement).toBeCloseTo(-10, 12)
    expect(bought(curve, 0, 10.6)).toBeNull()
    expect(bought(curve, -10, 1e-9)).toBeNull()
    expect(sold(curve, -10, 20)!.area).toBeCloseTo(20, 12)
  })
})

describe('a table is refused', () => {
  it.each([
    [[], /0 sizes/],
    [
      [
        [10, 0.01],
        [10, 0.02],
      ],
      /row 1: size 10 after 10/,
    ],
    [[[0, 0.01]], /row 0: size 0/],
    [[[10, 1]], /row 0: impact 1/],
    [[[10, -0.1]], /row 0: impact -0.1/],
    [[[10, Number.NaN]], /impact NaN/],
    [
      [
        [10, 0.01],
        [20, 0.6],
      ],
      /row 1: selling 20 buys no more than selling less/,
    ],
  ] as const)('when its rows are %j', (rows, message) => {
    const build = () => curveOf(table(rows as never), 1)
    expect(build).toThrow(ImpactTableError)
    expect(build).toThrow(message)
  })
})
