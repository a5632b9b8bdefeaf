import type { CliffDistance, Warned, WarnedPath } from '../../experiments/index.ts'
import { clock, count, inUnit, short, words } from '../format.ts'
import { type Html, html, nothing, type Part, section, table } from '../page/html.ts'
import { type About, factsOf, spoken } from './about.ts'
import { experimentPage, figure, legend, type Tile } from './page.ts'
import { type Row, rowPlot } from './rows.ts'
import { chanceOf, timeLines } from './timeLines.ts'
import { isKnown, rangedText } from './units.ts'

type Trend = WarnedPath['indicators'][number]

/** A trend that fewer of the twins reach is more than chance. */
const LEVEL = 0.05

function trendsOf(paths: readonly WarnedPath[], name: Trend['name']) {
  return paths.flatMap(({ path, indicators }) =>
    indicators
      .filter((own) => own.name === name && isKnown(own.tau))
      .map((trend) => ({ path, trend })),
  )
}

function trendRow(paths: readonly WarnedPath[], name: Trend['name']): Row {
  const trends = trendsOf(paths, name)
  const rising = trends.filter(({ trend }) => chanceOf(trend) < LEVEL).length
  return {
    ...{ name: words(name), value: null, low: null, high: null, color: '1', mark: 'dot' },
    dots: trends.map(({ path, trend }) => ({
      ...{ value: trend.tau, color: chanceOf(trend) < LEVEL ? 'bad' : 'grey' },
      title: `path ${path}: tau ${trend.tau.toFixed(2)}, p ${chanceOf(trend).toPrecision(2)}, from ${short(trend.first)} to ${short(trend.last)}`,
    })),
    text: `${rising} of ${trends.length} beyond chance`,
    title: words(name),
  }
}

function panel(paths: readonly WarnedPath[]): Html {
  const names = [...new Set(paths.flatMap((p) => p.indicators.map((i) => i.name)))]
  if (names.length === 0)
    return nothing(paths[0]?.note ?? 'There was no time before the event to look at.')
  const told = names.filter((name) => trendsOf(paths, name).length > 0)
  const rows = told.map((name) => trendRow(paths, name))
  return html`${figure(
    'Signs before the event',
    "Kendall's rank correlation of each indicator with time, one dot per path",
    (width) =>
      rowPlot(
        {
          title: 'trends of indicators before the event',
          description: rows.map((row) => `${row.name}: ${row.text}`).join(', '),
          axis: { name: 'trend (tau), 1 = always rising', unit: '', span: [-1.05, 1.05] },
          rows,
        },
        width,
      ),
  )}
${legend([
  { name: 'rises more than in 95 % of surrogates without a trend', color: 'bad', mark: 'dot' },
  { name: 'as chance makes', color: 'grey', mark: 'dot' },
])}`
}

function pathTable(paths: readonly WarnedPath[]): Html {
  const tell = (trend: Trend | undefined): string =>
    trend && isKnown(trend.tau)
      ? `${trend.tau.toFixed(2)} (p ${chanceOf(trend).toPrecision(2)})`
      : 'none'
  const column = (name: Trend['name']) => ({
    title: words(name),
    align: 'right' as const,
    cell: (p: WarnedPath) => tell(p.indicators.find((i) => i.name === name)),
  })
  return table(paths, [
    { title: 'path', align: 'right', cell: (p) => p.path },
    {
      title: 'event after',
      align: 'right',
      cell: (p) => (p.onset ? clock(p.onset.seconds) : 'none'),
    },
    { title: 'liquidations', align: 'right', cell: (p) => short(p.liquidations) },
    { title: 'verdict', cell: (p) => p.verdict },
    column('variance'),
    column('autocorrelation'),
    column('skewness'),
    column('crossCorrelation'),
    {
      title: 'why',
      cell: (p) => html`<span class="w">${p.onset ? `${p.note}; ${p.onset.by}` : p.note}</span>`,
    },
  ])
}

/** Write the cliff as a change of price, or as a value of the shock where that is none. */
function distanceText(distance: CliffDistance): string {
  const { asset, move, cliff, shock, unit } = distance
  if (cliff === null) return 'none found'
  return move && asset
    ? `${asset} ${rangedText(move, 'fraction')}`
    : `${shock} ${rangedText(cliff, unit)}`
}

function shortDistance({ asset, move, cliff, shock, unit }: CliffDistance): string {
  if (cliff === null) return 'none found'
  return move && asset
    ? `${asset} ${inUnit(move.value, 'fraction')}`
    : `${shock} ${inUnit(cliff.value, unit)}`
}

