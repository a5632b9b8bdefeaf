import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearest, REFUSALS, type Rules, refusalOf } from './rules.ts'

const NONE: Rules = {
  ...{ interval: 0, latency: 0, latencySpread: 0, expiry: 0, minDelay: 0 },
  ...{ low: 0, high: 0, maxChange: 0, maxStep: 0, gas: 0, bid: 0, maxBaseFee: 0 },
}

const value = fc.double({ min: 0, max: 1e6, noNaN: true })
const limit = fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 1e3, noNaN: true }))
const rules = fc.record({ maxChange: limit, maxStep: limit, low: limit, high: limit })

describe('the rules of a change', () => {
  it.each([
    [0.5, 0.5, {}, REFUSALS.same],
    [0.5, 0.4, {}, null],
    [0.5, 0.4, { low: 0.45 }, REFUSALS.range],
    [0.5, 0.6, { high: 0.55 }, REFUSALS.range],
    [0.5, 0.6, { maxChange: 0.2 }, null],
    [0.5, 0.61, { maxChange: 0.2 }, REFUSALS.change],
    [0.5, 0.4, { maxStep: 0.1 }, null],
    [0.5, 0.39, { maxStep: 0.1 }, REFUSALS.change],
    [0, 0.1, { maxChange: 0.2 }, null],
    [0, 0.2, { maxChange: 10, maxStep: 0.1 }, REFUSALS.change],
    [0.5, Number.POSITIVE_INFINITY, {}, REFUSALS.number],
  ])('from %d to %d under %j: %s', (before, after, given, expected) => {
    expect(refusalOf({ ...NONE, ...given }, before, after)).toBe(expected)
  })

  it('allow the nearest value that they give, and nothing nearer', () => {
    fc.assert(
      fc.property(rules, value, value, value, (given, before, wanted, other) => {
        const own = { ...NONE, ...given }
        const found = nearest(own, before, wanted)
        const refused = refusalOf(own, before, found)
        const isInside = before >= own.low && (own.high === 0 || before <= own.high)
        fc.pre(isInside && (own.high === 0 || own.high >= own.low))
        expect([null, REFUSALS.same]).toContain(refused)
        if (refusalOf(own, before, other) === null)
          expect(Math.abs(found - wanted)).toBeLessThanOrEqual(
            Math.abs(other - wanted) + 1e-9 * (1 + before + wanted),
          )
      }),
      { seed: 5 },
    )
  })
})
