import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TickTable } from '../../../world/index.ts'
import {
  edge0,
  edge1,
  type Landing,
  liquidityOf,
  type Ranges,
  rangesOf,
  reserve0,
  reserve1,
  sell0,
  sell0To,
  sell1,
  sell1To,
  TickTableError,
  tablePrice,
  tickShift,
} from './kernel.ts'
import { realPools, tableOf } from './tables.conformance.ts'

const raws = realPools()
const tables = raws.map(tableOf)
const names = raws.map((raw, i) => [`${raw.pool} ${raw.feePips}`, i] as const)
const end: Landing = { root: 0, interval: 0 }

/** Liquidity of one range in raw units without decimals, at price 1. */
function oneRange(liquidity: number): Ranges {
  const table: TickTable = {
    pool: 'one range',
    assets: ['A', 'B'],
    decimals: [0, 0],
    fee: 0.0006,
    tickSpacing: 1,
    tick: 0,
    sqrtPrice: 1,
    liquidity,
    ticks: Int32Array.of(-100_000, 100_000),
    net: Float64Array.of(liquidity, -liquidity),
  }
  return rangesOf(table, 1)
}

describe('tick tables', () => {
  it.each(names)('%s: net sums give the stated active liquidity and end at zero', (_, i) => {
    const raw = raws[i]!
    let exact = 0n
    for (const [tick, net] of raw.ticks) if (tick <= raw.tick) exact += BigInt(net)
    expect(exact).toBe(BigInt(raw.liquidity))
    expect(raw.ticks.reduce((sum, [, net]) => sum + BigInt(net), 0n)).toBe(0n)
  })

  it.each(names)('%s: sums in floats differ from exact ones by rounding only', (_, i) => {
    const { ticks, tick, liquidity } = raws[i]!
    const sums = liquidityOf(tables[i]!)
    let exact = 0n
    for (let k = 0; k < sums.length; k++) {
      exact += BigInt(ticks[k]![1])
      const active = ticks[k]![0] <= tick && tick < ticks[k + 1]![0]
      expect(Math.abs(sums[k]! - Number(exact))).toBeLessThanOrEqual(1e-11 * Number(exact))
      if (active) expect(sums[k]! / Number(liquidity)).toBeCloseTo(1, 13)
    }
  })

  // Golden: Uniswap/v3-core test/TickMath.spec.ts; validation F3.
  it.each([
    [50, '79426470787362580746886972461'],
    [-50, '79030349367926598376800521322'],
    [250_000, '21246587762933397357449903968194344'],
    [-738_203, '7409801140451'],
  ])('places tick %i where TickMath does', (tick, ratio) => {
    const table = {
      ...tables[0]!,
      tick: tick - 1,
      ticks: Int32Array.of(tick - 1, tick),
      net: Float64Array.of(1, -1),
      decimals: [0, 0] as const,
      sqrtPrice: 1,
    }
    expect(rangesOf(table, 1).root[1]! / (Number(ratio) / 2 ** 96)).toBeCloseTo(
      1,
      tick < -1e5 ? 9 : 12,
    )
  })

  it('refuses tables that are no pools', () => {
    const table = tables[0]!
    const bad = [
      { ...table, ticks: table.ticks.slice().reverse() },
      { ...table, net: table.net.map((value) => -value) },
      { ...table, net: table.net.slice(1) },
      { ...table, tick: 887_271 },
    ]
    for (const each of bad) expect(() => rangesOf(each, 1)).toThrow(TickTableError)
  })

  it('states by how many ticks a table is moved', () => {
    const table = tables[0]!
    expect(tickShift(table, tablePrice(table))).toBeCloseTo(0, 9)
    expect(tickShift(table, tablePrice(table) * 1.0001 ** 100)).toBeCloseTo(100, 6)
    // USDC per USDC/WETH: one USDC bought 1/2,730 WETH when the table was read.
    expect(1 / tablePrice(table)).toBeGreaterThan(2700)
    expect(1 / tablePrice(table)).toBeLessThan(2760)
  })

  it('keeps the value of reserves when moved: one side grows as the other shrinks', () => {
    const table = tables[0]!
    const price = tablePrice(table)
    const here = rangesOf(table, price)
    const there = rangesOf(table, price * 4)
    const at = (r: Ranges): [number, number] => [
      reserve0(r, r.startRoot, r.start),
      reserve1(r, r.startRoot, r.start),
    ]
    expect(at(there)[0] / at(here)[0]).toBeCloseTo(1 / 2, 9)
    expect(at(there)[1] / at(here)[1]).toBeCloseTo(2, 9)
  })
})

