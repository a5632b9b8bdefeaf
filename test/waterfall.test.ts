import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runScenario } from '../src/experiments/index.ts'
import { loadScenario } from '../src/scenario/index.ts'

const scenario = loadScenario(
  fileURLToPath(new URL('../scenarios/safety-module.yaml', import.meta.url)),
)

type Values = Readonly<Record<string, number | string>>

/** Amounts in WETH; shares as they are. */
async function outcome(set: Values, seed = 1) {
  const found = await runScenario(scenario, { set: { days: 1, ...set }, seed, checked: true })
  const get = (name: string): number =>
    found.document.measures.find((m) => m.name === name)!.value ?? Number.NaN
  const price = Number(set.ethPrice ?? 2309)
  return {
    layers: ['juniorLoss', 'stakersLoss', 'treasuryLoss'].map((name) => get(name) / price),
    depositors: get('depositorLoss') / price,
    badDebt: get('badDebt') / price,
    cost: get('insuranceCost') / price,
    share: get('depositorShare'),
    gone: get('stakeGone'),
  }
}

describe('the loss waterfall of April 2026', () => {
  it('closes: 75,081 of 163,183 are left for depositors', async () => {
    const { layers, depositors, share } = await outcome({})
    expect(layers[0]).toBeCloseTo(43_168, 6)
    expect(layers[1]).toBeCloseTo(30_766, 6)
    expect(layers[2]).toBeCloseTo(12_323 + 1845, 6)
    // The liquidator has found 1e-12 of the collateral's price.
    expect(depositors).toBeCloseTo(75_081, 2)
    expect(share).toBeCloseTo(75_081 / 163_183, 6)
  })

  it.each([
    { shortfall: 40_000, junior: 50_000, staked: 10_000, treasury: 5000 },
    { shortfall: 40_000, junior: 10_000, staked: 100_000, treasury: 5000 },
    { shortfall: 40_000, junior: 0, staked: 30_000, treasury: 20_000, ethPrice: 100 },
    { shortfall: 1_000_000, junior: 1, staked: 2, treasury: 3 },
    { shortfall: 70_000, junior: 0, staked: 0, treasury: 0 },
  ])('is absorbed in order: %j', async (set) => {
    const { layers, depositors } = await outcome(set)
    const { shortfall, junior, staked, treasury } = set
    const expected: number[] = []
    let left = shortfall
    for (const layer of [junior, staked, treasury]) {
      expected.push(Math.min(left, layer))
      left -= expected.at(-1)!
    }
    layers.forEach((paid, k) => {
      expect(Math.abs(paid - expected[k]!)).toBeLessThan(1e-6 * (1 + shortfall))
    })
    expect(Math.abs(depositors - left)).toBeLessThan(1e-6 * shortfall)
  })

  it('leaves all of it to depositors where nobody stands in front of them', async () => {
    const bare = await outcome({ defences: 'none' })
    expect(bare.depositors).toBeNaN()
    expect(bare.badDebt).toBeCloseTo(163_183, 2)
  })
})

describe('a safety module that is seen draining', () => {
  // The first loss takes half of the stakes; the second would take the other half.
  const two = {
    shortfall: 20_000,
    second: 20_000,
    junior: 0,
    staked: 40_000,
    treasury: 0,
    days: 12,
  }

  it('pays twice while the cooldown holds its stakers', async () => {
    const { depositors, gone } = await outcome(two)
    expect(depositors).toBeLessThan(0.01)
    expect(gone).toBeCloseTo(1, 6)
  })

  it('is empty at the second loss where they can leave before it, in every path', async () => {
    for (const seed of [1, 2]) {
      const { layers, depositors } = await outcome({ ...two, cooldownDays: 2 }, seed)
      expect(layers[1]).toBeCloseTo(20_000, 2)
      expect(depositors).toBeCloseTo(20_000, 2)
    }
  })

  it('pays most of the second loss, too, where nobody fears what has happened to others', async () => {
    const { layers } = await outcome({ ...two, cooldownDays: 2, fear: 0 })
    // Who looked in the block between the loss and the slash has left all the same.
    expect(layers[1]).toBeGreaterThan(30_000)
  })

  it('pays nothing once the slash takes longer than leaving', async () => {
    const slow = { ...two, second: 0, latencyHours: 72 }
    expect((await outcome({ ...slow, cooldownDays: 1 })).depositors).toBeCloseTo(20_000, 2)
    expect((await outcome({ ...slow, cooldownDays: 4 })).depositors).toBeLessThan(0.01)
  })

  it('costs its yield though nothing happens', async () => {
    const calm = { shortfall: 0, staked: 40_000, treasury: 5000, days: 10, yield: 0.2 }
    const { cost, gone, depositors } = await outcome(calm)
    const due = (0.2 * 40_000 * 10) / 365
    expect(cost).toBeLessThanOrEqual(due * (1 + 1e-9))
    expect(cost).toBeGreaterThan(0.85 * due)
    expect([gone, depositors]).toEqual([0, 0])
  })
})
