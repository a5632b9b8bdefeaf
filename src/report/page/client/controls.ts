/** Chart of defences: bars of what is halted, steps of terms, over one axis of time. */
import type { HaltBar, TermTracks } from '../../controls.ts'
import {
  add,
  type Box,
  type ChartData,
  escaped,
  frame,
  legend,
  type Options,
  type PlotLibrary,
  percentFine,
  plain,
  plainFine,
  type Stroke,
  stretch,
  tooltip,
  usdFine,
} from './kit.ts'

declare const Plot: PlotLibrary

/** An axis of time in a unit of its own. */
type TimeAxis = { readonly name: string; readonly unit: number; readonly end: number }

export function timeAxis(end: number): TimeAxis {
  if (end <= 180) return { name: 's', unit: 1, end }
  if (end <= 10800) return { name: 'minutes', unit: 60, end }
  return end <= 345600 ? { name: 'hours', unit: 3600, end } : { name: 'days', unit: 86400, end }
}

function timeX({ name, unit, end }: TimeAxis, box: Box, isLast: boolean): Options {
  return {
    ...{ domain: [0, end / unit], ticks: box.clientWidth < 560 ? 5 : 12, tickFormat: plain },
    ...{ label: isLast ? `time since the start, ${name}` : null, labelAnchor: 'right' },
  }
}

/** Draw a row per thing that is halted, its name above its bars so that narrow pages have room. */
function drawHalts(box: Box, axis: TimeAxis, bars: readonly HaltBar[], isLast: boolean): void {
  const { unit } = axis
  const labels = [...new Set(bars.map((bar) => bar.label))]
  const from = (bar: HaltBar): number => bar.from / unit
  const to = (bar: HaltBar): number => bar.to / unit
  const say = ({ control, label, from, to }: HaltBar): string =>
    `${control} halts ${label}\nafter ${stretch(from)}, for ${stretch(to - from)}`
  add(box, 'div', 'panel', '<b>Halted</b>')
  frame(box, 12 + 40 * labels.length, {
    x: { grid: true, ...timeX(axis, box, isLast) },
    y: { axis: null, domain: labels, padding: 0 },
    marks: [
      Plot.barX(bars, {
        ...{ x1: from, x2: to, y: 'label', fill: 'var(--c6)', fillOpacity: 0.8 },
        ...{ insetTop: 18, insetBottom: 6 },
      }),
      // A halt of a moment is narrower than a pixel.
      Plot.tickX(bars, { x: from, y: 'label', stroke: 'var(--c6)', insetTop: 18, insetBottom: 6 }),
      Plot.text(labels, {
        ...{ y: (label: string) => label, text: (label: string) => label, frameAnchor: 'left' },
        ...{ textAnchor: 'start', dy: -11, dx: 4, fill: 'currentColor' },
        ...{ stroke: 'var(--bg)', strokeWidth: 4 },
      }),
      tooltip(bars, 'xy', {
        x: (bar: HaltBar) => (from(bar) + to(bar)) / 2,
        y: 'label',
        title: say,
      }),
    ],
  })
}

/** Draw all tracks of one term. */
function drawTerm(
  box: Box,
  axis: TimeAxis,
  { term, unit, tracks }: TermTracks,
  last: boolean,
): void {
  const colors = ['var(--c1)', 'var(--c2)', 'var(--c3)', 'var(--c4)', 'var(--c5)', 'var(--c6)']
  const strokes = tracks.map(({ name }, k): Stroke => ({ name, color: colors[k % 6]! }))
  const format = unit === 'fraction' ? percentFine : unit === 'USD' ? usdFine : plainFine
  const rows = tracks.map(({ name, points }) =>
    points.map(({ time, value }) => ({ name, x: time / axis.unit, value })),
  )
  const unitText = unit === 'fraction' || unit === 'USD' ? '' : `, ${unit}`
  add(box, 'div', 'panel', `<b>${escaped(term + unitText)}</b>`)
  legend(box, strokes)
  const say = (row: { name: string; x: number; value: number }): string =>
    `${row.name}\n${format(row.value)}\nfrom ${stretch(row.x * axis.unit)} on`
  frame(box, 130, {
    x: timeX(axis, box, last),
    y: { grid: true, label: null, ticks: 4, tickFormat: format, nice: true },
    marks: [
      ...strokes.map(({ color }, k) =>
        Plot.lineY(rows[k], {
          ...{ x: 'x', y: 'value', stroke: color, strokeWidth: 1.8, curve: 'step-after' },
        }),
      ),
      tooltip(rows.flat(), 'xy', { x: 'x', y: 'value', title: say }),
    ],
  })
}

/** Draw what controls did. */
export function drawDefences(box: Box, { defences }: ChartData): void {
  if (!defences) return
  const { halts, terms, duration } = defences
  const axis = timeAxis(duration)
  if (halts.length > 0) drawHalts(box, axis, halts, terms.length === 0)
  terms.forEach((own, k) => {
    drawTerm(box, axis, own, k === terms.length - 1)
  })
}

/** The functions of this file, for the page. */
export const DEFENCES: readonly ((...args: never[]) => unknown)[] = [
  ...[timeAxis, timeX, drawHalts, drawTerm, drawDefences],
]
