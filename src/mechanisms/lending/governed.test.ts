import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashWorld, rewind, snapshot } from '../../engine/index.ts'
import { margin, TERMS, type TermName } from '../../world/index.ts'
import { AAVE_REFUSALS } from './aaveV3/terms.ts'
import { COMPOUND_REFUSALS } from './compoundV2/terms.ts'
import { REFUSALS } from './index.ts'
import { marketWorld } from './morphoBlue/testMarket.conformance.ts'
import { aaveWorld, type LendingWorld, lendingWorld } from './testWorld.conformance.ts'

const accounts = [
  { collateral: { ETH: 10 }, debt: { USDC: 12000 } },
  { collateral: { ETH: 10, WBTC: 1 }, debt: { USDC: 20000 } },
  { collateral: { USDC: 5000 } },
]

/** Set a term of an asset, or of all. */
function set(from: LendingWorld, name: TermName, value: number, asset = ''): string | null {
  return from.governed.setTerm(name, asset === '' ? -1 : from.asset(asset), value)
}

/** What happens to each verb on the USDC market, and to a liquidation of row 0; null = it is done. */
function verbs(from: LendingWorld): Record<string, string | null> {
  const { lender, debt, collateral, holder, world } = from
  const usdc = debt('USDC')
  const result = { repaid: 0, seized: 0, event: -1 }
  const tried: Record<string, () => string | null> = {
    supply: () => lender.supply(2, collateral('USDC'), 1, holder),
    borrow: () => lender.borrow(1, usdc, 1, holder),
    withdraw: () => lender.withdraw(2, collateral('USDC'), 1, holder),
    repay: () => lender.repay(1, usdc, 1, holder),
    liquidate: () => lender.liquidate(0, usdc, collateral('ETH'), 10, holder, result),
  }
  const before = snapshot(world)
  const outcomes = Object.entries(tried).map(([verb, act]) => {
    const refused = act()
    rewind(world, before)
    return [verb, refused] as const
  })
  return Object.fromEntries(outcomes)
}

const DONE = { supply: null, borrow: null, withdraw: null, repay: null, liquidate: null }

/** Row 0 is liquidatable at this price, row 1 is not. */
function fallen(from: LendingWorld): LendingWorld {
  from.setPrice('ETH', 1450)
  return from
}

function halted(from: LendingWorld, name: TermName, asset = 'USDC'): Record<string, string | null> {
  expect(set(from, name, 0, asset)).toBeNull()
  expect(from.governed.term(name, from.asset(asset))).toBe(0)
  const outcomes = verbs(from)
  expect(set(from, name, 1, asset)).toBeNull()
  expect(verbs(from)).toEqual(DONE)
  return outcomes
}

describe('halting Compound v2', () => {
  const make = () => fallen(lendingWorld({ accounts }))
  const { mintPaused, borrowPaused, seizePaused } = COMPOUND_REFUSALS

  it('is per market for supplying and borrowing, and for all markets for seizing', () => {
    expect(verbs(make())).toEqual(DONE)
    expect(halted(make(), 'supplying')).toEqual({ ...DONE, supply: mintPaused })
    expect(halted(make(), 'borrowing')).toEqual({ ...DONE, borrow: borrowPaused })
    expect(halted(make(), 'supplying', 'ETH')).toEqual(DONE)
    expect(halted(make(), 'liquidating', 'WBTC')).toEqual({ ...DONE, liquidate: seizePaused })
  })

  it('can never stop redeeming or repaying', () => {
    const from = make()
    for (const name of ['withdrawing', 'repaying'] as const) {
      expect(set(from, name, 0, 'USDC')).toMatch(/cannot pause/)
      expect(from.governed.terms).not.toContain(name)
    }
    expect(verbs(from)).toEqual(DONE)
  })
})

