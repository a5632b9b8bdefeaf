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
import type { PositionTable } from '../../world/index.ts'
import { morphoBlue } from '../lending/index.ts'
import { router } from '../liquidity/index.ts'
import { stated } from '../oracles/index.ts'
import { gbm, referenceMarket, schedule } from '../prices/index.ts'
import { LenderAccountError } from './account.ts'
import { overborrower } from './overborrower.ts'
import { type Given, seen } from './testWorld.conformance.ts'

const positions: PositionTable = {
  accounts: ['own'],
  assets: ['ETH', 'USDC'],
  start: Int32Array.of(0, 2),
  asset: Int32Array.of(0, 1),
  debt: Uint8Array.of(0, 1),
  amount: Float64Array.of(0, 0),
  threshold: Float64Array.of(Number.NaN, Number.NaN),
}

const CASH = 5e6

function make(drop: number, params: Given = {}, vol = 0) {
  const own = { lender: 'lender', account: 'own', collateral: ETH, debt: USDC, venue: 'router' }
  const market = { loanAsset: USDC, collateralAsset: ETH, lltv: 0.9, cash: CASH, irm: 'none' }
  const members: Record<string, Member> = {
    fall: [schedule, { shocks: [{ assets: [ETH], drop, scale: 1, at: 36, over: 0 }] }],
    noise: [gbm, { assets: [ETH], vol }],
    market: [referenceMarket, { drivers: ['fall', 'noise'] }],
    router: [router, { venues: ['market'] }],
    oracle: [stated, { assets: [ETH, USDC] }],
    lender: [morphoBlue, { ...market, oracle: 'oracle', rateAtTarget: 0, positions }],
    agent: [overborrower, { ...own, capital: 1e5, share: 0.9, ...params }],
  }
  const world = smallWorld(members)
  return {
    world,
    lender: world.port('lender', 'lender'),
    money: () => world.ledger.balance(selfOf(world, 'agent'), USDC),
  }
}

modelConformance('an overborrower', () => make(0.2, {}, 0.1).world)

describe('an overborrower', () => {
  it('takes all cash once the market is further below the oracle than the loan', () => {
    const { world, lender, money } = make(0.2)
    stepWorld(world, 2)
    expect(seen(world, 'borrow')).toEqual([])
    stepWorld(world, 60)
    expect(lender.cash(USDC)).toBeLessThan(1)
    // It spends 0.8 for what it borrows 0.9 against.
    expect((money() - 1e5) / CASH).toBeCloseTo(1 - 0.8 / 0.9, 3)
    expect(lender.book.amount[0]).toBeCloseTo(CASH / 0.9 / 2000, 0)
  })

  it('does nothing while the collateral costs more than can be borrowed', () => {
    const { world, lender, money } = make(0.09)
    stepWorld(world, 20)
    expect(lender.cash(USDC)).toBe(CASH)
    expect(money()).toBe(1e5)
  })

  it('needs an account', () => {
    expect(() => make(0.2, { account: 'nobody' })).toThrow(LenderAccountError)
  })
})