describe('a step within one range', () => {
  const r = oneRange(2e18)
  // Golden: Uniswap/v3-core test/SwapMath.spec.ts; validation F2. Fees are taken outside the curve.
  it('reaches a target price for the amounts of SwapMath', () => {
    const amount = sell1To(r, 1, 0, Math.sqrt(1.01))
    expect(amount / Number('9975124224178055')).toBeCloseTo(1, 12)
    expect((amount * (0.0006 / 0.9994)) / 5988667735148).toBeCloseTo(1, 11)
    expect(sell1(r, 1, 0, amount, end) / 9925619580021728).toBeCloseTo(1, 12)
    expect(end.root).toBeCloseTo(Math.sqrt(1.01), 12)
  })

  it('pays what SwapMath pays for an exact input', () => {
    expect(sell1(r, 1, 0, 1e18 * 0.9994, end) / Number('666399946655997866')).toBeCloseTo(1, 12)
    expect(sell1(r, 1, 0, 2e18, end) / 1e18).toBeCloseTo(1, 12)
  })

  it('does not fill what goes beyond its liquidity', () => {
    const all = sell0To(r, 1, 0, 0)
    expect(sell0(r, 1, 0, all * (1 + 1e-14), end) / reserve1(r, 1, 0)).toBeCloseTo(1, 12)
    expect(end.root).toBe(r.root[0])
    expect(sell0(r, 1, 0, all * 1.001, end)).toBe(0)
    expect(sell1(r, 1, 0, sell1To(r, 1, 0, Infinity) * 1.001, end)).toBe(0)
  })
})

/** A pool at a random price of a real table, and an order as a share of what the pool holds. */
const anywhere = fc.record({
  pool: fc.integer({ min: 0, max: tables.length - 1 }),
  walk: fc.double({ min: 0, max: 0.7, noNaN: true }),
  up: fc.boolean(),
  part: fc.double({ min: 1e-9, max: 0.95, noNaN: true }),
  upwards: fc.boolean(),
})

const built = tables.map((table) => rangesOf(table, tablePrice(table)))

type Place = { readonly r: Ranges; root: number; interval: number }

function placeOf({ pool, walk, up }: { pool: number; walk: number; up: boolean }): Place {
  const r = built[pool]!
  end.root = r.startRoot
  end.interval = r.start
  const held = up ? reserve0(r, r.startRoot, r.start) : reserve1(r, r.startRoot, r.start)
  const price = r.startRoot * r.startRoot
  const order = walk * held * (up ? price : 1 / price)
  if (order > 0) (up ? sell1 : sell0)(r, r.startRoot, r.start, order, end)
  return { r, root: end.root, interval: end.interval }
}

/** Both directions of trading from a place, so that every property is tested in both. */
function side({ r }: Place, upwards: boolean) {
  const sell = upwards ? sell1 : sell0
  const spot = (root: number): number => (upwards ? 1 / (root * root) : root * root)
  return {
    sell: (root: number, interval: number, amount: number) => sell(r, root, interval, amount, end),
    to: (p: Place, root: number) => (upwards ? sell1To : sell0To)(r, p.root, p.interval, root),
    back: (root: number, interval: number, amount: number) =>
      (upwards ? sell0 : sell1)(r, root, interval, amount, end),
    spot,
    size: (p: Place, part: number) => {
      const held = upwards ? reserve0(r, p.root, p.interval) : reserve1(r, p.root, p.interval)
      return (part * held) / spot(p.root)
    },
  }
}