describe('halting Aave', () => {
  const { frozen, paused, borrowing } = AAVE_REFUSALS
  const still = Object.fromEntries(Object.keys(DONE).map((verb) => [verb, paused]))

  it.each(['v2', 'v3', 'v3.3'] as const)('%s: frozen, only supply and borrow stop', (rules) => {
    const make = () => fallen(aaveWorld({ accounts, rules }))
    expect(halted(make(), 'supplying')).toEqual({ ...DONE, supply: frozen, borrow: frozen })
    expect(halted(make(), 'borrowing')).toEqual({ ...DONE, borrow: borrowing })
  })

  it.each(['withdrawing', 'repaying', 'liquidating'] as const)(
    'is a pause where %s stops: nothing of the asset moves',
    (name) => {
      const make = () => fallen(aaveWorld({ accounts }))
      expect(halted(make(), name)).toEqual(still)
      // The collateral's pause stops the liquidation, not the debt's other verbs.
      expect(halted(make(), name, 'ETH')).toEqual({ ...DONE, liquidate: paused })
      expect(halted(make(), name, 'WBTC')).toEqual(DONE)
      const v2 = () => fallen(aaveWorld({ accounts, rules: 'v2' }))
      expect(halted(v2(), name, 'WBTC')).toEqual(still)
    },
  )

  it('says what stands still', () => {
    const from = aaveWorld({ accounts })
    const usdc = from.asset('USDC')
    const terms = ['supplying', 'borrowing', 'withdrawing', 'repaying', 'liquidating'] as const
    const now = () => terms.map((name) => from.governed.term(name, usdc))
    set(from, 'supplying', 0, 'USDC')
    expect(now()).toEqual([0, 0, 1, 1, 1])
    set(from, 'repaying', 0, 'USDC')
    expect(now()).toEqual([0, 0, 0, 0, 0])
    set(from, 'liquidating', 1, 'USDC')
    set(from, 'supplying', 1, 'USDC')
    expect(now()).toEqual([1, 1, 1, 1, 1])
  })

  it('sets the ltv of a frozen reserve to 0 from v3.1 on, until it thaws', () => {
    const borrow = (from: LendingWorld) => from.act('borrow', [0, from.debt('USDC'), 1])
    for (const [rules, refused] of [
      ['v3', null],
      ['v3.3', AAVE_REFUSALS.noCollateral],
    ] as const) {
      const from = aaveWorld({ accounts, rules })
      set(from, 'supplying', 0, 'ETH')
      expect(borrow(from)).toBe(refused)
      set(from, 'ltv', 0.7, 'ETH')
      set(from, 'supplying', 1, 'ETH')
      expect(borrow(from)).toBeNull()
      expect(from.governed.term('ltv', from.asset('ETH'))).toBe(0.7)
    }
  })
})

describe('a limit on borrowing', () => {
  it('of zero blocks new debt and other withdrawals on Aave, and liquidates nobody', () => {
    const from = aaveWorld({ accounts })
    expect(set(from, 'ltv', 0, 'WBTC')).toBeNull()
    expect(from.act('withdraw', [1, from.collateral('ETH'), 0.1])).toBe(AAVE_REFUSALS.zeroLtv)
    expect(from.act('withdraw', [1, from.collateral('WBTC'), 0.1])).toBeNull()
    expect(set(from, 'ltv', 0, 'ETH')).toBeNull()
    expect(from.act('borrow', [0, from.debt('USDC'), 1])).toBe(AAVE_REFUSALS.noCollateral)
    expect(from.lender.book.below(from.lender.coordinates(), new Int32Array(3))).toBe(0)
  })

  it('is the threshold of Compound too: zero makes accounts liquidatable at once', () => {
    const from = lendingWorld({ accounts })
    expect(set(from, 'ltv', 0, 'ETH')).toBeNull()
    expect(from.governed.term('liquidationThreshold', from.asset('ETH'))).toBe(0)
    const found = new Int32Array(3)
    expect(from.lender.book.below(from.lender.coordinates(), found)).toBe(1)
    expect(found[0]).toBe(0)
    expect(from.lender.maxRepay(0, from.debt('USDC'), from.collateral('ETH'))).toBeGreaterThan(0)
  })

  it('stops borrowing at caps, and what is borrowed stays', () => {
    const aave = aaveWorld({ accounts })
    set(aave, 'borrowCap', 32_010, 'USDC')
    expect(aave.act('borrow', [1, aave.debt('USDC'), 11])).toBe(AAVE_REFUSALS.borrowCap)
    expect(aave.act('borrow', [1, aave.debt('USDC'), 10])).toBeNull()
    set(aave, 'supplyCap', 1, 'ETH')
    expect(aave.act('supply', [0, aave.collateral('ETH'), 1])).toBe(AAVE_REFUSALS.supplyCap)
    const compound = lendingWorld({ accounts })
    set(compound, 'borrowCap', 32_010, 'USDC')
    const { borrowCap } = COMPOUND_REFUSALS
    // Reaching the cap is refused already.
    expect(compound.act('borrow', [1, compound.debt('USDC'), 10])).toBe(borrowCap)
    expect(compound.act('borrow', [1, compound.debt('USDC'), 9.9])).toBeNull()
  })
})

