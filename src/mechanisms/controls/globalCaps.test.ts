import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ETH,
  type Member,
  modelConformance,
  selfOf,
  smallWorld,
  stepWorld,
  USDC,
} from '../../../test/conformance/model.ts'
import { USD } from '../../world/index.ts'
import { borrowers, liquidator } from '../agents/index.ts'
import { constantProduct } from '../liquidity/index.ts'
import { stated } from '../oracles/index.ts'
import { depthAt, globalCaps, shareOf } from './globalCaps.ts'
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

const POOL = { base: ETH, quote: 0, fee: 0 }

/** A pool of `reserve` ETH takes reserve x (sqrt(1.05) - 1) of them at a bonus of 5 %. */
const poolOf = (reserve: number): Member => [constantProduct, { ...POOL, baseReserve: reserve }]

const depthOf = (reserve: number): number => reserve * (Math.sqrt(1.05) - 1)

const caps = (params: Readonly<Record<string, unknown>> = {}): Member => [
  globalCaps,
  { targets: ['lender'], assets: [ETH], venue: 'pool', interval: 12, bid: 50, ...params },
]

/** A supplier, a borrower with 100 ETH, an account that comes. */
const ACCOUNTS = [
  { collateral: { USDC: 1e6 } },
  { collateral: { ETH: 100 }, debt: { USDC: 140_000 } },
  { collateral: { ETH: 0 }, debt: { USDC: 0 } },
]
const NEW = 2

const worldOf = ({ members, ...given }: Partial<Defended>) =>
  defendedWorld({ accounts: ACCOUNTS, ...given, members: { pool: poolOf(5000), ...members } })

describe('the depth at a bonus', () => {
  it('leaves the price that pays the bonus to whoever sells, or buys, the last token', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 10, max: 1e5, noNaN: true }),
        fc.double({ min: 0.01, max: 0.3, noNaN: true }),
        (reserve, bonus) => {
          const world = smallWorld({ pool: poolOf(reserve) })
          const venue = world.port('venue', 'pool')
          const root = Math.sqrt(1 + bonus)
          const sold = depthAt(venue, ETH, 'supplyCap', bonus)
          expect(sold / (reserve * (root - 1))).toBeCloseTo(1, 9)
          const bought = depthAt(venue, ETH, 'borrowCap', bonus)
          expect(bought / (reserve * (1 - 1 / root))).toBeCloseTo(1, 9)
          expect(depthAt(venue, USDC, 'supplyCap', bonus)).toBe(0)
        },
      ),
      { seed: 21, numRuns: 40 },
    )
  })

  it('is split by what each lender has, equally while none has anything', () => {
    expect(shareOf(90, [20, 40, 0], 0)).toBeCloseTo(30, 12)
    expect(shareOf(90, [20, 40, 0], 1)).toBeCloseTo(60, 12)
    expect(shareOf(90, [20, 40, 0], 2)).toBeGreaterThan(0)
    expect(shareOf(90, [0, 0, 0], 2)).toBeCloseTo(30, 12)
    expect(shareOf(0, [1], 0)).toBeGreaterThan(0)
  })
})

describe('global caps', () => {
  it('are twice the depth over all lenders together', () => {
    const one = worldOf({}).instances.find(({ name }) => name === 'lender')!
    const other: Member = [one.model, one.spec.params]
    const defence = caps({ targets: ['lender', 'other'] })
    const world = ran(worldOf({ members: { other }, defence }), 1)
    const set = changes(world).map(({ target, to }) => [target, to] as const)
    expect(set.map(([target]) => target).sort()).toEqual(['lender', 'other'])
    expect(set.reduce((sum, [, to]) => sum + to, 0)).toBeCloseTo(2 * depthOf(5000), 6)
  })

  it('stay as they are while the venue is halted, and move in bounded steps', () => {
    const world = ran(worldOf({ members: { pool: poolOf(40) }, defence: caps() }), 1)
    const cap = () => world.port('governed', 'lender').term('supplyCap', ETH)
    const before = cap()
    expect(before).toBeCloseTo(2 * depthOf(40), 6)
    world.port('governed', 'pool').setTerm('trading', -1, 0)
    expect(depthAt(world.port('venue', 'pool'), ETH, 'supplyCap', 0.05)).toBeNaN()
    ran(world, 10)
    expect(cap()).toBe(before)
    // By default a cap moves by 30 % at once at most.
    world.port('governed', 'pool').setTerm('trading', -1, 1)
    const pool = world.port('venue', 'pool')
    expect(pool.swap(ETH, USD, 60, selfOf(world, 'lender'), -1)).toBeGreaterThan(0)
    const wanted = 2 * depthAt(pool, ETH, 'supplyCap', 0.05)
    expect(wanted / before).toBeCloseTo(2.5, 9)
    stepWorld(world, 1)
    expect(cap()).toBeCloseTo(1.3 * before, 6)
    stepWorld(world, 3)
    expect(cap()).toBeCloseTo(wanted, 6)
  })

  it('help against collateral that is not worth what the oracle says: the loss is bounded', () => {
    const attack = {
      oracle: 'oracle',
      falls: [[1, 12, 0]] as const,
      members: {
        oracle: [stated, { assets: [ETH, USDC] }] as Member,
        attacker: borrower(NEW, 1000, 20),
      },
    }
    const bare = ran(worldOf(attack), 60)
    const capped = ran(worldOf({ ...attack, defence: caps() }), 60)
    const cap = 2 * depthOf(5000)
    // 1000 USDC per ETH of the attacker's, and the borrower's own 140,000.
    expect(badDebtOf(bare)).toBeCloseTo(1e6 + 140_000, 3)
    const taken = gained(capped, 'attacker', USDC)
    expect(taken).toBeGreaterThan((cap - 100 - 20) * 1000)
    expect(taken).toBeLessThanOrEqual((cap - 100) * 1000)
    expect(badDebtOf(capped)).toBeCloseTo(taken + 140_000, 3)
  })

  it('harm borrowers who would add collateral in a fall, and are liquidated instead', () => {
    const fall = {
      falls: [[0.16, 60, 600]] as const,
      members: {
        rescue: [
          borrowers,
          {
            lender: 'lender',
            venue: 'pool',
            perHour: 500,
            unwindShare: 0,
            alert: 1.05,
            target: 1.2,
          },
        ] as Member,
        liquidators: [
          liquidator,
          { lenders: ['lender'], venue: 'market', capital: 1e6, minProfit: 0 },
        ] as Member,
      },
    }
    const bare = ran(worldOf(fall), 20)
    const capped = ran(worldOf({ ...fall, defence: caps({ multiple: 0.5 }) }), 20)
    expect(penaltiesOf(bare)).toBe(0)
    expect(penaltiesOf(capped)).toBeGreaterThan(1000)
  })

  it('cost a sound borrower part of its loan, and gas, while nothing is wrong', () => {
    const calm = { members: { honest: borrower(NEW, 1000, 20) } }
    const bare = ran(worldOf(calm), 60)
    const capped = ran(worldOf({ ...calm, defence: caps() }), 60)
    expect(gained(bare, 'honest', USDC)).toBeCloseTo(1e6, 3)
    expect(gained(capped, 'honest', USDC)).toBeLessThan((2 * depthOf(5000) - 100) * 1000 + 1)
    expect(gained(capped, 'defence', 0)).toBeLessThan(0)
    expect(badDebtOf(bare)).toBe(0)
  })
})

modelConformance(
  'global caps',
  () => worldOf({ members: { honest: borrower(NEW, 1000, 20) }, defence: caps() }),
  { isRandom: false },
)
