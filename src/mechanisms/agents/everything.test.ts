import { describe, expect, it } from 'vitest'
import {
  BTC,
  ETH,
  type Member,
  modelConformance,
  smallWorld,
  stepWorld,
  USDC,
} from '../../../test/conformance/model.ts'
import type { World } from '../../world/index.ts'
import { evm } from '../chains/index.ts'
import { compoundV2 } from '../lending/index.ts'
import { constantProduct, router } from '../liquidity/index.ts'
import * as oracles from '../oracles/index.ts'
import * as prices from '../prices/index.ts'
import * as agents from './index.ts'
import { account, lenderOf, marketOf, seen } from './testWorld.conformance.ts'

const { direct, exchangeRate, feed, fundamental, median, optimistic, spot } = oracles
const { capped, delayed, ema, fallback, linearClaim, nav, stated, trimmedMean, twap } = oracles
const { bootstrap, follow, gbm, heston, jumpDiffusion, jumps, pegs, perBlock, regimes } = prices
const { replay, schedule } = prices
const { arbitrageur, asserter, attacker, borrowers, briber, disputer, liquidator } = agents
const { depositors, exploiter, forger, openings, overborrower, seller, trader } = agents

/** The other random processes, small enough not to matter. */
function stochasticDrivers(): Readonly<Record<string, Member>> {
  const past = {
    time: Float64Array.from({ length: 200 }, (_, k) => 3600 * k),
    assets: ['BTC'],
    prices: [Float64Array.from({ length: 200 }, (_, k) => 100 + ((k * k) % 7))],
  }
  const [garch, variance] = [
    { vol: 0.1, alpha: 0.1, beta: 0.8 },
    { vol: 0.1, speed: 5, volOfVariance: 0.2 },
  ]
  const regime = { name: 'one', vol: 0.1, leaving: 0, degrees: 4 }
  const base = { vols: [], pairs: [], correlation: 0, drift: 0, jumpsPerYear: 0 }
  return {
    past: [bootstrap, { prices: past, laws: [{ asset: BTC, value: garch }] }],
    merton: [jumpDiffusion, { assets: [BTC], vol: 0.1, perYear: 100, sd: 0.01 }],
    blocks: [perBlock, { assets: [BTC], vol: 1e-4, interval: 'poisson' }],
    peg: [pegs, { pegs: [{ asset: USDC, value: pegLaw }] }],
    states: [regimes, { assets: [BTC], regimes: [{ ...base, ...regime }] }],
    variance: [
      heston,
      { laws: [{ asset: BTC, value: { ...variance, leverage: 0, startVol: 0 } }] },
    ],
  }
}

const pegLaw = {
  ...{ speed: 1000, vol: 0.01, start: 0, breaksPerYear: 1, breakMean: -0.01, breakSd: 0 },
  ...{ brokenSpeed: 0, brokenVol: 0.01, repairsPerYear: 1 },
}

/** The other oracles, each on one that is there; what nobody moves moves in time. */
function furtherOracles(): Readonly<Record<string, Member>> {
  const caps = [{ asset: BTC, base: ETH, ratio: 0.05, time: 0, growth: 10 }]
  return {
    average: [ema, { source: 'market', assets: [ETH] }],
    mean: [twap, { pool: 'pool', asset: ETH, window: 60 }],
    hourly: [delayed, { source: 'market', assets: [ETH], hop: 60 }],
    daily: [nav, { source: 'fair', assets: [ETH], every: 60 }],
    written: [stated, { assets: [USDC] }],
    trimmed: [trimmedMean, { sources: ['fast', 'slow', 'spot'], trim: 0.4, halfLife: 60 }],
    backed: [
      fallback,
      { primary: 'fast', fallback: 'spot', maxAge: 60, guard: 0.01, judge: 'lastAccepted' },
    ],
    cap: [
      capped,
      {
        ...{ source: 'rate', base: 'now', caps, snapshotDelay: 0 },
        updates: [{ asset: BTC, at: 60, ratio: 0.04, age: 12 }],
      },
    ],
    gains: [linearClaim, { source: 'cap', base: BTC, asset: BTC, entry: 50 }],
  }
}

/** An oracle of asserted prices, and who asserts, disputes and bribes. */
function disputes(): Readonly<Record<string, Member>> {
  const oracle = 'asserted'
  const votes = { window: 24, commit: 24, reveal: 24, votingToken: BTC, stakes: [3, 2] }
  const bonds = { source: 'market', market: 'market', asset: ETH, bondAsset: USDC, bond: 10 }
  return {
    asserted: [optimistic, { ...bonds, ...votes, participation: 1 }],
    asserter: [asserter, { oracle, source: 'market' }],
    disputer: [disputer, { oracle, source: 'market', disputes: 'all', attention: 0.5 }],
    briber: [
      briber,
      { oracle, source: 'market', lender: 'lender', loanAsset: USDC, account: 'account 1' },
    ],
  }
}

/** Somebody who borrows against what nobody backs, and suppliers who see it. */
function unbacked(): Readonly<Record<string, Member>> {
  const account = { lender: 'lender', account: 'account 1', collateral: ETH, debt: USDC }
  return {
    forger: [forger, { ...account, forged: 3, tranche: 0.5, share: 0.6 }],
    suppliers: [depositors, { lender: 'lender', asset: USDC, reference: 'market' }],
    attacker: [
      attacker,
      {
        ...{ venue: 'pool', exit: 'router', asset: ETH, money: USDC, capital: 5e4 },
        ...{ rise: 0.01, window: 3, strike: 'borrow', lender: 'lender', account: 'account 2' },
      },
    ],
  }
}

