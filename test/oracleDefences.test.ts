import { describe, expect, it } from 'vitest'
import { buildWorld, createStepper } from '../src/engine/index.ts'
import { MODELS } from '../src/mechanisms/index.ts'
import { parseScenario, resolveScenario } from '../src/scenario/index.ts'
import type { World } from '../src/world/index.ts'

type Values = Readonly<Record<string, number | string>>

/**
 * A lender that takes wstETH for ETH, and somebody who borrows more than a collateral costs if he can. The
 * rate's provider may print too much for half an hour; the true rate may rise at once.
 */
const CAP = `
name: cap
title: a cap on a rate, when it helps and what it costs
description: a test
parameters:
  print: { value: 0, unit: fraction, doc: what the provider prints above the true rate }
  rise: { value: 0, unit: fraction, doc: true rise of the rate }
  oracle: { value: plain, unit: choice, options: [plain, capped], doc: how wstETH is priced }
time: { tick: 12, duration: { minutes: 60 } }
assets:
  ETH: { price: 2000 }
  wstETH: { price: 2456 }
sources:
  book: { kind: healthLadder, accounts: 2, lowest: 2, highest: 4, collateral: 0.001, collateralAsset: wstETH, debtAsset: ETH, rate: 1.228, threshold: 0.81 }
chains:
  main: { gasPrice: 1, native: ETH, nativePrice: market }
instances:
  truth: { kind: prices/schedule, shocks: [{ assets: [wstETH], drop: -1, scale: $rise, at: 120 }] }
  wrong: { kind: prices/schedule, shocks: [{ assets: [wstETH], drop: -1, scale: $print, at: 120, lasts: 1800 }] }
  market: { kind: prices/referenceMarket, drivers: [truth], depthUnit: 1000000000000, depth: { ETH: 1, wstETH: 1 } }
  provider: { kind: prices/referenceMarket, drivers: [truth, wrong] }
  plain: { kind: oracles/feed, source: provider, assets: [ETH, wstETH], deviation: 0.001 }
  capped: { kind: oracles/capped, source: plain, base: plain, caps: [{ asset: wstETH, base: ETH, ratio: 1.228, time: -604800, growth: 0.0968 }] }
  eth: { kind: oracles/direct, source: plain, assets: [ETH] }
  prices: { kind: oracles/median, sources: [eth, $oracle] }
  aave:
    kind: lending/aaveV3
    oracle: prices
    reserves:
      ETH: { cash: 5000, slope1: 0, slope2: 0 }
      wstETH: { cash: 10000, ltv: 0.93, liquidationThreshold: 0.95, slope1: 0, slope2: 0 }
    positions: '@book.positions'
  router: { kind: liquidity/router, venues: [market] }
  borrower: { kind: agents/overborrower, lender: aave, account: '0', collateral: wstETH, debt: ETH, venue: router, capital: 500, share: 0.92 }
order: { measure: badDebt, shock: print, asset: wstETH, source: prices }
measures: [badDebt]
`

/** Feeds of one market in its calm; the second and third are as slow as \`slow\` says. */
const CALM = `
name: calm
title: what several feeds cost while nothing is wrong
description: a test
parameters:
  slow: { value: 600, unit: s, doc: latency of the second and third feed }
time: { tick: 12, duration: { hours: 24 } }
assets:
  ETH: { price: 2000 }
chains:
  main: { gasPrice: 20, native: ETH, nativePrice: market }
instances:
  noise: { kind: prices/gbm, assets: [ETH], vol: 0.6 }
  market: { kind: prices/referenceMarket, drivers: [noise] }
  first: { kind: oracles/feed, source: market, assets: [ETH] }
  second: { kind: oracles/feed, source: market, assets: [ETH], latency: $slow }
  third: { kind: oracles/feed, source: market, assets: [ETH], latency: $slow }
  lower: { kind: oracles/median, sources: [first, second] }
  middle: { kind: oracles/median, sources: [first, second, third] }
order: { measure: trough, shock: slow, asset: ETH, source: first }
measures: [trough]
`

