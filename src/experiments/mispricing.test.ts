import { describe, expect, it } from 'vitest'
import { buildWorld, createStepper } from '../engine/index.ts'
import { MODELS } from '../mechanisms/index.ts'
import { parseScenario, resolveScenario, type Scenario } from '../scenario/index.ts'
import { EVENT_NAMES, type WorldSpec } from '../world/index.ts'
import { type Attribution, attribute } from './attribution/scenario.ts'
import { togetherNamed } from './attribution/together.ts'
import { CHANNELS, runScenario } from './index.ts'
import { mispricingsOf } from './mispricing.ts'

/** What the tests change in a quiet market of Y, that a lender reads by the oracle of their choice. */
type Quiet = {
  /** Name of an oracle below. */
  readonly oracle: string
  /** Fall of what another market prints, for two blocks. */
  readonly print?: number
  /** Fall of Y on all markets, for good, and of both. */
  readonly fall?: number
  readonly both?: number
  /** Price for which the accounts are made: above 100 some are liquidatable from the start. */
  readonly book?: number
  /** Of the feeds, s. */
  readonly latency?: number
  /** USD whose sale moves Y by 1 %; without it no sale moves anything. */
  readonly depth?: number
  readonly stated?: number
  readonly cap?: number
  readonly rate?: number
  readonly more?: string
}

/** Twenty accounts with Y at 100 USD, which is half an X: a fall of 30 % liquidates most of them. */
function quiet({
  oracle,
  print = 0,
  fall = 0,
  both = 0,
  book = 100,
  latency = 0,
  depth = 1e30,
  stated = 100,
  cap = 200,
  rate = 0.5,
  more = '',
}: Quiet): Scenario {
  const text = `
name: quiet
title: a lender that is told prices
paths: 2
seed: 3
time: { tick: 12, duration: { minutes: 4 } }
assets: { X: { price: 200 }, Y: { price: 100 } }
sources:
  book: { kind: syntheticBook, r: 1, shock: 0.01, positions: 20, range: 0.5, baseReserve: 300, asset: Y, debtAsset: USD, price: ${book}, threshold: 0.8 }
instances:
  truly: { kind: prices/schedule, shocks: [{ assets: [Y], drop: ${fall}, at: 60 }, { assets: [X, Y], drop: ${both}, at: 60 }] }
  misprint: { kind: prices/schedule, shocks: [{ assets: [Y], drop: ${print}, at: 60, lasts: 24 }] }
  market: { kind: prices/referenceMarket, drivers: [truly], depth: { Y: ${depth} } }
  other: { kind: prices/referenceMarket, drivers: [truly, misprint] }
  same: { kind: prices/referenceMarket, drivers: [truly] }
  pool: { kind: liquidity/constantProduct, base: Y, quote: USD, baseReserve: 1.0e+6 }
  right: { kind: oracles/feed, source: market, assets: [X, Y], latency: ${latency}, gas: 0 }
  wrong: { kind: oracles/feed, source: other, assets: [X, Y], latency: 0, gas: 0 }
  twin: { kind: oracles/feed, source: same, assets: [X, Y], latency: 0, gas: 0 }
  median: { kind: oracles/median, sources: [right, wrong, twin] }
  spot: { kind: oracles/spot, pool: pool, asset: Y }
  twap: { kind: oracles/twap, pool: pool, asset: Y, window: 60 }
  stated: { kind: oracles/stated, assets: [], prices: { Y: ${stated} } }
  capped: { kind: oracles/capped, source: right, base: right, caps: [{ asset: Y, base: USD, ratio: ${cap} }] }
  rated: { kind: oracles/exchangeRate, source: right, base: X, asset: Y, rate: ${rate} }
  lender:
    kind: lending/compoundV2
    oracle: ${oracle}
    positions: '@book.positions'
    markets: { Y: { collateralFactor: 0.8, cash: 1000 }, USD: { collateralFactor: 0, cash: 100000 } }
  liquidator: { kind: agents/liquidator, lenders: [lender], venue: market, capital: 1.0e+6, minProfit: 0, gas: 0 }
${more}
order: { measure: loss, asset: Y, source: market }
measures: [loss]
`
  return parseScenario(text, 'quiet.yaml')
}

/** A second lender with the same collateral in a thin market, and somebody who borrows too much. */
const SECOND = `
  second:
    kind: lending/compoundV2
    oracle: right
    positions: '@book.positions'
    markets: { Y: { collateralFactor: 0.8, cash: 1000 }, USD: { collateralFactor: 0, cash: 100000 } }
  newcomer: { kind: agents/overborrower, lender: second, account: '0', collateral: Y, debt: USD, venue: market, capital: 2000, share: 0.9 }`

