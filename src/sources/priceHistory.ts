import { basename } from 'node:path'
import {
  choice,
  file,
  type Loaded,
  list,
  number,
  type ParamsOf,
  type PriceTable,
  text,
} from '../world/index.ts'
import { type CsvRow, type CsvTable, cellNumber, parseCsv } from './csv.ts'
import { dataSource, type Files } from './files.ts'
import { createProblems, type Problems, quoted, SourceError } from './problems.ts'
import { type Source, source } from './source.ts'

const params = {
  files: list(
    'CSV files: bars of one asset, bars with a symbol column, or one column per asset',
    file('CSV'),
  ),
  names: list(
    'names of the one-asset files, in file order; empty: from the file name, as ETH from ETHUSDT_1h',
    text('asset'),
    { default: [] },
  ),
  assets: list(
    'assets to keep, or asset=column for a column of another name; empty: all',
    text('asset'),
    { default: [] },
  ),
  column: choice('price of a bar', ['close', 'open', 'high', 'low'], 'close'),
  from: text('first moment: ISO date, UTC, or Unix seconds; empty: from the start', ''),
  to: text('last moment: ISO date, UTC, or Unix seconds; empty: to the end', ''),
  minPrice: number('prices below this are left out; 0: keep all', 'USD', { default: 0, min: 0 }),
}

type Given = ParamsOf<typeof params>

/** Prices of one asset in file order; times ascend. */
type Series = {
  readonly asset: string
  readonly time: number[]
  readonly price: number[]
  wicks: number
}

type Window = { readonly from: number; readonly to: number; readonly minPrice: number }

type Counts = { outside: number; below: number; empty: number }

/** Seconds since 1970 of an ISO date (UTC when no zone is given) or of Unix seconds; NaN if neither. */
export function parseTime(text: string): number {
  if (/^\d{9,11}(\.\d+)?$/.test(text)) return Number(text)
  if (!/^\d{4}-\d{2}-\d{2}([T ].*)?$/.test(text)) return Number.NaN
  const iso = text.replace(' ', 'T')
  const hasZone = iso.length === 10 || /(Z|[+-]\d{2}:?\d{2})$/.test(iso)
  return Date.parse(hasZone ? iso : `${iso}Z`) / 1000
}

function moment(text: string, name: string, otherwise: number): number {
  if (text === '') return otherwise
  const value = parseTime(text)
  if (Number.isNaN(value))
    throw new SourceError([
      `priceHistory: ${name} ${quoted(text)} is no time; write 2023-05-01, 2023-05-01T12:00 or Unix seconds`,
    ])
  return value
}

/** Names of the column of times, the first that a file has. */
const TIME_NAMES = ['t', 'time', 'timestamp', 'datetime', 'date'] as const
const LAYOUTS =
  'open,high,low,close (and symbol, for several assets) or one column per asset in USD'

/** Place of a column in any case, exactly written first; -1 when the file does not have it. */
function columnOf({ header }: CsvTable, name: string): number {
  const exact = header.indexOf(name)
  return exact >= 0 ? exact : header.findIndex((given) => given.toLowerCase() === name)
}

/** Place of the column of times. */
function timeColumn(table: CsvTable): number {
  const found = TIME_NAMES.map((name) => columnOf(table, name)).find((column) => column >= 0)
  if (found !== undefined) return found
  throw new SourceError([
    `${table.path}:1: no column of times; the header must hold one of ${TIME_NAMES.join(', ')}, and ${LAYOUTS}`,
  ])
}

/** Time of a row, s: Unix seconds, milliseconds (from 1e11 on) or an ISO date. */
function timeOf({ table, time, p }: Reader, row: CsvRow): number {
  const iso = parseTime(row.cells[time]!.trim())
  const seconds = Number.isNaN(iso)
    ? cellNumber(table, row, time, p, { min: 0, what: 'time in Unix seconds' })
    : iso
  return seconds >= 1e11 ? seconds / 1000 : seconds
}

type Reader = {
  readonly table: CsvTable
  /** Place of the column of times. */
  readonly time: number
  readonly column: string
  readonly window: Window
  /** Name under which an asset of a file is kept; undefined where it is not. */
  readonly nameOf: (asset: string) => string | undefined
  readonly series: Map<string, Series>
  readonly counts: Counts
  readonly p: Problems
}

