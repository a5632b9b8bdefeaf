import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decayOver,
  depthShare,
  eat,
  type Fill,
  type Ladder,
  ladderOf,
  redepth,
  refill,
  sizeAt,
} from './kernel.ts'

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const side = fc
  .array(fc.record({ way: between(0.001, 0.1), size: between(1, 1e4) }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((steps) => {
    let [distance, depth] = [0, 0]
    return steps.map(({ way, size }) => {
      distance += way
      depth += size
      return { distance, depth }
    })
  })
const ladder = fc.tuple(side, side).map(([bids, asks]) => ladderOf('book', bids, asks, 1))

function ate(l: Ladder, from: number, direction: 1 | -1, base = Infinity, money = Infinity): Fill {
  const out: Fill = { position: 0, base: 0, money: 0 }
  eat(l, from, direction, direction * Infinity, base, money, out)
  return out
}

function near(actual: number, expected: number, relative = 1e-9): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(relative * Math.abs(expected) + 1e-12)
}

describe('the orders of a book', () => {
  it('add up to the levels stated, on both sides', () => {
    const l = ladderOf(
      'book',
      [
        { distance: 0.01, depth: 10 },
        { distance: 0.05, depth: 25 },
      ],
      [{ distance: 0.02, depth: 7 }],
      2,
    )
    expect(sizeAt(l, -Math.log(0.99))).toBeCloseTo(20, 12)
    expect(sizeAt(l, 1)).toBeCloseTo(50, 12)
    expect(sizeAt(l, -1)).toBeCloseTo(-14, 12)
    expect(ate(l, 0, 1).base).toBeCloseTo(50, 12)
    expect(ate(l, 0, -1).base).toBeCloseTo(14, 12)
  })

  it('earn the integral of the price over what is eaten', () => {
    const l = ladderOf('book', [{ distance: 0.3, depth: 100 }], [{ distance: 0.3, depth: 100 }], 1)
    for (const direction of [1, -1] as const) {
      const { base, money, position } = ate(l, 0, direction, 70)
      const n = 100_000
      let sum = 0
      for (let k = 0; k < n; k++) sum += (Math.exp((-position * (k + 0.5)) / n) * base) / n
      near(money, sum, 1e-9)
    }
  })

  it('pay the same however an order is cut, and end at the first limit', () => {
    fc.assert(
      fc.property(ladder, between(0.01, 0.99), between(0.01, 0.99), (l, part, cut) => {
        for (const direction of [1, -1] as const) {
          const all = ate(l, 0, direction)
          const whole = ate(l, 0, direction, part * all.base)
          near(whole.base, part * all.base)
          const first = ate(l, 0, direction, cut * whole.base)
          const second = ate(l, first.position, direction, (1 - cut) * whole.base)
          near(first.money + second.money, whole.money)
          near(second.position, whole.position)
          // The same fill, found by its money.
          const paid = ate(l, 0, direction, Infinity, whole.money)
          near(paid.base, whole.base)
          expect(direction * whole.position).toBeLessThan(direction * all.position)
        }
      }),
    )
  })

  it('cost more for more: prices fall as a sale goes on and rise as a purchase does', () => {
    fc.assert(
      fc.property(ladder, between(0.01, 0.98), (l, part) => {
        for (const direction of [1, -1] as const) {
          const { base } = ate(l, 0, direction)
          const less = ate(l, 0, direction, part * base)
          const more = ate(l, 0, direction, part * base * 1.01)
          expect(more.money).toBeGreaterThan(less.money)
          const worse = direction * (more.money / more.base - less.money / less.base)
          expect(worse).toBeLessThanOrEqual(1e-9)
        }
      }),
    )
  })

  it('scale: a book of twice the size takes twice the order at the same prices', () => {
    fc.assert(
      fc.property(side, side, between(0.01, 0.99), between(0.1, 100), (bids, asks, part, scale) => {
        const one = ladderOf('book', bids, asks, 1)
        const many = ladderOf('book', bids, asks, scale)
        const a = ate(one, 0, 1, part * ate(one, 0, 1).base)
        const b = ate(many, 0, 1, scale * a.base)
        near(b.money, scale * a.money)
        near(b.position, a.position)
      }),
    )
  })
})

/** What may happen to a book: somebody trades, makers cancel or come back, time passes. */
const happening = fc.oneof(
  fc.record({ kind: fc.constant('trade' as const), x: between(-0.5, 0.5) }),
  fc.record({ kind: fc.constant('share' as const), x: between(0.01, 1) }),
  fc.record({ kind: fc.constant('time' as const), x: between(0, 1) }),
)

type Walker = { position: number; share: number; base: number; cash: number }

/** Trade a share of all orders (sales > 0), as far as the book goes, without spread and fee. */
function trade(l: Ladder, w: Walker, base: number): void {
  if (base === 0) return
  const fill = ate(l, w.position, base > 0 ? 1 : -1, Math.abs(base) / w.share)
  w.base -= Math.sign(base) * w.share * fill.base
  w.cash += Math.sign(base) * w.share * fill.money
  w.position = fill.position
}

describe('nobody', () => {
  it('gains by trading to and fro, however depth changes and makers come back between', () => {
    fc.assert(
      fc.property(ladder, fc.array(happening, { minLength: 1, maxLength: 20 }), (l, all) => {
        const w: Walker = { position: 0, share: 1, base: 0, cash: 0 }
        const size = ate(l, 0, 1).base
        let turnover = 0
        for (const { kind, x } of all) {
          if (kind === 'trade') trade(l, w, x * size * w.share)
          else if (kind === 'time') w.position = refill(w.position, -w.base / size / 100, x)
          else {
            w.position = redepth(l, w.position, w.share, x)
            w.share = x
          }
          turnover += Math.abs(w.cash)
        }
        // Sell what was bought and buy back what was sold; where the book ends there, it is not a round trip.
        const open = w.base
        trade(l, w, open)
        fc.pre(Math.abs(w.base) <= 1e-9 * size)
        expect(w.cash).toBeLessThanOrEqual(1e-9 * (turnover + size))
      }),
      { numRuns: 2000, seed: 1 },
    )
  })
})

describe('makers', () => {
  it('cancel without moving the price and fill what was eaten when they come back', () => {
    fc.assert(
      fc.property(ladder, between(0.01, 0.9), between(0.01, 1), (l, part, share) => {
        const { position } = ate(l, 0, 1, part * ate(l, 0, 1).base)
        expect(redepth(l, position, 1, share)).toBe(position)
        const back = redepth(l, position, share, 1)
        expect(back).toBeLessThanOrEqual(position)
        near(sizeAt(l, back), sizeAt(l, position) * share)
      }),
    )
  })

  it('quote half at the volatility that halves, nothing but the least at the inventory limit', () => {
    expect(depthShare(0, 2, 2, 0, 0.01)).toBe(1)
    expect(depthShare(2, 2, 1.5, 0, 0.01)).toBe(0.5)
    expect(depthShare(6, 2, 2, 0, 0.01)).toBeCloseTo(0.1, 12)
    expect(depthShare(2, 2, 2, 0.5, 0.01)).toBe(0.25)
    expect(depthShare(0, 2, 2, 3, 0.01)).toBe(0.01)
    expect(depthShare(1e9, 2, 2, 0, 0.01)).toBe(0.01)
  })

  it('come back to the skew that their inventory asks for, never beyond what trades have moved', () => {
    expect(refill(0.04, 0, 0.5)).toBe(0.02)
    expect(refill(0.04, 0.01, 0.5)).toBe(0.025)
    expect(refill(0.005, 0.01, 0.5)).toBe(0.005)
    expect(refill(0.04, -0.01, 0)).toBe(0)
    expect(refill(-0.04, -0.01, 0.5)).toBe(-0.025)
    expect(refill(-0.04, 0.01, 0)).toBe(0)
    expect([decayOver(0, 12), decayOver(12, 12)]).toEqual([0, 0.5])
  })
})
