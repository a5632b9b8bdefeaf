import type { SweepDocument } from '../../experiments/index.ts'
import { count, inUnit, short } from '../format.ts'
import { type Html, html, nothing, type Part, section, table } from '../page/html.ts'
import { type About, axisName, factsOf, parameterOf, spoken } from './about.ts'
import { type HeatCell, heatMap, type LinePlace } from './heat.ts'
import { experimentPage, figure, legend, type Tile } from './page.ts'
import { isKnown, rangedText } from './units.ts'
import { type Point, xyPlot } from './xy.ts'

type Corner = SweepDocument['points'][number]

/** Points of a mesh by their place. */
function cornersBy({ points }: SweepDocument): ReadonlyMap<string, Corner> {
  return new Map(points.map((point) => [point.at.join(' '), point]))
}

function meanOf(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter(isKnown)
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length
}

function cellsOf(document: SweepDocument, about: About): readonly HeatCell[] {
  const byPlace = cornersBy(document)
  const { vary, order } = document
  const units = vary.map(({ name }) => parameterOf(about, name).unit)
  return document.cells.map(({ from, to }) => {
    const x = [from[0]!, to[0]!] as const
    const y = [from[1]!, to[1]!] as const
    const corners = x.flatMap((a) => y.map((b) => byPlace.get(`${a} ${b}`)?.value))
    const value = meanOf(corners)
    const place = [x, y].map(
      (span, k) =>
        `${vary[k]!.name} ${inUnit(span[0], units[k]!)} to ${inUnit(span[1], units[k]!)}`,
    )
    const shown = corners.map((c) => inUnit(c ?? null, order.unit)).join(', ')
    const title = `${place.join(', ')}: ${inUnit(value, order.unit)}, mean of its corners ${shown}`
    return { x, y, value, title }
  })
}

function linePlaces(document: SweepDocument, about: About): readonly LinePlace[] {
  const [along, across] = document.vary
  const units = [along!, across!].map(({ name }) => parameterOf(about, name).unit)
  return document.line.map(({ at, note, ...found }) => ({
    ...{ ...found, at: at ?? 0 },
    title: `${across!.name} ${inUnit(at, units[1]!)}: cliff at ${rangedText(found, units[0]!)}; ${note}`,
  }))
}

function mapFigure(document: SweepDocument, about: About): Html {
  const [along, across] = document.vary
  const { measure, unit } = document.order
  const line = linePlaces(document, about)
  const found = line.filter((p) => isKnown(p.value)).length
  const named = (name: string) => ({
    name: axisName(parameterOf(about, name)),
    unit: parameterOf(about, name).unit,
  })
  const map = {
    title: `${spoken(measure)} over ${along!.name} and ${across!.name}`,
    description: `${document.cells.length} cells; the cliff line has ${found} of ${line.length} places.`,
    ...{ x: named(along!.name), y: named(across!.name), value: { name: spoken(measure), unit } },
    ...{ cells: cellsOf(document, about), line },
  }
  return html`${figure('Heat map', 'a cell shows the mean of its corners; smaller cells along the cliff and where it changes most', (width) => heatMap(map, width))}
${found > 0 ? legend([{ name: `cliff along ${along!.name}, with its interval`, color: 'text', mark: 'line' }]) : ''}`
}

/** Of one parameter: a curve. */
function curveFigure(document: SweepDocument, about: About): Html {
  const [along] = document.vary
  const { measure, unit } = document.order
  const parameter = parameterOf(about, along!.name)
  const points = document.points.map(
    (p): Point => ({
      ...{ x: p.at[0]!, y: p.value, low: p.low, high: p.high },
      title: `${along!.name} ${inUnit(p.at[0]!, parameter.unit)}: ${rangedText(p, unit)}`,
    }),
  )
  const markers = document.line
    .filter((p) => isKnown(p.value))
    .map((p) => ({
      ...{ value: p.value, low: p.low, high: p.high, color: 'bad' as const },
      text: `cliff at ${rangedText(p, parameter.unit)}`,
    }))
  const bands = document.paths > 1 ? 'bands are 95 % intervals' : 'one path: no intervals'
  return figure('Sweep', bands, (width) =>
    xyPlot(
      {
        title: `${spoken(measure)} against ${along!.name}`,
        description: `${points.length} places.`,
        x: { name: axisName(parameter), unit: parameter.unit, span: [along!.low, along!.high] },
        panels: [
          {
            name: spoken(measure),
            unit,
            height: 280,
            from: 'zero',
            series: [{ color: '1', marks: 'both', points }],
          },
        ],
        markers,
      },
      width,
    ),
  )
}

