import { type Html, html, type Part } from '../page/html.ts'
import { linearScale, type Scale, type Span, spanOf } from './scale.ts'
import {
  type Axis,
  bandOf,
  bottomAxis,
  type Described,
  label,
  leftAxis,
  lineOf,
  type Margins,
  PIXELS,
  px,
  rule,
  svg,
  textWidth,
  upright,
  type Width,
} from './svg.ts'
import { axisUnit, isKnown, type Ranged } from './units.ts'

/** Colours of a series: the palette's, red for what is bad, grey for what is beside the point. */
export type Color = '1' | '2' | '3' | '4' | 'bad' | 'grey'

/** One point; bounds where there is an interval, along y and along x. */
export type Point = {
  readonly x: number
  readonly y: number | null
  readonly low?: number | null
  readonly high?: number | null
  readonly xLow?: number | null
  readonly xHigh?: number | null
  /** Shown on hover. */
  readonly title: string
}

/** Points that belong together. */
export type Series = {
  readonly color: Color
  readonly points: readonly Point[]
  /** What is drawn of them; intervals as a band along a line, as whiskers on dots. */
  readonly marks: 'line' | 'dots' | 'both' | 'dashed'
}

/** A text beside a point. */
export type Note = {
  readonly x: number
  readonly y: number
  readonly text: string
  readonly side: 'above' | 'below'
  readonly className?: string
}

/** One field of a drawing; those of one drawing stand below each other on the same x axis. */
export type Panel = {
  readonly name: string
  readonly unit: string
  /** px. */
  readonly height: number
  readonly series: readonly Series[]
  /** `zero` begins (or ends) the axis at 0; `data` shows differences. */
  readonly from: 'zero' | 'data'
  readonly notes?: readonly Note[]
  /** Values that are always on the axis. */
  readonly include?: readonly number[]
  /** Lines across the field, at values of y. */
  readonly levels?: readonly { readonly y: number; readonly text: string }[]
}

/** A place on the x axis over all panels. */
export type Marker = Ranged & { readonly text: string; readonly color: Color }

/** What is drawn. */
export type XyPlot = Described & {
  readonly x: { readonly name: string; readonly unit: string; readonly span?: Span }
  readonly panels: readonly Panel[]
  readonly markers?: readonly Marker[]
}

/** Distance of two panels, px. */
const GAP = 44
const MARGINS: Readonly<Record<Width, Margins>> = {
  wide: { left: 66, right: 26, top: 52, bottom: 46 },
  narrow: { left: 46, right: 14, top: 52, bottom: 46 },
}

function sizeOf(span: Span | null): number {
  return span === null ? 0 : Math.max(Math.abs(span[0]), Math.abs(span[1]))
}

/** Span of a panel: its values, and bounds no further beyond them than the values are apart. */
function valuesOf({ series, from, include = [], levels = [] }: Panel): Span | null {
  const points = series.flatMap((s) => s.points)
  const marks = [...include, ...levels.map((level) => level.y), ...(from === 'zero' ? [0] : [])]
  const core = spanOf([...points.map((p) => p.y), ...marks])
  if (core === null) return null
  const room = core[1] - core[0] || Math.abs(core[1]) || 1
  const bounds = spanOf(points.flatMap((p) => [p.low ?? null, p.high ?? null])) ?? core
  const isPositive = core[0] >= 0
  const low = Math.max(Math.min(core[0], bounds[0]), core[0] - room, isPositive ? 0 : -Infinity)
  return [
    isPositive && from === 'zero' ? 0 : low,
    Math.min(Math.max(core[1], bounds[1]), core[1] + room),
  ]
}

function clamp({ low, high }: Scale, value: number): number {
  return Math.min(high, Math.max(low, value))
}

/** Two scales of a field. */
type Field = { readonly x: Scale; readonly y: Scale }

function bandMark({ x, y }: Field, { points, color }: Series): Html {
  const outline = bandOf(
    points.map((p) =>
      isKnown(p.low) && isKnown(p.high)
        ? ([x.at(p.x), y.at(clamp(y, p.low)), y.at(clamp(y, p.high))] as const)
        : ([Number.NaN, 0, 0] as const),
    ),
  )
  return html`<path class="band f${color}" d="${outline}"/>`
}

function whiskers({ x, y }: Field, p: Point, color: Color): Part {
  const [at, up] = [x.at(p.x), y.at(p.y ?? 0)]
  return [
    isKnown(p.low) && isKnown(p.high)
      ? rule(at, y.at(clamp(y, p.low)), at, y.at(clamp(y, p.high)), `whisker s${color}`)
      : '',
    isKnown(p.xLow) && isKnown(p.xHigh)
      ? rule(x.at(clamp(x, p.xLow)), up, x.at(clamp(x, p.xHigh)), up, `whisker s${color}`)
      : '',
  ]
}

function dotMarks(field: Field, { points, color }: Series, radius: number): Part {
  return points.map((p) =>
    isKnown(p.y)
      ? html`<circle cx="${px(field.x.at(p.x))}" cy="${px(field.y.at(p.y))}" r="${radius}" class="f${color}"><title>${p.title}</title></circle>`
      : '',
  )
}