describe('a threshold', () => {
  it.each([
    ['Compound v2', lendingWorld],
    ['Aave v3', aaveWorld],
  ] as const)('moves whoever has the terms of the market in %s', (_, make) => {
    const from = make({ accounts })
    const before = from.lender.coordinates().slice()
    set(from, 'ltv', 0.6, 'ETH')
    expect(set(from, 'liquidationThreshold', 0.6, 'ETH')).toBeNull()
    const after = from.lender.coordinates()
    const eth = from.collateral('ETH')
    for (let c = 0; c < before.length; c++)
      expect(after[c]! / before[c]!).toBeCloseTo(c === eth ? 0.75 : 1, 14)
    // 10 x 2000 x 0.6 = 12000: the boundary is healthy.
    expect(margin(from.lender.book, after, 0)).toBeGreaterThanOrEqual(0)
    from.setPrice('ETH', 1999.99)
    expect(margin(from.lender.book, from.lender.coordinates(), 0)).toBeLessThan(0)
  })

  it("moves entries' own thresholds in proportion, and eModes not at all", () => {
    const eModes = [{ category: 1, ltv: 0.9, liquidationThreshold: 0.93, liquidationBonus: 0.01 }]
    const own = [
      { collateral: { ETH: 10 }, debt: { USDC: 1 }, threshold: { ETH: 0.9 } },
      { collateral: { ETH: 10 }, debt: { ETH: 1 }, category: 1 },
    ]
    const from = aaveWorld({ accounts: own, eModes, reserves: { ETH: { eMode: 1 } } })
    const before = from.lender.coordinates().slice()
    set(from, 'ltv', 0.6, 'ETH')
    set(from, 'liquidationThreshold', 0.64, 'ETH')
    set(from, 'liquidationBonus', 0.1, 'ETH')
    const { coordinate, start } = from.lender.book
    const ratio = (row: number): number => {
      const c = coordinate[start[row]!]!
      return from.lender.coordinates()[c]! / before[c]!
    }
    expect(ratio(0)).toBeCloseTo(0.8, 14)
    expect(ratio(1)).toBe(1)
    expect(from.lender.seizeFor(1, from.debt('ETH'), coordinate[start[1]!]!)).toBeCloseTo(1.009, 12)
  })

  it('keeps what the contract keeps: ltv below threshold, threshold with bonus below 1', () => {
    const from = aaveWorld({ accounts })
    expect(set(from, 'liquidationThreshold', 0.74, 'ETH')).toBe(AAVE_REFUSALS.ltvAboveThreshold)
    expect(set(from, 'ltv', 0.81, 'ETH')).toBe(AAVE_REFUSALS.ltvAboveThreshold)
    expect(set(from, 'liquidationThreshold', 0.93, 'ETH')).toBe(AAVE_REFUSALS.bonusTooLarge)
    expect(set(from, 'liquidationBonus', 0.26, 'ETH')).toBe(AAVE_REFUSALS.bonusTooLarge)
    expect(set(from, 'liquidationBonus', 0, 'ETH')).toBe(AAVE_REFUSALS.noBonus)
    expect(set(from, 'liquidationThreshold', 0, 'ETH')).toBe(AAVE_REFUSALS.ltvAboveThreshold)
    set(from, 'ltv', 0, 'ETH')
    expect(set(from, 'liquidationThreshold', 0, 'ETH')).toBe(AAVE_REFUSALS.suppliers)
    expect(set(from, 'debtCeiling', 100, 'ETH')).toBe(AAVE_REFUSALS.suppliers)
    expect(set(aaveWorld({ accounts, rules: 'v2' }), 'supplyCap', 1, 'ETH')).toMatch(/v2/)
    const compound = lendingWorld({ accounts })
    expect(set(compound, 'liquidationThreshold', 0.91, 'ETH')).toBe(COMPOUND_REFUSALS.factor)
    compound.setPrice('ETH', NaN)
    expect(set(compound, 'ltv', 0.5, 'ETH')).toBe(COMPOUND_REFUSALS.factorPrice)
    expect(set(compound, 'ltv', 0, 'ETH')).toBeNull()
  })
})