function addPrice(r: Reader, row: CsvRow, asset: string, time: number, price: number): void {
  let series = r.series.get(asset)
  if (!series) {
    series = { asset, time: [], price: [], wicks: 0 }
    r.series.set(asset, series)
  }
  const last = series.time.at(-1)
  const place = { path: r.table.path, line: row.line, column: r.time + 1 }
  if (last !== undefined && time <= last)
    r.p.add(
      place,
      `time "${time}" of ${asset} does not follow "${last}"; sort the rows, drop doubles`,
    )
  else if (price < r.window.minPrice) r.counts.below++
  else {
    series.time.push(time)
    series.price.push(price)
  }
}

/** Bars: a time, open, high, low, close and, with several assets, symbol and perhaps exchange. */
function readBars(r: Reader, name: string): void {
  const { table, p, window } = r
  const at = (column: string): number => columnOf(table, column)
  const limits = { min: 1e-12, what: 'price' }
  const hasSymbol = at('symbol') >= 0
  const hasExchange = at('exchange') >= 0
  for (const row of table.rows) {
    const symbol = hasSymbol ? row.cells[at('symbol')]!.trim() : name
    const given = hasExchange ? `${row.cells[at('exchange')]!.trim()}:${symbol}` : symbol
    const asset = r.nameOf(given)
    if (asset === undefined) continue
    const time = timeOf(r, row)
    const open = cellNumber(table, row, at('open'), p, limits)
    const high = cellNumber(table, row, at('high'), p, limits)
    const low = cellNumber(table, row, at('low'), p, limits)
    const close = cellNumber(table, row, at('close'), p, limits)
    if (low > Math.min(open, close) || high < Math.max(open, close))
      p.add(
        { path: table.path, line: row.line },
        `low ${low} and high ${high} do not enclose open ${open} and close ${close}; correct the bar`,
      )
    if (time < window.from || time > window.to) r.counts.outside++
    else {
      addPrice(r, row, asset, time, { open, high, low, close }[r.column]!)
      if (low < 0.5 * Math.min(open, close)) r.series.get(asset)!.wicks++
    }
  }
}

/** One column per asset; empty cells have no price. */
function readWide(r: Reader): void {
  const { table, p, window } = r
  const columns = table.header.flatMap((given, column) => {
    const asset = column === r.time ? undefined : r.nameOf(given)
    return asset === undefined ? [] : [{ asset, column }]
  })
  for (const row of table.rows) {
    const time = timeOf(r, row)
    if (time < window.from || time > window.to) {
      r.counts.outside++
      continue
    }
    for (const { asset, column } of columns) {
      if (row.cells[column]!.trim() === '') r.counts.empty++
      else
        addPrice(
          r,
          row,
          asset,
          time,
          cellNumber(table, row, column, p, { min: 1e-12, what: 'price' }),
        )
    }
  }
}

/** Asset of a one-asset file, from a name such as ETHUSDT_1h.csv.gz. */
function assetOfFile(path: string): string {
  const found = /([A-Z0-9]+?)USD[TC]?[_.]/.exec(basename(path))
  if (found) return found[1]!
  throw new SourceError([
    `${path}: the file name tells no asset, and the file has no symbol column; state it in "names"`,
  ])
}

type Step = { readonly step: number; readonly missing: number; readonly gaps: number }

/** Usual distance of bars, gaps beyond it, and bars missing in them. */
function stepOf(time: readonly number[]): Step {
  const counts = new Map<number, number>()
  for (let i = 1; i < time.length; i++) {
    const step = time[i]! - time[i - 1]!
    counts.set(step, (counts.get(step) ?? 0) + 1)
  }
  let step = 0
  let best = 0
  for (const [candidate, count] of counts)
    if (count > best || (count === best && candidate < step)) {
      best = count
      step = candidate
    }
  let gaps = 0
  let missing = 0
  for (let i = 1; i < time.length; i++) {
    const bars = Math.round((time[i]! - time[i - 1]!) / step) - 1
    if (bars > 0) {
      gaps++
      missing += bars
    }
  }
  return { step, missing, gaps }
}

