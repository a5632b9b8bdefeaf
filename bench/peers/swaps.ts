/** Selling ether into a real Uniswap v3 pool: the SDK, the exact pool and the float kernel. */
import { readFileSync } from 'node:fs'
import {
  type Landing,
  rangesOf,
  sell1,
  tablePrice,
} from '../../src/mechanisms/liquidity/concentrated/kernel.ts'
import {
  createPool,
  initialize,
  MAX_SQRT_RATIO,
  mint,
  type Pool,
  swap,
  type Tokens,
} from '../../src/mechanisms/liquidity/uniswapV3/exact.ts'
import type { TickTable } from '../../src/world/index.ts'
import { ownCpu } from '../parity/cpu.ts'
import { type Group, PeerDisagreementError } from './lending.ts'
import { peerRequire } from './packages.ts'

/** A pool of the data file. */
type PoolFile = {
  readonly pool: string
  readonly decimals: readonly [number, number]
  readonly feePips: number
  readonly tickSpacing: number
  readonly tick: number
  readonly liquidity: string
  readonly sqrtPriceX96: string
  readonly ticks: readonly (readonly [number, string])[]
}

/** An order, and how a side answers it; amounts are units of token 1 in and token 0 out. */
export type SwapSide<T> = { quote(order: number): T }

/** What is asked, and who answers. */
export type Swaps = {
  /** Ether sold by each order. */
  readonly ether: readonly number[]
  /** Initialised ticks that each order crosses. */
  readonly crossed: readonly number[]
  readonly sdk: SwapSide<Promise<bigint>>
  readonly exact: SwapSide<bigint>
  /** Whole tokens. */
  readonly float: SwapSide<number>
}

type Fields = Readonly<Record<string, unknown>>
type Sdk = {
  readonly Pool: new (
    ...given: readonly unknown[]
  ) => {
    getOutputAmount(amount: unknown): Promise<readonly [{ readonly quotient: unknown }, unknown]>
  }
  readonly Tick: new (tick: Fields) => unknown
}
type Core = {
  readonly Token: new (chain: number, address: string, decimals: number, symbol: string) => unknown
  readonly CurrencyAmount: { fromRawAmount(token: unknown, amount: string): unknown }
}

const ETHER = [1, 10, 100, 1000] as const
const WEI = 10n ** 18n
const NOW = 1_700_000_000n
const TWO_96 = 2 ** 96
const FLOAT_PASSES = 2_000

function readPool(): PoolFile {
  const file = new URL('../../data/dex/uniswap_v3_tick_liquidity.json', import.meta.url)
  const pools = JSON.parse(readFileSync(file, 'utf8')) as readonly PoolFile[]
  return pools.find(({ pool, feePips }) => pool === 'USDC/WETH' && feePips === 500)!
}

function sdkSide(pool: PoolFile): Swaps['sdk'] {
  const { Pool, Tick } = peerRequire('@uniswap/v3-sdk') as Sdk
  const { Token, CurrencyAmount } = peerRequire('@uniswap/sdk-core') as Core
  const address = (digit: number): string => `0x${`${digit}`.repeat(40)}`
  const tokens = pool.decimals.map((decimals, i) => new Token(1, address(i + 1), decimals, `t${i}`))
  const ticks = pool.ticks.map(
    ([index, net]) => new Tick({ index, liquidityNet: net, liquidityGross: net.replace('-', '') }),
  )
  const { feePips, sqrtPriceX96, liquidity, tick } = pool
  const made = new Pool(tokens[0], tokens[1], feePips, sqrtPriceX96, liquidity, tick, ticks)
  const orders = ETHER.map((n) => CurrencyAmount.fromRawAmount(tokens[1], `${BigInt(n) * WEI}`))
  return {
    quote: async (order) => {
      const [amount] = await made.getOutputAmount(orders[order])
      return BigInt(`${amount.quotient}`)
    },
  }
}

const held: Tokens = { balance: () => 0n, send: () => true }

/** A pool with the file's liquidity: one position between every two neighbouring ticks. */
function exactPool({ feePips, tickSpacing, sqrtPriceX96, ticks }: PoolFile): Pool {
  const pool = createPool(BigInt(feePips), tickSpacing)
  initialize(pool, BigInt(sqrtPriceX96), NOW)
  let paid: [bigint, bigint] = [0n, 0n]
  const tokens: Tokens = { balance: (side) => paid[side], send: () => true }
  let liquidity = 0n
  for (let i = 0; i + 1 < ticks.length; i++) {
    const [lower, net] = ticks[i]!
    liquidity += BigInt(net)
    if (liquidity === 0n) continue
    const done = mint(
      pool,
      tokens,
      {
        owner: 'all',
        lower,
        upper: ticks[i + 1]![0],
        liquidity,
        callback: (amount0, amount1) => {
          paid = [paid[0] + amount0, paid[1] + amount1]
          return null
        },
      },
      NOW,
    )
    if (!done.ok) throw new RangeError(`liquidity above tick ${lower} is refused: ${done.reason}`)
  }
  return pool
}

