import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ETH, type Member, modelConformance, USDC } from '../../../test/conformance/model.ts'
import { EVENT_NAMES, type World } from '../../world/index.ts'
import { forger, liquidator } from '../agents/index.ts'
import { compoundV2 } from '../lending/index.ts'
import { type Account, lendingWorld, positionTable } from '../lending/testWorld.conformance.ts'
import { direct, feed } from '../oracles/index.ts'
import { crossCheck, UnpricedExposureError } from './crossCheck.ts'
import { createExposure, leverage } from './exposure.ts'
import { IdleControlError } from './halt.ts'
import {
  badDebtOf,
  changes,
  type Defended,
  defendedWorld,
  gained,
  penaltiesOf,
  ran,
} from './testWorld.conformance.ts'

/** In each lender: a supplier, a borrower with little debt, an account that comes. */
const ACCOUNTS: readonly Account[] = [
  { collateral: { USDC: 1e6 } },
  { collateral: { ETH: 500 }, debt: { USDC: 200_000 } },
  { collateral: { ETH: 0 }, debt: { USDC: 0 } },
]

/** Deposits in account 2 of a lender, 50 ETH a minute, and borrows the stated share of their price. */
const looper = (lender: string, bid: number, share = 0.74): Member => [
  forger,
  {
    ...{ lender, account: 'account 2', collateral: ETH, debt: USDC },
    ...{ share, forged: 500, tranche: 50, at: 12, every: 60, bid },
  },
]

/** Two lenders with the same accounts; whoever comes does so in both. */
function worldOf({ members, defence, ...given }: Partial<Defended>): World {
  const plain = defendedWorld({ accounts: ACCOUNTS })
  const one = plain.instances.find(({ name }) => name === 'lender')!
  const other: Member = [one.model, one.spec.params]
  return defendedWorld({
    accounts: ACCOUNTS,
    ...given,
    members: { other, a: looper('lender', 5), b: looper('other', 6), ...members },
    ...(defence ? { defence } : {}),
  })
}

const check = (params: Readonly<Record<string, unknown>> = {}): Member => [
  crossCheck,
  { targets: ['lender', 'other'], asset: ETH, limit: 1.5, interval: 12, bid: 50, ...params },
]

