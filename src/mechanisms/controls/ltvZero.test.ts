import { describe, expect, it } from 'vitest'
import { ETH, type Member, modelConformance, USDC } from '../../../test/conformance/model.ts'
import { liquidator } from '../agents/index.ts'
import { lenderOf } from '../agents/testWorld.conformance.ts'
import { feed, stated } from '../oracles/index.ts'
import { IdleControlError } from './halt.ts'
import { ltvZero } from './ltvZero.ts'
import {
  badDebtOf,
  borrower,
  changes,
  type Defended,
  defendedWorld,
  gained,
  penaltiesOf,
  ran,
} from './testWorld.conformance.ts'

const defence: Member = [
  ltvZero,
  { targets: ['lender'], asset: ETH, source: 'market', calmFor: 600, bid: 50 },
]
const against = (given: Readonly<Record<string, unknown>>): Member => [
  ltvZero,
  { ...defence[1], ...given },
]

const ACCOUNTS = [
  { collateral: { USDC: 1e6 } },
  { collateral: { ETH: 100 }, debt: { USDC: 90_000 } },
  { collateral: { ETH: 0 }, debt: { USDC: 0 } },
]
const NEW = 2
const ORACLE = [stated, { assets: [ETH, USDC] }] as Member
const dip = [
  [0.3, 1200, 120],
  [-3 / 7, 2400, 120],
] as const

const worldOf = (given: Partial<Defended>) => defendedWorld({ accounts: ACCOUNTS, ...given })

describe('a breaker that sets the loan-to-value to 0', () => {
  const forged = {
    falls: [[1, 600, 0]] as const,
    oracle: 'oracle',
    members: { oracle: ORACLE, attacker: borrower(NEW, 1000, 10) },
  }

  it('helps where a price is stated that is not true: no loan after the gap', () => {
    const gap = against({ source: 'oracle', reference: 'market' })
    const bare = ran(worldOf(forged), 60)
    const stopped = ran(worldOf({ ...forged, defence: gap }), 60)
    expect(badDebtOf(bare)).toBeCloseTo(90_000 + 60 * 10_000, 3)
    expect(badDebtOf(stopped)).toBeCloseTo(90_000 + 10 * 10_000, 3)
  })

  it('helps where the supply jumps', () => {
    const jump = against({ source: 'oracle', lender: 'lender', growth: 0.2, calmFor: 0 })
    const stopped = ran(worldOf({ ...forged, defence: jump }), 60)
    // Of 100 ETH, a fifth is passed with the third deposit.
    expect(badDebtOf(stopped)).toBeCloseTo(90_000 + 30_000, 3)
  })

  it('harms in Compound, where the same number decides who is liquidated', () => {
    const on = (lender: Member, own: Member | null) => {
      const members = {
        liquidator: [liquidator, { lenders: ['lender'], venue: 'market', capital: 1e6 }] as Member,
      }
      return ran(worldOf({ falls: dip, lender, members, defence: own }), 90)
    }
    const compound = lenderOf(ACCOUNTS)
    expect(penaltiesOf(on(compound, null))).toBe(0)
    expect(penaltiesOf(on(compound, defence))).toBeGreaterThan(3000)
    // The same defence on the same path in Aave, whose threshold stays.
    const aave = ran(worldOf({ falls: dip, defence }), 90)
    expect(changes(aave).map(({ term, to }) => [term, to])).toEqual([
      ['ltv', 0],
      ['ltv', 0.75],
    ])
    expect(penaltiesOf(aave)).toBe(0)
  })

  it('stays at 0 while the reference is silent', () => {
    const fresh = { heartbeat: 30, latency: 0, maxAge: 60, stuck: [{ from: 700, to: 1e6 }] }
    const dying: Member = [feed, { source: 'market', assets: [ETH], ...fresh }]
    const gap = against({ source: 'oracle', reference: 'dying' })
    const members = { ...forged.members, dying }
    const stopped = ran(worldOf({ ...forged, falls: [[0.5, 600, 0]], members, defence: gap }), 60)
    expect(changes(stopped).map(({ to }) => to)).toEqual([0])
  })

  it.each([{ fall: 0 }, { fall: 0, reference: 'market' }])(
    'is not built when it watches nothing: %o',
    (given) => {
      expect(() => worldOf({ defence: against(given) })).toThrow(IdleControlError)
    },
  )

  it('costs loans and gas in a dip that endangers nobody', () => {
    const honest = { falls: dip, members: { honest: borrower(NEW, 1000, 1) } }
    const bare = ran(worldOf(honest), 90)
    const stopped = ran(worldOf({ ...honest, defence }), 90)
    expect(badDebtOf(bare) + badDebtOf(stopped)).toBe(0)
    expect(gained(bare, 'honest', USDC)).toBeGreaterThan(gained(stopped, 'honest', USDC) + 20_000)
    expect(gained(stopped, 'defence', 0)).toBeLessThan(0)
  })
})

modelConformance(
  'a breaker that sets the loan-to-value to 0',
  () =>
    worldOf({
      falls: [[0.5, 60, 60]],
      members: { honest: borrower(NEW, 1000, 1) },
      defence: against({ window: 60, calmFor: 24 }),
    }),
  { isRandom: false },
)
