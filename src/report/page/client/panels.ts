/** The panels over one axis of time, or of events where everything happens in one block. */
import type { Bin } from '../../bins.ts'
import type { OrderSeries } from '../../order.ts'
import type { PriceLine, Series } from '../../series.ts'
import {
  add,
  type Box,
  type ChartData,
  escaped,
  frame,
  legend,
  type Options,
  type PlotLibrary,
  plain,
  type Stroke,
  stretch,
  tokenPrice,
  tooltip,
  usd,
  usdFine,
} from './kit.ts'

declare const Plot: PlotLibrary

/** Values of one moment; `x` is its place on the axis. */
type Row = Record<string, number | null>

/** The axis that all panels share. */
type Axis = {
  readonly box: Box
  readonly domain: readonly [number, number]
  /** Written under the last panel. */
  readonly label: string
  /** Names a place on the axis. */
  readonly where: (x: number) => string
}

/** A line of a panel: the key of its values in the rows, and how it is drawn. */
type Line = Stroke & { readonly key: string }

type Panel = {
  readonly title: string
  readonly height: number
  readonly lines: readonly Line[]
  readonly format: (value: number) => string
  readonly y: Options
  readonly zeroLine?: boolean
  readonly last?: boolean
}

/** Options of a panel's x axis; only the last one names it. */
function panelX({ domain, label, box }: Axis, last: boolean): Options {
  const ticks = box.clientWidth < 560 ? 5 : 12
  return { domain, label: last ? label : null, labelAnchor: 'right', ticks, tickFormat: plain }
}

/** Widen a domain that is so narrow that its ticks would look alike. */
function spread(rows: readonly Row[], lines: readonly Line[]): Options {
  const values = rows.flatMap((row) => lines.map((l) => row[l.key])).filter((v) => v != null)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const middle = (low + high) / 2
  const least = 0.001 * Math.abs(middle)
  return high - low >= 2 * least ? { nice: true } : { domain: [middle - least, middle + least] }
}

function linesPanel(axis: Axis, rows: readonly Row[], panel: Panel): void {
  const { lines, format } = panel
  add(axis.box, 'div', 'panel', `<b>${escaped(panel.title)}</b>`)
  const told = (value: number | null | undefined): string =>
    value == null ? 'none' : format(value)
  const say = (row: Row): string =>
    [axis.where(row.x!), ...lines.map((l) => `${l.name}: ${told(row[l.key])}`)].join('\n')
  const first = lines.find((l) => rows.some((row) => row[l.key] != null))?.key
  const marks = lines.map((l) =>
    Plot.lineY(rows, {
      ...{ x: 'x', y: l.key, stroke: l.color, strokeWidth: l.width ?? 1.5 },
      ...{ strokeDasharray: l.dash ?? 'none', curve: l.step ? 'step-after' : 'linear' },
    }),
  )
  const cross = { x: 'x', py: first, stroke: 'var(--grey)', strokeOpacity: 0.6 }
  const tips = first
    ? [Plot.ruleX(rows, Plot.pointerX(cross)), tooltip(rows, 'x', { x: 'x', y: first, title: say })]
    : []
  const zero = panel.zeroLine ? [Plot.ruleY([0], { stroke: 'var(--grey)' })] : []
  frame(axis.box, panel.height, {
    x: panelX(axis, panel.last ?? false),
    y: { grid: true, label: null, ticks: 5, tickFormat: format, ...panel.y },
    marks: [...zero, ...marks, ...tips],
  })
}

/** Colours by what a price is. */
function priceStrokes(lines: readonly PriceLine[]): Stroke[] {
  const pools = ['var(--c3)', 'var(--c4)', 'var(--c5)']
  let pool = 0
  return lines.map(({ name, kind }) => {
    if (kind === 'fundamental') return { name, color: 'var(--grey)', dash: '4,3' }
    if (kind === 'reference') return { name, color: 'var(--c1)', width: 2 }
    if (kind === 'oracle') return { name, color: 'var(--c2)', step: true, width: 1.2 }
    return { name, color: pools[pool++ % pools.length]!, width: 1.2 }
  })
}

