/**
 * The page's own script lies in this folder. Its functions are sent to the browser as their source
 * text, so they may use nothing but each other, the page's data, and the globals declared here; names
 * must be unique over the folder.
 */
import type { Bin } from '../../bins.ts'
import type { HaltBar, TermTracks } from '../../controls.ts'
import type { Curve } from '../../curve.ts'
import type { LossBin, RiskMark, TailPoint } from '../../distribution.ts'
import type { OrderSeries } from '../../order.ts'
import type { Series } from '../../series.ts'

/** An element, as far as the charts need one. */
export type Box = {
  readonly clientWidth: number
  readonly dataset: Readonly<Record<string, string | undefined>>
  readonly parentElement: Box | null
  innerHTML: string
  open?: boolean
  append(child: Box | string): void
  closest(selector: string): Box | null
}

/** Options of a mark or a plot. */
export type Options = Readonly<Record<string, unknown>>

export type Mark = (data: unknown, options?: Options) => object

/** What is used of Observable Plot. */
export type PlotLibrary = {
  readonly plot: (options: Options) => Box
  readonly lineY: Mark
  readonly ruleY: Mark
  readonly ruleX: Mark
  readonly tickX: Mark
  readonly dot: Mark
  readonly rectY: Mark
  readonly barX: Mark
  readonly link: Mark
  readonly text: Mark
  readonly tip: Mark
  readonly pointerX: (options: Options) => Options
  readonly pointer: (options: Options) => Options
}

/** What is used of the document. */
export type Page = {
  getElementById(id: string): (Box & { readonly textContent: string }) | null
  querySelectorAll(selector: string): Iterable<Box>
  createElement(name: string): Box
}

declare const Plot: PlotLibrary
declare const document: Page

/** One line of the chart of effects. */
export type Bar = {
  readonly name: string
  readonly low: number | null
  readonly high: number | null
}

/** Quantiles of one distribution, by level. */
export type Spread = { readonly name: string; readonly levels: Readonly<Record<string, number>> }

/** One dot of the drawn tree. */
export type TreeDot = {
  readonly x: number
  readonly y: number
  /** Place of the cause in the list; -1 for the root. */
  readonly from: number
  readonly kind: string
  readonly repaid: number
  readonly text: string
  /** Place of its protocol among the protocols. */
  readonly lender: number
  /** A liquidation on another protocol caused it. */
  readonly crosses: boolean
}

/** What grows with a shock, per option of what is compared. */
export type ResponseChart = {
  readonly shock: string
  /** Written behind a value of the shock. */
  readonly unit: string
  /** Written under the axis. */
  readonly label: string
  /** The scenario's own shock. */
  readonly own: number
  readonly options: readonly string[]
  /** By measure; `values` in the order of the options. */
  readonly measures: Readonly<
    Record<
      string,
      {
        readonly unit: string
        readonly rows: readonly {
          readonly x: number
          readonly values: readonly (number | null)[]
        }[]
      }
    >
  >
}

/** One bar of the chart of channels. */
export type ChannelBar = {
  readonly name: string
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
}

/** What the charts of the distribution draw. */
export type LossChart = {
  readonly n: number
  readonly unit: string
  readonly better: 'lower' | 'higher'
  readonly scale: 'linear' | 'log'
  readonly bins: readonly LossBin[]
  readonly tail: readonly TailPoint[]
  readonly tailScale: 'linear' | 'log'
  readonly marks: readonly RiskMark[]
}

/** What the chart of defences draws. */
export type DefenceChart = {
  readonly halts: readonly HaltBar[]
  readonly terms: readonly TermTracks[]
  /** Of the path, s. */
  readonly duration: number
}

