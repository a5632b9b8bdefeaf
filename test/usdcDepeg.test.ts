import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { buildWorld, createStepper } from '../src/engine/index.ts'
import { run } from '../src/experiments/index.ts'
import { MODELS } from '../src/mechanisms/index.ts'
import { loadScenario, resolveScenario } from '../src/scenario/index.ts'
import { EVENT_NAMES, type World } from '../src/world/index.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const scenario = loadScenario(at('../scenarios/usdc-depeg.yaml'))

type Values = Readonly<Record<string, number | string>>

async function outcome(set: Values) {
  const { measures, failedPaths } = await run(scenario, { set })
  expect(failedPaths).toBe(0)
  return (name: string) => measures.find((m) => m.name === name)!.value ?? Number.NaN
}

/** Step a world of the scenario and look at it after every tick. */
async function follow(set: Values, look: (world: World, tick: number) => void): Promise<World> {
  const { spec } = await resolveScenario(scenario, { set })
  const world = buildWorld(spec, MODELS, { seed: 1, checked: true })
  const step = createStepper(world)
  for (let tick = 1; tick <= spec.ticks; tick++) {
    step()
    look(world, tick)
  }
  return world
}

/**
 * Price of a coin in another by validation F9, from the invariant itself: D by halving, the price by a
 * finite step along the curve. Nothing of it is code of the pool.
 */
function priceByInvariant(balances: readonly number[], a: number, i: number, j: number): number {
  const n = balances.length
  const ann = a * n
  const gap = (x: readonly number[], d: number): number => {
    const sum = x.reduce((s, v) => s + v, 0)
    const product = x.reduce((p, v) => p * (d / (n * v)), d)
    return ann * sum + d - ann * d - product
  }
  const halve = (f: (v: number) => number, low: number, high: number): number => {
    for (let k = 0; k < 200; k++) {
      const middle = low + (high - low) / 2
      if (f(middle) > 0 === f(low) > 0) low = middle
      else high = middle
    }
    return low
  }
  const total = balances.reduce((s, v) => s + v, 0)
  const d = halve((v) => gap(balances, v), total * 1e-3, total * 1.001)
  const step = balances[i]! * 1e-5
  const left = (sign: number): number => {
    const x = [...balances]
    x[i]! += sign * step
    return halve(
      (v) => {
        x[j] = v
        return gap(x, d)
      },
      balances[j]! * 0.5,
      balances[j]! * 1.5,
    )
  }
  return (left(-1) - left(1)) / (2 * step)
}

type Look = { readonly tick: number; readonly share: number; readonly price: number }

/** Share of USDT and price of USDT in USDC after every tick, checked against the invariant sometimes. */
async function poolOver(set: Values, a: number, checkEvery: number) {
  const looks: (Look & { readonly market: number })[] = []
  await follow({ oracle: 'stated', cash: 0, ...set }, (world, tick) => {
    const index = (name: string): number => world.spec.assets.findIndex((x) => x.name === name)
    const self = world.instances.find(({ name }) => name === 'pool')!.self
    const fees = world.columns['pool/adminFees']!
    const coins = ['USDT', 'USDC', 'DAI'].map(
      (name, k) => world.ledger.balance(self, index(name)) - fees[k]!,
    )
    const total = coins.reduce((s, v) => s + v, 0)
    const price = world.port('pool', 'usdtUsdc').price()
    const market = world.port('referenceMarket', 'market')
    if (tick % checkEvery === 0) {
      expect(price / priceByInvariant(coins, a, 0, 1)).toBeCloseTo(1, 6)
      expect(world.port('pool', 'usdtDai').price() / priceByInvariant(coins, a, 0, 2)).toBeCloseTo(
        1,
        6,
      )
    }
    const share = coins[0]! / total
    const outside = market.price(index('USDT')) / market.price(index('USDC'))
    looks.push({ tick, share, price, market: outside })
  })
  return looks
}

/** USD prices of USDC on the tape, from 20:00 of 10 March on. */
function tape(): readonly number[] {
  const path = at('../data/crises/2023-03_svb_usdc_implied_1m.csv.gz')
  const [header, ...rows] = gunzipSync(readFileSync(path)).toString().trim().split('\n')
  const column = header!.split(',').indexOf('implied_usdc_usd')
  return rows
    .map((row) => row.split(','))
    .filter(([time]) => Number(time) >= Date.parse('2023-03-10T20:00Z') / 1000)
    .map((cells) => Number(cells[column]))
}

