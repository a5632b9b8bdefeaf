import { buildWorld } from '../../engine/index.ts'
import type { World } from '../../world/index.ts'
import {
  f64,
  type Governed,
  i32,
  type Lender,
  type Model,
  model,
  number,
  numeraire,
  type PositionTable,
} from '../../world/index.ts'
import { evm } from '../chains/index.ts'
import {
  aaveV3,
  compoundV2,
  type EModeTerms,
  type MarketTerms,
  type ReserveTerms,
} from './index.ts'
import type { RuleValues } from './rules.ts'

/** Prices that a test states; the last event per asset and direction is kept as its cause. */
const statedPrices: Model = model({
  kind: 'test/prices',
  phase: 'oracle',
  doc: 'prices stated by a test',
  params: {},
  columns: (_, assets) => ({
    price: f64(assets.length, 'USD'),
    last: i32(2 * assets.length, 'event', -1),
  }),
  create(_, s, { assets, trace, self }) {
    assets.forEach(({ price }, i) => {
      s.price[i] = price
    })
    const priceSource = {
      covers: () => true,
      price: (asset: number) => s.price[asset]!,
      cause: (asset: number, direction: -1 | 1) => s.last[2 * asset + (direction < 0 ? 0 : 1)]!,
      moveOf: (event: number, a: number) =>
        trace.columns.instance[event] === self && trace.columns.asset[event] === a
          ? trace.columns.y[event]!
          : 0,
    }
    return { ports: { priceSource } }
  },
})

/** Somebody who holds the same amount of every asset. */
const purse: Model = model({
  kind: 'test/purse',
  phase: 'agent',
  doc: 'a holder of tokens',
  params: { tokens: number('of every asset', 'tokens', { min: 0 }) },
  create(p, _, { assets, ledger, self }) {
    for (let asset = 0; asset < assets.length; asset++) ledger.endow(self, asset, p.tokens)
    return {}
  },
})

/** One account: whole tokens by asset name. */
export type Account = {
  readonly collateral?: Readonly<Record<string, number>>
  readonly debt?: Readonly<Record<string, number>>
  /** Own thresholds of collateral entries, by asset name. */
  readonly threshold?: Readonly<Record<string, number>>
  /** Aave's eMode. */
  readonly category?: number
}

/** What a small lending world is made of; everything has a default. */
export type LendingWorldSpec = {
  /** USD per token, by name. */
  readonly prices?: Readonly<Record<string, number>>
  readonly markets?: Readonly<Record<string, Partial<MarketTerms>>>
  readonly accounts: readonly Account[]
  readonly terms?: RuleValues & {
    readonly closeFactor?: number
    readonly liquidationBonus?: number
    readonly protocolSeizeShare?: number
  }
}

/** What a small world around Aave is made of; everything has a default. */
export type AaveWorldSpec = {
  readonly prices?: Readonly<Record<string, number>>
  readonly reserves?: Readonly<Record<string, Partial<ReserveTerms>>>
  readonly accounts: readonly Account[]
  readonly rules?: 'v2' | 'v3' | 'v3.3'
  readonly eModes?: readonly EModeTerms[]
  readonly liquidation?: RuleValues
}

/** A small world with one lender, a rich holder and one without anything. */
export type LendingWorld = {
  readonly world: World
  readonly lender: Lender
  readonly governed: Governed
  readonly self: number
  readonly holder: number
  readonly pauper: number
  /** Coordinate of a market's debt. */
  debt(asset: string): number
  /** Coordinate of a market's collateral at the market's own factor. */
  collateral(asset: string): number
  asset(name: string): number
  /** A state column of the lender. */
  column(name: string): Float64Array
  /** State a price; returns the event. */
  setPrice(asset: string, price: number): number
  /** Let blocks of 12 s pass. */
  mine(blocks: number): void
  /** Do one of the lender's actions, by default for `holder`. */
  act(kind: string, args: readonly number[], sender?: number): string | null
}

const RESERVE: ReserveTerms = {
  ltv: 0.75,
  liquidationThreshold: 0.8,
  liquidationBonus: 0.08,
  liquidationProtocolFee: 0.1,
  reserveFactor: 0.1,
  supplyCap: 0,
  borrowCap: 0,
  debtCeiling: 0,
  borrowableInIsolation: 0,
  siloedBorrowing: 0,
  eMode: 0,
  optimalUtilization: 0.8,
  baseRate: 0,
  slope1: 0,
  slope2: 0,
  cash: 1e7,
}

const PRICES = { ETH: 2000, USDC: 1, WBTC: 30000 }

/** Accounts that a lender's conformance suite is run on; the first is the weakest. */
export const CONFORMANCE_ACCOUNTS: readonly Account[] = [
  { collateral: { ETH: 10 }, debt: { USDC: 15000 } },
  { collateral: { ETH: 10, WBTC: 0.5 }, debt: { USDC: 12000, WBTC: 0.2 } },
  { collateral: { WBTC: 1 }, debt: { ETH: 2 } },
  { collateral: { USDC: 5000 } },
  { collateral: { ETH: 4, USDC: 1000 }, debt: { USDC: 6000 }, threshold: { ETH: 0.9 } },
]

const MARKET: MarketTerms = {
  collateralFactor: 0.8,
  exchangeRate: 0.02,
  cash: 1e7,
  reserves: 0,
  reserveFactor: 0.1,
  baseRate: 0,
  multiplier: 0,
  jumpMultiplier: 0,
  kink: 0.8,
}

