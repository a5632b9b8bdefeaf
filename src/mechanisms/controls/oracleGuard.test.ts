import { describe, expect, it } from 'vitest'
import { ETH, type Member, modelConformance, USDC } from '../../../test/conformance/model.ts'
import { borrowers, liquidator } from '../agents/index.ts'
import { feed, stated } from '../oracles/index.ts'
import { IdleControlError } from './halt.ts'
import { deviationOf, oracleGuard } from './oracleGuard.ts'
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

const guard = (given: Readonly<Record<string, unknown>> = {}): Member => [
  oracleGuard,
  {
    ...{ feed: 'oracle', reference: 'market', watched: [ETH], calmFor: 600, bid: 50 },
    ...{ targets: ['lender'], assets: [USDC], ...given },
  },
]

const ACCOUNTS = [
  { collateral: { USDC: 2e6 } },
  ...Array.from({ length: 5 }, () => ({ collateral: { ETH: 100 }, debt: { USDC: 140_000 } })),
  { collateral: { ETH: 0 }, debt: { USDC: 0 } },
]
const NEW = 6
const STATED = [stated, { assets: [ETH, USDC] }] as Member
/** A feed that follows moves of half a per cent two minutes late. */
const LATE = [
  feed,
  { source: 'market', assets: [ETH, USDC], deviation: 0.005, latency: 120 },
] as Member

const worldOf = (given: Partial<Defended>) =>
  defendedWorld({ accounts: ACCOUNTS, oracle: 'oracle', ...given })

describe('the difference of two feeds', () => {
  it('is relative to the reference, and unknown without one of them', () => {
    expect(deviationOf(103, 100)).toBeCloseTo(0.03, 12)
    expect(deviationOf(97, 100)).toBeCloseTo(0.03, 12)
    expect(deviationOf(Number.NaN, 100)).toBeNaN()
    expect(deviationOf(100, 0)).toBeNaN()
  })
})

describe('an oracle guard', () => {
  it('helps where a feed states what is not true: no loan against the difference', () => {
    const forged = {
      falls: [[0.9, 600, 0]] as const,
      members: { oracle: STATED, attacker: borrower(NEW, 1000, 10) },
    }
    const lost = (defence: Member | null): number =>
      gained(ran(worldOf({ ...forged, defence }), 60), 'attacker', USDC)
    expect(lost(null)).toBe(60 * 10_000)
    expect(lost(guard())).toBe(10 * 10_000)
  })

  it('opens again when the feeds have agreed for a while', () => {
    const falls = [[0.1, 600, 0]] as const
    const world = ran(worldOf({ falls, members: { oracle: LATE }, defence: guard() }), 60)
    expect(changes(world).map(({ term, to }) => [term, to])).toEqual([
      ['borrowing', 0],
      ['borrowing', 1],
    ])
  })

  it('harms where it blocks repayment too: who would have saved himself is liquidated', () => {
    const slide = {
      falls: [
        [0.09, 600, 0],
        [0.09, 1500, 0],
      ] as const,
      members: {
        oracle: LATE,
        borrowers: [borrowers, { lender: 'lender', venue: 'market', perHour: 60 }] as Member,
        liquidator: [
          liquidator,
          { lenders: ['lender'], venue: 'market', capital: 1e7, bid: 5 },
        ] as Member,
      },
    }
    const all = guard({ flags: ['borrowing', 'repaying'], assets: [USDC, ETH], calmFor: 1800 })
    const penalties = (defence: Member | null): number =>
      penaltiesOf(ran(worldOf({ ...slide, defence }), 120))
    expect(penalties(null)).toBe(0)
    expect(penalties(guard({ calmFor: 1800 }))).toBe(0)
    expect(penalties(all)).toBeGreaterThan(10_000)
  })

  it('costs loans and gas where a feed is late and nobody in danger', () => {
    const honest = {
      accounts: [ACCOUNTS[0]!, ACCOUNTS[NEW]!],
      falls: [[0.05, 600, 0]] as const,
      members: { oracle: LATE, honest: borrower(1, 1000) },
    }
    const bare = ran(worldOf(honest), 60)
    const guarded = ran(worldOf({ ...honest, defence: guard() }), 60)
    expect(badDebtOf(bare) + badDebtOf(guarded)).toBe(0)
    expect(gained(bare, 'honest', USDC)).toBeGreaterThan(gained(guarded, 'honest', USDC) + 9000)
    expect(gained(guarded, 'defence', 0)).toBeLessThan(0)
  })

  it.each([
    ['ignores', 'ignore', 0],
    ['halts on', 'halt', 1],
  ])('%s a feed without an answer if told so', (_, silent, halts) => {
    const dead = [feed, { ...LATE[1], opening: 'none', stuck: [{ from: 0, to: 1e6 }] }] as Member
    const members = { oracle: STATED, dead }
    const world = ran(worldOf({ members, defence: guard({ feed: 'dead', silent }) }), 10)
    expect(changes(world)).toHaveLength(halts)
  })

  it('stays shut when the reference dies while the two differ', () => {
    const fresh = { heartbeat: 30, latency: 0, maxAge: 60, stuck: [{ from: 700, to: 1e6 }] }
    const dying: Member = [feed, { ...LATE[1], ...fresh }]
    const members = { oracle: STATED, dying, attacker: borrower(NEW, 1000, 10) }
    const forged = { falls: [[0.9, 600, 0]] as const, members }
    const defence = guard({ reference: 'dying' })
    const world = ran(worldOf({ ...forged, defence }), 60)
    expect(changes(world).map(({ term, to }) => [term, to])).toEqual([['borrowing', 0]])
    expect(gained(world, 'attacker', USDC)).toBe(10 * 10_000)
  })

  it.each([
    [{ watched: [] }, /beside USD/],
    [{ watched: [0] }, /beside USD/],
    [{ reference: 'oracle' }, /with itself/],
  ])('is not built when the two cannot differ: %o', (given, message) => {
    const build = () => worldOf({ members: { oracle: LATE }, defence: guard(given) })
    expect(build).toThrow(IdleControlError)
    expect(build).toThrow(message)
  })
})

modelConformance(
  'an oracle guard',
  () =>
    worldOf({
      falls: [[0.5, 60, 60]],
      members: { oracle: LATE, honest: borrower(NEW, 1000) },
      defence: guard({ calmFor: 24 }),
    }),
  { isRandom: false },
)
