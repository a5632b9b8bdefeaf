import { describe, expect, it } from 'vitest'
import {
  BTC,
  ETH,
  type Member,
  modelConformance,
  selfOf,
  smallWorld,
  stepWorld,
  USDC,
} from '../../../../test/conformance/model.ts'
import type { World } from '../../../world/index.ts'
import type { Account } from '../../lending/testWorld.conformance.ts'
import { gbm } from '../../prices/index.ts'
import {
  account,
  agentWorld,
  fallOf,
  type Given,
  health,
  lenderOf,
  marketOf,
  seen,
} from '../testWorld.conformance.ts'
import { borrowers, HealthTargetError } from './model.ts'

function borrowersOf(params: Given = {}): Member {
  return [borrowers, { lender: 'lender', venue: 'market', gas: 0, perHour: 1e9, ...params }]
}

/** A world whose ETH falls by 10 %: 10 ETH with 14,000 of debt go from a health of 1.143 to 1.029. */
function make(accounts: readonly Account[], params: Given = {}, depth = 1e18): World {
  return agentWorld(accounts, { market: marketOf(depth), borrowers: borrowersOf(params) })
}

function stepped(world: World, ticks: number): World {
  stepWorld(world, ticks)
  return world
}

function healthAfter(world: World, row = 0): number {
  return health(world.port('lender', 'lender'), row)
}

modelConformance('borrowers who top up and unwind', () => {
  const noise: Member = [gbm, { assets: [ETH], vol: 3 }]
  const accounts = Array.from({ length: 40 }, (_, k) =>
    account(10, 14_500 + 20 * k, k % 2 ? 'USD' : 'USDC'),
  )
  return agentWorld(accounts, {
    fall: noise,
    market: marketOf(1e6),
    borrowers: borrowersOf({ perHour: 60, gas: 1000 }),
  })
})