const shareOf = (found: Attribution, name: string) => found.channels.find((c) => c.name === name)!
const absentOf = (found: Attribution, name: string) => found.absent.find((c) => c.name === name)

const channel = CHANNELS.find(({ name }) => name === 'mispricing')!

async function specOf(scenario: Scenario): Promise<WorldSpec> {
  return (await resolveScenario(scenario)).spec
}

/** The world with a channel cut; as it is when another cut has left nothing. */
function cutIn(spec: WorldSpec, name: string): WorldSpec {
  const cut = togetherNamed(name)!.cut(spec, MODELS)
  return 'reason' in cut ? spec : cut.specs[0]!
}

/** Names of what may be wrong among all that protocols and controls read. */
function wrongIn(spec: WorldSpec): readonly string[] {
  const world = buildWorld(spec, MODELS, { seed: 0 })
  return mispricingsOf(world, MODELS)!.found.map(({ name }) => name)
}

/** What the lender is told of Y after each block, and what liquidations there were. */
function toldIn(spec: WorldSpec) {
  const world = buildWorld(spec, MODELS, { seed: 3 })
  const step = createStepper(world)
  const Y = spec.assets.findIndex(({ name }) => name === 'Y')
  const oracle = spec.instances.find(({ name }) => name === 'lender')!.params.oracle as string
  const source = world.port('priceSource', oracle)
  const told = Array.from({ length: spec.ticks }, () => {
    step()
    return source.price(Y)
  })
  const { kind, x, time } = world.trace.columns
  const harm = Array.from({ length: world.trace.length }, (_, e) => e)
    .filter((e) => EVENT_NAMES[kind[e]!] === 'liquidation')
    .map((e) => [time[e], x[e]!.toPrecision(10)].join(' '))
  return { told, harm }
}

describe('a price that is wrong for two blocks in a quiet market', () => {
  it('makes all of the loss, and the loss is gone with it', async () => {
    const found = await attribute(quiet({ oracle: 'other', print: 0.3 }), { workers: 1 })
    expect(found.whole.value).toBeGreaterThan(100)
    expect(found.fundamental.value).toBe(0)
    const { share, verdict } = shareOf(found, 'mispricing')
    expect([share.value, verdict]).toEqual([found.whole.value, 'adds'])
    for (const { name, verdict: other } of found.channels)
      if (name !== 'mispricing') expect(other, name).toBe('changes nothing')
  }, 20_000)

  it('makes all of it behind a feed, too, that is late', async () => {
    const found = await attribute(quiet({ oracle: 'wrong', print: 0.3 }), { workers: 1 })
    expect(found.fundamental.value).toBe(0)
    expect(shareOf(found, 'mispricing').alone.value).toBe(found.whole.value)
    // Without lag the print is read a block longer: the lag spares borrowers something.
    expect(shareOf(found, 'feedLag').share.value).toBeLessThan(0)
  }, 20_000)

  it('changes nothing where nothing is printed, or where two of three are right', async () => {
    for (const change of [{ oracle: 'wrong' }, { oracle: 'median', print: 0.3 }]) {
      const found = await attribute(quiet(change), { workers: 1 })
      expect(found.whole.value).toBe(0)
      expect(shareOf(found, 'mispricing').verdict).toBe('changes nothing')
    }
  }, 20_000)

  it('is not there where nobody who matters reads it', async () => {
    for (const oracle of ['right', 'twin']) {
      const found = await attribute(quiet({ oracle, print: 0.3 }), { workers: 1 })
      expect(found.whole.value).toBe(0)
      expect(absentOf(found, 'mispricing')!.reason).toContain('are of market: late')
    }
  }, 20_000)

  it('is told of a control, too', async () => {
    const guard =
      '  guard: { kind: controls/breaker, source: wrong, watched: [Y], move: 0.1, window: 60, targets: [lender], flags: [liquidating], assets: [Y] }'
    const spec = await specOf(quiet({ oracle: 'right', print: 0.3, more: guard }))
    expect(wrongIn(spec)).toEqual(['other'])
    const feed = cutIn(spec, 'mispricing').instances.find(({ name }) => name === 'wrong')!
    expect(feed.params.source).toBe('other.fair')
  })
})

