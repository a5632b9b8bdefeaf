import type * as Exact from '../../../src/mechanisms/lending/compoundV2/exact.ts'
import { blocksAfter } from '../../chain/blocks.ts'
import type { Arg, Setup } from '../../protocol.ts'
import { createToken, held, moveToken, moveTokenFrom, type TokenState } from '../../token.ts'
import { BLOCK_TIME, CLOSE_FACTOR, factOf, MARKETS, RATES } from './markets.ts'

/** Everything that a case can change. */
export type World = {
  readonly exact: typeof Exact
  readonly users: readonly string[]
  readonly number: number
  time: bigint
  block: bigint
  /** Steps done, refused ones too. */
  steps: number
  /** The market that the next step is about; null: any. */
  focus: string | null
  readonly pool: Exact.ExactPool
  /** Underlying by market. */
  tokens: Record<string, TokenState>
  prices: Record<string, bigint>
  /** Name of the rate model by market. */
  rates: Record<string, string>
}

/** Start a case as the contracts are deployed: markets without cash, accounts with tokens. */
export function createWorld(exact: typeof Exact, { users, time, number, facts }: Setup): World {
  const names = Array.from({ length: users }, (_, i) => `u${i}`)
  const pool = exact.createPool('admin', 'admin')
  pool.closeFactor = CLOSE_FACTOR
  const tokens: Record<string, TokenState> = {}
  for (const [name, setup] of Object.entries(MARKETS)) {
    const market = exact.openMarket(pool, {
      name,
      rates: ratesOf(exact, setup.rates),
      initialExchangeRate: setup.initialExchangeRate,
      block: facts[factOf(name, 'block')] ?? 0n,
      protocolSeizeShare: 0n,
      reduceReservesBlockDelta: setup.reduceReservesBlockDelta,
    })
    const { collateralFactor, liquidationThreshold, liquidationIncentive } = setup
    const { isListed, supplyCap, borrowCap, reserveFactor } = setup
    Object.assign(market, {
      ...{ collateralFactor, liquidationThreshold, liquidationIncentive },
      ...{ isListed, wasListed: isListed, isBorrowAllowed: isListed },
      ...{ supplyCap, borrowCap, reserveFactor },
      borrowIndex: facts[factOf(name, 'index')] ?? 0n,
      reduceReservesBlock: facts[factOf(name, 'reduced')] ?? 0n,
    })
    tokens[name] = funded(['admin', ...names], name, setup.opening)
  }
  return {
    ...{ exact, users: names, number, time, pool, tokens, steps: 0, focus: null },
    block: facts.block ?? 0n,
    prices: Object.fromEntries(Object.entries(MARKETS).map(([m, { price }]) => [m, price])),
    rates: Object.fromEntries(Object.entries(MARKETS).map(([m, { rates }]) => [m, rates])),
  }
}

function funded(accounts: readonly string[], market: string, opening: bigint): TokenState {
  const token = createToken(Object.fromEntries(accounts.map((name) => [name, opening])))
  for (const name of accounts) token.allowances.set(`${name} ${market}`, (1n << 256n) - 1n)
  return token
}

/** A rate model's numbers per block. */
export function ratesOf(exact: typeof Exact, name: string): Exact.ExactJumpRate {
  const { blocksPerYear, ...yearly } = RATES[name]!
  return exact.slopePerBlock(yearly, blocksPerYear)
}

/** Go on to the block of a timestamp. */
export function goTo(w: World, time: bigint): void {
  if (time > w.time) w.block += blocksAfter(time - w.time, BLOCK_TIME)
  w.time = time
}

/** The markets' surroundings: their tokens and the price oracle. */
export function outside({ tokens, prices }: World): Exact.Outside {
  const spot = (market: string): bigint => prices[market] ?? 0n
  return {
    spot,
    bounded: (market) => [spot(market), spot(market)],
    take: (market, from, amount) => moveTokenFrom(tokens[market]!, market, from, market, amount),
    send: (market, to, amount) => moveToken(tokens[market]!, market, to, amount),
    held: (market) => held(tokens[market]!, market),
  }
}

/** Who acts, in the present block. */
export function callerOf(w: World, sender: string): Exact.Caller {
  return { sender, block: w.block, outside: outside(w) }
}

/** An argument that is a number. */
export function int(arg: Arg | undefined): bigint {
  return typeof arg === 'bigint' ? arg : 0n
}

/** An argument that is a name. */
export function text(arg: Arg | undefined): string {
  return typeof arg === 'string' ? arg : 'zero'
}
