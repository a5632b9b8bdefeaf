import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BTC, ETH, stepWorld } from '../../test/conformance/model.ts'
import { referencePrices } from '../measures/index.ts'
import { liquidator } from '../mechanisms/agents/index.ts'
import { createSpots } from '../mechanisms/agents/liquidator/kernel.ts'
import {
  account,
  agentWorld,
  fallOf,
  type Given,
  lenderOf,
  marketOf,
  seen,
} from '../mechanisms/agents/testWorld.conformance.ts'
import { type Account, lendingWorld } from '../mechanisms/lending/testWorld.conformance.ts'
import { type Lender, USD, type Venue, type World } from '../world/index.ts'
import { accountsOf } from './accounts.ts'
import { type Desk, desksOf } from './desks.ts'
import { judgeOf } from './reasons.ts'
import { reasonsOf, type Troubled, troubledOf, troubledTables } from './troubled.ts'

/** 500,000 gas at 20 gwei and 2,000 USD per ETH: 20 USD. */
const CHAIN = { gasPrice: 20, native: ETH }

/** Accounts before the first block, with a liquidator of ample means unless stated. */
function opened(accounts: readonly Account[], params: Given = {}, depth = 1e9): World {
  const means = { lenders: ['lender'], venue: 'market', capital: 1e9, bid: 0, minProfit: 0 }
  const members = {
    fall: fallOf(0),
    market: marketOf(depth),
    liquidator: [liquidator, { ...means, ...params }] as const,
  }
  return agentWorld(accounts, members, { chain: CHAIN })
}

function found(world: World): readonly Troubled[] {
  return troubledOf(world, accountsOf(world))
}

describe('why an account is not liquidated', () => {
  it('is nothing for accounts that are not in trouble', () => {
    expect(found(opened([account(10, 1000), account(10, 0)]))).toEqual([])
  })

  it('is that it pays, with what it would gain after gas', () => {
    const [one] = found(opened([account(10, 17_000)]))
    expect(one).toMatchObject({ reason: 'pays' })
    expect(one!.net).toBeCloseTo(0.08 * 8500 - 20, 2)
    expect(one!.detail).toBe('$8.50k of USD for $9.18k of ETH gains $680.00 against $20.00 of gas')
  })

  it('is the gas, compared with the gain of the part that may be repaid', () => {
    const [one] = found(opened([account(0.2, 340)], { minProfit: 5 }))
    expect(one).toMatchObject({ reason: 'small', healthFactor: expect.closeTo(0.32 / 0.34) })
    expect(one!.detail).toBe(
      '$170.00 of USD for $183.60 of ETH gains $13.60 against $20.00 of gas and $5.00 of least profit',
    )
  })

  it('is slippage where the margin alone would pay', () => {
    const [one] = found(opened([account(10, 17_000)], {}, 10))
    expect(one!.reason).toBe('slippage')
    expect(one!.detail).toContain('$680.00 without slippage')
  })

  it('is capital where a richer liquidator would do it', () => {
    const [one] = found(opened([account(10, 17_000)], { capital: 120 }))
    expect(one!.reason).toBe('capital')
    expect(one!.detail).toContain('liquidator can spend $120.00')
  })

  it('is sight where it fell after the prices that the liquidator acts on', () => {
    const members = {
      liquidator: [
        liquidator,
        { lenders: ['lender'], venue: 'market', capital: 1e9, detectionDelay: 60 },
      ] as const,
    }
    const world = agentWorld([account(10, 15_000)], members)
    stepWorld(world, 2)
    expect(found(world).map((a) => a.reason)).toEqual(['unseen'])
    expect(found(world)[0]!.detail).toContain('fell 12 s before the end')
    stepWorld(world, 6)
    expect(seen(world, 'liquidation').length).toBeGreaterThan(0)
  })

  it('is that nothing is left, before and after a liquidation', () => {
    const world = lendingWorld({
      accounts: [{ collateral: { ETH: 0 }, debt: { USDC: 100 } }],
    }).world
    expect(found(world)).toMatchObject([{ reason: 'nothing', detail: 'it holds no collateral' }])
  })

  it('is the oracle where it has no price, by name', () => {
    const { world, setPrice } = lendingWorld({
      accounts: [{ collateral: { ETH: 1, WBTC: 0.1 }, debt: { USDC: 4500 } }],
    })
    setPrice('WBTC', Number.NaN)
    expect(found(world)).toMatchObject([{ reason: 'price', detail: 'no oracle price of WBTC' }])
  })

  it('is the oracle where it prices the account as healthy', () => {
    const { world } = lendingWorld({ accounts: [{ collateral: { ETH: 1 }, debt: { USDC: 1000 } }] })
    const [row] = accountsOf(world)
    expect(troubledOf(world, [{ ...row!, badDebt: 3 }])).toMatchObject([
      { reason: 'healthy', detail: 'the oracle prices it at a health factor of 1.600' },
    ])
  })

  it('is cash where the market cannot pay out what would pay', () => {
    const accounts: Account[] = [
      { collateral: { ETH: 10 }, debt: { USDC: 17_000 } },
      { collateral: { USDC: 1e6 }, debt: { ETH: 10 } },
    ]
    const { world } = lendingWorld({ accounts, markets: { ETH: { cash: 0 } } })
    const [one, ...others] = found(world)
    expect(others).toEqual([])
    expect(one!.reason).toBe('cash')
    expect(one!.detail).toMatch(/^the market holds 0 ETH; with cash \$8\.50k of USDC for/)
    expect(one!.net).toBeCloseTo(8500 * (1.08 * (1 - 0.028) - 1))
  })

  it('needs no liquidator: oracle prices and the gas of the chain decide', () => {
    const world = agentWorld(
      [account(10, 17_000), account(0.1, 170)],
      { fall: fallOf(0) },
      { chain: CHAIN },
    )
    expect(found(world).map((a) => a.reason)).toEqual(['pays', 'small'])
    const tables = troubledTables(world, accountsOf(world), pricesOf(world), 5)
    expect(tables.judges[0]).toContain('no liquidator in this scenario')
  })
})

