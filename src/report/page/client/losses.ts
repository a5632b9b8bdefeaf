/** Charts of the distribution over paths: histogram, tail, and the path at a percentile. */
import {
  type Box,
  type ChartData,
  frame,
  type LossChart,
  legend,
  type Mark,
  type PlotLibrary,
  percentFine,
  plain,
  plainFine,
  tooltip,
  usd,
  usdFine,
} from './kit.ts'
import { drawTime } from './panels.ts'

declare const Plot: PlotLibrary & { readonly areaY: Mark; readonly rect: Mark }

/** How values of the measure are written: on axes short, in tips with all digits that differ. */
function lossFormats(unit: string): readonly [(v: number) => string, (v: number) => string] {
  if (unit === 'USD') return [usd, usdFine]
  if (unit === 'fraction' || unit === 'probability') return [percentFine, percentFine]
  return [plain, plainFine]
}

/** How a tick of an axis is written: short, unless its ends would look alike. */
function tickWriter(unit: string, least: number, most: number): (v: number) => string {
  const [short, fine] = lossFormats(unit)
  return most - least < 0.05 * Math.max(Math.abs(least), Math.abs(most)) ? fine : short
}

/** Options of the axis of losses. */
function lossAxis(losses: LossChart, width: number): Record<string, unknown> {
  const values = losses.bins.flatMap((b) => [b.from, b.to])
  const shown = losses.marks.flatMap((m) => [m.value, m.low ?? m.value, m.high ?? m.value])
  const all = [...values, ...shown].filter((v) => losses.scale === 'linear' || v > 0)
  const [least, most] = [Math.min(...all), Math.max(...all)]
  const tickFormat = tickWriter(losses.unit, least, most)
  return {
    ...{ type: losses.scale, label: null, tickFormat, ticks: width < 560 ? 4 : 8 },
    domain: [least, most],
  }
}

/** Draw how many paths end with how much, with value at risk and expected shortfall. */
export function drawLosses(box: Box, { losses }: ChartData): void {
  if (!losses) return
  const [, fine] = lossFormats(losses.unit)
  const colors = { VaR: 'var(--c2)', ES: 'var(--c6)' }
  const isDrawn = (v: number): boolean => losses.scale === 'linear' || v > 0
  const marks = losses.marks
    .filter((m) => isDrawn(m.value))
    .map((m) => ({ ...m, color: colors[m.kind], isDashed: m.level === '95 %' }))
  legend(
    box,
    marks.map(({ kind, level, value, color, isDashed }) => ({
      ...{ name: `${kind} ${level}: ${fine(value)}`, color },
      ...(isDashed ? { dash: '5,3' } : {}),
    })),
  )
  const say = (b: { from: number; to: number; count: number }): string =>
    `${fine(b.from)} to ${fine(b.to)}\n${b.count} of ${losses.n} paths (${percentFine(b.count / losses.n)})`
  const bands = marks.filter((m) => m.low !== null && m.high !== null && isDrawn(m.low))
  const bars = { x1: 'from', x2: 'to', y: 'count' }
  frame(box, 220, {
    x: lossAxis(losses, box.clientWidth),
    y: {
      grid: true,
      label: null,
      ticks: 5,
      tickFormat: (v: number) => (v % 1 === 0 ? plain(v) : ''),
    },
    marks: [
      Plot.rectY(losses.bins, { ...bars, fill: 'var(--c1)', insetLeft: 0.4, insetRight: 0.4 }),
      ...bands.map((m) =>
        Plot.rect([m], { x1: 'low', x2: 'high', fill: m.color, fillOpacity: 0.14 }),
      ),
      ...marks.map((m) =>
        Plot.ruleX([m], {
          ...{ x: 'value', stroke: m.color, strokeWidth: 2 },
          strokeDasharray: m.isDashed ? '5,3' : 'none',
        }),
      ),
      Plot.ruleY([0], { stroke: 'var(--grey)' }),
      tooltip(losses.bins, 'x', { ...bars, title: say }),
    ],
  })
}

/** Draw the share of paths that reach a loss or pass it. */
export function drawExceedance(box: Box, { losses }: ChartData): void {
  if (!losses) return
  const [, fine] = lossFormats(losses.unit)
  const rows = losses.tail.filter((p) => losses.tailScale === 'linear' || p.value > 0)
  const say = (p: (typeof rows)[number]): string =>
    `${fine(p.value)} ${losses.better === 'lower' ? 'or more' : 'or less'}\n${percentFine(Number(p.share.toPrecision(3)))} of the paths\n95 % interval ${percentFine(Number(p.low.toPrecision(3)))} to ${percentFine(Number(p.high.toPrecision(3)))}`
  const least = Math.max(0.2 / losses.n, Math.min(...rows.map((p) => p.low)))
  const powers = [1, 0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6].filter((p) => p >= least)
  const levels = [0.05, 0.01].filter((p) => p > least)
  frame(box, 240, {
    x: {
      ...{ type: losses.tailScale, label: null, nice: false },
      tickFormat: tickWriter(losses.unit, rows[0]!.value, rows[rows.length - 1]!.value),
      ...{ ticks: box.clientWidth < 560 ? 4 : 8, reverse: losses.better === 'higher' },
    },
    y: {
      ...{ type: 'log', domain: [least, 1], grid: true, label: null },
      ...{ ticks: powers, tickFormat: (v: number) => percentFine(v), clamp: true },
    },
    marks: [
      Plot.ruleY(levels, { stroke: 'var(--grey)', strokeDasharray: '2,3' }),
      Plot.areaY(rows, {
        ...{ x: 'value', y1: 'low', y2: 'high', curve: 'step-before' },
        ...{ fill: 'var(--c1)', fillOpacity: 0.18 },
      }),
      Plot.lineY(rows, {
        ...{ x: 'value', y: 'share', curve: 'step-before' },
        ...{ stroke: 'var(--c1)', strokeWidth: 1.8 },
      }),
      Plot.dot(rows, { x: 'value', y: 'share', fill: 'var(--c1)', r: 1.8 }),
      tooltip(rows, 'x', { x: 'value', y: 'share', title: say }),
    ],
  })
}

/** Draw prices, liquidations and bad debt of the path at a percentile. */
export function drawPick(box: Box, data: ChartData, k: number): void {
  const pick = data.picks[k]
  if (pick) drawTime(box, { ...data, order: null, series: pick.series, bins: pick.bins })
}

/** The functions of this file, for the page. */
export const LOSSES: readonly ((...args: never[]) => unknown)[] = [
  ...[lossFormats, tickWriter, lossAxis, drawLosses, drawExceedance, drawPick],
]
