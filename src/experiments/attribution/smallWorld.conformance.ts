import { parseScenario, type Scenario } from '../../scenario/index.ts'

/** What tests change in the small world. */
export type SmallWorld = {
  /** Annual noise of the asset; 0 makes all paths equal. */
  readonly vol?: number
  /** Whether the second protocol trades in a market of its own. */
  readonly apart?: boolean
  /** Dealers in options, an attacker, suppliers who may leave, and a cap that is too low. */
  readonly crowd?: boolean
  readonly drop?: number
}

const CROWD = `
  cap: { kind: oracles/capped, source: feedA, base: one, caps: [{ asset: X, base: USD, ratio: 97 }] }
  dealers: { kind: options/dealer, chain: main, asset: X, venue: one, source: one, gammaNotional: 300, daysToExpiry: 1, strikes: 5, width: 0.2, vol: 0.8 }
  newcomer: { kind: agents/overborrower, lender: a, account: '0', collateral: X, debt: USD, venue: one, capital: 2000, share: 0.9 }
  suppliers: { kind: agents/depositors, lender: a, asset: USD, reference: one }`

/** Two protocols with twenty accounts each beside one falling asset: every channel in a small world. */
export function smallWorld({ vol = 2, apart, crowd, drop = 0.35 }: SmallWorld = {}): Scenario {
  const market = apart ? 'two' : 'one'
  const book = `kind: syntheticBook, r: 1, shock: 0.01, positions: 20, range: 0.5, baseReserve: 300, asset: X, debtAsset: USD, price: 100, threshold: 0.8`
  const lender = (name: string, feed: string): string => `
  ${name}:
    kind: lending/compoundV2
    oracle: ${feed}
    positions: '@book.positions'
    markets: { X: { collateralFactor: 0.8, cash: 1000 }, USD: { collateralFactor: 0, cash: 100000 } }`
  const text = `
name: small-world
title: two protocols and one asset
parameters:
  drop: { value: ${drop}, unit: fraction, range: [0, 0.9] }
  vol: { value: ${vol}, unit: 1/sqrt(year), range: [0, 10] }
paths: 4
seed: 3
time: { tick: 12, duration: { minutes: 8 } }
assets: { X: { price: 100 } }
sources: { book: { ${book} } }
instances:
  fall: { kind: prices/schedule, shocks: [{ assets: [X], drop: $drop, over: 300 }] }
  noise: { kind: prices/gbm, assets: [X], vol: $vol }
  one: { kind: prices/referenceMarket, drivers: [fall, noise], depth: { X: 2000 } }
  two: { kind: prices/referenceMarket, drivers: [fall, noise], depth: { X: 2000 } }
  feedA: { kind: oracles/feed, source: one, assets: [X], deviation: 0.002, latency: 24, gas: 0 }
  feedB: { kind: oracles/feed, source: ${market}, assets: [X], deviation: 0.002, latency: 24, gas: 0 }
  ${lender('a', crowd ? 'cap' : 'feedA').trim()}${lender('b', 'feedB')}
  liquidatorA: { kind: agents/liquidator, lenders: [a], venue: one, capital: 100000, minProfit: 0, gas: 0 }
  liquidatorB: { kind: agents/liquidator, lenders: [b], venue: ${market}, capital: 100000, minProfit: 0, gas: 0 }${crowd ? CROWD : ''}
order: { measure: loss, shock: drop, asset: X, source: one }
measures: [loss, badDebt]
`
  return parseScenario(text, 'small-world.yaml')
}
