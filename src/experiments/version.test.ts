import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { parseScenario } from '../scenario/index.ts'
import { runScenario } from './index.ts'
import { ENGINE_VERSION } from './version.ts'

/** A world of its own, without data that may be calibrated anew. */
const TEXT = `
name: pinned
title: two lenders of one falling asset
paths: 6
seed: 9
time: { tick: 12, duration: { minutes: 20 } }
assets: { X: { price: 100 } }
sources:
  book: { kind: syntheticBook, r: 1, shock: 0.01, positions: 40, range: 0.5, baseReserve: 300, asset: X, debtAsset: USD, price: 100, threshold: 0.8 }
instances:
  fall: { kind: prices/schedule, shocks: [{ assets: [X], drop: 0.45, over: 60 }] }
  noise: { kind: prices/gbm, assets: [X], vol: 2, drift: 0.1 }
  market: { kind: prices/referenceMarket, drivers: [fall, noise], depth: { X: 3000 } }
  feed: { kind: oracles/feed, source: market, assets: [X], deviation: 0.002 }
  compound:
    kind: lending/compoundV2
    oracle: feed
    positions: '@book.positions'
    markets: { X: { collateralFactor: 0.8, cash: 1000 }, USD: { collateralFactor: 0 } }
  isolated: { kind: lending/morphoBlue, oracle: feed, loanAsset: USD, collateralAsset: X, lltv: 0.8, positions: '@book.positions' }
  liquidator: { kind: agents/liquidator, lenders: [compound, isolated], venue: market, capital: 5000, minProfit: 0, gas: 0 }
order: { measure: loss, asset: X, source: market }
`

const MEASURES = ['loss', 'badDebt', 'liquidatedDebt', 'logDrop', 'couplingLoss']

/** SHA-256 of the numbers above by engine version: an entry is never changed, only added. */
const PINNED: Readonly<Record<string, string>> = {
  2: '1ee87376da93f80706e2ac16a9b0d249a3d6039bd8e4b83b21402dc1037458da',
}

it('gives the bits that its engine version names', async () => {
  const scenario = parseScenario(TEXT, 'pinned.yaml')
  const { values } = await runScenario(scenario, { measures: ['couplingLoss'], workers: 1 })
  const hash = createHash('sha256')
  for (const name of MEASURES) {
    const numbers = values(name)
    expect(new Set(numbers).size, `${name} differs from path to path`).toBe(6)
    hash.update(new Uint8Array(numbers.slice().buffer))
  }
  expect(
    hash.digest('hex'),
    'the arithmetic has changed: bump ENGINE_VERSION, and pin the new hash beside the old',
  ).toBe(PINNED[ENGINE_VERSION])
})
