import { readFileSync } from 'node:fs'
import type { TickTable } from '../../../world/index.ts'

/** One pool of `data/dex/uniswap_v3_tick_liquidity.json`, as stored. */
export type RawPool = {
  readonly pool: string
  readonly decimals: readonly [number, number]
  readonly feePips: number
  readonly tickSpacing: number
  readonly tick: number
  readonly liquidity: string
  readonly sqrtPriceX96: string
  readonly ticks: readonly (readonly [number, string])[]
}

/** Read the real pools that the repository carries. */
export function realPools(): readonly RawPool[] {
  const file = new URL('../../../../data/dex/uniswap_v3_tick_liquidity.json', import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')) as RawPool[]
}

/** Turn a stored pool into a tick table. */
export function tableOf(raw: RawPool): TickTable {
  return {
    pool: raw.pool,
    assets: raw.pool.split('/') as [string, string],
    decimals: raw.decimals,
    fee: raw.feePips / 1e6,
    tickSpacing: raw.tickSpacing,
    tick: raw.tick,
    sqrtPrice: Number(raw.sqrtPriceX96) / 2 ** 96,
    liquidity: Number(raw.liquidity),
    ticks: Int32Array.from(raw.ticks, ([tick]) => tick),
    net: Float64Array.from(raw.ticks, ([, net]) => Number(net)),
  }
}