function seriesMarks(field: Field, series: Series): Part {
  const { x, y } = field
  const { points, marks, color } = series
  const line = lineOf(points.map((p) => [x.at(p.x), isKnown(p.y) ? y.at(p.y) : Number.NaN]))
  const hasLine = marks !== 'dots'
  return [
    hasLine
      ? bandMark(field, series)
      : points.map((p) => (isKnown(p.y) ? whiskers(field, p, color) : '')),
    hasLine
      ? html`<path class="line s${color}${marks === 'dashed' ? ' dash' : ''}" d="${line}"/>`
      : '',
    marks === 'dashed' || marks === 'line' ? '' : dotMarks(field, series, hasLine ? 3.2 : 4.5),
  ]
}

function markerLines(x: Scale, top: number, bottom: number, marker: Marker): Part {
  const { value, low, high, color } = marker
  if (!isKnown(value)) return ''
  const [from, to] = [isKnown(low) ? low : value, isKnown(high) ? high : value]
  const left = x.at(clamp(x, from))
  const width = Math.max(0, x.at(clamp(x, to)) - left)
  return html`<rect class="band f${color}" x="${px(left)}" y="${px(top)}" width="${px(width)}" height="${px(bottom - top)}"/>${rule(x.at(value), top, x.at(value), bottom, `line s${color} dash`)}`
}

/** Write the text of a marker above the field, moved inward at both ends. */
function markerText(x: Scale, y: number, { value, text, color }: Marker): Part {
  if (!isKnown(value)) return ''
  const half = textWidth(text) / 2
  const [left, right] = [x.at(x.low), x.at(x.high)]
  const at = Math.max(left + half - 30, Math.min(right - half, x.at(value)))
  return label(at, y, text, `mid strong ${color === 'bad' ? 'cliff' : ''}`)
}

function noteMarks({ x, y }: Field, notes: readonly Note[]): Part {
  return notes.map((note) => {
    const at = x.at(note.x)
    const isRight = at + 8 + textWidth(note.text) < x.at(x.high) + 12
    const beside = y.at(clamp(y, note.y)) + (note.side === 'above' ? -8 : 19)
    return label(
      isRight ? at + 8 : at - 8,
      Math.min(y.at(y.low) - 4, Math.max(y.at(y.high) + 12, beside)),
      note.text,
      `${isRight ? '' : 'end'} halo ${note.className ?? 'strong'}`,
    )
  })
}

function levelMarks({ x, y }: Field, { levels = [] }: Panel): Part {
  const [left, right] = [x.at(x.low), x.at(x.high)]
  return levels.map(
    (level) =>
      html`${rule(left, y.at(level.y), right, y.at(level.y), 'zero dash')}${label(right, y.at(level.y) - 5, level.text, 'end halo')}`,
  )
}

function panelMarks(panel: Panel, x: Scale, top: number, ticks: number): Html {
  const values = valuesOf(panel)
  const y = linearScale(values, [top + panel.height, top], { count: ticks, ends: 'round' })
  const [left, right] = [x.at(x.low), x.at(x.high)]
  const unit = axisUnit(panel.unit, sizeOf(values))
  const axis: Axis = { scale: y, name: panel.name, unit }
  const zero = y.low < 0 && y.high > 0 ? rule(left, y.at(0), right, y.at(0), 'zero') : ''
  return html`${upright(x, top, top + panel.height)}${leftAxis(axis, left, right)}${zero}${levelMarks({ x, y }, panel)}${panel.series.map((s) => seriesMarks({ x, y }, s))}${noteMarks({ x, y }, panel.notes ?? [])}`
}

/** Draw panels of lines and dots over one x axis, with markers at places on it. */
export function xyPlot(plot: XyPlot, width: Width): Html {
  const { panels, markers = [] } = plot
  const labelled = markers.filter(({ text }) => text !== '')
  const margins = MARGINS[width]
  const isWide = width === 'wide'
  const span =
    plot.x.span ??
    spanOf(panels.flatMap((p) => p.series.flatMap((s) => s.points.map((point) => point.x))))
  const x = linearScale(span, [margins.left, PIXELS[width] - margins.right], {
    count: isWide ? 10 : 5,
  })
  const top = margins.top + (labelled.length > 1 ? 18 * (labelled.length - 1) : 0)
  const tops = panels.map((_, k) =>
    panels.slice(0, k).reduce((sum, p) => sum + p.height + GAP, top),
  )
  const bottom = tops.at(-1)! + panels.at(-1)!.height
  const axis: Axis = { scale: x, name: plot.x.name, unit: axisUnit(plot.x.unit, sizeOf(span)) }
  const content = panels.map((panel, k) => panelMarks(panel, x, tops[k]!, isWide ? 6 : 5))
  return svg(
    PIXELS[width],
    bottom + margins.bottom,
    plot,
    bottomAxis(axis, bottom),
    markers.map((marker) => markerLines(x, top, bottom, marker)),
    content,
    labelled.map((marker, k) => markerText(x, 14 + 18 * k, marker)),
  )
}
