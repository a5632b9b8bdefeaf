import type { Checked, CheckedScenario, CheckRow } from '../../experiments/index.ts'
import { chanceText, unjudgedText } from '../checkText.ts'
import { count, inUnit, short, words } from '../format.ts'
import { type Html, html, nothing, type Part, section, table } from '../page/html.ts'
import { madeBy, measureOf } from './about.ts'
import { experimentPage, figure, legend, type Tile } from './page.ts'
import { type Row, rowPlot } from './rows.ts'
import { isKnown, rangedText } from './units.ts'
import type { Color } from './xy.ts'

type Verdict = CheckRow['verdict']

const COLORS: Readonly<Record<Verdict, Color>> = {
  worse: 'bad',
  better: '3',
  same: 'grey',
  'cannot tell': 'grey',
}

/** How far the mean went the wrong way, in its unit. */
function changeText({ worsening, low, high, unit }: CheckRow): string {
  return worsening === null ? 'no number' : rangedText({ value: worsening, low, high }, unit)
}

/** What became worse: the mean, or paths that became infinitely bad. */
function worseningText(row: CheckRow): string {
  const { measure, scenario, lost, gained, worsening } = row
  const isLess = lost > gained && !((worsening ?? 0) > 0)
  const how = isLess
    ? `, which is infinite on ${count(lost, 'path')} more`
    : ` by ${changeText(row)}`
  return `${words(measure)} of ${scenario}${how}`
}

/** One measure: the change as a share of the larger of both values, so that all stand on one axis. */
function rowOf(row: CheckRow): Row {
  const { measure, verdict, before, after, worsening, unit } = row
  const size = Math.max(Math.abs(before ?? 0), Math.abs(after ?? 0))
  const share = (value: number | null): number | null =>
    value === null ? null : size > 0 ? value / size : 0
  return {
    ...{ name: words(measure), color: COLORS[verdict], mark: 'dot' },
    ...{ value: share(worsening), low: share(row.low), high: share(row.high) },
    text: verdict,
    title: `${measure}: ${inUnit(before, unit)}, now ${inUnit(after, unit)}; worse by ${changeText(row)}`,
  }
}

function chartOf(rows: readonly CheckRow[]): Html {
  const drawn = rows.map(rowOf)
  return html`${figure(
    'Change of each mean',
    `as a share of the larger of both; right of 0 is worse, in the measure\u2019s own direction${drawn.some(({ low, high }) => low !== high) ? '; whiskers are 95 % intervals' : ''}`,
    (width) =>
      rowPlot(
        {
          title: 'change of each measure against the baseline',
          description: drawn.map((row) => `${row.name}: ${row.text}`).join(', '),
          axis: { name: 'worse by', unit: 'fraction' },
          rows: drawn,
        },
        width,
      ),
  )}
${legend([
  { name: 'worse', color: 'bad', mark: 'dot' },
  { name: 'better', color: 'c3', mark: 'dot' },
  { name: 'the same, or cannot be told', color: 'grey', mark: 'dot' },
])}`
}

function tableOf(rows: readonly CheckRow[]): Html {
  return table(rows, [
    { title: '', cell: ({ verdict }) => (verdict === 'worse' ? html`<b>worse</b>` : verdict) },
    {
      title: 'measure',
      cell: ({ measure }) => html`<span title="${measureOf(measure).doc}">${words(measure)}</span>`,
    },
    { title: 'better is', cell: ({ better }) => better },
    { title: 'baseline', align: 'right', cell: ({ before, unit }) => inUnit(before, unit) },
    { title: 'now', align: 'right', cell: ({ after, unit }) => inUnit(after, unit) },
    { title: 'worse by', align: 'right', cell: changeText },
    {
      title: 'p',
      align: 'right',
      hint: 'chance of a difference as large, either way, without any; all comparisons of this check taken together',
      cell: (row) => chanceText(row).replace(/^p /, ''),
    },
    { title: 'how', cell: ({ method }) => html`<span class="w">${method}</span>` },
  ])
}

function failuresOf({ failedBefore, failedNow, paths }: CheckedScenario): Part {
  if (failedNow === 0 && failedBefore === 0) return ''
  const text = `${failedNow} of ${count(paths, 'path')} failed, ${failedBefore} did in the baseline.`
  return failedNow > failedBefore ? html`<p class="warning">${text}</p>` : html`<p>${text}</p>`
}

function sectionOf(about: CheckedScenario, all: readonly CheckRow[], place: number): Html {
  const { scenario, paths, seed, notes } = about
  const rows = all.filter((row) => row.scenario === scenario)
  const changed = rows.filter(({ verdict }) => verdict !== 'same')
  return section(
    `scenario-${place}`,
    scenario,
    html`<p class="soft">${count(paths, 'path')}, seed ${seed}${notes.map((note) => `; ${note}`)}</p>`,
    failuresOf(about),
    changed.length > 0
      ? chartOf(changed)
      : nothing(`No measure changed, of ${count(rows.length, 'measure')} that were compared.`),
    tableOf(rows),
  )
}

function leadOf({ worse, rows, scenarios }: Checked): Part {
  const of = `of ${count(rows.length, 'comparison')} in ${count(scenarios.length, 'scenario')}`
  if (worse === 0) return html`<b>Nothing worsened</b>, ${of}.`
  const names = rows.filter(({ verdict }) => verdict === 'worse').map(worseningText)
  return html`<b>${worse} worsened</b>, ${of}${names.length > 0 ? `: ${names.join('; ')}` : ''}.`
}

function tilesOf({ rows, scenarios, worse }: Checked): readonly Tile[] {
  const many = (verdict: Verdict): string =>
    short(rows.filter((row) => row.verdict === verdict).length)
  const failing = scenarios.filter(({ failedNow, failedBefore }) => failedNow > failedBefore)
  return [
    {
      name: 'worse',
      value: short(worse),
      note: failing.length > 0 ? `${count(failing.length, 'scenario')} with more failed paths` : '',
    },
    { name: 'better', value: many('better'), note: '' },
    { name: 'the same', value: many('same'), note: '' },
    { name: 'cannot be told', value: many('cannot tell'), note: 'neither for sure' },
  ]
}

/** Write the page of `breakwater check`. @param command what makes it again. */
export function checkPage(document: Checked, command: string): string {
  const { scenarios, rows, method, worse } = document
  const isUnknown = rows.some(
    ({ worsening, verdict }) => !isKnown(worsening) && verdict === 'cannot tell',
  )
  const unjudged = unjudgedText(rows)
  return experimentPage({
    title: worse > 0 ? `${worse} worsened` : 'nothing worsened',
    question: 'Breakwater check: did any measure worsen against the baseline',
    heading: `Check of ${scenarios.map(({ scenario }) => scenario).join(', ')}`,
    lead: leadOf(document),
    tiles: tilesOf(document),
    warnings: [
      ...(isUnknown ? ['some measures have no number on both sides; they are not judged'] : []),
      ...(unjudged === null ? [] : [unjudged]),
    ],
    sections: scenarios.map((about, k) => sectionOf(about, rows, k)),
    facts: [['Method', `${method[0]!.toUpperCase()}${method.slice(1)}.`], ...madeBy(command)],
  })
}