/** A pool with a defect, who knows of it, and who borrows more than its collateral cost. */
function trespassers(): Readonly<Record<string, Member>> {
  const account = { lender: 'lender', account: 'account 4', collateral: ETH, debt: USDC }
  return {
    leak: [constantProduct, { base: ETH, quote: USDC, baseReserve: 10, defect: 'drain' }],
    exploiter: [exploiter, { pool: 'leak', take: [{ asset: ETH, value: 4 }], at: 36 }],
    overborrower: [overborrower, { ...account, venue: 'router', capital: 1000, share: 0.6 }],
  }
}

/** One world that uses every model of prices, oracles, chains and agents, and falls apart in it. */
function everything(): World {
  const record = {
    time: Float64Array.of(0, 120, 300),
    assets: ['BTC'],
    prices: [Float64Array.of(100, 97, 101)],
  }
  const drivers: Readonly<Record<string, Member>> = {
    crash: [schedule, { shocks: [{ assets: [ETH], drop: 0.15, scale: 1, at: 24, over: 150 }] }],
    noise: [gbm, { assets: [ETH, BTC], vol: 2, correlation: 0.5 }],
    jumps: [jumps, { assets: [ETH], perYear: 200_000, mean: -0.01, sd: 0.005 }],
    record: [replay, { prices: record }],
    ...stochasticDrivers(),
    follower: [follow, { drivers: ['noise'], base: ETH, assets: [BTC] }],
  }
  const fed = (latency: number): Member => [
    feed,
    { source: 'market', assets: [ETH, BTC], latency, deviation: 0.002 },
  ]
  const small: Member = [
    liquidator,
    {
      lenders: ['lender', 'second'],
      venue: 'router',
      capital: 30_000,
      settlement: 36,
      detectionDelay: 12,
      minProfit: 5,
    },
  ]
  const book = Array.from({ length: 80 }, (_, k) =>
    account(5, 6400 + 20 * k, k % 3 ? 'USDC' : 'USD'),
  )
  return smallWorld(
    {
      ...drivers,
      market: marketOf(2e6, Object.keys(drivers)),
      pool: [constantProduct, { base: ETH, quote: USDC, baseReserve: 2000 }],
      router: [router, { venues: ['market', 'pool'] }],
      fast: fed(0),
      slow: fed(24),
      spot: [spot, { pool: 'pool', asset: ETH, quotePrice: 'market' }],
      oracle: [median, { sources: ['fast', 'slow', 'spot'] }],
      now: [direct, { source: 'market', assets: [ETH] }],
      rate: [exchangeRate, { source: 'now', base: ETH, asset: BTC, rate: 0.05 }],
      ...furtherOracles(),
      fair: [fundamental, { market: 'market', assets: [ETH], otherwise: 'rate' }],
      lender: lenderOf(book, { oracle: 'oracle' }),
      second: lenderOf(book.slice(0, 30), { oracle: 'fair' }),
      openings: [openings, { lender: 'lender', range: 0.02 }],
      liquidator: small,
      rival: small,
      borrowers: [borrowers, { lender: 'lender', venue: 'router', perHour: 40 }],
      arbitrageur: [arbitrageur, { pools: ['pool'], market: 'market', capital: 1e6 }],
      trader: [trader, { pool: 'pool', asset: ETH, move: 0.02, at: 60 }],
      ...disputes(),
      ...unbacked(),
      ...trespassers(),
      seller: [seller, { venue: 'router', asset: ETH, buy: USDC, amount: 20, at: 36, over: 60 }],
    },
    { chain: { gasPrice: 10, native: ETH, nativePrice: 'market', gasLimit: 12e6, rounds: 2 } },
  )
}

modelConformance('everything together', everything)

describe('the world of everything together', () => {
  it('holds every model of these families, and everything happens in it', () => {
    const world = everything()
    const kinds = new Set(world.instances.map(({ model }) => model.kind))
    const families = [oracles, prices, agents, { evm, compoundV2 }]
    for (const family of families)
      for (const value of Object.values(family))
        if (typeof value === 'object' && 'kind' in value) expect(kinds).toContain(value.kind)
    stepWorld(world, 20)
    const happened = [
      'news',
      'impact',
      'answer',
      'liquidation',
      'swap',
      'topUp',
      'unwind',
      'failed',
      'drain',
    ]
    for (const kind of happened) expect(seen(world, kind).length, kind).toBeGreaterThan(0)
    const actors = new Set(seen(world, 'swap').map(({ parent }) => parent))
    expect(actors.size).toBeGreaterThan(5)
  })

  it('traces every liquidation back to news or to somebody who acts on his own', () => {
    const world = everything()
    stepWorld(world, 20)
    const { parent } = world.trace.columns
    const roots = new Set(['news', 'swap', 'unwind', 'topUp'])
    const names = new Map(
      [...roots, 'impact', 'answer', 'liquidation', 'failed', 'insolvent'].flatMap((name) =>
        seen(world, name).map(({ id }) => [id, name] as const),
      ),
    )
    for (const { id } of seen(world, 'liquidation')) {
      let root = id
      while (parent[root]! >= 0) {
        expect(parent[root]!).toBeLessThan(root)
        root = parent[root]!
      }
      // A position that was liquidatable from the start has no cause.
      if (root !== id) expect(roots).toContain(names.get(root))
    }
  })
})
