import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { run } from '../src/experiments/index.ts'
import { liquidator } from '../src/mechanisms/agents/index.ts'
import { compoundV2 } from '../src/mechanisms/lending/index.ts'
import { type Account, positionTable } from '../src/mechanisms/lending/testWorld.conformance.ts'
import { referenceMarket, schedule } from '../src/mechanisms/prices/index.ts'
import { loadScenario } from '../src/scenario/index.ts'
import { createOwed, EVENT_NAMES, type World } from '../src/world/index.ts'
import { ETH, selfOf, smallWorld, stepWorld, TEST_ASSETS, USDC } from './conformance/model.ts'

const spiral = loadScenario(
  fileURLToPath(new URL('../scenarios/papers/toxic-spiral.yaml', import.meta.url)),
)

async function spiralled(set: Readonly<Record<string, number>>) {
  const { measures, failedPaths } = await run(spiral, { set, workers: 1 })
  expect(failedPaths).toBe(0)
  return (name: string): number => measures.find((m) => m.name === name)!.value ?? Number.NaN
}

describe('A3: stopping above the toxic frontier', () => {
  // validation.md A3, (computed); the last three rows are not in the table.
  it.each([
    [0.045, 0.95, 0],
    [0.045, 0.96, 0.003062200957],
    [0.045, 0.97, 0.013062200957],
    [0.045, 0.99, 0.033062200957],
    [0.08, 0.93, 0.004074074074],
    [0.08, 0.95, 0.024074074074],
    [0.1, 0.92, 0.010909090909],
    [0.15, 0.88, 0.88 - 1 / 1.15],
    [0.06, 0.999, 0.999 - 1 / 1.06],
    [0.2, 0.84, 0.84 - 1 / 1.2],
  ])(
    'a bonus of %d at a loan-to-value of %d: no bad debt, in place of %d',
    async (bonus, ltv0, bad) => {
      expect(Math.abs((await spiralled({ bonus, ltv0 }))('badDebt') - bad)).toBeLessThan(1e-9)
      const stopped = await spiralled({ bonus, ltv0, stopAtFrontier: 1 })
      expect(stopped('badDebt')).toBe(0)
      if (bad > 0) expect(stopped('liquidations')).toBe(0)
      else expect(stopped('liquidations')).toBeGreaterThan(0)
    },
  )

  it('leaves what is under water from the start as it is', async () => {
    expect((await spiralled({ ltv0: 1.02, stopAtFrontier: 1 }))('badDebt')).toBeCloseTo(0.02, 12)
  })
})

describe('A4: staged liquidation', () => {
  it.each([
    [0.85, 1.05, 0.05, 0.44047619047619],
    [0.85, 1.1, 0.05, 0.51923076923077],
    [0.9, 1.2, 0.08, (1.2 * 0.9 - 0.8) / (1.2 - 0.8 * 1.08)],
  ])(
    'of a loan-to-value of %d to a health of %d repays A4',
    async (ltv0, targetHealth, bonus, x) => {
      const get = await spiralled({ ltv0, targetHealth, bonus, closeFactor: 1 })
      expect(get('liquidations')).toBe(1)
      expect(Math.abs(get('liquidatedDebt') - x)).toBeLessThan(1e-10)
    },
  )
})

type Rules = Readonly<Record<string, number>>
type Fall = readonly [drop: number, at: number, over: number]
type Given = {
  readonly falls: readonly Fall[]
  /** Health factors of accounts of 100 ETH each. */
  readonly health: readonly number[]
  /** USD whose sale moves ETH by 1 %; absent: endless. */
  readonly depth?: number
  readonly closeFactor?: number
  readonly minProfit?: number
}

const BONUS = 0.08
const FACTOR = 0.8

/** Accounts of ETH against USDC in Compound, a liquidator with money in plenty, gas that costs. */
function worldOf(
  { falls, health, depth, closeFactor = 0.5, minProfit = 10 }: Given,
  rules: Rules,
): World {
  const names = TEST_ASSETS.map(({ name }) => name)
  const accounts: Account[] = health.map((h) => ({
    collateral: { ETH: 100 },
    debt: { USDC: (100 * 2000 * FACTOR) / h },
  }))
  const market = (collateralFactor: number, cash: number) => ({
    ...{ collateralFactor, cash, exchangeRate: 1, reserves: 0, reserveFactor: 0, baseRate: 0 },
    ...{ multiplier: 0, jumpMultiplier: 0, kink: 0.8 },
  })
  const shocks = falls.map(([drop, at, over]) => ({ assets: [ETH], drop, scale: 1, at, over }))
  const depths = depth === undefined ? [] : [{ asset: ETH, value: depth }]
  return smallWorld(
    {
      fall: [schedule, { shocks }],
      market: [referenceMarket, { drivers: ['fall'], depth: depths }],
      lender: [
        compoundV2,
        {
          oracle: 'market',
          closeFactor,
          liquidationBonus: BONUS,
          protocolSeizeShare: 0,
          markets: [
            { asset: ETH, value: market(FACTOR, 100 * health.length) },
            { asset: USDC, value: market(0, 1e6) },
          ],
          positions: positionTable(accounts, names),
          ...rules,
        },
      ],
      keeper: [liquidator, { lenders: ['lender'], venue: 'market', capital: 1e8, minProfit }],
    },
    { chain: { gasPrice: 30 } },
  )
}