describe('the rate above the optimal utilization', () => {
  const rates = { baseRate: 0.01, slope2: 0.6, cash: 100 }
  const steep = { baseRate: 0.01, jumpMultiplier: 3, multiplier: 0.1, cash: 100 }

  it('is 3 x (1 - 0.8) for a jump multiplier of 3 above a kink of 0.8', () => {
    const from = lendingWorld({ accounts, markets: { USDC: steep } })
    expect(from.governed.term('rateSlope', from.asset('USDC'))).toBeCloseTo(0.6, 12)
  })

  it.each([
    ['Compound v2', () => lendingWorld({ accounts, markets: { USDC: steep } })],
    ['Aave v3.3', () => aaveWorld({ accounts, rules: 'v3.3', reserves: { USDC: rates } })],
  ])('holds from the change on, and interest until then is at the old rate, in %s', (_, make) => {
    const grown = (at: number): number => {
      const from = make()
      const { lender, debt, holder, asset } = from
      const claims = (): number => {
        lender.repay(1, debt('USDC'), 1e-9, holder)
        return lender.claims(asset('USDC'))
      }
      const before = claims()
      from.mine(1000)
      if (at === 1) set(from, 'rateSlope', 6, 'USDC')
      const middle = claims() - before
      from.mine(1000)
      return at === 1 ? (claims() - before - middle) / middle : (claims() - before) / middle - 1
    }
    expect(grown(0)).toBeCloseTo(1, 2)
    expect(grown(1)).toBeGreaterThan(5)
    const from = make()
    set(from, 'rateSlope', 6, 'USDC')
    expect(from.governed.term('rateSlope', from.asset('USDC'))).toBeCloseTo(6, 12)
  })
})

describe('Morpho Blue', () => {
  it('can be read and never changed', () => {
    const from = marketWorld({ accounts: [{ collateral: { ETH: 1 }, debt: { USDC: 100 } }] })
    const { governed, asset, world } = from
    const before = hashWorld(world)
    expect(governed.terms).toEqual([])
    for (const name of Object.keys(TERMS) as TermName[])
      expect(governed.setTerm(name, asset('ETH'), 0)).toMatch(/immutable/)
    expect(hashWorld(world)).toBe(before)
    expect(governed.term('liquidationThreshold', asset('ETH'))).toBeGreaterThan(0.5)
    expect(governed.term('liquidationThreshold', asset('USDC'))).toBeNaN()
    expect(governed.term('closeFactor', -1)).toBe(1)
    expect(governed.term('borrowCap', asset('USDC'))).toBeNaN()
  })
})

const LENDERS: readonly (readonly [string, () => LendingWorld])[] = [
  ['Compound v2', () => lendingWorld({ accounts })],
  ['Aave v2', () => aaveWorld({ accounts, rules: 'v2' })],
  ['Aave v3', () => aaveWorld({ accounts })],
  ['Aave v3.3', () => aaveWorld({ accounts, rules: 'v3.3' })],
]