describe('USDC in March 2023', () => {
  it('falls as far as the record says, below what was certain; the certain loss alone does not', async () => {
    const prices = tape()
    const alone = { oracle: 'stated', cash: 0, arbitrageCapital: 0, borrowers: 1 }
    const low = (await outcome(alone))('drawdown')
    expect(low).toBeCloseTo(1 - Math.min(...prices) / prices[0]!, 9)
    // validation.md J8: low .88 by news; B4: floor 1 - 3.3 / 40.
    expect(Math.abs(1 - low - 0.88)).toBeLessThan(0.01)
    expect(low).toBeGreaterThan(3.3 / 40)
    for (const lost of [0.0825, 0.3]) {
      const floor = (await outcome({ ...alone, price: 'floor', lost, hours: 12 }))('drawdown')
      expect(floor).toBeCloseTo(lost, 9)
      // With everybody there: their trades do not move a price that fundamentals alone make.
      const all = (await outcome({ price: 'floor', lost, hours: 12, borrowers: 40 }))('drawdown')
      expect(all).toBeCloseTo(lost, 4)
    }
  })

  it('goes below the floor when holders panic, by the impact of what they sell', async () => {
    const alone = { oracle: 'stated', cash: 0, arbitrageCapital: 0, borrowers: 1, price: 'floor' }
    let last = 0.0825
    for (const panic of [1e8, 5e8, 2e9]) {
      const low = (await outcome({ ...alone, panic, depth: 1e8, hours: 12.2 }))('drawdown')
      expect(low).toBeGreaterThan(last)
      // 30 % of the impact stays, the rest has decayed in part: depth is for 1 % at the start price.
      const move = (0.01 * panic) / 1e8
      expect(low).toBeGreaterThan(1 - (1 - 0.0825) * Math.exp(-0.3 * move))
      expect(low).toBeLessThan(1 - (1 - 0.0825) * Math.exp(-move))
      last = low
    }
  })
})

describe('the 3pool in March 2023', () => {
  it('keeps the price that its invariant gives, and that of the market within fee and gas', async () => {
    const looks = await poolOver({ hours: 30, borrowers: 1 }, 2000, 60)
    for (const { price, market } of looks.slice(10))
      expect(Math.abs(Math.log(price / market))).toBeLessThan(0.003)
    const scarce = looks.reduce((x, y) => (y.share < x.share ? y : x))
    const dear = looks.reduce((x, y) => (y.price > x.price ? y : x))
    expect(scarce.tick).toBe(dear.tick)
    // validation.md J8: 46/46/<7. F9: the reported peak of 1.15 needs a share of 1.2755 %.
    expect(looks.some(({ share }) => share < 0.07)).toBe(true)
    expect(Math.abs(dear.price - 1.15)).toBeLessThan(0.02)
    expect(Math.abs(scarce.share - 0.012755)).toBeLessThan(0.0008)
    // As much DAI as USDC: 7 % where a USDT costs 1.00494, and less share wherever it costs more.
    for (const { share, price } of looks) {
      if (price > 1.0052) expect(share).toBeLessThan(0.07)
      if (price < 1.0046) expect(share).toBeGreaterThan(0.069)
    }
  })

  it('does so with other terms', async () => {
    for (const [a, poolSize, usdtShare] of [
      [300, 2e8, 0.2],
      [5000, 5e7, 0.1],
    ] as const) {
      const looks = await poolOver({ a, poolSize, usdtShare, hours: 13, borrowers: 1 }, a, 100)
      expect(Math.min(...looks.map(({ share }) => share))).toBeLessThan(a < 1000 ? 0.05 : 0.02)
    }
  })
})

describe('a halt of every venue', () => {
  it('stops arbitrage and liquidations, and lets all resume', async () => {
    const [from, to] = [640, 760]
    let fair = 0
    const gaps: number[] = []
    const world = await follow({ hours: 14, borrowers: 40 }, (w, tick) => {
      const value = tick === from ? 0 : tick === to ? 1 : -1
      if (value >= 0)
        for (const name of ['market', 'pool'])
          expect(w.port('governed', name).setTerm('trading', -1, value)).toBeNull()
      const market = w.port('referenceMarket', 'market')
      const [usdc, usdt] = ['USDC', 'USDT'].map((n) =>
        w.spec.assets.findIndex((asset) => asset.name === n),
      )
      fair = market.price(usdt!) / market.price(usdc!)
      gaps.push(Math.abs(Math.log(w.port('pool', 'usdtUsdc').price() / fair)))
    })
    const { kind, tick } = world.trace.columns
    const counted = (name: string, first: number, last: number): number => {
      let count = 0
      for (let e = 0; e < world.trace.length; e++)
        if (EVENT_NAMES[kind[e]!] === name && tick[e]! > first && tick[e]! <= last) count++
      return count
    }
    for (const name of ['swap', 'liquidation']) {
      expect(counted(name, from, to), name).toBe(0)
      expect(counted(name, 0, from), name).toBeGreaterThan(0)
      expect(counted(name, to, world.spec.ticks), name).toBeGreaterThan(0)
    }
    // The pool keeps a price that nobody can trade at, until the halt is over.
    expect(Math.max(...gaps.slice(from, to - 1))).toBeGreaterThan(0.02)
    expect(Math.max(...gaps.slice(to + 5))).toBeLessThan(0.01)
  })
})

