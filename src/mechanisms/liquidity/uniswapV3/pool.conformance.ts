/** A pool over two plain tokens in which everybody can pay, for the tests of this folder. */
import fc from 'fast-check'
import {
  type Amounts,
  type Callback,
  createPool,
  type Done,
  initialize,
  mint,
  type Pool,
  type Tokens,
} from './exact.ts'

/** Block timestamp of the tests, seconds. */
export const NOW = 1_700_000_000n

export type TestPool = {
  readonly pool: Pool
  readonly tokens: Tokens
  /** Units that the pool holds. */
  readonly held: [bigint, bigint]
  /** Pays what is asked for. */
  readonly pay: Callback
}

/** Open a pool at a price. @param root square root of the price times 2^96. */
export function openPool(fee: bigint, tickSpacing: number, root: bigint): TestPool {
  const pool = createPool(fee, tickSpacing)
  const held: [bigint, bigint] = [0n, 0n]
  const opened = initialize(pool, root, NOW)
  if (!opened.ok) throw new RangeError(`no pool at ${root}: ${opened.reason}`)
  return {
    pool,
    held,
    tokens: {
      balance: (side) => held[side],
      send: (side, _, amount) => {
        if (amount > held[side]) return false
        held[side] -= amount
        return true
      },
    },
    pay: (amount0, amount1) => {
      if (amount0 > 0n) held[0] += amount0
      if (amount1 > 0n) held[1] += amount1
      return null
    },
  }
}

/** Add liquidity for an owner, in units of liquidity. */
export function provide(
  { pool, tokens, pay }: TestPool,
  owner: string,
  [lower, upper]: readonly [number, number],
  liquidity: bigint,
  time: bigint = NOW,
): Done<Amounts> {
  return mint(pool, tokens, { owner, lower, upper, liquidity, callback: pay }, time)
}

/** Ranges of a spacing of 60 around price 1, with liquidity from 1e15 to 1e24. */
export const ranges: fc.Arbitrary<readonly (readonly [number, number, bigint])[]> = fc.array(
  fc
    .tuple(
      fc.integer({ min: -40, max: 38 }),
      fc.integer({ min: 1, max: 60 }),
      fc.bigInt(10n ** 15n, 10n ** 24n),
    )
    .map(([low, width, liquidity]) => [60 * low, 60 * (low + width), liquidity] as const),
  { minLength: 1, maxLength: 6 },
)
