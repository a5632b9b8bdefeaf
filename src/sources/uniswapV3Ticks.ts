import { log } from '../math/index.ts'
import {
  file,
  type Loaded,
  list,
  number,
  type ParamsOf,
  type TickTable,
  text,
} from '../world/index.ts'
import { dataSource, type Files } from './files.ts'
import { type Json, parseJson } from './json.ts'
import { createProblems, type Problems, quoted, SourceError } from './problems.ts'
import { type Source, source } from './source.ts'

const params = {
  file: file('JSON list of pools with their initialised ticks'),
  pool: text('name of the pool in the file, such as USDC/WETH'),
  fee: number('one-side fee, to choose between pools of one name; 0: any', 'fraction', {
    default: 0,
    min: 0,
    max: 1,
  }),
  assets: list(
    'names for the pool’s two assets in the world; empty: as in the file',
    text('asset'),
    {
      default: [],
    },
  ),
  liquidityScale: number('multiplies all liquidity', 'factor', {
    default: 1,
    min: 0.001,
    max: 1000,
  }),
  date: text('day of the table, printed in the report', 'about 2026-01-30'),
}

type Given = ParamsOf<typeof params>

const MAX_TICK = 887272
const INTEGER = /^-?\d+$/
const TWO_96 = Number(1n << 96n)

function poolsOf(text: string, path: string): readonly Json[] {
  const parsed = parseJson(text, path)
  const isPool = (entry: unknown): boolean => typeof entry === 'object' && entry !== null
  if (!Array.isArray(parsed) || !parsed.every(isPool))
    throw new SourceError([`${path}:1: is not a list of pools; see data/README.md for the format`])
  return parsed as Json[]
}

function choosePool(pools: readonly Json[], given: Given): number {
  const named = pools.flatMap((pool, i) => (pool.pool === given.pool ? [i] : []))
  const feeOf = (i: number): number => Number(pools[i]!.feePips) / 1e6
  const chosen =
    given.fee === 0 ? named : named.filter((i) => Math.abs(feeOf(i) - given.fee) < 1e-9)
  if (chosen.length === 1) return chosen[0]!
  if (named.length === 0)
    throw new SourceError([
      `${given.file}: has no pool ${quoted(given.pool)}; it has ${[...new Set(pools.map((p) => String(p.pool)))].join(', ')}`,
    ])
  const fees = named.map(feeOf).join(', ')
  throw new SourceError([
    `${given.file}: ${chosen.length === 0 ? `no pool ${quoted(given.pool)} has the fee ${given.fee}` : `${chosen.length} pools are named ${quoted(given.pool)}`}; choose the parameter "fee" from ${fees}`,
  ])
}

function integerAt(pool: Json, key: string, place: string, p: Problems): bigint {
  const value = pool[key]
  if (typeof value === 'string' && INTEGER.test(value)) return BigInt(value)
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  p.add(
    { path: `${place}.${key}` },
    `${quoted(JSON.stringify(value) ?? 'nothing')} is not a whole number; write it as decimal text`,
  )
  return 0n
}

type Ticks = { readonly ticks: number[]; readonly net: bigint[] }

function readTicks(pool: Json, spacing: number, place: string, p: Problems): Ticks {
  const ticks: number[] = []
  const net: bigint[] = []
  const rows = pool.ticks
  if (!Array.isArray(rows)) {
    p.add({ path: `${place}.ticks` }, 'is missing; it must be a list of [tick, net liquidity]')
    return { ticks, net }
  }
  rows.forEach((row: unknown, i) => {
    const at = { path: `${place}.ticks[${i}]` }
    const [tick, amount] = Array.isArray(row) ? (row as unknown[]) : []
    const whole = typeof tick === 'number' && Number.isInteger(tick) && Math.abs(tick) <= MAX_TICK
    if (!whole || typeof amount !== 'string' || !INTEGER.test(amount))
      p.add(
        at,
        `${quoted(JSON.stringify(row))} is not [tick, "net liquidity"]; fetch the file again`,
      )
    else if (tick % spacing !== 0)
      p.add(at, `tick ${tick} is no multiple of the spacing ${spacing}; correct one of them`)
    else if (ticks.length > 0 && tick <= ticks.at(-1)!)
      p.add(at, `tick ${tick} does not follow ${ticks.at(-1)}; sort the ticks and merge equal ones`)
    else {
      ticks.push(tick)
      net.push(BigInt(amount))
    }
  })
  return { ticks, net }
}

