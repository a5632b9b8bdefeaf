import { describe, expect, it } from 'vitest'
import { ETH, type Member, modelConformance, USDC } from '../../../test/conformance/model.ts'
import { liquidator } from '../agents/index.ts'
import { feed, stated } from '../oracles/index.ts'
import { guardian } from './guardian.ts'
import { IdleControlError } from './halt.ts'
import {
  badDebtOf,
  borrower,
  changes,
  type Defended,
  defendedWorld,
  gained,
  ran,
} from './testWorld.conformance.ts'

const BASE = {
  ...{ lender: 'lender', reference: 'market', targets: ['lender'], assets: [USDC] },
  ...{ watched: [ETH], interval: 0, latency: 600 },
}
const people = (given: Readonly<Record<string, unknown>>): Member => [
  guardian,
  { ...BASE, ...given },
]

const ACCOUNTS = [
  { collateral: { USDC: 1e6 } },
  { collateral: { ETH: 100 }, debt: { USDC: 130_000 } },
  { collateral: { ETH: 0 }, debt: { USDC: 0 } },
]
const NEW = 2
/** A feed that is silent from 900 s to an hour. */
const stuck = [{ from: 900, to: 3600 }]
const ORACLE = [stated, { assets: [ETH, USDC] }] as Member

const worldOf = (given: Partial<Defended>) => defendedWorld({ accounts: ACCOUNTS, ...given })

describe('a guardian', () => {
  const drain = {
    falls: [[1, 600, 0]] as const,
    oracle: 'oracle',
    members: { oracle: ORACLE, attacker: borrower(NEW, 400) },
  }
  const halted = (given: Readonly<Record<string, unknown>>): number =>
    changes(ran(worldOf({ ...drain, defence: people(given) }), 60))[0]!.tick * 12

  it('freezes its delay after a gap of prices', () => {
    expect(halted({ gap: 0.01 })).toBe(600 + 600)
  })

  it('freezes its delay after bad debt at true prices', () => {
    // Ten loans before the fall, and the borrower who was there: all is bad at once.
    expect(halted({ badDebt: 1000 })).toBe(600 + 600)
    expect(halted({ badDebt: 130_000 + 20_500 })).toBeGreaterThan(600 + 600)
  })

  it('freezes its delay after cash has become short', () => {
    // Of 1.13 M owed, that is lent out with the 96th loan of 1,000 USD, seen one block later.
    const used = { watched: [USDC], utilization: 0.1995 }
    const world = ran(worldOf({ ...drain, defence: people(used) }), 120)
    expect(changes(world)[0]!.tick * 12).toBe(12 + 60 * 95 + 12 + 600)
  })

  it('sees nothing that it does not watch', () => {
    const defence = people({ badDebt: 1e12, watched: [] })
    expect(changes(ran(worldOf({ ...drain, defence }), 60))).toEqual([])
  })

  it.each([
    [{}, /set `gap`/],
    [{ gap: 0.01, reference: '' }, /without a `reference`/],
    [{ gap: 0.01, watched: [] }, /watches no asset/],
    [{ utilization: 0.9, watched: [] }, /watches no asset/],
    [{ gap: 0.01, watched: [0] }, /beside USD/],
  ])('is not built when nothing can alarm it: %o', (given, message) => {
    const build = () => worldOf({ defence: people(given) })
    expect(build).toThrow(IdleControlError)
    expect(build).toThrow(message)
  })

  it('stays frozen while the true price is not there', () => {
    const gone = [
      feed,
      { source: 'market', assets: [ETH, USDC], heartbeat: 30, maxAge: 60, stuck },
    ] as Member
    const defence = people({ gap: 0.01, reference: 'gone', latency: 0, calmFor: 600 })
    const falls = [
      [0.2, 600, 0],
      [-0.25, 1200, 0],
    ] as const
    const members = { ...drain.members, gone }
    const world = ran(worldOf({ ...drain, falls, members, defence }), 120)
    // Halted by the fall; the reference dies before it is made good, and is back after an hour.
    expect(changes(world).map(({ tick, to }) => [tick * 12 > 3600 + 600, to])).toEqual([
      [false, 0],
      [true, 1],
    ])
  })

  it('helps the more the faster it is', () => {
    const lost = [0, 300, 1200, 7200].map((latency) =>
      badDebtOf(ran(worldOf({ ...drain, defence: people({ gap: 0.01, latency }) }), 60)),
    )
    const bare = badDebtOf(ran(worldOf(drain), 60))
    expect(lost[1]! - lost[0]!).toBeCloseTo(5 * 1000, 3)
    expect(lost[2]! - lost[0]!).toBeCloseTo(20 * 1000, 3)
    expect(lost[3]).toBe(bare)
    expect(lost[0]).toBeLessThan(bare - 30_000)
  })

  it('harms with a pause in a crash: nobody is liquidated while the price goes on falling', () => {
    const crash = {
      falls: [[0.55, 600, 1200]] as const,
      oracle: 'feed',
      members: {
        feed: [
          feed,
          { source: 'market', assets: [ETH, USDC], deviation: 0.03, latency: 60 },
        ] as Member,
        liquidator: [liquidator, { lenders: ['lender'], venue: 'market', capital: 1e6 }] as Member,
      },
    }
    const pause = people({ gap: 0.03, latency: 0, flags: ['liquidating'], assets: [ETH] })
    expect(badDebtOf(ran(worldOf(crash), 120))).toBe(0)
    expect(badDebtOf(ran(worldOf({ ...crash, defence: pause }), 120))).toBeGreaterThan(30_000)
  })

  it('costs loans and gas when it is alarmed for nothing', () => {
    const honest = { members: { honest: borrower(NEW, 400) } }
    const alarmed = people({ watched: [USDC], utilization: 0.15 })
    const bare = ran(worldOf(honest), 180)
    const frozen = ran(worldOf({ ...honest, defence: alarmed }), 180)
    expect(badDebtOf(bare) + badDebtOf(frozen)).toBe(0)
    expect(gained(bare, 'honest', USDC)).toBeGreaterThan(gained(frozen, 'honest', USDC) + 50_000)
    expect(gained(frozen, 'defence', 0)).toBeLessThan(0)
  })

  it('opens again by hand', () => {
    const open = people({ gap: 0.01, resumeAfter: 600 })
    const back = [...drain.falls, [-0.2, 900, 0]] as const
    // A fall of 20 % that is made good before anybody has acted.
    const falls = [[1 / 6, 600, 0], back[1]] as const
    const world = ran(worldOf({ ...drain, falls, defence: open }), 120)
    expect(changes(world).map(({ tick, to }) => [tick * 12, to])).toEqual([
      [1200, 0],
      [1200 + 600 + 600, 1],
    ])
  })
})

modelConformance('a guardian', () =>
  worldOf({
    ...{ falls: [[0.5, 60, 0]], oracle: 'oracle' },
    members: { oracle: ORACLE, attacker: borrower(NEW, 400) },
    defence: people({ gap: 0.01, latency: 48, latencySpread: 0.5 }),
  }),
)