function merge(series: readonly Series[]): PriceTable {
  const times = new Set<number>()
  for (const s of series) for (const t of s.time) times.add(t)
  const time = Float64Array.from(times).sort()
  const at = new Map<number, number>()
  time.forEach((t, i) => {
    at.set(t, i)
  })
  const prices = series.map((s) => {
    const column = new Float64Array(time.length).fill(Number.NaN)
    s.time.forEach((t, i) => {
      column[at.get(t)!] = s.price[i]!
    })
    return column
  })
  return { time, assets: series.map((s) => s.asset), prices }
}

function factsOf(series: readonly Series[]): Loaded['facts'] {
  return series.flatMap((s) => {
    const { step, missing, gaps } = stepOf(s.time)
    return [
      { name: `${s.asset}.bars`, value: s.time.length, unit: 'bars' },
      { name: `${s.asset}.step`, value: step, unit: 's' },
      { name: `${s.asset}.gaps`, value: gaps, unit: 'gaps' },
      { name: `${s.asset}.missing`, value: missing, unit: 'bars' },
      {
        name: `${s.asset}.wicks`,
        value: s.wicks,
        unit: 'bars with a low under half of open and close',
      },
    ]
  })
}

function readFile(
  path: string,
  content: string,
  name: () => string,
  base: Omit<Reader, 'table' | 'time'>,
): void {
  if (content.trim() === '')
    throw new SourceError([`${path}:1: the file is empty; it needs t, and ${LAYOUTS}`])
  const table = parseCsv(content, path, { required: [], others: true })
  const time = timeColumn(table)
  if (table.rows.length === 0)
    throw new SourceError([
      `${path}:1: there is no row below the header; fetch the file again, or leave it out`,
    ])
  const hasBars = ['open', 'high', 'low', 'close'].every((column) => columnOf(table, column) >= 0)
  const reader: Reader = { ...base, table, time }
  if (hasBars) readBars(reader, columnOf(table, 'symbol') < 0 ? name() : '')
  else readWide(reader)
}

/** Names to keep by the names that files have. */
function kept({ assets }: Given): ReadonlyMap<string, string> {
  return new Map(
    assets.map((entry) => {
      const at = entry.indexOf('=')
      return at < 0 ? [entry, entry] : [entry.slice(at + 1), entry.slice(0, at)]
    }),
  )
}

function checkFound(series: ReadonlyMap<string, Series>, given: Given): void {
  const found = [...series.keys()].join(', ') || 'none in the chosen time'
  for (const asset of kept(given).values())
    if (!series.has(asset))
      throw new SourceError([
        `priceHistory: no prices of ${quoted(asset)}; the files give ${found}`,
      ])
  if (series.size === 0)
    throw new SourceError([`priceHistory: no prices between "from" and "to"; widen them`])
}

function load(given: Given, files: Files): Loaded {
  const window = {
    from: moment(given.from, 'from', Number.NEGATIVE_INFINITY),
    to: moment(given.to, 'to', Number.POSITIVE_INFINITY),
    minPrice: given.minPrice,
  }
  const series = new Map<string, Series>()
  const counts: Counts = { outside: 0, below: 0, empty: 0 }
  const p = createProblems()
  const names = kept(given)
  const nameOf = (asset: string): string | undefined =>
    names.size === 0 ? asset : names.get(asset)
  const base = { column: given.column, window, nameOf, series, counts, p }
  let unnamed = 0
  const read = given.files.map((path) => {
    const content = files.read(path)
    readFile(path, content.text, () => given.names[unnamed++] ?? assetOfFile(path), base)
    return { path, content }
  })
  p.check()
  checkFound(series, given)
  const prices = merge([...series.values()])
  const day = (t: number): string => new Date(t * 1000).toISOString().slice(0, 10)
  const span = `${day(prices.time[0]!)} to ${day(prices.time.at(-1)!)}`
  return {
    outputs: { prices },
    data: read.map(({ path, content }) => dataSource(path, content, span)),
    leftOut: [
      { reason: 'rows outside the chosen time', count: counts.outside },
      { reason: `prices below minPrice ${given.minPrice} USD`, count: counts.below },
      { reason: 'empty cells', count: counts.empty },
    ].filter((entry) => entry.count > 0),
    assumptions: [],
    facts: factsOf([...series.values()]),
  }
}

/** Price history of one or more assets from CSV files. */
export const priceHistory: Source = source({
  kind: 'priceHistory',
  doc: 'price history in USD on one time axis, from bars or columns',
  params,
  outputs: { prices: 'times and, per asset, prices; NaN where a file has none' },
  load,
})
