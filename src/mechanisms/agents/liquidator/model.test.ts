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
import { USD, type World } from '../../../world/index.ts'
import { feed } from '../../oracles/index.ts'
import { gbm } from '../../prices/index.ts'
import {
  account,
  agentWorld,
  cash,
  fallOf,
  type Given,
  lenderOf,
  marketOf,
  seen,
} from '../testWorld.conformance.ts'
import { liquidator } from './model.ts'

/** A liquidator without gas cost, with ample capital and without a minimum profit. */
function liquidatorOf(params: Given = {}): Member {
  return [
    liquidator,
    { lenders: ['lender'], venue: 'market', capital: 1e9, gas: 0, minProfit: 0, ...params },
  ]
}

function ticksOf(world: World): number[] {
  return seen(world, 'liquidation').map(({ tick }) => tick)
}

modelConformance('a lender and a late liquidator with little capital', () => {
  const noise: Member = [gbm, { assets: [ETH], vol: 12 }]
  const accounts = Array.from({ length: 60 }, (_, k) =>
    account(10, 15_500 + 8 * k, k % 2 ? 'USD' : 'USDC'),
  )
  return agentWorld(
    accounts,
    {
      fall: noise,
      market: marketOf(5e5),
      liquidator: liquidatorOf({
        capital: 30_000,
        settlement: 36,
        detectionDelay: 24,
        gas: 500_000,
        minProfit: 5,
      }),
    },
    { chain: { gasPrice: 5, native: ETH, gasLimit: 5e6 } },
  )
})

describe("a liquidator's capital", () => {
  /** Two lenders whose borrowers fall at once, each needing 7,500 USD of repayment. */
  function two(params: Given): World {
    return smallWorld({
      fall: fallOf(0.1, 12, [ETH, BTC]),
      market: marketOf(1e9),
      a: lenderOf([account(10, 15_000)]),
      b: lenderOf([{ collateral: { BTC: 0.5 }, debt: { USD: 11_400 } }], { closeFactor: 0.6 }),
      liquidator: liquidatorOf({ lenders: ['a', 'b'], ...params }),
    })
  }

  it('does for one of two markets that fall at once; the other waits until the first sale has settled', () => {
    const world = two({ capital: 7500, settlement: 60 })
    for (let tick = 1; tick <= 5; tick++) {
      stepWorld(world, 1)
      expect(seen(world, 'liquidation').map(({ instance }) => instance)).toEqual(['a'])
    }
    stepWorld(world, 1)
    expect(seen(world, 'liquidation').map(({ instance, tick }) => [instance, tick])).toEqual([
      ['a', 1],
      ['b', 6],
    ])
  })

  it('does for both at once when there is enough of it', () => {
    expect(ticksOf(stepped(two({ capital: 15_000, settlement: 60 }), 3))).toEqual([1, 1])
  })

  it('does for the second in the next block when sales settle at once', () => {
    expect(ticksOf(stepped(two({ capital: 7500 }), 3))).toEqual([1, 2])
  })

  it('waits through blocks that are not produced', () => {
    const world = smallWorld(
      {
        fall: fallOf(0.1),
        market: marketOf(1e9),
        lender: lenderOf([account(10, 15_000), account(10, 14_900)]),
        liquidator: liquidatorOf({ capital: 7500, settlement: 24 }),
      },
      { chain: { outages: [{ from: 12, to: 60 }] } },
    )
    expect(ticksOf(stepped(world, 9))).toEqual([1, 7])
  })

  it('is back in full after the sale, with the bonus', () => {
    const world = stepped(two({ capital: 7500, settlement: 60 }), 20)
    expect(cash(world, 'liquidator')).toBeGreaterThan(7500 + 600 + 500)
    expect(world.columns['liquidator/locked']![0]).toBe(0)
    expect([...world.columns['liquidator/pending']!].every((usd) => usd === 0)).toBe(true)
  })

  it('goes to the largest gain first, wherever it is listed', () => {
    const accounts = [account(2, 2900), account(10, 15_000), account(4, 5900)]
    const world = agentWorld(accounts, { liquidator: liquidatorOf({ capital: 7500 }) })
    expect(seen(stepped(world, 1), 'liquidation').map(({ row }) => row)).toEqual([1])
  })

  it('goes to the largest gain first when a block has room for one', () => {
    const accounts = [account(2, 2900), account(10, 15_000), account(4, 5900)]
    const world = agentWorld(
      accounts,
      { liquidator: liquidatorOf({ gas: 500_000 }) },
      { chain: { gasLimit: 1e6, demand: 0.5 } },
    )
    const done = seen(stepped(world, 4), 'liquidation')
    expect(done.map(({ row, tick }) => [row, tick])).toEqual([
      [1, 1],
      [2, 2],
      [0, 3],
    ])
  })

  it('is used up to the last dollar that gas leaves', () => {
    const chain = { gasPrice: 10, native: ETH }
    const member = liquidatorOf({ capital: 5000, gas: 500_000, bid: 0 })
    for (const debt of ['USD', 'USDC']) {
      const world = agentWorld([account(10, 15_000, debt)], { liquidator: member }, { chain })
      stepWorld(world, 1)
      const [first] = seen(world, 'liquidation')
      // Half a million gas at 10 gwei is 10 USD at the start price.
      expect(first!.x).toBeCloseTo(4990, 3)
      expect(seen(world, 'failed')).toEqual([])
    }
  })

  it('does nothing without', () => {
    const world = agentWorld([account(10, 15_000)], { liquidator: liquidatorOf({ capital: 0 }) })
    expect(ticksOf(stepped(world, 3))).toEqual([])
  })
})

