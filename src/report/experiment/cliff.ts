import type { CliffDocument } from '../../experiments/index.ts'
import { count, inUnit, short } from '../format.ts'
import { gainVerdict } from '../gain.ts'
import { type Html, html, type Part, section, table } from '../page/html.ts'
import { type About, axisName, factsOf, measureOf, parameterOf, spoken } from './about.ts'
import { experimentPage, figure, legend, type Tile } from './page.ts'
import { isKnown, type Ranged, rangedText } from './units.ts'
import { type Marker, type Panel, type Point, type Series, type XyPlot, xyPlot } from './xy.ts'

type Units = { readonly x: string; readonly y: string }

function measured(document: CliffDocument, name: string) {
  return document.measures.find((m) => m.name === name) ?? null
}

/** Write where something is along the parameter. */
function placeText(at: Ranged, unit: string): string {
  return rangedText(at, unit)
}

function unitsOf(document: CliffDocument, about: About): Units {
  return {
    x: parameterOf(about, document.vary.name).unit,
    y: measureOf(document.order.measure).unit,
  }
}

/** The order parameter when each place begins where the one before ended, upward and downward. */
function waysOf({ hysteresis, vary }: CliffDocument, { x, y }: Units): readonly Series[] {
  if (hysteresis.ways.length === 0) return []
  const way = (name: 'up' | 'down', color: '3' | '4'): Series => ({
    ...{ color, marks: 'dashed' },
    points: hysteresis.ways.map((place) => ({
      ...{ x: place.x, y: place[name] },
      title: `${name}, ${vary.name} ${inUnit(place.x, x)}: ${inUnit(place[name], y)}`,
    })),
  })
  return [way('up', '3'), way('down', '4')]
}

function curvePanel(document: CliffDocument, { x, y }: Units): Panel {
  const { curve, order } = document
  const points = curve.map(
    (p): Point => ({
      ...{ x: p.x, y: p.order.value, low: p.order.low, high: p.order.high },
      title: `${document.vary.name} ${inUnit(p.x, x)}: ${rangedText(p.order, y)}`,
    }),
  )
  return {
    ...{ name: spoken(order.measure), unit: y, height: 250, from: 'zero' },
    series: [{ color: '1', marks: 'both', points }, ...waysOf(document, { x, y })],
  }
}

/** The extra shock that adds so much. */
function extraText({ vary, order: { shock, extra } }: CliffDocument, { x }: Units): string {
  const part = (share: number): string => `${Number((100 * share).toPrecision(3))}`
  if (vary.name !== shock) return `${part(extra)} % more ${shock}`
  return x === 'fraction'
    ? `${part(extra)} points more of ${shock}`
    : `${Number(extra.toPrecision(3))} more of ${shock}`
}

/** What the extra shock adds itself: to carry it to a larger one would tell more than was run. */
function added({ value, low, high }: Ranged, { order: { extra } }: CliffDocument): Ranged {
  const part = (x: number | null): number | null => (isKnown(x) ? extra * x : null)
  return { value: part(value), low: part(low), high: part(high) }
}

function responsePanel(document: CliffDocument, { x, y }: Units): Panel {
  const points = document.curve.map(({ x: at, susceptibility }): Point => {
    const { value, low, high } = added(susceptibility, document)
    const title = `${document.vary.name} ${inUnit(at, x)}: ${rangedText({ value, low, high }, y)}`
    return { x: at, y: value, low, high, title }
  })
  return {
    ...{ name: `added by ${extraText(document, { x, y })}`, unit: y },
    ...{ height: 130, from: 'zero', series: [{ color: '2', marks: 'both', points }] },
  }
}

function markersOf(document: CliffDocument, { x }: Units): readonly Marker[] {
  const cliff = measured(document, 'cliff')
  if (!cliff || !isKnown(cliff.value)) return []
  return [{ ...cliff, color: 'bad', text: `cliff at ${placeText(cliff, x)}` }]
}

/** Stretches of the axis without a value, each up to the places beside it that have one. */
function gapsOf({ curve }: CliffDocument): readonly Marker[] {
  const gaps: { low: number; high: number; value: number }[] = []
  curve.forEach(({ x, gap }, k) => {
    if (gap === null) return
    const high = curve[k + 1]?.x ?? x
    if (k > 0 && curve[k - 1]!.gap !== null) gaps.at(-1)!.high = high
    else gaps.push({ low: curve[k - 1]?.x ?? x, high, value: x })
  })
  return gaps.map((gap) => ({ ...gap, color: 'grey', text: '' }))
}

