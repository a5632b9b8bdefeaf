import { expect, it } from 'vitest'
import { TERM_NAMES, type TermName } from '../../world/index.ts'
import { aaveWorld, type LendingWorld, lendingWorld } from './testWorld.conformance.ts'

/** Rows with healthFactors of 1.07 and 1.6. */
const ACCOUNTS = [
  { collateral: { ETH: 10 }, debt: { USDC: 15_000 } },
  { collateral: { ETH: 10 }, debt: { USDC: 10_000 } },
]

/** Record a change of a term of ETH as a control does, and make it. */
function change(
  { world, governed, self, asset }: LendingWorld,
  name: TermName,
  to: number,
): number {
  const [of, from] = [asset('ETH'), governed.term(name, asset('ETH'))]
  const other = TERM_NAMES.indexOf(name)
  const fields = { instance: 0, parent: -1, row: self, asset: of, other, x: from, y: to }
  const event = world.trace.add('term', fields)
  expect(governed.setTerm(name, of, to, event)).toBeNull()
  return event
}

it.each([
  ['Aave', () => aaveWorld({ accounts: ACCOUNTS, reserves: { ETH: { ltv: 0.6 } } })],
  ['Compound', () => lendingWorld({ accounts: ACCOUNTS })],
])('a lowered threshold is the cause in %s, where it and no price broke the row', (_, make) => {
  const from = make()
  const news = from.setPrice('ETH', 1990)
  expect(from.lender.trigger(0)).toBe(news)
  const lowered = change(from, 'liquidationThreshold', 0.74)
  const later = from.setPrice('ETH', 1980)
  expect(from.lender.trigger(0)).toBe(lowered)
  // The other row is sound: what moved it last.
  expect(from.lender.trigger(1)).toBe(later)
})

it('a price is the cause where the lowered threshold alone would not have broken the row', () => {
  const from = aaveWorld({ accounts: ACCOUNTS, reserves: { ETH: { ltv: 0.6 } } })
  change(from, 'liquidationThreshold', 0.78)
  const fall = from.setPrice('ETH', 1800)
  change(from, 'liquidationThreshold', 0.77)
  expect(from.lender.trigger(0)).toBe(fall)
})

it('is no cause where the row counts by the threshold of its eMode, or where only the limit fell', () => {
  const category = 1
  const eModes = [{ category, ltv: 0.7, liquidationThreshold: 0.75, liquidationBonus: 0.05 }]
  const accounts = [{ ...ACCOUNTS[0]!, category }]
  const from = aaveWorld({
    ...{ accounts, eModes },
    reserves: { ETH: { eMode: category, ltv: 0.6 }, USDC: { eMode: category } },
  })
  const fall = from.setPrice('ETH', 1950)
  change(from, 'liquidationThreshold', 0.7)
  change(from, 'ltv', 0.5)
  expect(from.lender.trigger(0)).toBe(fall)
})

it('setting the one factor of Compound through the limit is a cause too', () => {
  const from = lendingWorld({ accounts: ACCOUNTS })
  expect(from.lender.trigger(0)).toBe(-1)
  const lowered = change(from, 'ltv', 0.74)
  expect(from.lender.trigger(0)).toBe(lowered)
})

it('a threshold that is set to 0 is the cause, and one that is set again is none', () => {
  const from = lendingWorld({ accounts: ACCOUNTS })
  change(from, 'ltv', 0.79)
  const gone = change(from, 'ltv', 0)
  expect(from.lender.trigger(0)).toBe(gone)
  expect(from.lender.trigger(1)).toBe(gone)
  change(from, 'ltv', 0.79)
  const fall = from.setPrice('ETH', 1850)
  expect(from.lender.trigger(0)).toBe(fall)
})