/** Distances of prices from the one without trades, percent. */
function gapRows(rows: readonly Row[], lines: readonly Line[], base: string): Row[] {
  return rows.map((row) => {
    const gap: Row = { x: row.x! }
    for (const { key } of lines) {
      const [value, from] = [row[key], row[base]]
      gap[key] = value == null || !from ? null : (100 * value) / from - 100
    }
    return gap
  })
}

function drawPrices(
  axis: Axis,
  rows: readonly Row[],
  prices: readonly PriceLine[],
  asset: string,
): void {
  const strokes = priceStrokes(prices)
  const lines = strokes.map((stroke, k): Line => ({ ...stroke, key: `p${k}` }))
  if (lines.length === 0) return
  legend(axis.box, strokes)
  const title = `Price of ${asset}, USD`
  linesPanel(axis, rows, { title, height: 200, lines, format: tokenPrice, y: spread(rows, lines) })
  const base = prices.findIndex((p) => p.kind === 'fundamental')
  if (base < 0) return
  const others = lines.filter((_, k) => k !== base)
  const gaps = gapRows(rows, others, `p${base}`)
  if (gaps.every((gap) => others.every((l) => Math.abs(gap[l.key] ?? 0) < 1e-6))) {
    add(axis.box, 'p', 'nothing', 'No trade moved any of these prices.')
    return
  }
  linesPanel(axis, gaps, {
    title: `Distance of ${asset} from its price without any trades, %`,
    ...{ height: 170, lines: others, y: { tickFormat: plain }, zeroLine: true },
    format: (value) => `${value.toFixed(3)} %`,
  })
}

function drawBins(axis: Axis, bins: readonly Bin[], unit: number): void {
  if (bins.length === 0) return
  const rows = bins.map((b) => ({ ...b, x1: b.from / unit, x2: b.to / unit }))
  const step = stretch(bins[0]!.to - bins[0]!.from)
  const say = (b: Bin): string =>
    `${stretch(b.from)} to ${stretch(b.to)}\n${usd(b.repaid)} repaid\nliquidations: ${b.liquidations}`
  const bars = (
    title: string,
    y: 'repaid' | 'liquidations',
    height: number,
    fill: string,
  ): void => {
    add(axis.box, 'div', 'panel', `<b>${title} per ${step}</b>`)
    const whole = (v: number): string => (Number.isInteger(v) ? plain(v) : '')
    frame(axis.box, height, {
      x: panelX(axis, false),
      y: { grid: true, label: null, ticks: 4, tickFormat: y === 'repaid' ? usd : whole },
      marks: [
        Plot.rectY(rows, { x1: 'x1', x2: 'x2', y, fill, insetLeft: 0.3, insetRight: 0.3 }),
        Plot.ruleY([0], { stroke: 'var(--grey)' }),
        tooltip(rows, 'x', { x1: 'x1', x2: 'x2', y, title: say }),
      ],
    })
  }
  bars('Debt repaid by liquidators, USD', 'repaid', 140, 'var(--c1)')
  bars('Liquidations', 'liquidations', 80, 'var(--c4)')
}

function drawDebts(axis: Axis, rows: readonly Row[], series: Series): void {
  const debts: Line[] = [
    { key: 'repaid', name: 'repaid by liquidators so far', color: 'var(--c1)' },
    { key: 'liquidatable', name: 'below the threshold, still standing', color: 'var(--c6)' },
  ]
  const most = Math.max(...series.repaid, ...series.liquidatable)
  legend(axis.box, debts)
  linesPanel(axis, rows, {
    title: 'Liquidated and liquidatable debt, USD',
    ...{ height: 160, lines: debts, format: usd },
    y: most > 0 ? { zero: true } : { domain: [0, 1] },
  })
  const [low, high] = [Math.min(...series.badDebt), Math.max(...series.badDebt)]
  const cut = low > 0 && high - low < 0.5 * high
  const fees = series.baseFee
  const feesMove = fees.length > 0 && Math.max(...fees) > 1.01 * Math.min(...fees)
  const bad: Line[] = [{ key: 'badDebt', name: 'bad debt', color: 'var(--bad)' }]
  linesPanel(axis, rows, {
    title: `Bad debt, USD${cut ? ' (the axis does not start at zero)' : ''}`,
    ...{ height: 140, lines: bad, format: usdFine, last: !feesMove },
    y: cut ? spread(rows, bad) : high > 0 ? { zero: true } : { domain: [0, 1] },
  })
  if (!feesMove) return
  linesPanel(axis, rows, {
    ...{ title: 'Base fee, gwei per gas', height: 80, y: { nice: true, ticks: 3 }, last: true },
    ...{ lines: [{ key: 'baseFee', name: 'base fee', color: 'var(--c5)' }], format: plain },
  })
}