describe.each(LENDERS)('the terms of %s', (_, make) => {
  it('refuse what is no value of theirs, and leave no trace', () => {
    const from = make()
    const before = hashWorld(from.world)
    for (const name of from.governed.terms) {
      for (const value of [-1, NaN, Infinity]) expect(set(from, name, value, 'ETH')).not.toBeNull()
      if (TERMS[name].unit === 'flag') expect(set(from, name, 0.5, 'ETH')).not.toBeNull()
      if (TERMS[name].unit === 'fraction') expect(set(from, name, 1.5, 'ETH')).not.toBeNull()
      if (TERMS[name].per === 'asset') expect(from.governed.setTerm(name, 0, 0)).not.toBeNull()
    }
    expect(set(from, 'targetHealth', 0.9)).not.toBeNull()
    expect(set(from, 'answering', 0, 'ETH')).toMatch(/no term/)
    expect(from.governed.term('answering', from.asset('ETH'))).toBeNaN()
    expect(hashWorld(from.world)).toBe(before)
  })

  const changes = fc.array(
    fc.record({
      name: fc.nat(),
      asset: fc.constantFrom('ETH', 'USDC', 'WBTC'),
      value: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 2, noNaN: true })),
    }),
    { minLength: 1, maxLength: 12 },
  )
  /** All that others see of the terms. */
  const seen = (from: LendingWorld): unknown => {
    const { lender, governed } = from
    const assets = ['ETH', 'USDC', 'WBTC'].map(from.asset)
    return [
      [...lender.coordinates()],
      [...lender.canSeize],
      lender.closeFactor,
      assets.map((_, i) => lender.seizeFor(1, 1, assets.length + i)),
      governed.terms.map((name) => [-1, ...assets].map((asset) => governed.term(name, asset))),
    ]
  }

  it('are as they were after a rewind, and the same again after the same changes', () => {
    const from = make()
    const opening = snapshot(from.world)
    fc.assert(
      fc.property(changes, (list) => {
        const at = seen(from)
        const before = hashWorld(from.world)
        const apply = (): unknown => {
          for (const { name, asset, value } of list) {
            const term = from.governed.terms[name % from.governed.terms.length]!
            // A flag of Aave may stay down for another reason.
            if (set(from, term, value, asset) === null && TERMS[term].unit !== 'flag')
              expect(from.governed.term(term, from.asset(asset))).toBeCloseTo(value, 12)
          }
          return [seen(from), hashWorld(from.world)]
        }
        const after = apply()
        rewind(from.world, opening)
        expect(seen(from)).toEqual(at)
        expect(hashWorld(from.world)).toBe(before)
        expect(apply()).toEqual(after)
        rewind(from.world, opening)
      }),
      { numRuns: 60, seed: 7 },
    )
  })

  it('are found again by a world that loads the state', () => {
    const [from, other] = [make(), make()]
    set(from, 'ltv', 0.5, 'ETH')
    set(from, 'liquidationThreshold', 0.55, 'ETH')
    set(from, 'liquidationBonus', 0.11, 'ETH')
    set(other, 'closeFactor', 0.25)
    other.world.state.set(from.world.state)
    for (const { instance } of other.world.instances) instance.refresh?.('load')
    expect(seen(other)).toEqual(seen(from))
  })

  it('have another revision after every change, also one taken back', () => {
    const { world, lender, governed } = make()
    const opening = snapshot(world)
    const revisions = new Set([lender.revision])
    for (const value of [0.3, 0.3]) {
      governed.setTerm('closeFactor', -1, value)
      revisions.add(lender.revision)
      rewind(world, opening)
      revisions.add(lender.revision)
    }
    expect(revisions.size).toBe(5)
    rewind(world, opening)
    expect(revisions.has(lender.revision)).toBe(true)
  })

  it('are those of the parameters at the start', () => {
    const { governed, asset, lender } = make()
    const of = (name: TermName) => governed.term(name, asset('ETH'))
    expect(of('liquidationThreshold')).toBe(0.8)
    expect(of('liquidationBonus')).toBeCloseTo(0.08, 14)
    expect(of('closeFactor')).toBe(0.5)
    expect(lender.closeFactor).toBeGreaterThanOrEqual(0.5)
    for (const name of ['supplying', 'borrowing', 'liquidating'] as const) expect(of(name)).toBe(1)
    for (const name of ['targetHealth', 'bonusPerShortfall', 'stopAtFrontier'] as const)
      expect(of(name)).toBe(0)
  })
})

it('names the reason that all lenders share where health forbids', () => {
  const from = aaveWorld({ accounts })
  expect(from.act('withdraw', [0, from.collateral('ETH'), 5])).toBe(REFUSALS.unhealthy)
})