/** A swap that nobody pays for, so that the pool takes it back: what is asked is only the amount. */
function exactSide(file: PoolFile): Swaps['exact'] {
  const pool = exactPool(file)
  let bought = 0n
  const callback = (amount0: bigint): string => {
    bought = -amount0
    return 'quoted'
  }
  return {
    quote(order) {
      const amountSpecified = BigInt(ETHER[order]!) * WEI
      const sqrtPriceLimitX96 = MAX_SQRT_RATIO - 1n
      const terms = { recipient: 'all', zeroForOne: false, amountSpecified, sqrtPriceLimitX96 }
      swap(pool, held, { ...terms, callback }, NOW)
      return bought
    },
  }
}

function tableOf(file: PoolFile): TickTable {
  return {
    pool: file.pool,
    assets: ['USDC', 'WETH'],
    decimals: file.decimals,
    fee: file.feePips / 1e6,
    tickSpacing: file.tickSpacing,
    tick: file.tick,
    sqrtPrice: Number(BigInt(file.sqrtPriceX96)) / TWO_96,
    liquidity: Number(file.liquidity),
    ticks: Int32Array.from(file.ticks, ([tick]) => tick),
    net: Float64Array.from(file.ticks, ([, net]) => Number(net)),
  }
}

/** Open the pool on all sides, in the state that the file describes. */
export function openSwaps(): Swaps {
  const file = readPool()
  const table = tableOf(file)
  const ranges = rangesOf(table, tablePrice(table))
  const end: Landing = { root: 0, interval: 0 }
  const keep = 1 - table.fee
  const quote = (order: number): number =>
    sell1(ranges, ranges.startRoot, ranges.start, ETHER[order]! * keep, end)
  const crossed = ETHER.map((_, order) => {
    quote(order)
    return end.interval - ranges.start
  })
  return { ether: ETHER, crossed, sdk: sdkSide(file), exact: exactSide(file), float: { quote } }
}

const SDK = '@uniswap/v3-sdk: Pool.getOutputAmount'
const EXACT = 'exact Uniswap v3 pool: swap, taken back'
const FLOAT = 'float concentrated pool: sale'
/** The SDK and the contract round every step; floats do not. */
const ROUNDING = 1e-9

/** Passes of one order over all sides, after they have answered the same. */
export async function swapGroups(): Promise<readonly Group[]> {
  const swaps = openSwaps()
  const groups: Group[] = []
  for (const [order, ether] of swaps.ether.entries()) {
    const [bought, exact] = [await swaps.sdk.quote(order), swaps.exact.quote(order)]
    if (bought !== exact)
      throw new PeerDisagreementError(`${SDK}: ${bought} for ${ether} ETH, the exact pool ${exact}`)
    const gap = Math.abs((swaps.float.quote(order) * 1e6) / Number(bought) - 1)
    if (!(gap <= ROUNDING)) throw new PeerDisagreementError(`${FLOAT}: off by ${gap}`)
    const about = `${ether.toLocaleString('en-US')} ETH, ${swaps.crossed[order]} ticks`
    const name = (side: string): string => `${side} (${about})`
    const own = { positions: 1, cpu: ownCpu }
    const many =
      (side: () => unknown): (() => void) =>
      () => {
        for (let k = 0; k < FLOAT_PASSES; k++) side()
      }
    groups.push({
      passes: [
        { ...own, name: name(SDK), repeats: 8, run: () => swaps.sdk.quote(order) },
        { ...own, name: name(EXACT), repeats: 20, run: () => swaps.exact.quote(order) },
        {
          name: name(FLOAT),
          cpu: ownCpu,
          positions: FLOAT_PASSES,
          repeats: 20,
          run: many(() => swaps.float.quote(order)),
        },
      ],
      pairs: [
        { peer: name(SDK), own: name(EXACT), agreement: 'same integers' },
        {
          peer: name(SDK),
          own: name(FLOAT),
          agreement: `within ${gap.toExponential(1)} (allowed ${ROUNDING.toExponential(0)})`,
        },
      ],
      close: () => {},
    })
  }
  return groups
}
