import { log, median, quantile, sortedCopy } from '../math/index.ts'
import type { PriceTable } from '../world/index.ts'
import { cellNumber, parseCsv } from './csv.ts'
import { createProblems } from './problems.ts'

const YEAR = 365 * 86400

/**
 * Annualised realised volatility: root of the sum of squared log returns per year of time covered.
 * Returns across gaps count with the time that they span.
 * @param table one or more assets.
 * @param asset place in `table.assets`.
 * @returns fraction per square root of a year (365 days).
 */
export function realisedVolatility(table: PriceTable, asset: number): number {
  const prices = table.prices[asset]!
  let squares = 0
  let seconds = 0
  let last = -1
  for (let i = 0; i < prices.length; i++) {
    if (Number.isNaN(prices[i]!)) continue
    if (last >= 0) {
      const move = log(prices[i]! / prices[last]!)
      squares += move * move
      seconds += table.time[i]! - table.time[last]!
    }
    last = i
  }
  return Math.sqrt((squares / seconds) * YEAR)
}

/** A trade that was quoted: both amounts in whole tokens. */
export type Quote = { readonly time: number; readonly sold: number; readonly bought: number }

/** A token of the quotes file: its address and its decimals. */
export type QuotedToken = { readonly address: string; readonly decimals: number }

/** Raw units of one whole token. */
function unit(token: QuotedToken): number {
  return Number(`1e${token.decimals}`)
}

/**
 * Read the aggregator quotes of one pair.
 * @throws {SourceError} when a row is malformed.
 */
export function readQuotes(
  text: string,
  path: string,
  sell: QuotedToken,
  buy: QuotedToken,
): readonly Quote[] {
  const table = parseCsv(text, path, {
    required: ['src', 'dst', 'in_amount', 'out_amount', 'timestamp'],
    others: true,
  })
  const p = createProblems()
  const [src, dst] = [table.column('src'), table.column('dst')]
  const amount = { min: 0, what: 'amount' }
  const quotes = table.rows
    .filter((row) => row.cells[src] === sell.address && row.cells[dst] === buy.address)
    .map((row) => ({
      time: cellNumber(table, row, table.column('timestamp'), p),
      sold: cellNumber(table, row, table.column('in_amount'), p, amount) / unit(sell),
      bought: cellNumber(table, row, table.column('out_amount'), p, amount) / unit(buy),
    }))
  p.check()
  return quotes
}

/**
 * Value sold at which the marginal price has moved by 1 %, from average prices by size.
 *
 * Log impact is taken as linear in size near 1 %, so the average price has moved by half of what the
 * marginal price has. The line is fitted by least squares, through zero impact at size 0, to the quotes
 * up to 1 % average impact; the price at size 0 is the median over the smaller half of the quotes, as
 * single small quotes are noisy.
 * @param quotes one snapshot of one pair.
 * @returns amount of the bought token that the size is worth at the price at size 0; NaN when quotes
 *   show no impact.
 */
export function depthOfSnapshot(quotes: readonly Quote[]): number {
  const bySize = quotes.toSorted((a, b) => a.sold - b.sold)
  const small = bySize.slice(0, Math.ceil(bySize.length / 2)).map((q) => q.bought / q.sold)
  const start = median(small)
  let product = 0
  let squares = 0
  for (const q of quotes) {
    const impact = -log(q.bought / q.sold / start)
    const size = q.sold * start
    if (impact > 0.01) continue
    product += impact * size
    squares += size * size
  }
  return product > 0 ? (0.005 * squares) / product : Number.NaN
}

/** Depth over snapshots: median and the range that holds 80 % of them. */
export type Depth = {
  readonly snapshots: number
  readonly p10: number
  readonly median: number
  readonly p90: number
}

/** Summarise the depth of hourly snapshots, in units of the bought token. */
export function depthOfQuotes(quotes: readonly Quote[]): Depth {
  const hours = Map.groupBy(quotes, (q) => Math.floor(q.time / 3600))
  const depths = [...hours.values()].map(depthOfSnapshot).filter((d) => !Number.isNaN(d))
  const sorted = sortedCopy(depths)
  return {
    snapshots: sorted.length,
    p10: quantile(sorted, 0.1),
    median: quantile(sorted, 0.5),
    p90: quantile(sorted, 0.9),
  }
}
