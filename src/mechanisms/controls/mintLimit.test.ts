import { describe, expect, it } from 'vitest'
import { ETH, type Member, modelConformance, USDC } from '../../../test/conformance/model.ts'
import { borrowers, liquidator } from '../agents/index.ts'
import { stated } from '../oracles/index.ts'
import { mintLimit } from './mintLimit.ts'
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

/** No more ETH once a tenth of what was there has been added within an hour. */
const LIMIT = { lender: 'lender', asset: ETH, share: 0.1, targets: ['lender'], assets: [ETH] }
const defence: Member = [mintLimit, { ...LIMIT, bid: 50 }]

const ACCOUNTS = [
  { collateral: { USDC: 3e6 } },
  ...Array.from({ length: 10 }, () => ({ collateral: { ETH: 100 }, debt: { USDC: 140_000 } })),
  { collateral: { ETH: 0 }, debt: { USDC: 0 } },
]
const NEW = 11

const worldOf = (given: Partial<Defended>) => defendedWorld({ accounts: ACCOUNTS, ...given })

describe('a limit of what may be minted', () => {
  it('helps against a mint without backing: the loss is what passes in a window', () => {
    const forged = {
      accounts: [
        ACCOUNTS[0]!,
        ...Array.from({ length: 10 }, () => ({ collateral: { ETH: 100 } })),
        ACCOUNTS[NEW]!,
      ],
      falls: [[1, 12, 0]] as const,
      oracle: 'oracle',
      members: {
        oracle: [stated, { assets: [ETH, USDC] }] as Member,
        attacker: borrower(NEW, 400, 10),
      },
    }
    const bare = ran(worldOf(forged), 55)
    const limited = ran(worldOf({ ...forged, defence }), 55)
    expect(badDebtOf(bare)).toBeCloseTo(400 * 1000, 3)
    // A tenth of 1,000 may be added; the deposit that passes it is the eleventh.
    expect(gained(limited, 'attacker', ETH)).toBe(-110)
    expect(badDebtOf(limited)).toBeCloseTo(110 * 1000, 3)
  })

  it('harms borrowers who add collateral in a fall: the later ones are refused and liquidated', () => {
    const rescue = {
      falls: [
        [0.1, 600, 0],
        [0.08, 3000, 0],
      ] as const,
      members: {
        borrowers: [
          borrowers,
          { lender: 'lender', venue: 'market', perHour: 12, unwindShare: 0 },
        ] as Member,
        liquidator: [liquidator, { lenders: ['lender'], venue: 'market', capital: 1e7 }] as Member,
      },
    }
    const bare = ran(worldOf(rescue), 90)
    const limited = ran(worldOf({ ...rescue, defence }), 90)
    expect(penaltiesOf(bare)).toBe(0)
    expect(penaltiesOf(limited)).toBeGreaterThan(10_000)
  })

  it('costs loans and gas where all collateral is good', () => {
    const honest = { members: { honest: borrower(NEW, 400, 10) } }
    const bare = ran(worldOf(honest), 55)
    const limited = ran(worldOf({ ...honest, defence }), 55)
    expect(badDebtOf(bare) + badDebtOf(limited)).toBe(0)
    expect(gained(bare, 'honest', USDC)).toBe(400_000)
    expect(gained(limited, 'honest', USDC)).toBe(110_000)
    expect(gained(limited, 'defence', 0)).toBeLessThan(0)
  })

  it('lets a stated amount pass whatever was there', () => {
    const honest = { members: { honest: borrower(NEW, 400, 10) } }
    const generous: Member = [mintLimit, { ...LIMIT, amount: 1000 }]
    expect(changes(ran(worldOf({ ...honest, defence: generous }), 180))).toEqual([])
  })
})

modelConformance(
  'a limit of what may be minted',
  () => {
    const tight: Member = [mintLimit, { ...LIMIT, share: 0.0011, window: 60 }]
    return worldOf({ members: { honest: borrower(NEW, 400) }, defence: tight })
  },
  { isRandom: false },
)