/** By how much a jump goes; '' where there is none. */
function jumpText({ jump, measureUnit }: CliffDistance): string {
  return jump ? ` by ${rangedText(jump.size, measureUnit)}` : ''
}

/** What a cliff is that is no turn of the system; '' where that is not known. */
function bookText({ jump }: CliffDistance): string {
  return jump?.of === 'accounts' ? ', a jump of this book, not of the system' : ''
}

function distanceSection(distance: CliffDistance | null): Html {
  const title = 'How far the cliff is'
  if (!distance) return section('distance', title, nothing('It was not asked for (--no-distance).'))
  const { cliff, move, shock, unit, low, high, measure, note, asset, kind, jump } = distance
  if (!cliff)
    return section(
      'distance',
      title,
      nothing(
        `No cliff of ${spoken(measure)} for ${shock} from ${inUnit(low, unit)} to ${inUnit(high, unit)}: ${note}.`,
      ),
    )
  const at = move ?? cliff
  const row: Row = {
    ...{ value: at.value, low: at.low, high: at.high, color: 'bad', mark: 'bar' },
    name: 'from here to the cliff',
    text: rangedText(at, move ? 'fraction' : unit),
    title: `${distanceText(distance)}: ${note}`,
  }
  const axis = move && asset ? `change of the price of ${asset}` : shock
  return section(
    'distance',
    title,
    figure('Distance', 'from the state as it is; the whisker is the 95 % interval', (width) =>
      rowPlot(
        {
          title: 'distance to the cliff',
          description: distanceText(distance),
          ...{ axis: { name: axis, unit: move ? 'fraction' : unit }, rows: [row] },
        },
        width,
      ),
    ),
    html`<p>${kind === 1 ? 'A jump' : 'A continuous cliff'} of ${spoken(measure)}${jumpText(distance)} at ${shock} ${rangedText(cliff, unit)}: ${note}${jump ? `; ${jump.note}` : ''}.</p>`,
  )
}

const HEADS: Readonly<Record<Warned['verdict'], string>> = {
  warning: 'There was a warning',
  'no warning': 'There was no warning',
  'cannot tell': 'Whether there was a warning cannot be told',
  'no event': 'Nothing happened',
}

function leadOf({ verdict, note, asset, distance }: Warned): Part {
  const far = distance?.cliff
    ? html` The cliff is at <b>${distanceText(distance)}</b>${bookText(distance)}.`
    : ''
  return html`<b>${HEADS[verdict]}</b> in the price of ${asset}: ${note}.${far}`
}

function tilesOf({ verdict, share, paths, branching, distance }: Warned): readonly Tile[] {
  const ratio = branching.likelihood ?? branching.moment
  return [
    { name: 'verdict', value: verdict, note: '' },
    {
      name: 'events with a warning',
      value: share ? inUnit(share.value, 'fraction') : 'unknown',
      note: share
        ? `${rangedText(share, 'fraction')}, ${count(share.n, 'event')}`
        : 'no event could be judged',
    },
    ...(distance
      ? [
          {
            name: 'the cliff',
            value: shortDistance(distance),
            note: `${distanceText(distance)}${bookText(distance)}`,
          },
        ]
      : []),
    {
      name: 'branching of liquidations',
      value: ratio ? short(ratio.value) : 'unknown',
      note: ratio
        ? `${rangedText(ratio, 'ratio')} on path 0, ${ratio.method}`
        : 'too few liquidations',
    },
    { name: 'paths', value: short(paths.length), note: '' },
  ]
}

/** Write the page of `breakwater warn`. */
export function warnPage(document: Warned, about: About): string {
  const { paths, seed, distance, asset } = document
  const runs = paths.length + (distance?.runs ?? 0)
  const failed = document.failures.map(({ path, reason }) => `path ${path} failed: ${reason}`)
  return experimentPage({
    title: `early warning of ${document.scenario}`,
    question: `Breakwater warn: what was to be seen before in the price of ${asset}, and how far is the cliff`,
    heading: about.scenario.title,
    lead: leadOf(document),
    warnings: failed,
    tiles: tilesOf(document),
    sections: [
      section(
        'signs',
        'Was there a warning',
        timeLines(document),
        panel(paths),
        html`<details><summary>Path by path</summary>${pathTable(paths)}</details>`,
        html`<p class="soft">Slowing down before a transition shows as variance and lag-1 autocorrelation that rise together; both must rise more than in 95 % of the surrogates. Abrupt cascades give no such sign.</p>`,
      ),
      distanceSection(distance),
    ],
    facts: factsOf(about, seed, `${short(runs)} in all`),
  })
}