describe('leverage over lenders', () => {
  const amount = fc.double({ min: 0, max: 100, noNaN: true })
  const account = fc.record({ eth: amount, btc: amount, debt: amount })

  it('is that of all rows of a name together', () => {
    const prices = [1, 2000, 1, 30_000]
    fc.assert(
      fc.property(
        fc.array(account, { minLength: 1, maxLength: 6 }),
        fc.array(account, { minLength: 1, maxLength: 6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (here, there, least) => {
          const accounts = [here, there].map((side) =>
            side.map(({ eth, btc, debt }) => ({
              collateral: { ETH: eth, WBTC: btc },
              debt: { USDC: debt * 2000 },
            })),
          )
          const lenders = accounts.map((list) => lendingWorld({ accounts: list }).lender)
          const found = createExposure(lenders, 1)(prices, least)
          const all = Array.from({ length: Math.max(here.length, there.length) }, (_, i) => {
            const rows = [here[i], there[i]].filter((row) => row !== undefined)
            const own = rows.reduce((sum, { eth }) => sum + eth * 2000, 0)
            const held = own + rows.reduce((sum, { btc }) => sum + btc * 30_000, 0)
            return { own, held, owed: rows.reduce((sum, { debt }) => sum + debt * 2000, 0) }
          })
          const pledged = all.reduce((sum, { own }) => sum + own, 0)
          const equity = all.reduce(
            (sum, { own, held, owed }) => sum + (own > 0 ? own * Math.max(0, 1 - owed / held) : 0),
            0,
          )
          expect(found.pledged).toBeCloseTo(pledged, 3)
          expect(found.equity).toBeCloseTo(equity, 3)
          const large = all.filter(({ own }) => own > 0 && own > least * pledged * (1 + 1e-9))
          const most = Math.max(0, ...large.map(({ held, owed }) => leverage(held, held - owed)))
          if (most < 1e6) expect(found.account).toBeGreaterThanOrEqual(most * (1 - 1e-9))
        },
      ),
      { seed: 31, numRuns: 60 },
    )
  })

  it('is 1 without debt, infinite under water, 0 of nothing', () => {
    expect(leverage(10, 10)).toBe(1)
    expect(leverage(10, 2.5)).toBe(4)
    expect(leverage(10, -1)).toBe(Infinity)
    expect(leverage(0, 0)).toBe(0)
  })

  it('sees one account in two lenders, and two where it has two names', () => {
    const whole = [{ collateral: { ETH: 10 } }, { collateral: { ETH: 1 }, debt: { USDC: 1500 } }]
    const lenders = [
      lendingWorld({ accounts: whole }).lender,
      lendingWorld({ accounts: whole }).lender,
    ]
    const prices = [1, 2000, 1, 30_000]
    expect(createExposure(lenders, 1)(prices, 0).account).toBeCloseTo(4, 12)
    const alone = [{ collateral: {} }, { collateral: { ETH: 9 }, debt: {} }]
    const mixed = [lenders[0]!, lendingWorld({ accounts: alone }).lender]
    // 10 ETH against 1,500 together.
    expect(createExposure(mixed, 1)(prices, 0).account).toBeCloseTo(20_000 / 18_500, 12)
  })
})

describe('a cross-protocol check', () => {
  const crash = [[0.6, 1200, 60]] as const

  it('helps: it stops new debt in both lenders before the fall', () => {
    const bare = ran(worldOf({ falls: crash }), 25)
    const checked = ran(worldOf({ falls: crash, defence: check() }), 25)
    expect(
      changes(checked)
        .map(({ term, target }) => `${term} ${target}`)
        .sort(),
    ).toEqual(['ltv lender', 'ltv other'])
    expect(gained(checked, 'b', USDC)).toBeLessThan(0.9 * gained(bare, 'b', USDC))
    expect(badDebtOf(bare)).toBeGreaterThan(1e5)
    expect(badDebtOf(checked)).toBeLessThan(0.9 * badDebtOf(bare))
  })

  it('sees an account that is leveraged by itself', () => {
    const alone = check({ limit: 0, accountLimit: 3, least: 0.01 })
    const world = ran(worldOf({ defence: alone }), 15)
    expect(gained(world, 'a', USDC)).toBe(0.74 * 50 * 2000)
    const high = check({ limit: 0, accountLimit: 3, least: 0.9 })
    expect(changes(ran(worldOf({ defence: high }), 15))).toEqual([])
  })

  it('prices what its source does not cover as the lenders do', () => {
    const partial: Member = [direct, { source: 'market', assets: [USDC] }]
    const stops = (source: string): number => {
      const world = ran(worldOf({ members: { partial }, defence: check({ source }) }), 25)
      return changes(world)[0]!.tick
    }
    // With ETH at 0 the asset would have no leverage at all.
    expect(stops('partial')).toBe(stops('market'))
  })

  it('is not built without a price, or with nothing to watch', () => {
    const late: Member = [
      feed,
      { source: 'market', assets: [ETH], opening: 'none', stuck: [{ from: 0, to: 1e6 }] },
    ]
    const given = { oracle: 'late', members: { late }, defence: check({ targets: ['lender'] }) }
    expect(() => worldOf(given)).toThrow(UnpricedExposureError)
    expect(() => worldOf({ defence: check({ limit: 0 }) })).toThrow(IdleControlError)
  })

  it('halts the borrowing of named assets where it is told to', () => {
    const world = ran(worldOf({ defence: check({ term: 'borrowing', debts: [USDC] }) }), 15)
    expect(changes(world).map(({ term, asset }) => [term, asset])).toEqual([
      ['borrowing', USDC],
      ['borrowing', USDC],
    ])
  })

  it('harms on Compound, whose one factor it sets to 0: sound accounts are liquidated', () => {
    const market = (collateralFactor: number, cash: number) => ({
      ...{ collateralFactor, cash, exchangeRate: 1, reserves: 0, reserveFactor: 0, baseRate: 0 },
      ...{ multiplier: 0, jumpMultiplier: 0, kink: 0.8 },
    })
    const lender: Member = [
      compoundV2,
      {
        oracle: 'market',
        markets: [
          { asset: ETH, value: market(0.8, 1000) },
          { asset: USDC, value: market(0.8, 1e6) },
        ],
        positions: positionTable(ACCOUNTS, ['USD', 'ETH', 'BTC', 'USDC']),
      },
    ]
    const keeper = { lenders: ['lender'], venue: 'market', capital: 1e7, minProfit: 0 }
    const members = {
      a: looper('lender', 5, 0.6),
      b: looper('other', 6, 0.6),
      liquidators: [liquidator, keeper] as Member,
    }
    const dip = { lender, falls: [[0.1, 300, 60]] as const, members }
    const bare = ran(worldOf(dip), 20)
    const checked = ran(
      worldOf({ ...dip, defence: check({ targets: ['lender'], limit: 1.6 }) }),
      20,
    )
    expect(penaltiesOf(bare)).toBe(0)
    expect(penaltiesOf(checked)).toBeGreaterThan(10_000)
  })

  it('costs loans, failed transactions and gas while nothing is wrong', () => {
    const dip = [[0.15, 300, 60]] as const
    const bare = ran(worldOf({ falls: dip }), 20)
    const world = ran(worldOf({ falls: dip, defence: check({ calmFor: 60 }) }), 20)
    expect(badDebtOf(bare)).toBe(0)
    expect(gained(world, 'a', USDC)).toBeLessThan(gained(bare, 'a', USDC))
    expect(gained(world, 'defence', 0)).toBeLessThan(0)
    const failed = [...world.trace.columns.kind.subarray(0, world.trace.length)]
    expect(failed.filter((k) => EVENT_NAMES[k] === 'failed').length).toBeGreaterThan(0)
  })
})

modelConformance(
  'a cross-protocol check',
  () => worldOf({ defence: check({ limit: 1.3, calmFor: 60 }) }),
  { isRandom: false },
)
