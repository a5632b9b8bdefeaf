import { type Html, html, type Part } from '../page/html.ts'
import { linearScale, type Scale, type Span, spanOf } from './scale.ts'
import {
  bottomAxis,
  clipped,
  type Described,
  label,
  PIXELS,
  px,
  rule,
  svg,
  textWidth,
  upright,
  type Width,
} from './svg.ts'
import { axisUnit, isKnown, type Ranged } from './units.ts'
import type { Color } from './xy.ts'

/** One of several dots of a row. */
export type RowDot = { readonly value: number; readonly color: Color; readonly title: string }

/** One row: a bar from `from` to the value, or a dot; a whisker over its interval. */
export type Row = Ranged & {
  readonly name: string
  /** Where its bar begins; 0 when not given. */
  readonly from?: number
  readonly color: Color
  readonly mark: 'bar' | 'dot'
  /** Several dots in the place of one mark, such as one per path. */
  readonly dots?: readonly RowDot[]
  /** A part of the bar that is drawn full, from 0; the rest is pale then. */
  readonly inside?: number | null
  /** Its number in words, right of the field. */
  readonly text: string
  /** Shown on hover. */
  readonly title: string
}

/** What is drawn. */
export type RowPlot = Described & {
  readonly axis: { readonly name: string; readonly unit: string; readonly span?: Span }
  readonly rows: readonly Row[]
  /** Whether the end of each row leads to the next, as in a waterfall. */
  readonly joined?: 'joined'
}

/** Height of a row, and the part of it that is a bar, px. */
const ROW: Readonly<Record<Width, number>> = { wide: 27, narrow: 46 }
const BAR = 16
/** Room beyond the outermost mark, as a share of the span. */
const EDGE = 0.03

/** Span of all rows: values and bounds, bounds no further beyond than the values are apart, and 0. */
function valuesOf(rows: readonly Row[]): Span | null {
  const core = spanOf([0, ...rows.flatMap((r) => [r.value, r.from ?? 0, r.inside ?? null])])!
  const room = core[1] - core[0] || 1
  const bounds = spanOf(rows.flatMap((r) => [r.low, r.high])) ?? core
  const low = Math.max(Math.min(core[0], bounds[0]), core[0] - room)
  const high = Math.min(Math.max(core[1], bounds[1]), core[1] + room)
  // Marks do not stand on the edge.
  const edge = EDGE * (high - low)
  return [low < 0 ? low - edge : low, high > 0 ? high + edge : high]
}

function clampTo({ low, high }: Scale, value: number): number {
  return Math.min(high, Math.max(low, value))
}

function barBetween(x: Scale, from: number, to: number, y: number, className: string): Html {
  const [a, b] = [x.at(from), x.at(to)]
  const width = Math.max(1, Math.abs(b - a))
  return html`<rect x="${px(Math.min(a, b))}" y="${px(y - BAR / 2)}" width="${px(width)}" height="${BAR}" rx="1.5" class="${className}"/>`
}

function whisker(x: Scale, { low, high }: Row, y: number): Part {
  if (!isKnown(low) || !isKnown(high) || low === high) return ''
  const [a, b] = [x.at(clampTo(x, low)), x.at(clampTo(x, high))]
  // An end without a cap lies beyond the axis.
  const cap = (at: number, value: number): Part =>
    value < x.low || value > x.high ? '' : rule(at, y - 4, at, y + 4, 'whisker')
  return [rule(a, y, b, y, 'whisker'), cap(a, low), cap(b, high)]
}

function dotMarks(x: Scale, dots: readonly RowDot[], y: number): Part {
  return dots.map(
    (dot) =>
      html`<circle cx="${px(x.at(dot.value))}" cy="${px(y)}" r="5" class="f${dot.color} ring"><title>${dot.title}</title></circle>`,
  )
}

function markOf(x: Scale, row: Row, y: number): Part {
  if (row.dots) return dotMarks(x, row.dots, y)
  const { value, color, mark, from = 0, inside } = row
  if (!isKnown(value)) return label(x.at(clampTo(x, 0)) + 8, y + 4, 'cannot be told')
  const main =
    mark === 'bar'
      ? barBetween(x, from, value, y, `f${color}${isKnown(inside) ? ' faint' : ''}`)
      : html`<circle cx="${px(x.at(value))}" cy="${px(y)}" r="5" class="f${color}"/>`
  const part = isKnown(inside) ? barBetween(x, 0, inside, y, `f${color}`) : ''
  return [mark === 'bar' ? main : '', part, whisker(x, row, y), mark === 'dot' ? main : '']
}

/** Where names, field and numbers stand. */
type Layout = { readonly left: number; readonly right: number; readonly nameWidth: number }

function layoutOf(rows: readonly Row[], width: Width): Layout {
  const all = PIXELS[width]
  // Half of the outermost numbers of the axis fit beside the field.
  if (width === 'narrow') return { left: 14, right: all - 14, nameWidth: all * 0.5 }
  const names = Math.min(300, 16 + Math.max(...rows.map((r) => textWidth(r.name))))
  const texts = Math.min(310, 18 + Math.max(...rows.map((r) => textWidth(r.text))))
  return { left: names, right: all - texts, nameWidth: names - 12 }
}

function rowMarks(x: Scale, row: Row, top: number, layout: Layout, width: Width): Html {
  const { left, right, nameWidth } = layout
  const isWide = width === 'wide'
  const y = top + (isWide ? ROW.wide / 2 : 30)
  const name = clipped(row.name, nameWidth)
  const texts = isWide
    ? [label(left - 12, y + 4, name, 'end name'), label(right + 12, y + 4, row.text)]
    : [label(left, top + 14, name, 'name halo'), label(right, top + 14, row.text, 'end halo')]
  return html`<g><title>${row.title}</title>${texts}${markOf(x, row, y)}</g>`
}

function joints(x: Scale, rows: readonly Row[], top: number, width: Width): Part {
  const middle = width === 'wide' ? ROW.wide / 2 : 30
  return rows.slice(1).map((_, k) => {
    const { value } = rows[k]!
    if (!isKnown(value)) return ''
    const y = top + k * ROW[width] + middle
    return rule(x.at(value), y + BAR / 2, x.at(value), y + ROW[width] - BAR / 2, 'axis dash')
  })
}

/** Draw rows below each other over one axis: bars or dots with their intervals, names and numbers. */
export function rowPlot(plot: RowPlot, width: Width): Html {
  const { rows, axis } = plot
  const layout = layoutOf(rows, width)
  const values = axis.span ?? valuesOf(rows)
  const x = linearScale(values, [layout.left, layout.right], {
    count: width === 'wide' ? 7 : 4,
  })
  const top = 6
  const bottom = top + rows.length * ROW[width] + 4
  const most = Math.max(Math.abs(x.low), Math.abs(x.high))
  return svg(
    PIXELS[width],
    bottom + 46,
    plot,
    upright(x, top, bottom),
    bottomAxis({ scale: x, name: axis.name, unit: axisUnit(axis.unit, most) }, bottom),
    x.low <= 0 && x.high >= 0 ? rule(x.at(0), top, x.at(0), bottom, 'zero') : '',
    plot.joined ? joints(x, rows, top, width) : '',
    rows.map((row, k) => rowMarks(x, row, top + k * ROW[width], layout, width)),
  )
}
