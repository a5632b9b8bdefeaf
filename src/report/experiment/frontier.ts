import { type Html, html, nothing } from '../page/html.ts'
import { figure, legend } from './page.ts'
import { linearScale, spanOf } from './scale.ts'
import { isKnown, type Ranged } from './units.ts'
import { type Note, type Point, type Series, xyPlot } from './xy.ts'

/** One place: what it gives along x, what it loses along y. */
export type FrontierPoint = {
  readonly x: Ranged
  readonly y: Ranged
  /** `tuned` and `base`, the scenario as it is, need not lie on the frontier. */
  readonly role: 'frontier' | 'knee' | 'tuned' | 'base'
  readonly title: string
}

/** What is drawn. */
export type Frontier = {
  readonly x: { readonly name: string; readonly unit: string }
  readonly y: { readonly name: string; readonly unit: string }
  readonly points: readonly FrontierPoint[]
}

const LEGEND = [
  { role: 'frontier', name: 'frontier', color: 'c1', mark: 'dot' },
  { role: 'knee', name: 'knee', color: 'bad', mark: 'dot' },
  { role: 'tuned', name: 'tuned', color: 'c3', mark: 'dot' },
  { role: 'base', name: 'as it is', color: 'c2', mark: 'dot' },
] as const

const WORDS = { knee: 'knee', tuned: 'tuned', base: 'as it is' } as const

function pointOf({ x, y, title }: FrontierPoint): Point {
  return {
    ...{ x: x.value ?? Number.NaN, y: y.value, low: y.low, high: y.high },
    ...{ xLow: x.low, xHigh: x.high, title },
  }
}

function seriesOf(points: readonly FrontierPoint[]): readonly Series[] {
  const of = (...roles: readonly FrontierPoint['role'][]): readonly Point[] =>
    points.filter(({ role }) => roles.includes(role)).map(pointOf)
  const front = of('frontier', 'knee').toSorted((a, b) => a.x - b.x)
  return [
    { color: '1', marks: 'dashed', points: front.map(({ x, y, title }) => ({ x, y, title })) },
    { color: '1', marks: 'dots', points: of('frontier') },
    { color: 'bad', marks: 'dots', points: of('knee') },
    { color: '3', marks: 'dots', points: of('tuned') },
    { color: '2', marks: 'dots', points: of('base') },
  ]
}

function notesOf(points: readonly FrontierPoint[]): readonly Note[] {
  return points.flatMap(({ x, y, role }): Note[] => {
    if (!isKnown(x.value) || !isKnown(y.value) || role === 'frontier') return []
    return [
      {
        x: x.value,
        y: y.value,
        text: WORDS[role],
        side: role === 'knee' ? 'below' : 'above',
        className: role === 'knee' ? 'cliff' : 'strong',
      },
    ]
  })
}

/** Draw what can be had: the frontier between what is given up and what is lost, with its knee. */
export function frontierChart(frontier: Frontier): Html {
  const points = frontier.points.filter(({ x, y }) => isKnown(x.value) && isKnown(y.value))
  if (points.length === 0) return nothing('No candidate has both numbers.')
  const onIt = points.filter(({ role }) => role === 'frontier' || role === 'knee').length
  const across = linearScale(spanOf(points.map(({ x }) => x.value)), [0, 1])
  // Dots do not stand on the edge.
  const edge = (across.high - across.low) / 40
  const hasWhisker = points.some(({ x, y }) => [x, y].some(({ low, high }) => low !== high))
  return html`${figure(
    'Frontier',
    `nothing that was tried is better in both, whatever constraints say${hasWhisker ? '; whiskers are 95 % intervals' : ''}`,
    (width) =>
      xyPlot(
        {
          title: `${frontier.y.name} against ${frontier.x.name}`,
          description: `${onIt} points on the frontier.`,
          x: { ...frontier.x, span: [across.low - edge, across.high + edge] },
          panels: [
            {
              ...{ name: frontier.y.name, unit: frontier.y.unit, height: 300, from: 'data' },
              ...{ series: seriesOf(points), notes: notesOf(points) },
            },
          ],
        },
        width,
      ),
  )}
${legend(LEGEND.filter(({ role }) => points.some((p) => p.role === role)))}`
}
