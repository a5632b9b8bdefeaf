import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { topUpTo, unwindTo } from './kernel.ts'

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true })

describe('rescues', () => {
  it('restore the target by adding collateral', () => {
    fc.assert(
      fc.property(
        between(1, 2),
        between(0.5, 1),
        between(0.5, 0.95),
        (target, start, threshold) => {
          const [owed, weighted] = [1000, 1000 * start]
          const x = topUpTo(target, weighted, owed, threshold)
          expect((weighted + threshold * x) / owed).toBeCloseTo(Math.max(target, start), 12)
        },
      ),
    )
  })

  it('restore the target by selling collateral to repay', () => {
    fc.assert(
      fc.property(
        between(1, 2),
        between(0.5, 1),
        between(0.5, 0.95),
        (target, start, threshold) => {
          const [owed, weighted] = [1000, 1000 * start]
          const x = unwindTo(target, weighted, owed, threshold)!
          // Health x debt, so that a debt of nothing needs no case.
          expect(weighted - threshold * x - target * (owed - x)).toBeCloseTo(0, 8)
        },
      ),
    )
  })

  it('take nothing when health is at the target', () => {
    expect(topUpTo(1.2, 1300, 1000, 0.8)).toBe(0)
    expect(unwindTo(1.2, 1300, 1000, 0.8)).toBe(0)
  })

  it('cannot repay their way to a target at or below the threshold', () => {
    expect(unwindTo(0.8, 700, 1000, 0.8)).toBeNull()
    expect(unwindTo(0.7, 600, 1000, 0.8)).toBeNull()
  })
})
