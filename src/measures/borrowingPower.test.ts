import fc from 'fast-check'
import { expect, it } from 'vitest'
import { managed } from '../../test/riskManagers.conformance.ts'

/** What borrowers hold at a price of 100 USD and a collateral factor of 0.8. */
const accounts = fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.constant(10)), {
  minLength: 1,
  maxLength: 5,
})

/** There has to be one; it is not switched on. */
const OFF = {
  off: '{ kind: controls/ltvZero, targets: [lender], asset: X, source: market, reference: market }',
}

it('is collateral times its threshold at the price of the end', async () => {
  await fc.assert(
    fc.asyncProperty(accounts, fc.double({ min: 0, max: 0.5, noNaN: true }), async (own, drop) => {
      const { get } = await managed(
        { defences: OFF, accounts: own, days: 1, moves: [[drop, 0.5]] },
        'none',
      )
      const held = own.reduce((sum, [x]) => sum + x, 0)
      const expected = 0.8 * held * 100 * (1 - drop)
      expect(Math.abs(get('borrowingPower') - expected)).toBeLessThan(1e-9 * expected)
      expect(get('borrowingPower[lender]')).toBe(get('borrowingPower'))
      expect(Math.abs(get('openingBorrowingPower') - 0.8 * held * 100)).toBeLessThan(1e-7 * held)
    }),
    { seed: 11, numRuns: 6 },
  )
})
