import { describe, expect, it } from 'vitest'
import { ETH, type Member, modelConformance, USDC } from '../../../test/conformance/model.ts'
import { depositors } from '../agents/index.ts'
import { stated } from '../oracles/index.ts'
import { outflowLimit } from './outflowLimit.ts'
import {
  badDebtOf,
  borrower,
  changes,
  type Defended,
  defendedWorld,
  gained,
  ran,
} from './testWorld.conformance.ts'

const LIMIT = { lender: 'lender', asset: USDC, share: 0.15, targets: ['lender'], assets: [USDC] }

/** No more loans once 15 % of what suppliers are owed has left within an hour. */
const ofLoans: Member = [outflowLimit, { ...LIMIT, flags: ['borrowing'], bid: 50 }]

/** The same for all that suppliers and borrowers do. */
const ofAll: Member = [outflowLimit, { ...LIMIT, flags: ['withdrawing'], bid: 50 }]

const SUPPLIED = 1e6

/** Suppliers in forty accounts, a borrower of 800,000 against 600 ETH, an account for a new one. */
const ACCOUNTS = [
  ...Array.from({ length: 40 }, () => ({ collateral: { USDC: SUPPLIED / 40 } })),
  { collateral: { ETH: 600 }, debt: { USDC: 800_000 } },
  { collateral: { ETH: 0 }, debt: { USDC: 0 } },
]
const NEW = 41

/** A lender whose oracle states prices, whatever happens to the true ones. */
const worldOf = (given: Partial<Defended>) =>
  defendedWorld({
    accounts: ACCOUNTS,
    oracle: 'oracle',
    ...given,
    members: { oracle: [stated, { assets: [ETH, USDC] }], ...given.members },
  })

describe('an outflow limit', () => {
  // A true price of nothing, from before the first loan on.
  const drain = { falls: [[1, 12, 0]] as const, members: { attacker: borrower(NEW, 2000, 10) } }
  const claims = SUPPLIED + 800_000

  it('halts when the share has left and opens again when the window has drained', () => {
    const world = ran(worldOf({ ...drain, defence: ofLoans }), 110)
    const [halted, resumed, again] = changes(world)
    const loans = (0.15 * claims) / 10_000 + 1
    // The n-th loan is made at 12 + 60 (n - 1) s and seen one block later.
    expect(halted!.tick * 12).toBe(24 + 60 * (loans - 1))
    expect(resumed!.to).toBe(1)
    expect(again!.to).toBe(0)
    expect(world.trace.columns.time[halted!.parent]).toBe(12 + 60 * (loans - 1))
  })

  it('helps against a drain: in any window no more is lost than the share and one loan', () => {
    const tight: Member = [outflowLimit, { ...ofLoans[1], share: 0.05 }]
    const bare = ran(worldOf(drain), 180)
    const limited = ran(worldOf({ ...drain, defence: tight }), 180)
    expect(gained(bare, 'attacker', USDC)).toBe(SUPPLIED)
    const lost = gained(limited, 'attacker', USDC)
    expect(lost).toBeGreaterThan(2 * 0.05 * claims)
    expect(lost).toBeLessThanOrEqual(3 * (0.05 * claims + 10_000))
    expect(badDebtOf(bare) - badDebtOf(limited)).toBeCloseTo(SUPPLIED - lost, 3)
  })

  it('harms who would have left in time: it traps a run', () => {
    const run = {
      falls: [[0.5, 600, 0]] as const,
      members: {
        suppliers: [depositors, { lender: 'lender', asset: USDC, reference: 'market' }] as Member,
      },
    }
    const bare = ran(worldOf(run), 45)
    const trapped = ran(worldOf({ ...run, defence: ofAll }), 45)
    expect(gained(bare, 'suppliers', USDC)).toBeCloseTo(SUPPLIED, 3)
    expect(gained(trapped, 'suppliers', USDC)).toBeLessThan(SUPPLIED / 2)
  })

  it('costs loans and gas where nobody is in danger', () => {
    const honest = { members: { honest: borrower(NEW, 2000, 10) } }
    const bare = ran(worldOf(honest), 90)
    const limited = ran(worldOf({ ...honest, defence: ofLoans }), 90)
    expect(badDebtOf(bare) + badDebtOf(limited)).toBe(0)
    expect(gained(bare, 'honest', USDC)).toBeGreaterThan(gained(limited, 'honest', USDC) + 300_000)
    expect(gained(limited, 'defence', 0)).toBeLessThan(0)
  })
})

modelConformance(
  'an outflow limit',
  () => {
    const tight = { ...LIMIT, share: 0.002, window: 60, flags: ['borrowing'] }
    return worldOf({ members: { honest: borrower(NEW, 600) }, defence: [outflowLimit, tight] })
  },
  { isRandom: false },
)