describe('real pools', () => {
  it('pay more in total and less per unit for more', () => {
    fc.assert(
      fc.property(anywhere, (a) => {
        const p = placeOf(a)
        const { sell, size, spot } = side(p, a.upwards)
        const x = size(p, a.part) / 2
        const less = sell(p.root, p.interval, x)
        const after = spot(end.root)
        const more = sell(p.root, p.interval, 2 * x)
        expect(more).toBeGreaterThan(less)
        expect(more / 2).toBeLessThanOrEqual(less * (1 + 1e-12))
        expect(less / x).toBeLessThanOrEqual(spot(p.root) * (1 + 1e-12))
        expect(less / x).toBeGreaterThanOrEqual(after * (1 - 1e-12))
        expect(spot(end.root)).toBeLessThanOrEqual(after * (1 + 1e-12))
      }),
    )
  })

  it('give the same for an order in two parts', () => {
    fc.assert(
      fc.property(anywhere, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (a, cut) => {
        const p = placeOf(a)
        const { sell, size } = side(p, a.upwards)
        const x = size(p, a.part)
        const whole = sell(p.root, p.interval, x)
        const landed = end.root
        const first = sell(p.root, p.interval, x * cut)
        const second = sell(end.root, end.interval, x - x * cut)
        // Orders that are small against their range lose digits to the sums over ranges: 5e-12 seen.
        expect(Math.abs((first + second) / whole - 1)).toBeLessThanOrEqual(1e-10)
        expect(Math.abs(end.root / landed - 1)).toBeLessThanOrEqual(1e-12)
      }),
    )
  })

  it('give back what was put in, and never more, on a round trip without fee', () => {
    fc.assert(
      fc.property(anywhere, (a) => {
        const p = placeOf(a)
        const { sell, back, size } = side(p, a.upwards)
        const x = size(p, a.part)
        const y = sell(p.root, p.interval, x)
        const again = back(end.root, end.interval, y)
        expect(Math.abs(again / x - 1)).toBeLessThanOrEqual(1e-9)
      }),
    )
  })

  it('pay out of what the curve holds, to the last unit', () => {
    fc.assert(
      fc.property(anywhere, (a) => {
        const p = placeOf(a)
        const { sell, size } = side(p, a.upwards)
        const { r } = p
        const before = [reserve0(r, p.root, p.interval), reserve1(r, p.root, p.interval)] as const
        const x = size(p, a.part)
        const y = sell(p.root, p.interval, x)
        const after = [
          reserve0(r, end.root, end.interval),
          reserve1(r, end.root, end.interval),
        ] as const
        const [sold, bought] = a.upwards ? ([1, 0] as const) : ([0, 1] as const)
        expect(Math.abs(after[sold] - before[sold] - x)).toBeLessThanOrEqual(1e-10 * after[sold])
        expect(Math.abs(before[bought] - after[bought] - y)).toBeLessThanOrEqual(
          1e-10 * before[bought],
        )
      }),
    )
  })

  it('reach a target price with the amount found in closed form', () => {
    fc.assert(
      fc.property(anywhere, fc.double({ min: 1e-5, max: 1.5, noNaN: true }), (a, far) => {
        const p = placeOf(a)
        const { sell, to } = side(p, a.upwards)
        const target = a.upwards ? p.root * (1 + far) : p.root / (1 + far)
        const x = to(p, target)
        expect(sell(p.root, p.interval, x)).toBeGreaterThan(0)
        expect(Math.abs(end.root / target - 1)).toBeLessThanOrEqual(1e-9)
      }),
    )
  })

  it('scale with liquidity', () => {
    const table = tables[2]!
    const double = { ...table, net: table.net.map((value) => 2 * value) }
    const price = tablePrice(table)
    const [a, b] = [rangesOf(table, price), rangesOf(double, price)]
    for (const x of [1, 1e5, 1e7])
      expect(sell0(b, b.startRoot, b.start, 2 * x, end)).toBe(
        2 * sell0(a, a.startRoot, a.start, x, end),
      )
  })
})

describe('gaps', () => {
  const table: TickTable = {
    pool: 'with a gap',
    assets: ['A', 'B'],
    decimals: [0, 0],
    fee: 0,
    tickSpacing: 1,
    tick: 0,
    sqrtPrice: 1,
    liquidity: 1000,
    ticks: Int32Array.of(-300, -200, -100, 100, 200, 300),
    net: Float64Array.of(500, -500, 1000, -1000, 500, -500),
  }
  const r = rangesOf(table, 1)

  it('are crossed at no cost, and prices start behind them', () => {
    const toGap = sell0To(r, 1, 2, r.root[2]!)
    expect(sell0To(r, 1, 2, r.root[1]!)).toBe(toGap)
    sell0(r, 1, 2, toGap, end)
    expect(edge0(r, r.root[2]!, 2)).toBe(r.root[1])
    expect(sell0(r, 1, 2, toGap * 1.01, end)).toBeGreaterThan(0)
    expect(end.interval).toBe(0)
    expect(edge1(r, r.root[3]!, 2)).toBe(r.root[4])
    expect(edge0(r, r.root[0]!, 0)).toBe(0)
    expect(edge1(r, r.root[5]!, 4)).toBe(Infinity)
    expect([edge0(r, 1, 2), edge1(r, 1, 2)]).toEqual([1, 1])
  })
})