/** What has happened after some minutes. */
function outcomeOf(minutes: number, given: Given, rules: Rules) {
  const world = worldOf(given, rules)
  stepWorld(world, Math.round((minutes * 60) / 12))
  const lender = world.port('lender', 'lender')
  const prices = world.spec.assets.map((_, a) => (a === 0 ? 1 : lender.price(a)))
  const { columns: c, length } = world.trace
  const events = Array.from({ length }, (_, id) => id).filter(
    (id) => EVENT_NAMES[c.kind[id]!] === 'liquidation',
  )
  const sum = (of: (id: number) => number): number => events.reduce((t, id) => t + of(id), 0)
  return {
    badDebt: createOwed(lender)(prices, -1).short,
    liquidations: events.length,
    repaid: sum((id) => c.x[id]!),
    penalty: sum((id) => c.y[id]! - c.x[id]!),
    price: prices[ETH]!,
    cash: lender.cash(USDC),
    /** Accounts that may be liquidated and have not been. */
    waiting: lender.book.below(lender.coordinates(), new Int32Array(lender.book.rows)),
    gas: world.gas[selfOf(world, 'keeper')]!,
  }
}

const spread = (low: number, high: number, n = 20): number[] =>
  Array.from({ length: n }, (_, i) => low + ((high - low) * i) / (n - 1))

describe('staged liquidation', () => {
  const STAGED = { targetHealth: 1.02 }

  it('helps in a thin market: less is sold, so that the cascade does not begin', () => {
    const thin = { falls: [[0.05, 60, 60]] as const, health: spread(1.02, 1.3), depth: 1e5 }
    const whole = outcomeOf(30, { ...thin, closeFactor: 1 }, {})
    const staged = outcomeOf(30, { ...thin, closeFactor: 1 }, STAGED)
    expect(whole.badDebt).toBeGreaterThan(1000)
    expect(staged.badDebt).toBe(0)
    expect(staged.penalty).toBeLessThan(0.1 * whole.penalty)
    expect(staged.price).toBeGreaterThan(1.2 * whole.price)
  })

  it('harms in a crash with a second leg: what was left over goes under', () => {
    const legs = {
      falls: [
        [0.12, 60, 0],
        [0.4, 600, 0],
      ] as const,
      health: spread(1.01, 1.1),
    }
    const whole = outcomeOf(20, { ...legs, closeFactor: 1 }, {})
    const staged = outcomeOf(20, { ...legs, closeFactor: 1 }, STAGED)
    expect(whole.badDebt).toBe(0)
    expect(staged.badDebt).toBeGreaterThan(1e5)
  })

  it('costs more transactions while prices drift and nobody is lost either way', () => {
    const drift = { falls: [[0.14, 60, 3000]] as const, health: spread(1.02, 1.05, 5) }
    const whole = outcomeOf(60, { ...drift, closeFactor: 1 }, {})
    const staged = outcomeOf(60, { ...drift, closeFactor: 1 }, STAGED)
    expect(whole.badDebt + staged.badDebt).toBe(0)
    expect(staged.liquidations).toBeGreaterThan(2 * whole.liquidations)
    expect(staged.gas).toBeGreaterThan(2 * whole.gas)
  })
})

describe('a Dutch auction', () => {
  const DUTCH = { bonusPerShortfall: 1 }

  it('helps in a slow fall: borrowers pay as little as somebody will work for', () => {
    const slow = { falls: [[0.1, 60, 3000]] as const, health: spread(1.01, 1.08) }
    const fixed = outcomeOf(60, slow, {})
    const dutch = outcomeOf(60, slow, DUTCH)
    expect(fixed.badDebt + dutch.badDebt).toBe(0)
    expect(dutch.penalty).toBeGreaterThan(0)
    expect(dutch.penalty).toBeLessThan(0.2 * fixed.penalty)
  })

  it('harms in a crash: the bonus is not worth its slippage yet when the next leg comes', () => {
    const legs = {
      falls: [
        [0.02, 60, 0],
        [0.5, 120, 0],
      ] as const,
      health: [1.01],
      depth: 1e5,
    }
    const fixed = outcomeOf(10, { ...legs, closeFactor: 1 }, {})
    const dutch = outcomeOf(10, { ...legs, closeFactor: 1 }, DUTCH)
    expect(dutch.badDebt).toBeGreaterThan(1.5 * fixed.badDebt)
    expect(dutch.badDebt).toBeGreaterThan(1e4)
  })

  it('costs a while in which accounts are below their threshold, though nothing is wrong', () => {
    const dip = { falls: [[0.012, 60, 0]] as const, health: [1.01], minProfit: 1000 }
    expect(outcomeOf(10, dip, {}).waiting).toBe(0)
    expect(outcomeOf(10, dip, DUTCH).waiting).toBe(1)
  })
})

describe('stopping at the frontier', () => {
  const STOP = { stopAtFrontier: 1 }
  /** 1 / 1.08 is passed by the first fall; a fall of a negative share is a rise. */
  const gap = [0.2, 60, 0] as const
  const health = [1.05, 1.06, 1.07]

  it('helps while the price stands: what would be eaten by the bonus is there still', () => {
    const stand = { falls: [gap], health }
    const spiralling = outcomeOf(20, stand, {})
    const stopped = outcomeOf(20, stand, STOP)
    expect(spiralling.badDebt).toBeGreaterThan(1e3)
    expect(stopped.badDebt).toBe(0)
  })

  it('harms when the price falls on: nothing has been saved', () => {
    const on = { falls: [gap, [0.6, 600, 0]] as const, health }
    const spiralling = outcomeOf(20, on, {})
    const stopped = outcomeOf(20, on, STOP)
    expect(stopped.badDebt).toBeGreaterThan(5 * spiralling.badDebt)
  })

  it('costs the suppliers the cash that liquidators would have brought, whatever comes', () => {
    const stand = { falls: [gap], health }
    const cost = outcomeOf(20, stand, {}).cash - outcomeOf(20, stand, STOP).cash
    expect(cost).toBeGreaterThan(1e5)
    expect(outcomeOf(20, stand, STOP).waiting).toBe(3)
  })
})