describe('who prices USDC at what', () => {
  it('leaves bad debt with a hard-coded dollar, if the price had not come back', async () => {
    // With a deep market: what is borrowed against a coin at 1 and is worth 1 - lost.
    const deep = { oracle: 'stated', price: 'floor', depth: 1e12, hours: 12, borrowers: 10 }
    for (const [lost, threshold] of [
      [0.0825, 0.93],
      [0.2, 0.85],
      [0.12, 0.87],
    ] as const) {
      const get = await outcome({ ...deep, lost, threshold })
      const worth = (1 - lost) / threshold
      const expected = worth < 1 ? 50e6 * (1 - worth) : 0
      expect(Math.abs(get('badDebt[fresh]') - expected)).toBeLessThan(0.0003 * 50e6)
      expect(get('liquidations')).toBe(0)
    }
  })

  it('liquidates at the low, with a feed, who would have been solvent two days later', async () => {
    const night = { borrowers: 60, hours: 11.85 }
    const stated = await outcome({ ...night, oracle: 'stated' })
    expect(stated('badDebt[fresh]')).toBeGreaterThan(1e6)
    expect(stated('liquidations')).toBe(0)
    const feed = await outcome({ ...night, oracle: 'feed' })
    expect(feed('badDebt[fresh]')).toBe(0)
    expect(feed('liquidations')).toBeGreaterThan(0)
    // Two days later all of that is gone, but what liquidations have cost.
    const later = { borrowers: 60, hours: 75 }
    const patient = await outcome({ ...later, oracle: 'stated' })
    expect(patient('badDebt')).toBe(0)
    expect(patient('loss')).toBe(0)
    const hasty = await outcome({ ...later, oracle: 'feed' })
    // The bonus on what was repaid.
    expect(hasty('loss') / (0.02 * hasty('liquidatedDebt'))).toBeCloseTo(1, 2)
    expect(hasty('loss')).toBeGreaterThan(1e6)
  })

  it('liquidates as many as the price has passed', async () => {
    const borrowers = 300
    const set = { borrowers, hours: 14, depth: 1e12, book: 0.01, cash: 0, deviation: 0.0001 }
    let least = 1
    const world = await follow(set, (w) => {
      const feed = w.port('priceSource', 'feed')
      const [usdc, usdt] = ['USDC', 'USDT'].map((n) =>
        w.spec.assets.findIndex(({ name }) => name === n),
      )
      least = Math.min(least, feed.price(usdc!) / feed.price(usdt!))
    })
    const { kind, row, instance } = world.trace.columns
    const lender = world.instances.find(({ name }) => name === 'lender')!.self
    const hit = new Set<number>()
    for (let e = 0; e < world.trace.length; e++)
      if (EVENT_NAMES[kind[e]!] === 'liquidation' && instance[e] === lender) hit.add(row[e]!)
    // Thresholds lie evenly over a log distance of 0.3.
    expect(Math.abs(hit.size - (borrowers * -Math.log(least)) / 0.3)).toBeLessThan(2.5)
  })

  it('liquidates fewer when a cap keeps what is owed at par', async () => {
    const set = { borrowers: 60, hours: 14 }
    const capped = await outcome({ ...set, oracle: 'capped' })
    const feed = await outcome({ ...set, oracle: 'feed' })
    expect(capped('liquidatedDebt')).toBeLessThan(feed('liquidatedDebt'))
    expect(capped('liquidatedDebt')).toBeGreaterThan(0)
  })
})

describe('defences of a lender against a depeg', () => {
  it('save the cost of liquidations by a pause when the price comes back, and lose when it does not', async () => {
    const tape = { borrowers: 60, hours: 75 }
    const saved = await outcome({ ...tape, defences: 'pause' })
    expect(saved('loss')).toBeLessThan(0.3 * (await outcome(tape))('loss'))
    expect(saved('badDebt')).toBe(0)
    const n = 60
    const slide = { borrowers: n, hours: 24, price: 'floor', lost: 0.2, fallHours: 10, depth: 1e12 }
    const paused = await outcome({ ...slide, defences: 'pause' })
    expect((await outcome(slide))('badDebt')).toBe(0)
    // Thresholds of 0.93 lie evenly over a log distance of 0.3; a few were liquidated before the pause.
    let owed = 0
    for (let k = 0; k < n; k++)
      owed += (3e8 / n) * Math.max(0, 0.93 * Math.exp((-0.3 * (k + 0.5)) / n) - 0.8)
    expect(paused('badDebt')).toBeLessThan(owed)
    expect(paused('badDebt')).toBeGreaterThan(0.8 * owed)
  })

  it('keep newcomers from the cash by a guard, which halts for nothing where nobody gains by it', async () => {
    const night = { borrowers: 60, hours: 11.85, oracle: 'stated' }
    expect((await outcome(night))('badDebt[fresh]')).toBeGreaterThan(1e6)
    expect((await outcome({ ...night, defences: 'guard' }))('badDebt[fresh]')).toBe(0)
    // At 0.95 a loan of 0.93 does not pay its own collateral.
    const mild = { ...night, price: 'floor', lost: 0.05 }
    expect((await outcome(mild))('badDebt')).toBe(0)
    const halted = await outcome({ ...mild, defences: 'guard' })
    expect(halted('badDebt')).toBe(0)
    expect(halted('haltedTime')).toBeGreaterThan(4 * 3600)
  })
})