/** Exact checks: net liquidity sums to zero, below the active tick to the active liquidity. */
function checkSums(read: Ticks, tick: number, liquidity: bigint, place: string, p: Problems): void {
  let total = 0n
  let below = 0n
  read.ticks.forEach((at, i) => {
    total += read.net[i]!
    if (at <= tick) below += read.net[i]!
  })
  if (total !== 0n)
    p.add({ path: `${place}.ticks` }, `net liquidity sums to "${total}", not 0: ticks are missing`)
  if (below !== liquidity)
    p.add(
      { path: `${place}.liquidity` },
      `"${liquidity}" differs from the sum of net liquidity up to tick ${tick}, "${below}"; fetch both at one block`,
    )
}

function checkPrice(sqrtPrice: number, tick: number, place: string, p: Problems): void {
  const at = (2 * log(sqrtPrice)) / log(1.0001)
  if (!(at > tick - 1e-3 && at < tick + 1 + 1e-3))
    p.add(
      { path: `${place}.sqrtPriceX96` },
      `stands at tick ${at.toFixed(3)}, not in the active tick ${tick}; fetch both at one block`,
    )
}

function pair<T>(values: readonly T[], place: string, what: string): readonly [T, T] {
  if (values.length === 2) return [values[0]!, values[1]!]
  throw new SourceError([`${place}: ${values.length} ${what} instead of 2; name both`])
}

function toTable(pool: Json, given: Given, place: string): TickTable {
  const p = createProblems()
  const whole = (key: string): number => Number(integerAt(pool, key, place, p))
  const spacing = whole('tickSpacing')
  const tick = whole('tick')
  const liquidity = integerAt(pool, 'liquidity', place, p)
  const root = integerAt(pool, 'sqrtPriceX96', place, p)
  const fee = whole('feePips') / 1e6
  const decimals = Array.isArray(pool.decimals) ? (pool.decimals as unknown[]) : []
  for (const d of decimals)
    if (!(Number.isInteger(d) && Number(d) >= 0 && Number(d) <= 36))
      p.add(
        { path: `${place}.decimals` },
        `${quoted(String(d))} is no number of decimals; correct it`,
      )
  p.check()
  const read = readTicks(pool, spacing, place, p)
  p.check()
  const sqrtPrice = Number(root) / TWO_96
  checkSums(read, tick, liquidity, place, p)
  checkPrice(sqrtPrice, tick, place, p)
  p.check()
  const names = given.assets.length > 0 ? given.assets : given.pool.split('/')
  return {
    pool: given.pool,
    assets: pair(names, place, 'asset names'),
    decimals: pair(decimals.map(Number), `${place}.decimals`, 'numbers'),
    fee,
    tickSpacing: spacing,
    tick,
    sqrtPrice,
    liquidity: given.liquidityScale * Number(liquidity),
    ticks: Int32Array.from(read.ticks),
    net: Float64Array.from(read.net, (net) => given.liquidityScale * Number(net)),
  }
}

function load(given: Given, files: Files): Loaded {
  const read = files.read(given.file)
  const pools = poolsOf(read.text, given.file)
  const chosen = choosePool(pools, given)
  const ticks = toTable(pools[chosen]!, given, `${given.file}: $[${chosen}]`)
  const [a, b] = ticks.decimals
  return {
    outputs: { ticks },
    data: [dataSource(given.file, read, given.date)],
    leftOut: [],
    assumptions: [
      {
        name: `liquidity of ${ticks.pool} ${ticks.fee * 100} %`,
        value: given.date,
        unit: 'day',
        source:
          'ticks are shifted so that the active price is the start price; liquidity unchanged',
      },
    ],
    facts: [
      { name: 'ticks', value: ticks.ticks.length, unit: 'initialised ticks' },
      { name: 'activeTick', value: ticks.tick, unit: 'tick' },
      {
        name: 'price',
        value: ticks.sqrtPrice * ticks.sqrtPrice * Number(`1e${a - b}`),
        unit: `${ticks.assets[1]} per ${ticks.assets[0]}`,
      },
      { name: 'fee', value: ticks.fee, unit: 'fraction' },
    ],
  }
}

/** One Uniswap v3 pool from a file of tick tables. */
export const uniswapV3Ticks: Source = source({
  kind: 'uniswapV3Ticks',
  doc: 'tick table of one Uniswap v3 pool, its sums checked exactly',
  params,
  outputs: { ticks: 'the pool as it stood: ticks, net liquidity, active tick and price' },
  load,
})