function stepped(world: World, ticks: number): World {
  stepWorld(world, ticks)
  return world
}

describe("a liquidator's sight", () => {
  it.each([
    [0, 1],
    [12, 2],
    [30, 4],
    [120, 11],
  ])('is %d s late: what falls in block 1 is liquidated in block %d', (detectionDelay, tick) => {
    const world = agentWorld([account(10, 15_000)], {
      liquidator: liquidatorOf({ detectionDelay }),
    })
    expect(ticksOf(stepped(world, 15))).toEqual([tick])
  })

  it('has seen the opening before the first block', () => {
    const world = agentWorld([account(10, 17_000)], {
      liquidator: liquidatorOf({ detectionDelay: 120 }),
    })
    expect(ticksOf(stepped(world, 1))).toEqual([1])
  })

  it('counts blocks, whatever the tick', () => {
    const world = agentWorld(
      [account(10, 15_000)],
      { fall: fallOf(0.1, 30), liquidator: liquidatorOf({ detectionDelay: 60 }) },
      { tickSeconds: 6, chain: { blockSeconds: 30 } },
    )
    expect(ticksOf(stepped(world, 30))).toEqual([15])
  })

  it('misses a fall that was over before it saw it', () => {
    const swing: Member = [
      fallOf(0.1)[0],
      {
        shocks: [
          { assets: [ETH], drop: 0.1, scale: 1, at: 12, over: 0 },
          { assets: [ETH], drop: -0.12, scale: 1, at: 36, over: 0 },
        ],
      },
    ]
    const late = { fall: swing, liquidator: liquidatorOf({ detectionDelay: 36 }) }
    expect(ticksOf(stepped(agentWorld([account(10, 15_000)], late), 10))).toEqual([])
    const soon = { fall: swing, liquidator: liquidatorOf({ detectionDelay: 12 }) }
    expect(ticksOf(stepped(agentWorld([account(10, 15_000)], soon), 10))).toEqual([2])
  })

  it('names as cause what it saw', () => {
    const oracle: Member = [feed, { source: 'market', assets: [ETH], latency: 0, gas: 0 }]
    const world = agentWorld([account(10, 15_000)], {
      oracle,
      lender: lenderOf([account(10, 15_000)], { oracle: 'oracle' }),
      liquidator: liquidatorOf(),
    })
    stepWorld(world, 3)
    const [liquidation] = seen(world, 'liquidation')
    const [answer] = seen(world, 'answer')
    expect(liquidation!.parent).toBe(answer!.id)
    expect(answer!.parent).toBe(seen(world, 'news')[0]!.id)
    expect(seen(world, 'swap')[0]!.parent).toBe(liquidation!.id)
  })
})