function pricesOf(world: World): Float64Array {
  return referencePrices(world, new Float64Array(world.spec.assets.length))
}

describe('a judge of one lender', () => {
  const accounts = [{ collateral: { ETH: 5, BTC: 0.3 }, debt: { USD: 16_000 } }]
  const world = opened(accounts)
  const built = world.all('lender')[0]!
  const lender = built.instance.ports!.lender!
  const [desk] = desksOf(world, built)

  /** The finding with another lender or another venue. */
  function reason(change: Partial<Lender>, venue: Partial<Venue> = {}): string {
    const other: Venue = { ...desk!.venue, ...venue }
    const at: Desk = { ...desk!, venue: other, spots: createSpots(other, 4) }
    const values = new Float64Array(lender.book.coordinates)
    lender.coordinatesAt([1, 2000, 30_000, 1], 'value', values)
    return judgeOf({ ...lender, ...change }, [at], values)(0)!.reason
  }

  it('finds that it pays', () => {
    expect(reason({})).toBe('pays')
  })

  it('finds that the contract refuses though it has the cash', () => {
    expect(reason({ maxRepay: () => 0 })).toBe('refused')
  })

  it('finds that nobody trades', () => {
    expect(reason({}, { spot: () => 0 })).toBe('venue')
  })

  it('finds that the venue pays less than the oracle says, at any size', () => {
    const low = (sell: number, buy: number): number =>
      desk!.venue.spot(sell, buy) * (buy === USD ? 0.9 : 1)
    expect(reason({}, { spot: low })).toBe('spread')
  })

  it('finds that only a pair pays which its liquidators do not try', () => {
    const low = (sell: number, buy: number): number =>
      desk!.venue.spot(sell, buy) * (sell === ETH ? 0.5 : 1)
    expect(reason({}, { spot: low })).toBe('pair')
    const without = (sell: number, buy: number): number =>
      desk!.venue.spot(sell, buy) * (sell === BTC ? 0.5 : 1)
    expect(reason({}, { spot: without })).toBe('pays')
  })
})

describe('the judge and the liquidator', () => {
  it('agree: what pays is liquidated in the next block, and nothing else', () => {
    const one = fc.record({
      eth: fc.double({ min: 0.01, max: 20, noNaN: true }),
      ltv: fc.double({ min: 0.7, max: 1.3, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 12 }), (drawn) => {
        const world = opened(drawn.map(({ eth, ltv }) => account(eth, 2000 * eth * ltv)))
        const paying = found(world).filter((a) => a.reason === 'pays')
        stepWorld(world, 1)
        const done = seen(world, 'liquidation').map(({ row }) => row)
        expect(done.sort((a, b) => a - b)).toEqual(paying.map(({ row }) => row))
      }),
      { numRuns: 40 },
    )
  })

  it('changes nothing in the world', () => {
    const world = opened([account(10, 17_000)])
    const before = world.state.slice()
    found(world)
    expect(world.state).toEqual(before)
    expect(world.trace.length).toBe(0)
  })
})

describe('tables of accounts in trouble', () => {
  const world = opened([
    account(10, 17_000),
    account(0.2, 340),
    account(1, 2500),
    { collateral: { ETH: 1, BTC: 0.1 }, debt: { USDC: 6000, USD: 100 } },
    account(10, 1),
  ])
  const tables = troubledTables(world, accountsOf(world), pricesOf(world), 2)

  it('count every account once, with debt and bad debt', () => {
    const { reasons } = tables
    expect(reasons.map((r) => [r.reason, r.accounts])).toEqual([
      ['pays', 3],
      ['small', 1],
    ])
    expect(reasons.reduce((sum, r) => sum + r.debt, 0)).toBeCloseTo(17_000 + 340 + 2500 + 6100)
    expect(reasons.reduce((sum, r) => sum + r.badDebt, 0)).toBeCloseTo(500 + 1100)
    expect(reasons[0]!.net).toBeGreaterThan(0)
    expect(reasonsOf([])).toEqual([])
  })

  it('show the worst first, both sides by asset, the largest first', () => {
    expect(tables.bad.map((a) => a.badDebt)).toEqual([1100, 500].map((v) => expect.closeTo(v)))
    expect(tables.bad[0]!.held.map(({ asset }) => asset)).toEqual(['BTC', 'ETH'])
    expect(tables.bad[0]!.owed).toEqual([
      { asset: 'USDC', value: expect.closeTo(6000) },
      { asset: 'USD', value: expect.closeTo(100) },
    ])
    expect(tables.below.map((a) => a.debt)).toEqual([17_000, 6100].map((v) => expect.closeTo(v)))
    expect([tables.belowCount, tables.belowDebt]).toEqual([4, expect.closeTo(25_940)])
  })
})

describe('a lender of which several liquidators know', () => {
  it('is judged by the one that is nearest to acting', () => {
    const means = { lenders: ['lender'], venue: 'market', bid: 0, minProfit: 0 }
    const poor = [liquidator, { ...means, capital: 10 }] as const
    const rich = [liquidator, { ...means, capital: 1e6 }] as const
    const accounts = [account(10, 17_000)]
    const members = { fall: fallOf(0), lender: lenderOf(accounts), poor, rich }
    const world = agentWorld(accounts, members, { chain: CHAIN })
    expect(found(world).map((a) => a.reason)).toEqual(['pays'])
  })
})