describe('borrowers', () => {
  it('restore the target by topping up from outside', () => {
    const world = stepped(make([account(10, 14_000)], { unwindShare: 0 }), 1)
    expect(healthAfter(world)).toBeCloseTo(1.25, 12)
    const [event] = seen(world, 'topUp')
    expect([event!.asset, event!.parent]).toEqual([ETH, seen(world, 'news')[0]!.id])
    expect(event!.x).toBeCloseTo((1.25 * 14_000 - 18_000 * 0.8) / 0.8, 8)
    expect(seen(world, 'swap')).toEqual([])
  })

  it.each(['USD', 'USDC'])('restore the target by selling collateral to repay %s', (debt) => {
    const world = stepped(make([account(10, 14_000, debt)], { unwindShare: 1 }), 1)
    expect(healthAfter(world)).toBeCloseTo(1.25, 12)
    const [event] = seen(world, 'unwind')
    expect(event!.x).toBeCloseTo((1.25 * 14_000 - 18_000 * 0.8) / 0.45, 8)
    const swaps = seen(world, 'swap')
    expect(swaps.map(({ asset }) => asset)).toEqual(debt === 'USD' ? [ETH] : [0, ETH])
    expect(swaps.every(({ parent }) => parent === event!.id)).toBe(true)
  })

  it('repay as much whatever the trades cost; what they cost is paid from outside', () => {
    const debt: Account = { collateral: { ETH: 10 }, debt: { BTC: 14_000 / 30_000 } }
    const world = make([debt], { unwindShare: 1 }, 2000)
    const self = selfOf(world, 'borrowers')
    stepWorld(world, 1)
    const [buy, sale] = seen(world, 'swap')
    const { x } = seen(world, 'unwind')[0]!
    expect(buy!.x).toBeGreaterThan(x * 1.001)
    expect(sale!.y).toBeLessThan(x * 0.999)
    expect(world.ledger.balance(self, 0)).toBeCloseTo(sale!.y - buy!.x, 8)
    expect(Math.abs(world.ledger.balance(self, ETH))).toBeLessThan(1e-12)
    expect(Math.abs(world.ledger.balance(self, BTC))).toBeLessThan(1e-12)
    // Weights at the prices before the trades: 14,000 USD of debt, 14,400 of weighted collateral.
    expect(x).toBeCloseTo((1.25 * 14_000 - 14_400) / 0.45, 8)
  })

  it('repay no more than the largest debt, and sell no more than the largest collateral', () => {
    const many: Account = {
      collateral: { ETH: 10 },
      debt: { USD: 4000, USDC: 5000, BTC: 5000 / 30_000 },
    }
    const world = stepped(make([many], { unwindShare: 1 }), 1)
    expect(seen(world, 'failed')).toEqual([])
    expect(seen(world, 'unwind')[0]!.x).toBeCloseTo(5000, 8)
    expect(healthAfter(world)).toBeCloseTo(((18_000 - 5000) * 0.8) / 9000, 8)
    const mixed: Account = { collateral: { ETH: 3, BTC: 0.15, USDC: 4000 }, debt: { USD: 10_600 } }
    const other = stepped(make([mixed], { unwindShare: 1, alert: 1.2, target: 3 }), 1)
    expect(seen(other, 'failed')).toEqual([])
    expect(seen(other, 'unwind')[0]!.x).toBeCloseTo(5400, 8)
  })

  it('leave alone who is above the alert, and who can be liquidated already', () => {
    const accounts = [account(10, 14_000), account(10, 13_000), account(10, 14_500)]
    const world = stepped(make(accounts, { unwindShare: 0 }), 5)
    expect(seen(world, 'topUp').map(({ row }) => row)).toEqual([0])
    expect(healthAfter(world, 1)).toBeCloseTo(14_400 / 13_000, 12)
    expect(healthAfter(world, 2)).toBeLessThan(1)
  })

  it('act with the stated chance per hour', () => {
    const n = 5000
    const accounts = Array.from({ length: n }, () => account(10, 14_000))
    const world = smallWorld(
      {
        fall: fallOf(0.1),
        market: marketOf(1e12),
        lender: lenderOf(accounts),
        borrowers: borrowersOf({ perHour: 0.5, unwindShare: 0.3 }),
      },
      { tickSeconds: 300 },
    )
    stepWorld(world, 6)
    const unwound = seen(world, 'unwind').length
    const acted = unwound + seen(world, 'topUp').length
    const share = 1 - Math.exp(-0.25)
    expect(Math.abs(acted - n * share)).toBeLessThan(3 * Math.sqrt(n * share * (1 - share)))
    expect(Math.abs(unwound - 0.3 * acted)).toBeLessThan(3 * Math.sqrt(acted * 0.21))
  })

  it('act as often whatever the block time', () => {
    const accounts = Array.from({ length: 2000 }, () => account(10, 14_000))
    const world = smallWorld(
      {
        fall: fallOf(0.1, 60),
        market: marketOf(1e12),
        lender: lenderOf(accounts),
        borrowers: borrowersOf({ perHour: 0.5, unwindShare: 0 }),
      },
      { tickSeconds: 60, chain: { blockSeconds: 900 } },
    )
    stepWorld(world, 30)
    const share = 1 - Math.exp(-0.25)
    const error = Math.sqrt(2000 * share * (1 - share))
    expect(Math.abs(seen(world, 'topUp').length - 2000 * share)).toBeLessThan(3 * error)
  })

  it('do nothing at a rate of zero', () => {
    const world = stepped(make([account(10, 14_000)], { perHour: 0 }), 5)
    expect(world.trace.length).toBe(seen(world, 'news').length)
  })

  it('fail when the lender has no cash to give the collateral back', () => {
    // Somebody else has borrowed all but half an ETH of what the market holds.
    const accounts = [account(10, 14_000, 'USDC'), { collateral: { BTC: 9 }, debt: { ETH: 9.5 } }]
    const member = lenderOf(accounts)
    const markets = (member[1].markets as { asset: number; value: Given }[]).map((market) =>
      market.asset === ETH ? { asset: ETH, value: { ...market.value, cash: 0.5 } } : market,
    )
    const lender: Member = [member[0], { ...member[1], markets }]
    const world = agentWorld(accounts, { lender, borrowers: borrowersOf({ unwindShare: 1 }) })
    const before = world.ledger.balance(selfOf(world, 'lender'), USDC)
    stepWorld(world, 1)
    expect(seen(world, 'unwind')).toEqual([])
    expect(seen(world, 'failed').length).toBe(1)
    expect(world.ledger.balance(selfOf(world, 'lender'), USDC)).toBe(before)
  })

  it('refuse to restore less than what makes them act', () => {
    expect(() => make([account(10, 14_000)], { alert: 1.3, target: 1.2 })).toThrow(
      HealthTargetError,
    )
  })
})
