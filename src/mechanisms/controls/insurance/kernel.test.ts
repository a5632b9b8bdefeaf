import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { absorb, slashExpected, takeShare } from './kernel.ts'

const SEED = { seed: 11, numRuns: 300 }
const amount = fc.double({ min: 0, max: 1e9, noNaN: true })

function absorbed(loss: number, capacities: readonly number[]) {
  const paid = new Float64Array(capacities.length)
  return { left: absorb(loss, capacities, paid), paid: [...paid] }
}

describe('a loss waterfall', () => {
  it('closes as that of April 2026 did', () => {
    // validation.md J17, (computed): ETH of the shortfall, and what four layers took.
    const { left, paid } = absorbed(163_183, [43_168, 30_766, 12_323, 1845])
    expect(paid).toEqual([43_168, 30_766, 12_323, 1845])
    expect(left).toBe(75_081)
    // With as much in the first layer as the shortfall, nobody else pays.
    expect(absorbed(163_183, [163_183, 30_766])).toEqual({ left: 0, paid: [163_183, 0] })
  })

  it('pays the loss and no more, each layer only when those before it are empty', () => {
    fc.assert(
      fc.property(amount, fc.array(amount, { maxLength: 6 }), (loss, capacities) => {
        const { left, paid } = absorbed(loss, capacities)
        const sum = paid.reduce((a, b) => a + b, 0)
        expect(Math.abs(sum + left - loss)).toBeLessThanOrEqual(1e-9 * (1 + loss))
        paid.forEach((own, k) => {
          expect(own).toBeLessThanOrEqual(capacities[k]!)
          if (own > 0)
            for (let j = 0; j < k; j++) expect(paid[j]).toBe(Math.min(loss, capacities[j]!))
        })
        if (left > 0) expect(paid).toEqual(capacities)
      }),
      SEED,
    )
  })

  it('lets depositors bear less the more stands in front of them', () => {
    fc.assert(
      fc.property(amount, amount, amount, (loss, a, more) => {
        expect(absorbed(loss, [a + more]).left).toBeLessThanOrEqual(absorbed(loss, [a]).left)
      }),
      SEED,
    )
  })
})

describe('a slash', () => {
  it('takes the same share of all stakes that it may take from, and nothing from others', () => {
    const stakes = fc.array(fc.tuple(amount, fc.boolean()), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(stakes, amount, (all, wanted) => {
        const before = Float64Array.from(all, ([stake]) => stake)
        const counts = Uint8Array.from(all, ([, isCounted]) => (isCounted ? 1 : 0))
        const after = Float64Array.from(before)
        const taken = takeShare(after, counts, wanted)
        const held = before.reduce((sum, stake, i) => sum + stake * counts[i]!, 0)
        expect(Math.abs(taken - Math.min(wanted, held))).toBeLessThanOrEqual(1e-9 * (1 + held))
        after.forEach((stake, i) => {
          const kept = counts[i] === 1 && held > 0 ? 1 - taken / held : 1
          expect(Math.abs(stake - kept * before[i]!)).toBeLessThanOrEqual(1e-9 * (1 + before[i]!))
        })
      }),
      SEED,
    )
  })

  it('is expected as far as the layers in front do not pay', () => {
    expect(slashExpected(100, 40, 240)).toBe(0.25)
    expect(slashExpected(100, 100, 240)).toBe(0)
    expect(slashExpected(1000, 100, 240)).toBe(1)
    expect(slashExpected(1000, 100, 0)).toBe(0)
  })
})
