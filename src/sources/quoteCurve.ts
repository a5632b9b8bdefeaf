import { median, quantile, sortedCopy } from '../math/index.ts'
import {
  file,
  type ImpactTable,
  type Loaded,
  list,
  number,
  type ParamsOf,
  text,
} from '../world/index.ts'
import { type Quote, type QuotedToken, readQuotes } from './calibrate.ts'
import { dataSource, type Files } from './files.ts'
import { poolFalling } from './isotonic.ts'
import { quoted, SourceError } from './problems.ts'
import { type Source, source } from './source.ts'

const decimals = (doc: string) =>
  number(`decimals of what is ${doc}, where its symbol is not known; -1: known`, 'digits', {
    default: -1,
    min: -1,
    max: 36,
    integer: true,
  })

const params = {
  file: file('CSV of aggregator quotes: src, dst, in_amount, out_amount, timestamp'),
  sell: text('what is sold: a known symbol or an address'),
  buy: text('what is bought: a known symbol or an address'),
  sellDecimals: decimals('sold'),
  buyDecimals: decimals('bought'),
  at: text(
    'median over all hours, or the hour of one time (UTC, such as 2023-11-20T05:00)',
    'median',
  ),
  assets: list('names of the two in the world, sold first; empty: as asked for', text('asset'), {
    default: [],
  }),
}

type Given = ParamsOf<typeof params>

/** Address and decimals of the tokens of the quotes file: public contracts on Ethereum. */
const TOKENS: Readonly<Record<string, QuotedToken>> = {
  WETH: { address: '0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2', decimals: 18 },
  WBTC: { address: '0x2260fac5e5542a773aa44fbcfedf7c193bc2c599', decimals: 8 },
  wstETH: { address: '0x7f39c581f595b53c5cb19bd0b3f8da6c935e2ca0', decimals: 18 },
  sfrxETH: { address: '0xac3e018457b222d93114458476f3e3416abbe38f', decimals: 18 },
  USDC: { address: '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48', decimals: 6 },
  USDT: { address: '0xdac17f958d2ee523a2206206994597c13d831ec7', decimals: 6 },
  TUSD: { address: '0x0000000000085d4780b73119b644ae5ecd22b376', decimals: 18 },
  USDP: { address: '0x8e870d67f660d95d5be530380d0ec0bd388289e1', decimals: 18 },
}

function tokenOf(asked: string, digits: number, parameter: string): QuotedToken {
  const symbol = Object.keys(TOKENS).find(
    (name) => name === asked || TOKENS[name]!.address === asked.toLowerCase(),
  )
  const known = symbol === undefined ? undefined : TOKENS[symbol]
  if (known) return { ...known, decimals: digits >= 0 ? digits : known.decimals }
  if (/^0x[0-9a-fA-F]{40}$/.test(asked) && digits >= 0)
    return { address: asked.toLowerCase(), decimals: digits }
  throw new SourceError([
    `quoteCurve: ${parameter}: ${quoted(asked)} is not known; write one of ${Object.keys(TOKENS).join(', ')}, or an address and "${parameter}Decimals"`,
  ])
}

const HOUR = 3600

function showHour(hour: number): string {
  return new Date(hour * HOUR * 1000).toISOString().slice(0, 13)
}

/** Quotes of one pair by hour, sorted by size; all hours, or the one that `at` names. */
function snapshotsOf(quotes: readonly Quote[], given: Given): readonly (readonly Quote[])[] {
  const usable = quotes.filter((q) => q.sold > 0)
  const pair = `${given.sell} for ${given.buy}`
  if (usable.length === 0)
    throw new SourceError([`${given.file}: has no quote of ${pair}; choose another pair`])
  const hours = Map.groupBy(usable, (q) => Math.floor(q.time / HOUR))
  const sorted = (found: readonly Quote[]): readonly Quote[] =>
    found.toSorted((a, b) => a.sold - b.sold)
  if (given.at === 'median') return [...hours.values()].map(sorted)
  const at = Date.parse(/[zZ]|[+-]\d\d:\d\d$/.test(given.at) ? given.at : `${given.at}Z`)
  const found = hours.get(Math.floor(at / 1000 / HOUR))
  if (found) return [sorted(found)]
  throw new SourceError([
    `${given.file}: at ${quoted(given.at)} there is no quote of ${pair}; write "median" or an hour of ${[
      ...hours.keys(),
    ]
      .sort((a, b) => a - b)
      .map(showHour)
      .join(', ')}`,
  ])
}

/** Price at a vanishing size: the median over the smaller half, as single small quotes are noisy. */
function spotOf(bySize: readonly Quote[]): number {
  const small = bySize.slice(0, Math.ceil(bySize.length / 2))
  return median(small.map((q) => q.bought / q.sold))
}

/** Impact of one snapshot at a size: linear between quotes and from 0 at size 0; NaN beyond them. */
function impactAt(bySize: readonly Quote[], spot: number, size: number): number {
  const impact = (q: Quote): number => 1 - q.bought / q.sold / spot
  const next = bySize.findIndex((q) => q.sold >= size)
  if (next < 0) return Number.NaN
  const high = bySize[next]!
  const low = bySize[next - 1]
  const [from, base] = low ? [low.sold, impact(low)] : [0, 0]
  return base + ((impact(high) - base) * (size - from)) / (high.sold - from)
}