async function worldOf(text: string, set: Values, seed = 1): Promise<World> {
  const { spec } = await resolveScenario(parseScenario(text, 'test.yaml'), { set })
  return buildWorld(spec, MODELS, { seed, checked: true })
}

function run(world: World, watch: () => void = () => {}): World {
  const step = createStepper(world)
  for (let k = 0; k < world.spec.ticks; k++) {
    step()
    watch()
  }
  return world
}

/** Debt beyond collateral at the market's prices, USD. */
function badDebt(world: World): number {
  const { book, ...lender } = world.port('lender', 'aave')
  const market = world.port('referenceMarket', 'market')
  const prices = world.spec.assets.map((_, a) => market.fundamental(a))
  const values = new Float64Array(book.coordinates)
  lender.coordinatesAt(prices, 'value', values)
  let bad = 0
  for (let row = 0; row < book.rows; row++) {
    let worth = 0
    for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++)
      worth += book.amount[k]! * values[book.coordinate[k]!]!
    bad += Math.max(0, -worth)
  }
  return bad
}

/** What the book's collateral allows to owe at oracle prices, USD. */
function borrowingPower(world: World): number {
  const { book, liability, ...lender } = world.port('lender', 'aave')
  const values = lender.coordinates()
  let power = 0
  for (let k = 0; k < book.coordinate.length; k++) {
    const c = book.coordinate[k]!
    if (liability[c] === 0) power += book.amount[k]! * values[c]!
  }
  return power
}

describe('a cap on a rate', () => {
  it.each([0.1, 0.2, 0.5])(
    'helps: a provider that prints %f too much leaves no bad debt',
    async (print) => {
      const plain = badDebt(run(await worldOf(CAP, { print })))
      const capped = badDebt(run(await worldOf(CAP, { print, oracle: 'capped' })))
      // All of the cash, against collateral that cost one part in 0.92 x (1 + print) of it.
      const lent = 5000 * 2000
      const short = lent * (1 - 1 / (0.92 * (1 + print)))
      expect(plain).toBeGreaterThan(0)
      expect(plain).toBeLessThan(short)
      expect(capped).toBe(0)
    },
  )

  it('costs borrowing power while nothing is wrong, where the true rate rises faster', async () => {
    const power = async (oracle: string, rise: number): Promise<number> =>
      borrowingPower(run(await worldOf(CAP, { oracle, rise })))
    // A week of growth at 9.68 % a year is 0.19 %, an hour adds little.
    const room = (0.0968 * 7) / 365
    expect(await power('capped', 0.001)).toBeCloseTo(await power('plain', 0.001), 6)
    const lost = 1 - (await power('capped', 0.01)) / (await power('plain', 0.01))
    expect(lost).toBeCloseTo(1 - (1 + room) / 1.01, 4)
  })
})

describe('a median in calm weather', () => {
  it('costs gas for every further feed, and of two values collateral too low', async () => {
    const world = await worldOf(CALM, {})
    const market = world.port('priceSource', 'market')
    const sum = { first: 0, lower: 0, middle: 0 }
    run(world, () => {
      for (const name of ['first', 'lower', 'middle'] as const)
        sum[name] += world.port('priceSource', name).price(1) / market.price(1) - 1
    })
    const mean = (name: keyof typeof sum): number => sum[name] / world.spec.ticks
    expect(mean('lower')).toBeLessThan(-5e-4)
    expect(mean('lower')).toBeLessThan(mean('first'))
    expect(mean('lower')).toBeLessThan(mean('middle'))
    const gas = (name: string): number =>
      world.gas[world.instances.find((i) => i.name === name)!.self]!
    expect(gas('second') + gas('third')).toBeGreaterThan(gas('first'))
    expect(gas('first')).toBeGreaterThan(0)
  })

  it('of two, it is lower than the first alone on any path', async () => {
    for (const seed of [2, 3, 4]) {
      const world = await worldOf(CALM, {}, seed)
      let [first, lower] = [0, 0]
      run(world, () => {
        first += world.port('priceSource', 'first').price(1)
        lower += world.port('priceSource', 'lower').price(1)
      })
      expect(1 - lower / first).toBeGreaterThan(5e-4)
    }
  })
})
