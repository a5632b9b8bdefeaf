import { describe, expect, it } from 'vitest'
import { buildWorld, createStepper } from '../engine/index.ts'
import { MODELS } from '../mechanisms/index.ts'
import { loadScenario, parseScenario, resolveScenario, type Scenario } from '../scenario/index.ts'
import { CHANNELS, ChannelError, runScenario } from './index.ts'

/** Two protocols, a and b; b lends against Y, or against X too, in a market of its own or the same. */
function scenarioOf(b: { readonly asset: string; readonly market: string }): Scenario {
  const text = `
name: two
title: two protocols
parameters:
  drop: { value: 0.35, unit: fraction, range: [0, 0.9] }
paths: 4
seed: 3
time: { tick: 12, duration: { minutes: 20 } }
assets: { X: { price: 100 }, Y: { price: 100 } }
sources:
  bookA: { kind: syntheticBook, r: 1, shock: 0.01, positions: 40, range: 0.5, baseReserve: 300, asset: X, debtAsset: USD, price: 100, threshold: 0.8 }
  bookB: { kind: syntheticBook, r: 1, shock: 0.01, positions: 40, range: 0.5, baseReserve: 300, asset: ${b.asset}, debtAsset: USD, price: 100, threshold: 0.8 }
instances:
  fall: { kind: prices/schedule, shocks: [{ assets: [X, Y], drop: $drop, over: 600 }] }
  noise: { kind: prices/gbm, assets: [X, Y], vol: 2 }
  one: { kind: prices/referenceMarket, drivers: [fall, noise], depth: { X: 2000, Y: 2000 } }
  two: { kind: prices/referenceMarket, drivers: [fall, noise], depth: { X: 2000, Y: 2000 } }
  feedA: { kind: oracles/feed, source: one, assets: [X], deviation: 0.002 }
  feedB: { kind: oracles/feed, source: ${b.market}, assets: [${b.asset}], deviation: 0.002 }
  a:
    kind: lending/compoundV2
    oracle: feedA
    positions: '@bookA.positions'
    markets: { X: { collateralFactor: 0.8, cash: 1000 }, USD: { collateralFactor: 0 } }
  b:
    kind: lending/compoundV2
    oracle: feedB
    positions: '@bookB.positions'
    markets: { ${b.asset}: { collateralFactor: 0.8, cash: 1000 }, USD: { collateralFactor: 0 } }
  liquidatorA: { kind: agents/liquidator, lenders: [a], venue: one, capital: 100000, minProfit: 0, gas: 0 }
  liquidatorB: { kind: agents/liquidator, lenders: [b], venue: ${b.market}, capital: 100000, minProfit: 0, gas: 0 }
order: { measure: loss, shock: drop, asset: X, source: one }
measures: [loss, couplingLoss, 'couplingLoss[a]', 'couplingLoss[b]']
`
  return parseScenario(text, 'two.yaml')
}

const shared = scenarioOf({ asset: 'X', market: 'one' })
const apart = scenarioOf({ asset: 'Y', market: 'two' })

describe('couplingLoss', () => {
  it('is the loss less the losses of each protocol alone, and each bears a part of it', async () => {
    const outcome = await runScenario(shared)
    const [all, a, b] = ['couplingLoss', 'couplingLoss[a]', 'couplingLoss[b]'].map(outcome.values)
    for (let path = 0; path < 4; path++) expect(all![path]!).toBeCloseTo(a![path]! + b![path]!, 6)
    const { value, low } = outcome.document.measures.find((m) => m.name === 'couplingLoss')!
    expect(value).toBeGreaterThan(0)
    expect(low).toBeGreaterThan(0)
  })

  it('is exactly zero when the books share nothing', async () => {
    const outcome = await runScenario(apart)
    expect([...outcome.values('loss')].every((v) => v > 0)).toBe(true)
    for (const name of ['couplingLoss', 'couplingLoss[a]', 'couplingLoss[b]'])
      expect([...outcome.values(name)]).toEqual([0, 0, 0, 0])
  })

  it('leaves what a protocol alone would lose to the run without the other one', async () => {
    const whole = await runScenario(shared)
    const alone = parseScenario(
      shared.text
        .replace(/\n {2}b:\n(?: {4}.*\n)+/, '\n')
        .replace(/\n {2}liquidatorB:.*/, '')
        .replace(/measures:.*/, 'measures: [loss, couplingLoss]'),
      'one.yaml',
    )
    const one = await runScenario(alone)
    const coupled = whole.values('couplingLoss[a]')
    const together = whole.values('loss[a]')
    one.values('loss').forEach((loss, k) => {
      expect(together[k]! - coupled[k]!).toBeCloseTo(loss, 9)
    })
    expect([...one.values('couplingLoss')]).toEqual([0, 0, 0, 0])
  })

  it('is not worked out unless somebody asks', async () => {
    const text = shared.text.replace(/measures:.*/, 'measures: [loss]')
    const quiet = await runScenario(parseScenario(text, 'quiet.yaml'), { paths: 1 })
    expect(quiet.document.measures.map((m) => m.name)).not.toContain('couplingLoss')
    const asked = await runScenario(parseScenario(text, 'quiet.yaml'), {
      paths: 1,
      measures: ['couplingLoss'],
    })
    expect(asked.values('couplingLoss')).toHaveLength(1)
  })
})

