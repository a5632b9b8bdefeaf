import type { Source } from '../sources/index.ts'
import {
  asset,
  assets,
  choice,
  data,
  file,
  fraction,
  type Loaded,
  list,
  type Model,
  model,
  number,
  optionalRef,
  type ParamSpecs,
  type Phase,
  perAsset,
  record,
  ref,
  refs,
  seconds,
  text,
  usd,
} from '../world/index.ts'
import type { Catalog } from './catalog.ts'

function toyModel(kind: string, phase: Phase, params: ParamSpecs): Model {
  return model({ kind, phase, doc: `a toy ${kind}`, params, create: () => ({}) })
}

const terms = record('terms', {
  factor: fraction('collateral factor'),
  bonus: fraction('bonus', { default: 0.05 }),
  cap: record('cap', { amount: usd('amount', { default: 7 }) }),
})

/** A source that gives its own parameters back. */
function toySource(kind: string, params: ParamSpecs, count: { loads: number }): Source {
  const parameters = Object.keys(params)
  return {
    kind,
    doc: `a toy ${kind}`,
    params,
    outputs: {},
    load: (given, files): Loaded => {
      count.loads++
      const text = typeof given.path === 'string' ? files.read(given.path).text : ''
      return {
        outputs: {
          ...given,
          text,
          positions: { accounts: ['a'], assets: ['ETH'], start: [0, 1], amount: [1] },
          markets: { ETH: { factor: 0.8 } },
          deep: { list: [1, 2, { three: 3 }] },
        },
        data: [],
        leftOut: [],
        assumptions: parameters.map((parameter) => ({
          name: `${kind}.${parameter}`,
          value: String(given[parameter]),
          unit: 'u',
          source: 'toy',
          parameter,
        })),
        facts: [],
      }
    },
  }
}

/** A catalog with every type of parameter; `count.loads` counts how often a source was loaded. */
export function toyCatalog(count: { loads: number } = { loads: 0 }): Catalog {
  return {
    models: [
      toyModel('chain', 'chain', {
        blockSeconds: seconds('time between blocks', { default: 0 }),
        native: asset('asset that gas is paid in'),
      }),
      toyModel('prices/driver', 'driver', {
        shocks: list(
          'shocks',
          record('one', { assets: assets('moved'), drop: number('fall', '') }),
        ),
      }),
      toyModel('prices/market', 'market', {
        drivers: refs('driver', 'what moves it'),
        depth: perAsset('depth', usd('depth')),
        halfLife: seconds('half-life', { default: 60, max: 86_400 }),
        fee: fraction('fee', { default: 0 }),
        hops: number('hops', 'hops', { default: 2, min: 1, integer: true }),
      }),
      toyModel('oracles/feed', 'oracle', {
        source: ref('priceSource', 'what it watches'),
        fallback: optionalRef('priceSource', 'used when there is no answer'),
        base: asset('asset'),
        mode: choice('mode', ['fast', 'slow'], 'fast'),
        label: text('label', 'none'),
      }),
      toyModel('lending/pool', 'protocol', {
        oracle: ref('priceSource', 'prices'),
        markets: perAsset('markets', terms),
        positions: data('positions', 'accounts'),
        defaults: terms.fields?.cap ?? number('', ''),
      }),
      toyModel('controls/breaker', 'control', {
        lenders: refs('lender', 'watched'),
        drop: fraction('fall that trips it', { default: 0.1 }),
      }),
      toyModel('agents/keeper', 'agent', { lenders: refs('lender', 'watched') }),
    ],
    sources: [
      toySource('table', { path: file('file'), price: usd('price', { default: 5 }) }, count),
      toySource(
        'numbers',
        { x: number('x', '', { default: 1 }), at: seconds('', { default: 0 }) },
        count,
      ),
    ],
    measures: ['totalDebt', 'badDebt', 'badDebtShare'],
  }
}

/** A scenario without fault for `toyCatalog`. */
export const TOY = `# yaml-language-server: $schema=../docs/schema/scenario.schema.json
name: toy
title: A toy
description: A toy scenario.
parameters:
  drop: { value: 0.4, unit: fraction, doc: fall of ETH, range: [0, 0.99] }
  hours: { value: 6, unit: h, doc: length, assumption: true }
  mode: { value: fast, options: [fast, slow], unit: choice, doc: mode }
  price: { value: 2000, unit: USD, doc: price of ETH, source: a paper }
time: { tick: 12, duration: { hours: $hours, minutes: 30 } }
paths: 3
seed: 7
assets:
  ETH: { price: $price }
  DAI: { price: 1, kind: stable }
  X: { price: 2, count: 3 }
sources:
  nums: { kind: numbers, x: $price }
instances:
  crash:
    kind: prices/driver
    shocks:
      - { assets: [ETH, X], drop: $drop }
  market: { kind: prices/market, drivers: [crash], depth: { X: 5, ETH: '@nums.x' } }
  feed: { kind: oracles/feed, source: market, base: ETH, mode: $mode }
  pool:
    kind: lending/pool
    oracle: feed
    markets: '@nums.markets'
    positions: '@nums.positions'
  keeper: { kind: agents/keeper, lenders: [pool] }
order: { measure: badDebt, shock: drop, asset: ETH, source: market }
measures: [totalDebt]
short: { hours: 1 }
`