/** What the charts draw. */
export type ChartData = {
  readonly series: Series | null
  readonly order: OrderSeries | null
  readonly bins: readonly Bin[]
  readonly losses: LossChart | null
  /** Paths at percentiles. */
  readonly picks: readonly { readonly series: Series; readonly bins: readonly Bin[] }[]
  readonly curve: Curve | null
  /** What controls did; null in worlds without controls. */
  readonly defences: DefenceChart | null
  /** By chart name. */
  readonly trees: Readonly<Record<string, readonly TreeDot[]>>
  readonly response: ResponseChart | null
  readonly channels: readonly ChannelBar[]
  readonly tornado: readonly Bar[]
  /** By chart name. */
  readonly spreads: Readonly<Record<string, readonly Spread[]>>
  readonly paths: Readonly<Record<string, readonly (number | null)[]>>
  /** Unit of each measure. */
  readonly units: Readonly<Record<string, string>>
}

/** How one line is drawn and named. */
export type Stroke = {
  readonly name: string
  readonly color: string
  readonly dash?: string
  readonly step?: boolean
  readonly width?: number
}

/** Write dollars with k, M, B or T and so many digits. */
export function money(value: number, digits: number): string {
  const size = Math.abs(value)
  const scale = [1e12, 1e9, 1e6, 1e3].find((s) => size >= s) ?? 1
  const unit = { 1e12: 'T', 1e9: 'B', 1e6: 'M', 1e3: 'k' }[scale] ?? ''
  const text = Number((size / scale).toPrecision(digits)).toLocaleString('en-US', {
    maximumFractionDigits: 8,
  })
  return `${value < 0 ? '-' : ''}$${text}${unit}`
}

/** Write dollars, four digits. */
export function usd(value: number): string {
  return money(value, 4)
}

/** Write dollars for axes and tips that show small differences. */
export function usdFine(value: number): string {
  return money(value, 6)
}

/** Write a number with digits for small differences. */
export function plainFine(value: number): string {
  return Number(value.toPrecision(6)).toLocaleString('en-US', { maximumFractionDigits: 10 })
}

/** Write a share in percent, with digits for small differences. */
export function percentFine(value: number): string {
  return `${Number((100 * value).toPrecision(6))} %`
}

/** Write a number with a few digits. */
export function plain(value: number): string {
  return Number(value.toPrecision(4)).toLocaleString('en-US', { maximumFractionDigits: 10 })
}

/** Write the price of one token. */
export function tokenPrice(value: number): string {
  const digits = Number(value.toPrecision(6))
  return `$${digits.toLocaleString('en-US', { maximumFractionDigits: 10 })}`
}

/** Write a length of time. */
export function stretch(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 6) / 10} min`
  if (seconds < 345600) return `${Math.round(seconds / 36) / 100} h`
  return `${Math.round(seconds / 864) / 100} d`
}

/** Escape a text that becomes markup. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Add an element. */
export function add(box: Box, name: string, className: string, inner: string): void {
  const made = document.createElement(name)
  Object.assign(made, { className, innerHTML: inner })
  box.append(made)
}

/** Add a legend of lines. */
export function legend(box: Box, strokes: readonly Stroke[]): void {
  const item = ({ name, color, dash }: Stroke): string =>
    `<span><i style="border-color:${color};${dash ? 'border-top-style:dashed' : ''}"></i>${escaped(name)}</span>`
  add(box, 'div', 'legend', strokes.map(item).join(''))
}

/** Add a plot as wide as its box; a labelled x axis gets room for its label. */
export function frame(box: Box, height: number, options: Options): void {
  const { label } = (options.x ?? {}) as { readonly label?: string | null }
  const low = label ? 42 : 24
  const size = { width: Math.max(260, box.clientWidth), height: height + low }
  const margins = { marginLeft: 62, marginRight: 18, marginTop: 12, marginBottom: low }
  const style = { background: 'transparent', fontSize: '12px', overflow: 'visible' }
  box.append(Plot.plot({ ...size, ...margins, style, ...options }))
}

/** Add a tooltip for the nearest row along x, or in both directions. */
export function tooltip(rows: unknown, near: 'x' | 'xy', options: Options): object {
  const all = { fill: 'var(--plot-background)', lineHeight: 1.25, ...options }
  return Plot.tip(rows, near === 'x' ? Plot.pointerX(all) : Plot.pointer(all))
}