function plotOf(document: CliffDocument, about: About): XyPlot {
  const units = unitsOf(document, about)
  const { vary, order } = document
  const cliff = measured(document, 'cliff')
  const found =
    cliff && isKnown(cliff.value)
      ? `Cliff at ${placeText(cliff, units.x)}.`
      : 'No cliff in this range.'
  return {
    title: `${spoken(order.measure)} against ${vary.name}`,
    description: `${found} Below it the response to a small extra shock.`,
    x: {
      name: axisName(parameterOf(about, vary.name)),
      unit: units.x,
      span: [vary.low, vary.high],
    },
    panels: [curvePanel(document, units), responsePanel(document, units)],
    markers: [...gapsOf(document), ...markersOf(document, units)],
  }
}

/** Draw the loss curve with its cliff, and the response to a small extra shock below it. */
export function cliffChart(document: CliffDocument, about: About): Html {
  const plot = plotOf(document, about)
  const places =
    document.paths === 1 ? 'one path a place' : `means of ${document.paths} paths a place`
  const bands = document.paths === 1 ? 'no intervals' : 'bands are 95 % intervals, cut at the frame'
  return html`${figure('Loss curve', `${places}, on the same draws everywhere; ${bands}`, (width) => xyPlot(plot, width))}
${legend([
  { name: spoken(document.order.measure), color: 'c1', mark: 'line' },
  { name: 'response to a small extra shock', color: 'c2', mark: 'line' },
  ...(document.hysteresis.ways.length > 0
    ? ([
        { name: 'on the way up', color: 'c3', mark: 'dash' },
        { name: 'on the way down', color: 'c4', mark: 'dash' },
      ] as const)
    : []),
  ...(document.curve.some(({ gap }) => gap !== null)
    ? [{ name: 'no value', color: 'grey', mark: 'dash' } as const]
    : []),
  ...(plot.markers!.some(({ color }) => color === 'bad')
    ? [{ name: 'cliff and its 95 % interval', color: 'bad', mark: 'dash' } as const]
    : []),
])}`
}

const KINDS = { 0: 'continuous', 1: 'a jump' } as const

function kindOf(document: CliffDocument): string | null {
  const kind = measured(document, 'kind')?.value ?? null
  return kind === 0 || kind === 1 ? KINDS[kind] : null
}

function gainText(gain: number | null): string {
  if (!isKnown(gain)) return 'unknown'
  return gain.toPrecision(3)
}

/** Whose jump it is, where it is known not to be that of the system. */
function kindNote(document: CliffDocument): string {
  if (kindOf(document) !== 'a jump') return ''
  return document.jump?.of === 'accounts'
    ? 'of this book, not of the system'
    : 'the curve does not announce it'
}

function jumpTiles({ jump }: CliffDocument, { y }: Units): readonly Tile[] {
  if (jump === null) return []
  const { size, accounts } = jump
  const who = accounts ? `, ${rangedText(accounts, 'count')} accounts` : ''
  return [
    {
      name: 'size of the jump',
      value: inUnit(size.value, y),
      note: `${rangedText(size, y)}${who}`,
    },
  ]
}

function tilesOf(document: CliffDocument, units: Units): readonly Tile[] {
  const { vary, loopGain, runs, paths } = document
  const cliff = measured(document, 'cliff')
  const kind = kindOf(document)
  const at = cliff && isKnown(cliff.value) ? inUnit(cliff.value, units.x) : 'none'
  return [
    {
      name: `cliff in ${vary.name}`,
      value: at,
      note: cliff && kind ? placeText(cliff, units.x) : '',
    },
    {
      name: 'kind',
      value: kind ?? 'none',
      note: kindNote(document),
    },
    ...jumpTiles(document, units),
    ...(kind === null
      ? []
      : [
          {
            name: 'loop gain below, above',
            value: `${gainText(loopGain.below)}, ${gainText(loopGain.above)}`,
            note: gainVerdict(loopGain) ?? 'at the next places of the curve',
          },
        ]),
    { name: 'runs', value: short(runs), note: `${count(paths, 'path')} at every place` },
  ]
}

