/**
 * The factory that owns all pools: who may set protocol fees, and which fees have which spacing.
 * Source: Uniswap/v3-core v1.0.0 contracts/UniswapV3Factory.sol; no refusal has a reason.
 */
import { need } from './exactMath.ts'
import { attempt, type Done } from './exactPool.ts'

/** Owner, tick spacing by fee (millionths), and the pools by `token0 token1 fee`. */
export type Factory = {
  owner: string
  readonly spacings: Map<bigint, number>
  readonly pools: Map<string, string>
}

/** Create a factory with the three fees that every one starts with. */
export function createFactory(owner: string): Factory {
  const spacings = new Map([
    [500n, 10],
    [3000n, 60],
    [10_000n, 200],
  ])
  return { owner, spacings, pools: new Map() }
}

/** Hand the factory over. */
export function setOwner(factory: Factory, sender: string, owner: string): Done<null> {
  return attempt(() => {
    need(sender === factory.owner)
    factory.owner = owner
    return null
  })
}

/** Allow pools with a fee (millionths, below one million) and a spacing (1 to 16,383), once per fee. */
export function enableFeeAmount(
  factory: Factory,
  sender: string,
  fee: bigint,
  tickSpacing: number,
): Done<null> {
  return attempt(() => {
    need(sender === factory.owner)
    need(fee < 1_000_000n)
    need(tickSpacing > 0 && tickSpacing < 16384)
    need(!factory.spacings.has(fee))
    factory.spacings.set(fee, tickSpacing)
    return null
  })
}

/**
 * Register a pool of two tokens, given in the order of their addresses (token 0 first).
 * @param pool name of the new pool.
 */
export function registerPool(
  factory: Factory,
  tokens: readonly [string, string],
  fee: bigint,
  pool: string,
): Done<null> {
  return attempt(() => {
    const key = `${tokens[0]} ${tokens[1]} ${fee}`
    need(tokens[0] !== tokens[1] && tokens[0] !== 'zero')
    need(factory.spacings.has(fee))
    need(!factory.pools.has(key))
    factory.pools.set(key, pool)
    return null
  })
}
