import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ETH,
  type Member,
  modelConformance,
  selfOf,
  stepWorld,
  USDC,
} from '../../../test/conformance/model.ts'
import { createOwed, type World } from '../../world/index.ts'
import { stated } from '../oracles/index.ts'
import { depositors, haircut } from './depositors.ts'
import { agentWorld, fallOf, type Given, lenderOf, seen } from './testWorld.conformance.ts'

const SUPPLIERS = 20
const SUPPLIED = SUPPLIERS * 10_000

/**
 * Twenty suppliers of 10,000 USDC each, and one who owes `debt` to them and to others against 100 ETH.
 * What the lender reads does not move; the true price of ETH falls in the fifth block.
 */
function worldOf(
  given: Given = {},
  { debt = 160_000, drop = 0.4, cash = SUPPLIED, seed = 1 } = {},
) {
  const accounts = [
    ...Array.from({ length: SUPPLIERS }, () => ({ collateral: { USDC: 10_000 } })),
    { collateral: { ETH: 100 }, debt: { USDC: debt } },
  ]
  const terms = { collateralFactor: 0.8, exchangeRate: 1, reserves: 0, reserveFactor: 0 }
  const rates = { baseRate: 0, multiplier: 0, jumpMultiplier: 0, kink: 0.8 }
  const market = (asset: number, held: number) => ({
    asset,
    value: { ...terms, ...rates, cash: held },
  })
  const markets = [market(ETH, 100), market(USDC, cash)]
  const own = { lender: 'lender', asset: USDC, reference: 'market', attention: 0 }
  const members: Readonly<Record<string, Member>> = {
    fall: fallOf(drop, 60),
    oracle: [stated, { assets: [ETH, USDC] }],
    lender: lenderOf(accounts, { oracle: 'oracle', markets }),
    suppliers: [depositors, { ...own, ...given }],
  }
  return agentWorld(accounts, members, { seed })
}

const left = (world: World): number => world.ledger.balance(selfOf(world, 'suppliers'), USDC)

function leftAfter(world: World, ticks: number): number {
  stepWorld(world, ticks)
  return left(world)
}

describe('the haircut', () => {
  it('is what is missing, shared over the claims', () => {
    expect(haircut(100, 20, 70)).toBeCloseTo(0.1, 15)
    expect(haircut(100, 20, 90)).toBe(0)
    expect(haircut(100, 0, 0)).toBe(1)
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1e9, noNaN: true }),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        (claims, cash, good) => {
          const cut = haircut(claims, cash, good)
          expect(cut).toBeGreaterThanOrEqual(0)
          expect(cut).toBeLessThanOrEqual(1)
          expect(haircut(claims, cash + 1, good)).toBeLessThanOrEqual(cut)
          expect(haircut(claims + 1, cash, good)).toBeGreaterThanOrEqual(cut)
        },
      ),
      { seed: 2 },
    )
  })
})

describe('suppliers', () => {
  it('stay while nothing is lost, however long', () => {
    expect(leftAfter(worldOf({}, { debt: 100_000, drop: 0.3 }), 300)).toBe(0)
  })

  it('leave at once when they see that more is lost than they would earn', () => {
    const world = worldOf()
    expect(leftAfter(world, 4)).toBe(0)
    expect(leftAfter(world, 1)).toBeCloseTo(SUPPLIED, 3)
  })

  it('leave by their own signal: the wider the errors, the more of them misjudge', () => {
    // 160,000 owed, 158,000 worth, 360,000 claimed: 0.56 % are missing, 0.66 % would be earned.
    const gone = (noise: number, seed = 1): number =>
      Math.round(leftAfter(worldOf({ noise, yield: 0.08 }, { drop: 0.21, seed }), 6) / 10_000)
    expect(gone(0)).toBe(0)
    expect(gone(10)).toBeGreaterThan(SUPPLIERS / 5)
    expect(gone(10)).toBeLessThan(SUPPLIERS)
    expect(new Set([1, 2, 3, 4].map((seed) => gone(10, seed))).size).toBeGreaterThan(1)
  })

  it('take no more than the common speed lets through', () => {
    const world = worldOf({ speed: 0.3 })
    stepWorld(world, 5)
    const cash = world.port('lender', 'lender').cash(USDC) + left(world)
    stepWorld(world, 300 - 5)
    // 296 blocks since the fall, each with its part of 30 % an hour of what was there.
    expect(left(world) / cash).toBeCloseTo(1 - 0.7 ** ((296 * 12) / 3600), 9)
  })

  it('come one after another, as each looks from time to time', () => {
    const world = worldOf({ attention: 600 })
    stepWorld(world, 10)
    const early = left(world)
    stepWorld(world, 60)
    expect(early).toBeGreaterThan(0)
    expect(early).toBeLessThan(SUPPLIED / 2)
    expect(left(world)).toBeCloseTo(SUPPLIED, 3)
  })

  it('cannot take what is lent out', () => {
    const world = worldOf({}, { cash: 40_000 })
    expect(leftAfter(world, 20)).toBeCloseTo(40_000, 6)
    const withdrawals = seen(world, 'withdrawal').filter(({ asset }) => asset === USDC)
    expect(withdrawals).toHaveLength(4)
  })

  it('run on a shortage of cash alone when they are afraid of it', () => {
    const calm = worldOf({ fear: 0, calmUtilization: 0 }, { debt: 100_000, drop: 0 })
    const afraid = worldOf({ fear: 1, calmUtilization: 0 }, { debt: 100_000, drop: 0 })
    expect(leftAfter(calm, 20)).toBe(0)
    expect(leftAfter(afraid, 20)).toBeGreaterThan(0)
  })
})

describe('what is owed beyond collateral', () => {
  it('is the debt less the collateral of whoever is short', () => {
    const world = worldOf()
    const owed = createOwed(world.port('lender', 'lender'))
    expect(owed([1, 1200, 1, 1], -1)).toEqual({ owed: 160_000, short: 40_000 })
    expect(owed([1, 2000, 1, 1], USDC)).toEqual({ owed: 160_000, short: 0 })
    expect(owed([1, 1200, 1, 1], ETH)).toEqual({ owed: 0, short: 0 })
  })
})

modelConformance('suppliers who run', () => worldOf({ attention: 120, speed: 0.5 }))