/** Write accounts as a table of positions. */
export function positionTable(
  accounts: readonly Account[],
  assets: readonly string[],
): PositionTable {
  const start = [0]
  const entries: { asset: number; debt: number; amount: number; threshold: number }[] = []
  for (const { collateral = {}, debt = {}, threshold = {} } of accounts) {
    for (const [name, amount] of Object.entries(collateral))
      entries.push({
        asset: assets.indexOf(name),
        debt: 0,
        amount,
        threshold: threshold[name] ?? NaN,
      })
    for (const [name, amount] of Object.entries(debt))
      entries.push({ asset: assets.indexOf(name), debt: 1, amount, threshold: NaN })
    start.push(entries.length)
  }
  return {
    accounts: accounts.map((_, i) => `account ${i}`),
    assets,
    start: Int32Array.from(start),
    asset: Int32Array.from(entries, (entry) => entry.asset),
    debt: Uint8Array.from(entries, (entry) => entry.debt),
    amount: Float64Array.from(entries, (entry) => entry.amount),
    threshold: Float64Array.from(entries, (entry) => entry.threshold),
    ...(accounts.some(({ category }) => category !== undefined)
      ? { category: Int32Array.from(accounts, ({ category }) => category ?? 0) }
      : {}),
  }
}

type Prices = Readonly<Record<string, number>>

/** Build a world of one lender, an oracle, a rich holder and a pauper; assets in the prices' order. */
export function worldOf(prices: Prices, lender: Model, params: Record<string, unknown>): World {
  const assets = [
    numeraire,
    ...Object.entries(prices).map(([name, price]) => ({
      name,
      price,
      kind: 'volatile' as const,
    })),
  ]
  const chain = {
    blockSeconds: 12,
    order: 'bid',
    rounds: 1,
    gasLimit: 30e6,
    demand: 0.5,
    gasPrice: 0,
    native: 0,
    nativePrice: '',
    outages: [],
  }
  return buildWorld(
    {
      assets,
      tickSeconds: 12,
      ticks: 1000,
      chains: [{ name: 'chain', kind: evm.kind, chain: 'chain', params: chain }],
      instances: [
        { name: 'oracle', kind: 'test/prices', chain: 'chain', params: {} },
        { name: 'lender', kind: lender.kind, chain: 'chain', params },
        { name: 'holder', kind: 'test/purse', chain: 'chain', params: { tokens: 1e9 } },
        { name: 'pauper', kind: 'test/purse', chain: 'chain', params: { tokens: 0 } },
      ],
    },
    [evm, statedPrices, purse, lender],
    { seed: 1, checked: true },
  )
}

/** Name what tests ask of such a world. */
export function handlesOf(world: World, prices: Prices): LendingWorld {
  const names = Object.keys(prices)
  const selfOf = (name: string): number => world.instances.find((i) => i.name === name)!.self
  const oracle = selfOf('oracle')
  const price = world.columns['oracle/price'] as Float64Array
  const last = world.columns['oracle/last'] as Int32Array
  return {
    world,
    lender: world.port('lender', 'lender'),
    governed: world.port('governed', 'lender'),
    self: selfOf('lender'),
    holder: selfOf('holder'),
    pauper: selfOf('pauper'),
    debt: (name) => names.indexOf(name),
    collateral: (name) => names.length + names.indexOf(name),
    asset: (name) => 1 + names.indexOf(name),
    column: (name) => world.columns[`lender/${name}`] as Float64Array,
    setPrice(name, value) {
      const asset = 1 + names.indexOf(name)
      const id = world.trace.add('answer', {
        instance: oracle,
        parent: -1,
        asset,
        x: value,
        y: Math.log(value / price[asset]!),
      })
      last[2 * asset + (value < price[asset]! ? 0 : 1)] = id
      price[asset] = value
      return id
    },
    mine(blocks) {
      const number = world.columns['chain/number'] as Float64Array
      number[0]! += blocks
      const clock = world.columns['lender/clock'] as Float64Array | undefined
      if (clock) clock[0]! += 12 * blocks
    },
    act(kind, args, sender) {
      const { instance } = world.instances.find((i) => i.name === 'lender')!
      return instance.actions![kind]!.execute(args, sender ?? selfOf('holder'))
    },
  }
}

/**
 * Build a small world around one Compound v2 lender: by default ETH at 2,000, USDC at 1, WBTC at
 * 30,000 USD, factor 0.8, exchange rate 0.02, no interest, cash in plenty.
 */
export function lendingWorld(spec: LendingWorldSpec): LendingWorld {
  const prices: Prices = spec.prices ?? PRICES
  const names = Object.keys(prices)
  const world = worldOf(prices, compoundV2, {
    oracle: 'oracle',
    closeFactor: 0.5,
    liquidationBonus: 0.08,
    protocolSeizeShare: 0.028,
    blocksPerYear: 2102400,
    ...spec.terms,
    markets: names.map((name, i) => ({
      asset: i + 1,
      value: { ...MARKET, ...spec.markets?.[name] },
    })),
    positions: positionTable(spec.accounts, names),
  })
  return handlesOf(world, prices)
}

/**
 * Build a small world around one Aave pool: by default v3 rules, ETH at 2,000, USDC at 1, WBTC at
 * 30,000 USD, threshold 0.8, ltv 0.75, bonus 8 %, protocol fee 10 % of it, no interest, cash in plenty.
 */
export function aaveWorld(spec: AaveWorldSpec): LendingWorld {
  const prices: Prices = spec.prices ?? PRICES
  const names = Object.keys(prices)
  const world = worldOf(prices, aaveV3, {
    oracle: 'oracle',
    rules: spec.rules ?? 'v3',
    eModes: spec.eModes ?? [],
    ...spec.liquidation,
    reserves: names.map((name, i) => ({
      asset: i + 1,
      value: { ...RESERVE, ...spec.reserves?.[name] },
    })),
    positions: positionTable(spec.accounts, names),
  })
  return handlesOf(world, prices)
}
