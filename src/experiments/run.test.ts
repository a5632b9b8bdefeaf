import { describe, expect, it } from 'vitest'
import { parseScenario } from '../scenario/index.ts'
import { InterruptedError, RunOptionError, run, runScenario } from './index.ts'

const TEXT = `
name: small
title: one falling asset
parameters:
  drop: { value: 0.3, unit: fraction, range: [0, 0.9] }
paths: 3
seed: 11
time: { tick: 12, duration: { minutes: 20 } }
assets: { X: { price: 100, count: 4 } }
sources:
  book: { kind: identicalPositions, n: 4, group: X, collateral: 10, debtAsset: USD, debt: 700 }
instances:
  fall: { kind: prices/schedule, shocks: [{ assets: [X], drop: $drop, over: 600 }] }
  noise: { kind: prices/gbm, assets: [X], vol: 3 }
  market: { kind: prices/referenceMarket, drivers: [fall, noise], depth: { X: 10000 } }
  feed: { kind: oracles/feed, source: market, assets: [X] }
  lender:
    kind: lending/compoundV2
    oracle: feed
    positions: '@book.positions'
    markets: { X: { collateralFactor: 0.8, cash: 100 }, USD: { collateralFactor: 0 } }
  liquidator: { kind: agents/liquidator, lenders: [lender], venue: market, capital: 5000, minProfit: 0, gas: 0 }
order: { measure: badDebt, shock: drop, asset: X.0, source: market }
`
const scenario = parseScenario(TEXT, 'small.yaml')

describe('run', () => {
  it('gives the document of the command line', async () => {
    const document = await run(scenario, { set: { drop: 0.4 } })
    expect(document).toMatchObject({
      schema: 'breakwater/run/1',
      scenario: { name: 'small', hash: scenario.hash },
      seed: 11,
      paths: 3,
      failedPaths: 0,
      parameters: { drop: 0.4 },
      replay: 'breakwater run small.yaml --seed 11 --paths 3 --set drop=0.4',
    })
    const badDebt = document.measures.find((m) => m.name === 'badDebt')!
    expect(badDebt).toMatchObject({ unit: 'USD', better: 'lower', n: 3 })
    expect(badDebt.low! <= badDebt.value! && badDebt.value! <= badDebt.high!).toBe(true)
  })

  it('has no interval with one path', async () => {
    const { measures } = await run(scenario, { paths: 1 })
    for (const m of measures) expect([m.low, m.high, m.interval]).toEqual([null, null, null])
  })

  it('repeats itself to the last bit, and differs with the seed', async () => {
    const first = await run(scenario, {})
    expect(await run(scenario, {})).toEqual(first)
    expect((await run(scenario, { seed: 12 })).measures).not.toEqual(first.measures)
  })

  it('gives each path the same numbers whatever the number of paths', async () => {
    const few = await runScenario(scenario, { paths: 2 })
    const many = await runScenario(scenario, { paths: 5 })
    expect(many.values('liquidatedDebt').slice(0, 2)).toEqual(few.values('liquidatedDebt'))
  })

  it('liquidates more when more falls', async () => {
    const repaid = async (drop: number) =>
      (await run(scenario, { set: { drop } })).measures.find((m) => m.name === 'liquidatedDebt')!
        .value!
    expect(await repaid(0.6)).toBeGreaterThan(await repaid(0.1))
  })

  it('reports progress up to the last path', async () => {
    const seen: number[] = []
    await run(scenario, { onProgress: ({ path }) => seen.push(path) })
    expect(seen.at(-1)).toBe(3)
  })

  it('keeps what is finished when it is stopped', async () => {
    const controller = new AbortController()
    const outcome = await runScenario(scenario, {
      paths: 100_000,
      workers: 1,
      signal: controller.signal,
      onProgress: ({ path }) => {
        if (path >= 2) controller.abort()
      },
    })
    expect(outcome.interrupted).toBe(true)
    expect(outcome.document.paths).toBeGreaterThanOrEqual(2)
    expect(outcome.document.paths).toBeLessThan(100_000)
    expect(outcome.document.warnings.join()).toContain('interrupted after')
    const whole = await run(scenario, { paths: outcome.document.paths })
    expect(outcome.document.measures).toEqual(whole.measures)
  })

  it('refuses to start when it is stopped already', async () => {
    const controller = new AbortController()
    controller.abort()
    await expect(run(scenario, { signal: controller.signal })).rejects.toThrowError(
      InterruptedError,
    )
  })

  it.each([{ paths: 0 }, { paths: 1.5 }, { seed: 0.5 }])('refuses %o', async (options) => {
    await expect(run(scenario, options)).rejects.toThrowError(RunOptionError)
  })
})