/** One size of the curve over the snapshots that reach it. */
type Point = { size: number; count: number; p10: number; median: number; p90: number }

/** Sizes: the median over snapshots of their k-th size; those that half of the snapshots reach. */
function pointsOf(snapshots: readonly (readonly Quote[])[], spots: readonly number[]): Point[] {
  const longest = Math.max(...snapshots.map((s) => s.length))
  const sizes = Array.from({ length: longest }, (_, k) => {
    const kth = snapshots.flatMap((s) => (s[k] ? [s[k].sold] : []))
    return kth.length * 2 >= snapshots.length ? median(kth) : 0
  })
  const points: Point[] = []
  for (const size of [...new Set(sizes)].sort((a, b) => a - b)) {
    const impacts = sortedCopy(
      snapshots.map((s, i) => impactAt(s, spots[i]!, size)).filter((x) => !Number.isNaN(x)),
    )
    if (size === 0 || impacts.length * 2 < snapshots.length) continue
    const [p10, p50, p90] = [0.1, 0.5, 0.9].map((p) => quantile(impacts, p))
    points.push({ size, count: impacts.length, p10: p10!, median: p50!, p90: p90! })
  }
  return points
}

function tableOf(points: readonly Point[], spots: readonly number[], given: Given): ImpactTable {
  const impact = poolFalling(points.map((point) => -point.median)).map((x) => Math.max(0, -x))
  const [sell = given.sell, buy = given.buy] = given.assets
  if (given.assets.length !== 0 && given.assets.length !== 2)
    throw new SourceError([`quoteCurve: assets: ${given.assets.length} names; give 2 or none`])
  return {
    sell,
    buy,
    size: Float64Array.from(points, (point) => point.size),
    impact: Float64Array.from(impact),
    spot: median(spots),
  }
}

function factsOf(
  curve: ImpactTable,
  points: readonly Point[],
  spots: readonly number[],
): Loaded['facts'] {
  const moved = points.map((point, i) => Math.abs(curve.impact[i]! - point.median))
  const width = points.map((point) => point.p90 - point.p10)
  const ratio = (of: readonly number[]): number => Math.max(...of) / Math.min(...of) - 1
  return [
    { name: 'snapshots', value: spots.length, unit: 'hours' },
    { name: 'sizes', value: points.length, unit: 'sizes' },
    { name: 'spot', value: curve.spot, unit: `${curve.buy} per ${curve.sell}` },
    { name: 'spot.range', value: ratio(spots), unit: 'fraction over the hours' },
    { name: 'largestSize', value: curve.size.at(-1)!, unit: curve.sell },
    { name: 'largestImpact', value: curve.impact.at(-1)!, unit: 'fraction' },
    { name: 'movedByPooling.max', value: Math.max(...moved), unit: 'fraction' },
    { name: 'spread10-90.median', value: median(width), unit: 'fraction' },
    { name: 'spread10-90.max', value: Math.max(...width), unit: 'fraction' },
  ]
}

function load(given: Given, files: Files): Loaded {
  const sell = tokenOf(given.sell, given.sellDecimals, 'sell')
  const buy = tokenOf(given.buy, given.buyDecimals, 'buy')
  const read = files.read(given.file)
  const snapshots = snapshotsOf(readQuotes(read.text, given.file, sell, buy), given)
  const spots = snapshots.map(spotOf)
  if (spots.some((spot) => !(spot > 0)))
    throw new SourceError([
      `${given.file}: small quotes of ${given.sell} for ${given.buy} buy nothing; choose another pair`,
    ])
  const points = pointsOf(snapshots, spots)
  const curve = tableOf(points, spots, given)
  const times = snapshots
    .flatMap((s) => s.map((q) => Math.floor(q.time / HOUR)))
    .sort((a, b) => a - b)
  const [first, last] = [showHour(times[0]!), showHour(times.at(-1)!)]
  const date = first === last ? first : `${first} to ${last}`
  return {
    outputs: { curve },
    data: [dataSource(given.file, read, date)],
    leftOut: [],
    assumptions: [
      {
        name: `price impact of ${curve.sell} in ${curve.buy}`,
        value: date,
        unit: 'UTC',
        source: `${given.at === 'median' ? `median of ${snapshots.length} hours of` : 'one hour of'} aggregator quotes, over all venues it reaches; nothing is known beyond the largest size`,
        parameter: 'at',
      },
    ],
    lists: [
      {
        name: 'impact by size',
        columns: ['size', 'hours', 'p10', 'median', 'p90', 'pooled'],
        rows: points.map((q, i) => [q.size, q.count, q.p10, q.median, q.p90, curve.impact[i]!]),
      },
    ],
    facts: factsOf(curve, points, spots),
  }
}

/** What an aggregator quoted for growing sizes of one pair, as a price impact curve. */
export const quoteCurve: Source = source({
  kind: 'quoteCurve',
  doc: 'empirical price impact of selling one asset for another, from aggregator quotes',
  params,
  outputs: { curve: 'sizes in whole tokens, share of the spot price lost, spot price' },
  load,
})