const KINDS = { 0: 'continuous', 1: 'jump' } as const

function lineTable(document: SweepDocument, about: About): Part {
  const { vary, line } = document
  if (line.length === 0) return nothing('The cliff line was not asked for.')
  const [along, across] = vary
  const unit = parameterOf(about, along!.name).unit
  return table(line, [
    ...(across
      ? [
          {
            title: across.name,
            align: 'right' as const,
            cell: (p: (typeof line)[number]) => inUnit(p.at, parameterOf(about, across.name).unit),
          },
        ]
      : []),
    { title: `cliff in ${along!.name}`, align: 'right', cell: (p) => rangedText(p, unit) },
    { title: 'kind', cell: (p) => (p.kind === null ? 'none' : KINDS[p.kind]) },
    { title: 'why', cell: (p) => html`<span class="w wide">${p.note}</span>` },
  ])
}

function pointTable({ points, vary, order }: SweepDocument, about: About): Html {
  return table(points, [
    ...vary.map(({ name }, k) => ({
      title: name,
      align: 'right' as const,
      cell: (p: Corner) => inUnit(p.at[k]!, parameterOf(about, name).unit),
    })),
    { title: spoken(order.measure), align: 'right', cell: (p) => rangedText(p, order.unit) },
    { title: 'paths', align: 'right', cell: (p) => short(p.n) },
  ])
}

/** Say where the line is: from its lowest to its highest place. */
function cliffLead({ line, vary }: SweepDocument, about: About): string {
  const { name } = vary[0]!
  const found = line.filter((p) => isKnown(p.value)).toSorted((a, b) => a.value! - b.value!)
  const [lowest, highest] = [found[0], found.at(-1)]
  if (line.length === 0) return ''
  if (!(lowest && highest))
    return vary.length > 1 ? ' No row has a cliff.' : ` No cliff along ${name}.`
  const { unit } = parameterOf(about, name)
  if (vary.length === 1) return ` The cliff is at ${name} ${rangedText(lowest, unit)}.`
  const told = `A cliff along ${name} in ${found.length} of ${count(line.length, 'row')}`
  if (found.length === 1) return ` ${told}, at ${rangedText(lowest, unit)}.`
  const ends = [...new Set([lowest, highest].map(({ value }) => inUnit(value, unit)))]
  return ` ${told}, at ${ends.join(' to ')}: intervals by row below.`
}

function leadOf(document: SweepDocument, about: About): Part {
  const { vary, order, points } = document
  const known = points.filter((p) => isKnown(p.value))
  if (known.length === 0) return html`No point has a value of ${spoken(order.measure)}.`
  const most = known.reduce((a, b) => (b.value! > a.value! ? b : a))
  const where = vary
    .map(({ name }, k) => `${name} ${inUnit(most.at[k]!, parameterOf(about, name).unit)}`)
    .join(', ')
  return html`The ${spoken(order.measure)} is largest at ${where}: <b>${rangedText(most, order.unit)}</b>.${cliffLead(document, about)}`
}

/** Write the page of `breakwater sweep`. */
export function sweepPage(document: SweepDocument, about: About): string {
  const { vary, order, runs, seed, paths, cells, points, line } = document
  const names = vary.map(({ name }) => name).join(' and ')
  const tiles: readonly Tile[] = [
    { name: 'points', value: short(points.length), note: `${count(cells.length, 'cell')}` },
    {
      name: 'rows with a cliff',
      value: `${line.filter((p) => isKnown(p.value)).length} of ${line.length}`,
      note: `along ${vary[0]!.name}`,
    },
    { name: 'runs', value: short(runs), note: `${count(paths, 'path')} at every point` },
  ]
  const chart = vary.length > 1 ? mapFigure(document, about) : curveFigure(document, about)
  return experimentPage({
    title: `sweep of ${document.scenario}`,
    question: `Breakwater sweep: ${spoken(order.measure)} over ${names}`,
    heading: about.scenario.title,
    lead: leadOf(document, about),
    tiles,
    sections: [
      section('map', vary.length > 1 ? 'The map and the cliff line' : 'The curve', chart),
      section('line', 'The cliff', lineTable(document, about)),
      section(
        'points',
        'Points',
        html`<details><summary>All ${points.length} points</summary>${pointTable(document, about)}</details>`,
      ),
    ],
    facts: factsOf(about, seed, `${short(runs)} in all, ${count(paths, 'path')} a point`),
  })
}
