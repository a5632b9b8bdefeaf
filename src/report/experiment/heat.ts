import { type Html, html, type Part } from '../page/html.ts'
import { linearScale, type Scale, type Span, spanOf } from './scale.ts'
import {
  bottomAxis,
  type Described,
  label,
  leftAxis,
  lineOf,
  PIXELS,
  px,
  rule,
  svg,
  type Width,
} from './svg.ts'
import { type AxisUnit, axisTitle, axisUnit, isKnown, type Ranged, tickText } from './units.ts'

/** A cell of a heat map: its corners, its value, and what is shown on hover. */
export type HeatCell = {
  readonly x: Span
  readonly y: Span
  readonly value: number | null
  readonly title: string
}

/** A place of a line over a heat map, with its interval along x. */
export type LinePlace = Ranged & { readonly at: number; readonly title: string }

/** What is drawn. */
export type HeatMap = Described & {
  readonly x: { readonly name: string; readonly unit: string }
  readonly y: { readonly name: string; readonly unit: string }
  readonly value: { readonly name: string; readonly unit: string }
  readonly cells: readonly HeatCell[]
  /** One place per row, from low to high; a row without one breaks the line. */
  readonly line: readonly LinePlace[]
}

const TOP = 84
const HEIGHT: Readonly<Record<Width, number>> = { wide: 420, narrow: 270 }
const LEFT: Readonly<Record<Width, number>> = { wide: 66, narrow: 46 }
const RIGHT: Readonly<Record<Width, number>> = { wide: 26, narrow: 14 }

/** Left end of the key: half of its first number fits beside it. */
const KEY = 16
/** Shades of the key. */
const SHADES = 24

/** Colour of a share of the largest value; from the page's own colours, so that dark pages are dark. */
function shade(share: number): string {
  const percent = px(100 * Math.min(1, Math.max(0, share)))
  return `fill:color-mix(in oklab, var(--c2) ${percent}%, var(--panel))`
}

function cellMark(x: Scale, y: Scale, cell: HeatCell, shareOf: (value: number) => number): Html {
  const [left, right] = [x.at(cell.x[0]), x.at(cell.x[1])]
  const [bottom, top] = [y.at(cell.y[0]), y.at(cell.y[1])]
  const place = html`x="${px(left)}" y="${px(top)}" width="${px(right - left)}" height="${px(bottom - top)}"`
  const title = html`<title>${cell.title}</title>`
  if (!isKnown(cell.value)) return html`<rect ${place} class="unknown">${title}</rect>`
  return html`<rect ${place} class="cell" style="${shade(shareOf(cell.value))}">${title}</rect>`
}

/** The key: shades from the least to the largest value, with both written. */
function keyOf({ value }: HeatMap, span: Span, unit: AxisUnit, width: Width): Part {
  const wide = width === 'wide' ? 260 : 150
  const scale = linearScale(span, [KEY, KEY + wide], { count: width === 'wide' ? 5 : 3 })
  const step = wide / SHADES
  const shades = Array.from(
    { length: SHADES },
    (_, k) =>
      html`<rect x="${px(KEY + k * step)}" y="20" width="${px(step + 0.5)}" height="12" style="${shade((k + 0.5) / SHADES)}"/>`,
  )
  const ticks = scale.ticks.map((tick) =>
    label(scale.at(tick), 46, tickText(tick, scale.step, unit), 'mid'),
  )
  return [label(KEY, 13, axisTitle(value.name, unit), 'name'), shades, ticks]
}

function lineMarks(x: Scale, y: Scale, places: readonly LinePlace[]): Part {
  const points = places.map(
    (p) => [isKnown(p.value) ? x.at(p.value) : Number.NaN, y.at(p.at)] as const,
  )
  const clamp = (v: number): number => Math.min(x.high, Math.max(x.low, v))
  const marks = places.map(({ value, low, high, at, title }) => {
    if (!isKnown(value)) return ''
    const bar =
      isKnown(low) && isKnown(high)
        ? rule(x.at(clamp(low)), y.at(at), x.at(clamp(high)), y.at(at), 'whisker')
        : ''
    return html`<g><title>${title}</title>${bar}<circle cx="${px(x.at(value))}" cy="${px(y.at(at))}" r="4" class="over cell"/></g>`
  })
  return [html`<path class="line over" d="${lineOf(points)}"/>`, marks]
}

/** Draw a measure over two parameters, with the cliff line over it. */
export function heatMap(map: HeatMap, width: Width): Html {
  const { cells, line } = map
  const bottom = TOP + HEIGHT[width]
  const [left, right] = [LEFT[width], PIXELS[width] - RIGHT[width]]
  const isWide = width === 'wide'
  const [xs, ys] = [spanOf(cells.flatMap((c) => c.x)), spanOf(cells.flatMap((c) => c.y))]
  const x = linearScale(xs, [left, right], { count: isWide ? 10 : 5 })
  const y = linearScale(ys, [bottom, TOP], { count: isWide ? 8 : 5 })
  const values = spanOf(cells.map((c) => c.value)) ?? [0, 1]
  // Of losses the palest shade is 0, not the least loss.
  const [low, high] = [Math.min(0, values[0]), Math.max(0, values[1])]
  const shareOf = (value: number): number => (high > low ? (value - low) / (high - low) : 0)
  const unitFor = (unit: string, span: Span | null): AxisUnit =>
    axisUnit(unit, Math.max(...(span ?? [0, 0]).map(Math.abs)))
  return svg(
    PIXELS[width],
    bottom + 46,
    map,
    keyOf(map, high > low ? [low, high] : [0, 1], unitFor(map.value.unit, [low, high]), width),
    leftAxis({ scale: y, name: map.y.name, unit: unitFor(map.y.unit, ys) }, left, right),
    bottomAxis({ scale: x, name: map.x.name, unit: unitFor(map.x.unit, xs) }, bottom),
    cells.map((cell) => cellMark(x, y, cell, shareOf)),
    lineMarks(x, y, line),
  )
}