describe('a cut of wrong prices', () => {
  /** Y falls by a tenth in truth; each oracle is blind to it, or wrong from the start. */
  it.each([
    ['spot', {}, ['spot']],
    ['twap', {}, ['twap']],
    ['stated', {}, ['stated']],
    ['stated', { stated: 60 }, ['stated']],
    ['capped', { cap: 70 }, ['capped']],
    ['rated', {}, ['rated']],
    ['rated', { rate: 0.3 }, ['rated']],
    ['wrong', { print: -0.5 }, ['other']],
    ['median', { print: 0.9 }, ['other']],
  ] as const)(
    'lets protocols that read "%s" (%o) see what the market pays',
    async (oracle, change, wrong) => {
      const spec = await specOf(quiet({ oracle, fall: 0.1, ...change }))
      expect(wrongIn(spec)).toEqual(wrong)
      const { told } = toldIn(cutIn(spec, 'mispricing'))
      expect(told.slice(0, 4)).toEqual([100, 100, 100, 100])
      for (const price of told.slice(5)) expect(price).toBeCloseTo(90, 9)
    },
  )

  it.each([
    ['wrong', { both: 0.4 }],
    ['median', { both: 0.4 }],
    ['capped', { both: 0.4 }],
    ['rated', { both: 0.4 }],
    ['spot', { book: 130 }],
    ['twap', { book: 130 }],
    ['stated', { book: 130 }],
  ] as const)('changes no bit of a loss where "%s" is right (%o)', async (oracle, change) => {
    const options = { cuts: ['mispricing'], paths: 1, workers: 1 }
    const found = await runScenario(quiet({ oracle, ...change }), options)
    expect(found.values('loss')[0]).toBeGreaterThan(100)
    expect(found.document.channels[0]).toMatchObject({ name: 'mispricing', n: 1, value: 0 })
  })

  it('leaves answers as late as they are, that of the base of a rate too', async () => {
    const spec = await specOf(quiet({ oracle: 'rated', fall: 0.2, both: 0.5, latency: 72 }))
    const { told } = toldIn(cutIn(spec, 'mispricing'))
    // Y falls against X at once, and X in its feed six blocks after the market.
    const expected = Array.from({ length: 20 }, (_, k) => (k < 4 ? 100 : k < 10 ? 80 : 40))
    for (const [k, price] of told.entries()) expect(price).toBeCloseTo(expected[k]!, 9)
  })

  it('cannot tell the rate of what its market does not move', async () => {
    const spec = await specOf(quiet({ oracle: 'rated' }))
    const X = spec.assets.findIndex(({ name }) => name === 'X')
    const shocks = [{ assets: [X], drop: 0.5, scale: 1, at: 60, over: 0, lasts: 0 }]
    const still = spec.instances.map((i) => (i.name === 'truly' ? { ...i, params: { shocks } } : i))
    expect(wrongIn(spec)).toEqual(['rated'])
    expect(wrongIn({ ...spec, instances: still })).toEqual([])
  })

  it('sends prices elsewhere, and nobody who changes terms', async () => {
    const manager =
      '  manager: { kind: controls/ratioUpdater, target: capped, source: right, bases: right, asset: Y, base: USD }'
    const spec = await specOf(quiet({ oracle: 'capped', cap: 70, more: manager }))
    const cut = cutIn(spec, 'mispricing')
    const of = (name: string) => cut.instances.find((i) => i.name === name)!
    expect(of('manager').params.target).toBe('capped')
    expect(of('lender').params.oracle).toBe('capped.fair')
    expect(() => buildWorld(cut, MODELS, { seed: 0 })).not.toThrow()
  })

  it.each(['feedLag', 'priceImpact', 'sharedCollateral', 'adversary'])(
    'beside one of %s comes to the same in either order',
    async (name) => {
      for (const oracle of ['wrong', 'median', 'spot', 'twap', 'stated', 'capped', 'rated']) {
        const change = { print: 0.6, fall: 0.3, stated: 60, cap: 70, rate: 0.3, depth: 1e4 }
        const spec = await specOf(quiet({ oracle, ...change, more: SECOND }))
        expect(cutIn(spec, name), oracle).not.toBe(spec)
        expect(wrongIn(spec), oracle).toHaveLength(1)
        const [one, other] = [
          cutIn(cutIn(spec, name), 'mispricing'),
          cutIn(cutIn(spec, 'mispricing'), name),
        ]
        expect(toldIn(other), oracle).toEqual(toldIn(one))
        expect(toldIn(cutIn(spec, `mispricing+${name}`)), oracle).toEqual(toldIn(one))
      }
    },
  )
})

describe('the channel of wrong prices', () => {
  it('is not there without a reference market', () => {
    const bare: WorldSpec = { assets: [], tickSeconds: 1, ticks: 0, chains: [], instances: [] }
    expect(channel.cut(bare, MODELS)).toEqual({
      reason: 'there is no reference market that states a fundamental price',
    })
  })

  it('is not there where nobody is told prices', async () => {
    const { instances, ...rest } = await specOf(quiet({ oracle: 'spot' }))
    const kinds = ['lending/compoundV2', 'agents/liquidator']
    const left = instances.filter(({ kind }) => !kinds.includes(kind))
    expect(channel.cut({ ...rest, instances: left }, MODELS)).toEqual({
      reason: 'no protocol is told prices',
    })
  })
})
