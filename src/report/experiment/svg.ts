import { type Html, html, type Part } from '../page/html.ts'
import type { Scale } from './scale.ts'
import { type AxisUnit, axisTitle, tickText } from './units.ts'

/** Width at which a chart is drawn: once for wide pages and once for telephones. */
export type Width = 'wide' | 'narrow'

/** Pixels of a chart's two drawings. */
export const PIXELS: Readonly<Record<Width, number>> = { wide: 1000, narrow: 366 }

/** Round pixels to tenths: smaller files, and the same bytes everywhere. */
export function px(value: number): number {
  return Math.round(value * 10) / 10
}

/** Widths of characters as shares of the size of a wide sans (DejaVu), so that other fonts need no more. */
const WIDTHS: readonly (readonly [ReadonlySet<string>, number])[] = [
  [new Set("ijlI.,:;'|! "), 0.33],
  [new Set('frt[]()-/'), 0.41],
  [new Set('mwMWQO%@…'), 0.99],
]
const USUAL_WIDTH = 0.65

function widthOf(character: string): number {
  return WIDTHS.find(([some]) => some.has(character))?.[1] ?? USUAL_WIDTH
}

/** How wide a text is at most, px. */
export function textWidth(text: string, size = 12.5): number {
  let width = 0
  for (const character of text) width += widthOf(character)
  return width * size
}

/** Shorten a text to a width, with dots at its end. */
export function clipped(text: string, width: number, size = 12.5): string {
  if (textWidth(text, size) <= width) return text
  let end = 1
  while (textWidth(`${text.slice(0, end + 1)}…`, size) <= width) end++
  return `${text.slice(0, end)}…`
}

/** Write a number of pixels for a path. */
function place(x: number, y: number): string {
  return `${px(x)},${px(y)}`
}

/** Write the points of a line; a point that is not known breaks it. */
export function lineOf(points: readonly (readonly [number, number])[]): string {
  let isOpen = false
  return points
    .map(([x, y]) => {
      if (!Number.isFinite(x + y)) {
        isOpen = false
        return ''
      }
      const step = `${isOpen ? 'L' : 'M'}${place(x, y)}`
      isOpen = true
      return step
    })
    .join('')
}

/** Write the outline of a band between two lines; only where both are known. */
export function bandOf(
  points: readonly (readonly [x: number, low: number, high: number])[],
): string {
  const runs: (readonly [number, number, number])[][] = [[]]
  for (const point of points) {
    if (Number.isFinite(point[0] + point[1] + point[2])) runs.at(-1)!.push(point)
    else runs.push([])
  }
  return runs
    .filter((run) => run.length > 1)
    .map((run) => {
      const there = run.map(([x, low]) => place(x, low)).join('L')
      const back = run.toReversed().map(([x, , high]) => place(x, high))
      return `M${there}L${back.join('L')}Z`
    })
    .join('')
}

/** Texts that name a chart to readers who do not see it. */
export type Described = { readonly title: string; readonly description: string }

/** Write a drawing of a given size. */
export function svg(
  width: number,
  height: number,
  about: Described,
  ...content: readonly Part[]
): Html {
  return html`<svg viewBox="0 0 ${px(width)} ${px(height)}" width="${px(width)}" height="${px(height)}" role="img" aria-label="${about.title}. ${about.description}" class="plot">${content}</svg>`
}

/** Write a text at a place. */
export function label(x: number, y: number, text: string, className = ''): Html {
  return html`<text x="${px(x)}" y="${px(y)}" class="${className}">${text}</text>`
}

/** Write a straight line. */
export function rule(x1: number, y1: number, x2: number, y2: number, className: string): Html {
  return html`<line x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}" class="${className}"/>`
}

/** Room around a drawing's field, px. */
export type Margins = {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** An axis: its scale, its name, and how its numbers are written. */
export type Axis = { readonly scale: Scale; readonly name: string; readonly unit: AxisUnit }

/** Write an axis title of at most some width; the name is shortened, the unit stays. */
function titleWithin(name: string, unit: AxisUnit, width: number): string {
  const behind = axisTitle('', unit)
  return axisTitle(clipped(name, width - textWidth(behind)), unit)
}

/** Write lines over a field at the ticks of its lower axis. */
export function upright({ ticks, at }: Scale, top: number, bottom: number): Part {
  return ticks.map((tick) => rule(at(tick), top, at(tick), bottom, 'grid'))
}

/** Write the axis below a field. */
export function bottomAxis({ scale, name, unit }: Axis, bottom: number): Html {
  const ends = [scale.at(scale.low), scale.at(scale.high)] as const
  const marks = scale.ticks.map((tick) =>
    label(scale.at(tick), bottom + 17, tickText(tick, scale.step, unit), 'mid'),
  )
  const middle = (ends[0] + ends[1]) / 2
  const title = titleWithin(name, unit, 1.1 * Math.abs(ends[1] - ends[0]))
  return html`${marks}${rule(ends[0], bottom, ends[1], bottom, 'axis')}${label(middle, bottom + 37, title, 'mid name')}`
}

/** Write the axis at the left of a field; its name stands above, where it can be read. */
export function leftAxis({ scale, name, unit }: Axis, left: number, right: number): Html {
  const marks = scale.ticks.map((tick) => {
    const y = scale.at(tick)
    return html`${rule(left, y, right, y, 'grid')}${label(left - 8, y + 4, tickText(tick, scale.step, unit), 'end')}`
  })
  const top = Math.min(scale.at(scale.low), scale.at(scale.high))
  const title = titleWithin(name, unit, right - 4)
  return html`${marks}${label(4, top - 12, title, 'name halo')}`
}