function leadOf(document: CliffDocument, units: Units): Part {
  const { vary, order } = document
  const cliff = measured(document, 'cliff')
  const kind = kindOf(document)
  if (!cliff || kind === null)
    return html`Between ${vary.name} ${inUnit(vary.low, units.x)} and ${inUnit(vary.high, units.x)} there is <b>no cliff</b> in ${spoken(order.measure)}: ${cliff?.note ?? 'none was found'}.`
  const { jump } = document
  const by = jump ? html` by <b>${rangedText(jump.size, units.y)}</b>` : ''
  const how = kind === 'a jump' ? html`jumps${by}` : 'turns from small to systemic'
  const whose = jump ? `; ${jump.note}` : ''
  return html`The ${spoken(order.measure)} ${how} at <b>${vary.name} ${placeText(cliff, units.x)}</b>: ${cliff.note}${whose}.`
}

function beside(document: CliffDocument, units: Units): Html {
  const hasRow = ({ name, value }: CliffDocument['measures'][number]): boolean =>
    name === 'jumpShare' ? isKnown(value) : name !== 'kind'
  const unitOf = (name: string): string => (name === 'jumpShare' ? 'fraction' : units.x)
  const rows = document.measures.filter(hasRow)
  return table(rows, [
    { title: 'number', cell: (m) => html`<b>${m.name}</b>` },
    { title: 'value', align: 'right', cell: (m) => rangedText(m, unitOf(m.name)) },
    { title: 'why', cell: (m) => html`<span class="w wide">${m.note}</span>` },
  ])
}

/** Name places without a value, and why they have none; '' where all have one. */
function gapList({ curve, vary }: CliffDocument, { x: unit }: Units): Part {
  const gaps = curve.filter(({ gap }) => gap !== null)
  if (gaps.length === 0) return ''
  const items = gaps.map(({ x, gap }) => html`<li>${vary.name} ${inUnit(x, unit)}: ${gap!}</li>`)
  return html`<p>Without a value:</p><ul>${items}</ul>`
}

/** Say in which range to look further; '' where nothing says so. */
function furtherText({ wider, vary }: CliffDocument): Part {
  if (wider === null) return ''
  return html`<p>A cliff may lie beyond this range: look further with <code>--vary ${vary.name}=${wider.low}..${wider.high}</code>.</p>`
}

function curveTable(document: CliffDocument, units: Units): Html {
  const { curve, vary, order } = document
  return table(curve, [
    { title: vary.name, align: 'right', cell: (p) => inUnit(p.x, units.x) },
    { title: spoken(order.measure), align: 'right', cell: (p) => rangedText(p.order, units.y) },
    {
      title: 'sd / mean',
      align: 'right',
      hint: 'standard deviation over the paths as a share of the mean',
      cell: (p) => (isKnown(p.relativeSd) ? short(p.relativeSd) : 'none'),
    },
    {
      title: 'response',
      align: 'right',
      hint: `what ${extraText(document, units)} adds`,
      cell: (p) => rangedText(added(p.susceptibility, document), units.y),
    },
  ])
}

/** Write the page of `breakwater cliff`. */
export function cliffPage(document: CliffDocument, about: About): string {
  const units = unitsOf(document, about)
  const { vary, order, hysteresis, runs, seed, paths } = document
  return experimentPage({
    title: `cliff of ${document.scenario}`,
    question: `Breakwater cliff: where along ${vary.name} does ${spoken(order.measure)} turn from small to systemic`,
    heading: about.scenario.title,
    lead: leadOf(document, units),
    tiles: tilesOf(document, units),
    sections: [
      section('curve', 'The curve and its cliff', cliffChart(document, about)),
      section(
        'numbers',
        'In numbers',
        beside(document, units),
        furtherText(document),
        gapList(document, units),
        html`<p>Going back: ${hysteresis.note}.</p>`,
        html`<details><summary>All ${document.curve.length} places</summary>${curveTable(document, units)}</details>`,
      ),
    ],
    facts: factsOf(about, seed, `${short(runs)} in all, ${count(paths, 'path')} a place`),
  })
}