function seriesRows(series: Series, unit: number): Row[] {
  return series.time.map((t, i) => {
    const row: Row = { x: t / unit }
    for (const key of ['liquidatable', 'badDebt', 'repaid', 'baseFee'] as const)
      row[key] = series[key][i] ?? null
    series.prices.forEach((p, k) => {
      row[`p${k}`] = p.values[i] ?? null
    })
    return row
  })
}

/** Draw a path over time. */
function drawSeries(box: Box, series: Series, bins: readonly Bin[]): void {
  const end = series.time[series.time.length - 1]!
  const units = { s: 1, minutes: 60, hours: 3600, days: 86400 }
  const name = end <= 180 ? 's' : end <= 10800 ? 'minutes' : end <= 345600 ? 'hours' : 'days'
  const unit = units[name]
  const axis: Axis = {
    ...{ box, domain: [0, end / unit], label: `time since the start, ${name}` },
    where: (x) => `after ${stretch(x * unit)}`,
  }
  const rows = seriesRows(series, unit)
  drawPrices(axis, rows, series.prices, series.asset ?? '')
  drawBins(axis, bins, unit)
  drawDebts(axis, rows, series)
}

/** Draw what happens within a block, over the order of its events. */
function drawOrder(box: Box, order: OrderSeries, series: Series | null): void {
  const rows = order.event.map((e, i) => {
    const row: Row = { x: e, repaid: order.repaid[i]!, liquidations: order.liquidations[i]! }
    order.prices.forEach((p, k) => {
      row[`p${k}`] = p.values[i] ?? null
    })
    return row
  })
  const last = order.event[order.event.length - 1]!
  const axis: Axis = {
    ...{ box, domain: [0, last], label: 'events since the start' },
    where: (x) => (x === 0 ? 'at the start' : `after event #${x - 1}`),
  }
  drawPrices(axis, rows, order.prices, series?.asset ?? '')
  linesPanel(axis, rows, {
    ...{ title: 'Debt repaid by liquidators so far, USD', height: 160, y: { zero: true } },
    ...{ lines: [{ key: 'repaid', name: 'repaid so far', color: 'var(--c1)' }], format: usd },
  })
  linesPanel(axis, rows, {
    ...{ title: 'Liquidations so far', height: 120, y: { zero: true }, format: plain, last: true },
    lines: [{ key: 'liquidations', name: 'liquidations so far', color: 'var(--c4)' }],
  })
  const bad = series?.badDebt
  if (bad && bad.length > 0)
    add(box, 'p', 'soft', `Bad debt: ${usd(bad[0]!)} before, ${usd(bad[bad.length - 1]!)} after.`)
}

/** Draw the stacked panels. */
export function drawTime(box: Box, { series, order, bins }: ChartData): void {
  if (order) drawOrder(box, order, series)
  else if (series) drawSeries(box, series, bins)
}

/** The functions of this file, for the page. */
export const PANELS: readonly ((...args: never[]) => unknown)[] = [
  ...[
    panelX,
    spread,
    linesPanel,
    priceStrokes,
    gapRows,
    drawPrices,
    drawBins,
    drawDebts,
    seriesRows,
  ],
  ...[drawSeries, drawOrder, drawTime],
]
