import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseScenario, type Scenario } from '../../scenario/index.ts'
import { runTail } from './scenario.ts'
import { TailError, type TailResult } from './types.ts'

const folder = mkdtempSync(join(tmpdir(), 'breakwater-tail-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/**
 * Sixty accounts, one volatile collateral, a feed with a deviation, liquidators  whose sales move the market for good: every liquidation makes the next more likely.
 */
function cascade(change: { vol?: number; jumps?: number } = {}): Scenario {
  const { vol = 2.2, jumps = 0 } = change
  const rows = Array.from({ length: 60 }, (_, k) => {
    const size = 20 + (k % 7) * 20
    return `a${k},main,X:${size},USD:${size * (48 + (k % 23) * 1.1)},`
  })
  writeFileSync(
    join(folder, 'positions.csv'),
    `account,market,collateral,debt,threshold\n${rows.join('\n')}\n`,
  )
  const text = `
name: cascade
title: A cascade
description: Sixty accounts, one market with impact.
parameters:
  vol: { value: ${vol}, unit: 1/sqrt(year), doc: noise }
time: { tick: 1200, duration: { hours: 20 } }
assets:
  X: { price: 100 }
sources:
  book: { kind: positionsTable, file: positions.csv, market: main }
chains:
  main: { gasPrice: 0 }
instances:
  noise: { kind: prices/gbm, assets: [X], vol: $vol }
  jumps: { kind: prices/jumps, assets: [X], perYear: ${jumps}, mean: -0.35, sd: 0.08 }
  market: { kind: prices/referenceMarket, drivers: [noise, jumps], depth: { X: 4000 }, permanent: 0.3 }
  feed: { kind: oracles/feed, source: market, assets: [X], gas: 0, deviation: 0.01 }
  lender:
    kind: lending/compoundV2
    oracle: feed
    closeFactor: 1
    liquidationBonus: 0.08
    protocolSeizeShare: 0
    positions: '@book.positions'
    markets:
      X: { collateralFactor: 0.8, exchangeRate: 1, cash: 1.0e+6 }
      USD: { collateralFactor: 0, exchangeRate: 1, cash: 0 }
  liquidators:
    { kind: agents/liquidator, lenders: [lender], venue: market, capital: 40000, gas: 0, minProfit: 0 }
measures: [badDebt, liquidations]
`
  return parseScenario(text, join(folder, 'cascade.yaml'))
}

const CONDITION = 'badDebt > 300'

/** Standard errors between two estimates. */
function apart(a: TailResult, b: TailResult): number {
  const error = Math.sqrt(a.standardError! ** 2 + b.standardError! ** 2)
  return Math.abs(a.probability! - b.probability!) / error
}

describe('a cascade at about one path in a hundred', () => {
  it('has the same probability by importance sampling, splitting and counting', async () => {
    const scenario = cascade()
    const plain = await runTail(scenario, CONDITION, { method: 'plain', budget: 2500, seed: 4 })
    expect(plain.probability).toBeGreaterThan(0.003)
    expect(plain.probability).toBeLessThan(0.03)
    const options = { budget: 2000, seed: 7 }
    const tilted = await runTail(scenario, CONDITION, { ...options, method: 'importance' })
    const split = await runTail(scenario, CONDITION, { ...options, method: 'splitting' })
    expect([tilted.method, split.method]).toEqual(['importance', 'splitting'])
    expect([tilted.reason, split.reason]).toEqual(['', ''])
    expect(apart(tilted, plain)).toBeLessThan(3)
    expect(apart(split, plain)).toBeLessThan(3)
    expect(apart(split, tilted)).toBeLessThan(3)
    for (const { evaluations, effectiveSampleSize, maxWeightShare } of [tilted, split]) {
      expect(evaluations).toBeLessThanOrEqual(2000)
      expect(effectiveSampleSize).toBeGreaterThan(5)
      expect(maxWeightShare).toBeLessThan(0.5)
    }
  })

  it('is counted plainly when it turns out to be common', async () => {
    const tail = await runTail(cascade(), 'liquidations > 0', { budget: 300, seed: 1 })
    expect(tail.method).toBe('plain')
    expect(tail.probability).toBeGreaterThan(0.02)
  })
})

describe('runTail', () => {
  it('gives the same bytes for the same seed, and others for another', async () => {
    const ask = async (seed: number): Promise<string> =>
      JSON.stringify(
        await runTail(cascade(), CONDITION, { budget: 200, seed, method: 'splitting' }),
      )
    expect(await ask(3)).toBe(await ask(3))
    expect(await ask(3)).not.toBe(await ask(4))
  })

  it('prints no tail when there is none', async () => {
    const tail = await runTail(cascade({ vol: 0.1 }), 'badDebt > 1e12', { budget: 150 })
    expect(tail.probability).toBeNull()
    expect(tail.reason).not.toBe('')
    expect(tail.high).toBeGreaterThan(0)
  })

  it('refuses statistics, small budgets and scenarios without chance', async () => {
    await expect(runTail(cascade(), 'badDebt.p99 > 1')).rejects.toThrow(TailError)
    await expect(runTail(cascade(), CONDITION, { budget: 5 })).rejects.toThrow(/budget is 5/)
    await expect(runTail(cascade(), 'nothing > 1')).rejects.toThrow(/is no measure/)
  })

  it('stops when told', async () => {
    const signal = AbortSignal.timeout(120)
    const told = runTail(cascade(), CONDITION, { budget: 100_000, signal, method: 'plain' })
    await expect(told).rejects.toThrow('interrupted')
  })
})
