import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as exact from './exact.ts'
import { toAssetsUp, toSharesDown, wTaylorCompounded } from './exactMath.ts'
import * as kernel from './kernel.ts'

const WAD = 10n ** 18n
const scaled = (x: number): bigint => BigInt(Math.round(x * 1e18))
const plain = (x: bigint): number => Number(x) / 1e18

const PARAMS: exact.MarketParams = {
  loanToken: 'loan',
  collateralToken: 'collateral',
  oracle: 'oracle',
  irm: 'irm',
  lltv: (8n * WAD) / 10n,
}

/** A contract with one market, an oracle at `price` loan units per collateral unit, endless tokens. */
function opened(price = 1n) {
  const moves: [string, string, bigint][] = []
  const world = { price, refuses: false }
  const outside: exact.Outside = {
    send: (token, to, amount) => {
      moves.push([token, to, -amount])
      return world.refuses ? 'transfer reverted' : null
    },
    take: (token, from, amount) => {
      moves.push([token, from, amount])
      return world.refuses ? 'transferFrom reverted' : null
    },
    price: () => world.price * 10n ** 36n,
  }
  const as = (sender: string, time = 0n): exact.Caller => ({ sender, time, outside })
  const morpho = exact.createMorpho('owner')
  exact.enableIrm(morpho, as('owner'), 'irm')
  exact.enableLltv(morpho, as('owner'), PARAMS.lltv)
  exact.createMarket(morpho, as('anyone'), 'm', PARAMS)
  return { morpho, as, world, moves, market: morpho.markets.get('m')! }
}

const assets = (amount: bigint): exact.Amount => ({ assets: amount, shares: 0n })

/** Supply 1,000, pledge 100, borrow 60, all in units of 1e18. */
function lent() {
  const from = opened()
  const { morpho, as } = from
  exact.supply(morpho, as('supplier'), 'm', assets(1000n * WAD), 'supplier', null)
  exact.supplyCollateral(morpho, as('borrower'), 'm', 100n * WAD, 'borrower', null)
  exact.borrow(morpho, as('borrower'), 'm', assets(60n * WAD), 'borrower', 'borrower')
  return from
}

describe('a refused verb', () => {
  it('leaves nothing behind, even after interest and a callback', () => {
    const { morpho, as, world, market } = lent()
    const before = structuredClone(market)
    world.refuses = true
    const late = as('supplier', 90_000n)
    const inner = () => {
      world.refuses = false
      const done = exact.supplyCollateral(morpho, late, 'm', WAD, 'supplier', null)
      world.refuses = true
      return done.ok ? null : done.reason
    }
    const done = exact.supply(morpho, late, 'm', assets(WAD), 'supplier', inner)
    expect(done).toEqual({ ok: false, reason: 'transferFrom reverted' })
    // An account looked at keeps an empty position.
    before.positions.set('supplier', before.positions.get('supplier')!)
    expect(market).toEqual(before)
  })

  it('inside a callback ends the outer verb with the same reason', () => {
    const { morpho, as, market } = lent()
    const before = structuredClone(market)
    const inner = () => {
      const done = exact.withdraw(morpho, as('thief'), 'm', assets(1n), 'supplier', 'thief')
      return done.ok ? null : done.reason
    }
    const done = exact.repay(morpho, as('borrower'), 'm', assets(WAD), 'borrower', inner)
    expect(done).toEqual({ ok: false, reason: 'unauthorized' })
    expect(market).toEqual(before)
  })
})