describe('cut channels', () => {
  it('tell what goes with each of them, or why there is nothing to cut', async () => {
    const { document } = await runScenario(apart, { cuts: ['all'], paths: 3 })
    expect(document.channels.map((c) => c.name)).toEqual(CHANNELS.map((c) => c.name))
    const of = (name: string) => document.channels.find((c) => c.name === name)!
    expect(of('sharedVenue')).toMatchObject({ value: 0, n: 3, note: '' })
    expect(of('sharedCollateral')).toMatchObject({ value: null, n: 0 })
    expect(of('sharedCollateral').note).toContain('no asset is collateral in two protocols')
    expect(of('priceImpact').value).toBeGreaterThan(0)
    expect(of('feedLag').n).toBe(3)
    expect(document.replay).toContain('--cut all')
  })

  it('let protocols that share an asset read its fundamental price', async () => {
    const { spec } = await resolveScenario(shared)
    const cut = CHANNELS.find((c) => c.name === 'sharedCollateral')!.cut(spec, MODELS)
    if ('reason' in cut) throw new Error(cut.reason)
    const of = (name: string) => cut.specs[0]!.instances.find((i) => i.name === name)!
    const X = spec.assets.findIndex((a) => a.name === 'X')
    expect(of('one.fair')).toMatchObject({
      kind: 'oracles/fundamental',
      params: { market: 'one', assets: [X], otherwise: 'one' },
    })
    // The feeds keep their lag, and read the fair price; those who trade do not.
    expect(of('feedA').params.source).toBe('one.fair')
    expect(of('a').params.oracle).toBe('feedA')
    expect(of('liquidatorA').params.venue).toBe('one')
  })

  it('let sales into a pool leave its price where it is, unless there is a way to an outside market', async () => {
    const cascade = loadScenario('scenarios/papers/constant-product-cascade.yaml')
    const run = { paths: 1, set: { positions: 300, r: 1.3, shock: 0.07 }, measures: ['logDrop'] }
    const whole = await runScenario(cascade, run)
    const cut = await runScenario(cascade, { ...run, cuts: ['priceImpact:logDrop'] })
    // The shock itself is what is left of the fall.
    const drop = whole.values('logDrop')![0]!
    expect(cut.document.channels[0]!.value).toBeCloseTo(drop - 0.07, 9)

    const impact = CHANNELS.find((c) => c.name === 'priceImpact')!
    const { spec } = await resolveScenario(loadScenario('scenarios/compound-v2-eth-crash.yaml'))
    const outside = impact.cut(spec, MODELS)
    if ('reason' in outside) throw new Error(outside.reason)
    expect(outside.specs[0]!.instances.map((i) => i.name)).toEqual(
      spec.instances.map((i) => i.name),
    )
  })

  it('let a feed answer without lag, for the same assets and under the same name', async () => {
    const { spec } = await resolveScenario(apart)
    const cut = CHANNELS.find((c) => c.name === 'feedLag')!.cut(spec, MODELS)
    if ('reason' in cut) throw new Error(cut.reason)
    const of = (name: string) => cut.specs[0]!.instances.find((i) => i.name === name)!
    const X = spec.assets.findIndex((a) => a.name === 'X')
    expect(of('feedA')).toMatchObject({
      kind: 'oracles/direct',
      params: { source: 'one', assets: [X] },
    })
    expect(of('a').params.oracle).toBe('feedA')
    const world = buildWorld(cut.specs[0]!, MODELS, { seed: 1, checked: true })
    createStepper(world)()
    const answer = world.port('priceSource', 'feedA')
    expect(answer.price(X)).toBe(world.port('priceSource', 'one').price(X))
    expect([answer.covers(X), answer.covers(X + 1)]).toEqual([true, false])
    expect(answer.price(X + 1)).toBeNaN()
  })

  it('change nothing where no feed sees what is cut', async () => {
    // Protocols that read a feed which is stuck at the start do not mind its lag.
    const stuck = shared.text.replaceAll(
      'deviation: 0.002',
      'deviation: 0.002, stuck: [{ from: 0, to: 1e9 }]',
    )
    const { document } = await runScenario(parseScenario(stuck, 'stuck.yaml'), {
      ...{ cuts: ['sharedCollateral'], paths: 1, measures: [] },
    })
    expect(document.channels[0]).toMatchObject({ name: 'sharedCollateral', value: 0 })
  })

  it('refuses a channel that does not exist', async () => {
    const run = runScenario(shared, { cuts: ['sharedVenues'] })
    await expect(run).rejects.toThrowError(ChannelError)
    await expect(run).rejects.toThrowError('"sharedVenues"')
  })
})