describe("a liquidator's profit", () => {
  const whole = 7500

  /** USD repaid in the first block against a market of this depth. */
  function repaid(depth: number, params: Given = {}): number {
    const world = agentWorld([account(10, 15_000)], {
      market: marketOf(depth),
      liquidator: liquidatorOf(params),
    })
    stepWorld(world, 1)
    expect(seen(world, 'failed')).toEqual([])
    return seen(world, 'liquidation').reduce((sum, { x }) => sum + x, 0)
  }

  it('makes it repay less the thinner the venue is', () => {
    expect(repaid(1e7)).toBeCloseTo(whole, 6)
    const sizes = [600, 300, 150].map((depth) => repaid(depth))
    expect(sizes.every((size) => size > 0 && size < whole)).toBe(true)
    expect(sizes[0]).toBeGreaterThan(sizes[1]!)
    expect(sizes[1]).toBeGreaterThan(sizes[2]!)
  })

  it('is about the largest that any size would give', () => {
    const gainOf = (depth: number, repay: number): number => {
      const lambda = 0.01 / depth
      // Depth is stated at 2,000 USD; the price is 1,800 now.
      const tokens = (repay * 1.08) / 1800
      return (1800 * (1 - Math.exp(-lambda * 2000 * tokens))) / (lambda * 2000) - repay
    }
    const depth = 500
    const world = agentWorld([account(10, 15_000)], {
      market: marketOf(depth),
      liquidator: liquidatorOf(),
    })
    stepWorld(world, 1)
    const gain = cash(world, 'liquidator') - 1e9
    let best = 0
    for (let repay = 10; repay <= whole; repay += 10) best = Math.max(best, gainOf(depth, repay))
    expect(gain).toBeLessThanOrEqual(best * (1 + 1e-6))
    expect(gain).toBeGreaterThan(0.85 * best)
  })

  it('keeps it from liquidating when nothing pays', () => {
    expect(repaid(1e7, { minProfit: 599 })).toBeCloseTo(whole, 6)
    expect(repaid(1e7, { minProfit: 601 })).toBe(0)
    expect(repaid(10, { minProfit: 20 })).toBe(0)
  })

  it('is not asked for by one that always liquidates', () => {
    expect(repaid(10, { when: 'always' })).toBeCloseTo(whole, 6)
  })

  it('is eaten by gas for dust', () => {
    // 20 gwei x 500,000 gas = 20 USD; the bonus is 8 % of half the debt.
    const accounts = [account(0.2, 300), account(0.4, 600), account(1, 1500)]
    const world = agentWorld(
      accounts,
      { liquidator: liquidatorOf({ gas: 500_000, bid: 0 }) },
      { chain: { gasPrice: 20, native: ETH } },
    )
    stepWorld(world, 3)
    expect(seen(world, 'liquidation').map(({ row }) => row)).toEqual([1, 2])
    expect(seen(world, 'failed')).toEqual([])
  })

  it('is checked again when it is executed: who comes second pays gas for nothing', () => {
    const one = liquidatorOf({ gas: 500_000, bid: 0 })
    const world = agentWorld(
      [account(10, 15_000)],
      { liquidator: one, rival: one },
      { chain: { gasPrice: 20, native: ETH, blockSeconds: 12 } },
    )
    stepWorld(world, 1)
    expect(seen(world, 'liquidation').length).toBe(1)
    expect(seen(world, 'failed').map(({ text }) => text)).toEqual(['nothing to repay'])
    const gains = ['liquidator', 'rival'].map((name) => cash(world, name) - 1e9)
    expect(Math.min(...gains)).toBeCloseTo(-20, 6)
    expect(Math.max(...gains)).toBeGreaterThan(500)
  })

  it('is gone for the second of two sales into a thin venue, which is taken back', () => {
    const accounts = [account(10, 15_000), account(10, 15_000)]
    const world = agentWorld(accounts, {
      market: marketOf(2500),
      // Does not see the first sale before the second.
      oracle: [feed, { source: 'market', assets: [ETH], latency: 0, gas: 0 }],
      lender: lenderOf(accounts, { oracle: 'oracle' }),
      liquidator: liquidatorOf({ minProfit: 300 }),
    })
    stepWorld(world, 2)
    expect(seen(world, 'liquidation').length).toBe(1)
    expect(seen(world, 'failed').map(({ text }) => text)).toEqual(['unprofitable'])
    expect(cash(world, 'liquidator')).toBeGreaterThan(1e9 + 300)
  })

  it('is not looked for with money that is not there: a debt asset grown dear is not bought', () => {
    const debts = [1, 2].map(() => ({ collateral: { ETH: 10 }, debt: { BTC: 0.5 } }))
    const world = agentWorld(debts, {
      // ETH without impact, BTC thin.
      market: [marketOf(1)[0], { drivers: ['fall'], depth: [{ asset: BTC, value: 1e5 }] }],
      liquidator: liquidatorOf({ capital: 15_008, settlement: 600 }),
    })
    stepWorld(world, 1)
    expect(seen(world, 'liquidation').length).toBe(1)
    expect(seen(world, 'failed').map(({ text }) => text)).toEqual(['out of capital'])
  })

  it('is accounted to the cent: final balance = capital + bonuses - slippage - gas', () => {
    const accounts = Array.from({ length: 12 }, (_, k) =>
      account(10, 14_500 + 100 * k, ['USD', 'USDC', 'BTC'][k % 3]),
    ).map(({ collateral = {}, debt = {} }) => ({
      collateral,
      debt: 'BTC' in debt ? { BTC: debt.BTC! / 30_000 } : debt,
    }))
    const world = agentWorld(
      accounts,
      {
        market: [marketOf(1e6)[0], { ...marketOf(1e6)[1], fee: 0.001 }],
        lender: lenderOf(accounts, { protocolSeizeShare: 0.028 }),
        liquidator: liquidatorOf({ capital: 40_000, settlement: 24, gas: 500_000, minProfit: 1 }),
      },
      { chain: { gasPrice: 10, native: ETH } },
    )
    const lender = world.port('lender', 'lender')
    let [bonuses, slippage] = [0, 0]
    for (let tick = 0; tick < 15; tick++) {
      const from = world.trace.length
      stepWorld(world, 1)
      // Oracle prices are the market's, which trades move: take those of the moment from the events.
      const swaps = seen(world, 'swap').filter(({ id }) => id >= from)
      for (const { id, x: repaidUsd } of seen(world, 'liquidation').filter((e) => e.id >= from)) {
        const buy = swaps.find((swap) => swap.id < id && swap.id >= id - 2 && swap.asset === USD)
        const sale = swaps.find((swap) => swap.id > id && swap.parent === id)!
        const { y, w } = world.trace.columns
        const seizedUsd = (sale.x * y[id]!) / w[id]!
        bonuses += seizedUsd - repaidUsd
        slippage += seizedUsd - sale.y + (buy ? buy.x - repaidUsd : 0)
      }
    }
    const gas = world.ledger.balance(world.ledger.holders - 1, USD)
    expect(seen(world, 'liquidation').length).toBeGreaterThan(9)
    expect([bonuses, slippage, gas].every((usd) => usd > 50)).toBe(true)
    expect(cash(world, 'liquidator')).toBeCloseTo(40_000 + bonuses - slippage - gas, 6)
    const self = selfOf(world, 'liquidator')
    for (const asset of [ETH, BTC, USDC])
      expect(world.ledger.balance(self, asset) * lender.price(asset)).toBeLessThan(1e-6)
  })
})

describe('a liquidation that somebody else asks for', () => {
  it('is refused', () => {
    const world = agentWorld([account(10, 15_000)], { liquidator: liquidatorOf() })
    const { actions } = world.instances.find(({ name }) => name === 'liquidator')!.instance
    const self = selfOf(world, 'liquidator')
    expect(actions!.liquidate!.execute([0, 0, 0, 5, 1, -1], self + 1)).toMatch(/own/)
    expect(actions!.liquidate!.execute([7, 0, 0, 5, 1, -1], self)).toMatch(/own/)
  })
})
