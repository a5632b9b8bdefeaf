import type { Warned, WarnedPath } from '../../experiments/index.ts'
import { clock, words } from '../format.ts'
import { type Html, html } from '../page/html.ts'
import { figure } from './page.ts'
import { isKnown } from './units.ts'
import { type Marker, type Panel, type Point, xyPlot } from './xy.ts'

type Trend = WarnedPath['indicators'][number]
type Line = Warned['lines']['price']

/** Units of time, s, the largest first, and from which length on they are used. */
const CLOCKS = [
  { name: 'days', seconds: 86_400, from: 4 * 86_400 },
  { name: 'hours', seconds: 3600, from: 4 * 3600 },
  { name: 'minutes', seconds: 60, from: 240 },
  { name: 'seconds', seconds: 1, from: 0 },
] as const

/** The larger of the shares of both kinds of twins. */
export function chanceOf({ p }: Trend): number {
  return Math.max(p.ar1, p.phase)
}

/** Write a trend with its chance: `tau 0.35 (p 0.12)`. */
function trendText(trend: Trend): string {
  return isKnown(trend.tau)
    ? `tau ${trend.tau.toFixed(2)} (p ${chanceOf(trend).toPrecision(2)})`
    : 'no trend, it does not change'
}

function pointsOf({ seconds, values }: Line, unit: number, scale: number): readonly Point[] {
  return seconds.map((at, k) => {
    const value = values[k]
    const y = isKnown(value) ? value / scale : null
    const told = y === null ? 'none' : y.toPrecision(4)
    return { x: at / unit, y, title: `after ${clock(at)}: ${told}` }
  })
}

/** Field of an indicator: the variance as a multiple of its first, the others as they are. */
function indicatorPanel(name: Trend['name'], line: Line, trend: Trend, unit: number): Panel {
  const first = line.values.find(isKnown) ?? 0
  const isScaled = name === 'variance' && first > 0
  return {
    name: `${words(name)}${isScaled ? ', first window = 1' : ''}: ${trendText(trend)}`,
    ...{ unit: '', height: 92, from: 'data' },
    series: [{ color: '1', marks: 'line', points: pointsOf(line, unit, isScaled ? first : 1) }],
  }
}

/** Say what the path in the middle showed. */
function sentenceOf({ path, onset, verdict, note, indicators }: WarnedPath): string {
  const event = onset ? `its event starts after ${clock(onset.seconds)} (${onset.by})` : 'no event'
  const trends = indicators.map((trend) => `${words(trend.name)} ${trendText(trend)}`)
  const behind = trends.length > 0 ? `: ${trends.join(', ')}` : ''
  return `Path ${path}: ${event}; ${verdict}, ${note}${behind}.`
}

/** Draw the price of the path in the middle, and its indicators up to the event. */
export function timeLines({ lines, paths, asset }: Warned): Html {
  const own = paths.find(({ path }) => path === lines.path)!
  const end = lines.price.seconds.at(-1) ?? 0
  const { name, seconds: unit } = CLOCKS.find(({ from }) => end >= from)!
  const panels: readonly Panel[] = [
    {
      ...{ name: `price of ${asset}`, unit: 'USD', height: 130, from: 'data' },
      series: [{ color: '2', marks: 'line', points: pointsOf(lines.price, unit, 1) }],
    },
    ...lines.indicators.flatMap((line): readonly Panel[] => {
      const trend = own.indicators.find((one) => one.name === line.name)
      return trend ? [indicatorPanel(line.name, line, trend, unit)] : []
    }),
  ]
  const markers: readonly Marker[] = own.onset
    ? [
        {
          ...{ value: own.onset.seconds / unit, low: null, high: null, color: 'bad' },
          text: `event after ${clock(own.onset.seconds)}: ${own.verdict}`,
        },
      ]
    : []
  const described = {
    title: `price and indicators of path ${own.path} over time`,
    description: sentenceOf(own),
  }
  return html`${figure(
    'Over time',
    'the path in the middle; each indicator at the end of its window, in which the price less its slow part is looked at; windows end before the event',
    (width) => xyPlot({ ...described, x: { name: 'time', unit: name }, panels, markers }, width),
  )}
<p>${sentenceOf(own)}</p>`
}