describe('bad debt', () => {
  it('is taken off debt and supply when a liquidation leaves no collateral', () => {
    const { morpho, as, world, market } = lent()
    world.price = 0n
    // At price 0 the collateral is free, and all of the debt is lost.
    const asked = { seizedAssets: 100n * WAD, repaidShares: 0n }
    const done = exact.liquidate(morpho, as('liquidator'), 'm', 'borrower', asked, null)
    const lost = { badDebtAssets: 60n * WAD, badDebtShares: 60n * WAD * 1_000_000n }
    expect(done.ok && done.value).toMatchObject({ repaidAssets: 0n, ...lost })
    expect(market.totalSupplyAssets).toBe(940n * WAD)
    expect(market.totalBorrowAssets).toBe(0n)
    expect(market.totalBorrowShares).toBe(0n)
  })

  it('stays with the position while one unit of collateral is left', () => {
    const { morpho, as, world, market } = lent()
    world.price = 0n
    const asked = { seizedAssets: 100n * WAD - 1n, repaidShares: 0n }
    exact.liquidate(morpho, as('liquidator'), 'm', 'borrower', asked, null)
    expect(market.totalSupplyAssets).toBe(1000n * WAD)
    expect(market.totalBorrowAssets).toBe(60n * WAD)
  })
})

describe('the float kernel, against the integers', () => {
  const amount = fc.bigInt({ min: 10n ** 9n, max: 10n ** 30n })
  const time = fc.bigInt({ min: 1n, max: 30n * 86_400n })

  it('adapts the rate alike: within three units of 1e-18 per second and 1e-9', () => {
    const rate = fc.bigInt({ min: 31_709_791n, max: 63_419_583_967n })
    const part = fc.bigInt({ min: 0n, max: WAD })
    fc.assert(
      fc.property(amount, part, time, rate, (supply, used, seconds, rateAtTarget) => {
        const borrow = (supply * used) / WAD
        const input = {
          totalSupplyAssets: supply,
          totalBorrowAssets: borrow,
          lastUpdate: 0n,
          rateAtTarget,
        }
        const want = exact.borrowRate(input, seconds)
        const got = { borrowRate: NaN, rateAtTarget: plain(rateAtTarget) }
        const share = Number(borrow) / Number(supply)
        kernel.adapt(share, Number(seconds), kernel.ADAPTIVE_CURVE, got)
        for (const key of ['borrowRate', 'rateAtTarget'] as const) {
          // Utilization is rounded to 1e-18, which the slope of the curve magnifies.
          const room = 1e-9 * plain(want[key]) + 12e-18
          expect(Math.abs(got[key] - plain(want[key]))).toBeLessThanOrEqual(room)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('compounds alike', () => {
    const rate = fc.bigInt({ min: 0n, max: 253_678_335_870n })
    fc.assert(
      fc.property(rate, time, (perSecond, seconds) => {
        const want = plain(wTaylorCompounded(perSecond, seconds))
        const got = kernel.compounded(plain(perSecond), Number(seconds))
        expect(Math.abs(got - want)).toBeLessThanOrEqual(1e-12 * want + 2e-18)
      }),
    )
  })

  it('converts assets and shares alike: 1e-12 of the amount, or two units', () => {
    fc.assert(
      fc.property(amount, amount, amount, (value, totalAssets, totalShares) => {
        const [x, a, s] = [value, totalAssets, totalShares].map(Number) as [number, number, number]
        const shares = Number(toSharesDown(value, totalAssets, totalShares * 1_000_000n)) / 1e6
        expect(Math.abs(kernel.toShares(x, a, s, 1) - shares)).toBeLessThanOrEqual(
          1e-12 * shares + 2,
        )
        const back = Number(toAssetsUp(value * 1_000_000n, totalAssets, totalShares * 1_000_000n))
        const float = x * kernel.sharePrice(a, s, 1)
        expect(Math.abs(float - back)).toBeLessThanOrEqual(1e-12 * back + 2)
      }),
    )
  })

  it('has the same incentive', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.99, noNaN: true }), (lltv) => {
        const want = plain(exact.liquidationIncentiveFactor(scaled(lltv)))
        expect(kernel.liquidationIncentiveFactor(lltv)).toBeCloseTo(want, 15)
      }),
    )
  })
})
