/** Charts of what grows with the shock, and of what goes when a channel of contagion is cut. */
import {
  type Box,
  type ChannelBar,
  type ChartData,
  frame,
  legend,
  type PlotLibrary,
  plain,
  type Stroke,
  tooltip,
  usd,
} from './kit.ts'

declare const Plot: PlotLibrary

/** How a measure is written on axes and in tips. */
export function written(unit: string): (value: number) => string {
  if (unit === 'USD') return usd
  return unit === 'fraction' ? (value) => `${plain(100 * value)} %` : plain
}

/** Colours of options; every other one is dashed, so that lines that lie on each other show both. */
export function optionStrokes(options: readonly string[]): readonly Stroke[] {
  const colors = ['var(--c1)', 'var(--c2)', 'var(--c3)', 'var(--c4)', 'var(--c5)', 'var(--c6)']
  return options.map((option, k): Stroke => {
    const stroke = { name: option, color: colors[k % colors.length]! }
    return k % 2 === 0 ? stroke : { ...stroke, dash: '6,3' }
  })
}

/** Draw a measure against the shock, a line per option. */
export function drawResponse(box: Box, { response }: ChartData, name: string): void {
  const measure = response?.measures[name]
  if (!response || !measure) return
  const { options, own, label, shock, unit } = response
  const format = written(measure.unit)
  const strokes = optionStrokes(options)
  legend(box, strokes)
  const rows = measure.rows
  type Row = (typeof rows)[number]
  const at = (k: number) => (row: Row) => row.values[k] ?? Number.NaN
  const told = (value: number | null | undefined): string =>
    value == null ? 'no run' : format(value)
  const say = (row: Row): string =>
    [
      `${shock} ${plain(row.x)}${unit}`,
      ...options.map((option, k) => `${option}: ${told(row.values[k])}`),
    ].join('\n')
  const highest = (row: Row): number =>
    Math.max(...row.values.flatMap((v) => (v == null ? [] : [v])))
  frame(box, 210, {
    x: { label, labelAnchor: 'right', ticks: box.clientWidth < 560 ? 5 : 9, tickFormat: plain },
    y: { grid: true, label: null, ticks: 5, tickFormat: format, zero: true, nice: true },
    marks: [
      Plot.ruleY([0], { stroke: 'var(--grey)' }),
      Plot.ruleX([own], { stroke: 'var(--grey)', strokeDasharray: '2,3' }),
      ...strokes.flatMap(({ color, dash }, k) => [
        Plot.lineY(rows, {
          x: 'x',
          y: at(k),
          stroke: color,
          strokeWidth: 1.8,
          strokeDasharray: dash ?? 'none',
        }),
        Plot.dot(rows, { x: 'x', y: at(k), fill: color, r: 3 }),
      ]),
      Plot.ruleX(rows, Plot.pointerX({ x: 'x', stroke: 'var(--grey)', strokeOpacity: 0.6 })),
      tooltip(rows, 'x', { x: 'x', y: highest, title: say }),
    ],
  })
}

/** Draw the loss that goes when each channel is cut, with its interval. */
export function drawChannels(box: Box, { channels }: ChartData): void {
  const bars = channels.filter((c) => c.value !== null)
  const ranged = bars.filter((c) => c.low !== null && c.high !== null)
  if (bars.length === 0) return
  const range = ({ low, high }: ChannelBar): string =>
    low === null || high === null ? '' : `\n${usd(low)} to ${usd(high)}`
  const say = (c: ChannelBar): string => `${c.name}\n${usd(c.value!)}${range(c)}`
  const slim = { insetTop: 6, insetBottom: 6 }
  const line = { stroke: 'var(--text)', strokeWidth: 1.5 }
  frame(box, 20 + 34 * bars.length, {
    marginLeft: 118,
    x: {
      ...{ grid: true, nice: true, ticks: box.clientWidth < 560 ? 3 : 6, tickFormat: usd },
      label: 'loss that goes when it is cut, USD',
    },
    y: { label: null, domain: bars.map((c) => c.name) },
    marks: [
      Plot.barX(bars, { x: 'value', y: 'name', fill: 'var(--c1)', fillOpacity: 0.75, ...slim }),
      Plot.ruleX([0], { stroke: 'var(--grey)' }),
      Plot.link(ranged, { x1: 'low', x2: 'high', y1: 'name', y2: 'name', ...line }),
      Plot.tickX(ranged, { x: 'low', y: 'name', ...line, insetTop: 10, insetBottom: 10 }),
      Plot.tickX(ranged, { x: 'high', y: 'name', ...line, insetTop: 10, insetBottom: 10 }),
      tooltip(bars, 'xy', { x: 'value', y: 'name', title: say }),
    ],
  })
}

/** The functions of this file, for the page. */
export const CONTAGION: readonly ((...args: never[]) => unknown)[] = [
  ...[written, optionStrokes, drawResponse, drawChannels],
]
