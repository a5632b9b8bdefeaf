import type { CompareDocument } from '../../experiments/index.ts'
import { measureInfo } from '../../measures/index.ts'
import {
  compareLead,
  costNames,
  costSide,
  doubtText,
  isThere,
  placeText,
  sureText,
} from '../compareTold.ts'
import { count, inUnit, short, words } from '../format.ts'
import { type Html, html, nothing, type Part, section, table } from '../page/html.ts'
import { type About, factsOf, measureOf, spoken } from './about.ts'
import { experimentPage, figure, legend, type Tile } from './page.ts'
import { type Row, rowPlot } from './rows.ts'
import { isKnown, type Ranged, rangedText } from './units.ts'
import type { Color } from './xy.ts'

type Arm = CompareDocument['arms'][number]
type Verdict = NonNullable<Arm['avoided']>['verdict']

const COLORS: Readonly<Record<Verdict, Color>> = {
  helps: '3',
  harms: 'bad',
  'no effect': 'grey',
  'cannot tell': 'grey',
}

/** Name of what is compared with its statistic: `bad debt, es95`. */
function comparedName({ measure, statistic }: CompareDocument): string {
  return spoken(statistic === 'mean' ? measure.name : `${measure.name}.${statistic}`)
}

function armOf({ arms }: CompareDocument, name: string): Arm {
  return arms.find((arm) => arm.name === name)!
}

/** Whether a row has an interval: exact numbers have none. */
function hasWhisker({ low, high }: Row): boolean {
  return isKnown(low) && isKnown(high) && low !== high
}

/** A number with its bounds alone. */
function boundsOf({ value, low, high }: Ranged): Ranged {
  return { value, low, high }
}

function rankingRow(document: CompareDocument, place: CompareDocument['ranking'][number]): Row {
  const { name } = place
  const { unit } = document.measure
  const { avoided, level, kind } = armOf(document, name)
  if (!avoided)
    return {
      ...{
        value: 0,
        low: null,
        high: null,
        name: `${placeText(place)}: ${name} (the base)`,
        color: 'grey',
        mark: 'dot',
      },
      text: 'base',
      title: `${name}: ${rangedText(level, unit)}`,
    }
  return {
    ...boundsOf(avoided),
    ...{ name: `${placeText(place)}: ${name}`, color: COLORS[avoided.verdict], mark: 'dot' },
    text: `${inUnit(avoided.value, unit)}, ${avoided.verdict}`,
    title: `${name} (${kind}): better by ${rangedText(avoided, unit)}; ${comparedName(document)} ${rangedText(level, unit)}`,
  }
}

function rankingChart(document: CompareDocument): Html {
  const { ranking, measure } = document
  const rows = ranking.map((place) => rankingRow(document, place))
  return html`${figure(
    'Ranking',
    `better than the base by so much, on the same paths; before each name the places that it may have${rows.some(hasWhisker) ? '; whiskers are 95 % intervals' : ''}`,
    (width) =>
      rowPlot(
        {
          title: `ranking by ${comparedName(document)}`,
          description: `${rows.length} worlds on the same ${document.compared} paths.`,
          axis: { name: `${comparedName(document)} avoided`, unit: measure.unit },
          rows,
        },
        width,
      ),
  )}
${legend([
  { name: 'helps', color: 'c3', mark: 'dot' },
  { name: 'harms', color: 'bad', mark: 'dot' },
  { name: 'no effect, or cannot be told', color: 'grey', mark: 'dot' },
])}`
}

function allDoubts({ cannotTell, same }: CompareDocument['ranking'][number]): string {
  return `the same as: ${same.join(', ') || 'none'}; cannot be told from: ${cannotTell.join(', ') || 'none'}`
}

function verdictOf(document: CompareDocument, name: string): Html {
  const { avoided } = armOf(document, name)
  if (!avoided) return html`base`
  const sure = sureText(avoided, document.isCertain)
  return html`${avoided.verdict}${sure && html`<span class="w">; ${sure}</span>`}`
}

function rankingTable(document: CompareDocument): Html {
  const { ranking, measure } = document
  return table(ranking, [
    {
      title: 'rank',
      align: 'right',
      cell: placeText,
      hint: 'places that it may have, given those that are told to be better or worse',
    },
    { title: '', cell: (r) => html`<b>${r.name}</b>` },
    {
      title: comparedName(document),
      align: 'right',
      cell: (r) => rangedText(armOf(document, r.name).level, measure.unit),
    },
    {
      title: 'better by',
      align: 'right',
      cell: (r) => {
        const { avoided } = armOf(document, r.name)
        return avoided ? rangedText(avoided, measure.unit) : ''
      },
    },
    { title: 'verdict', cell: (r) => verdictOf(document, r.name) },
    {
      title: 'order',
      cell: (r) =>
        html`<span class="w" title="${allDoubts(r)}">${doubtText(r, document.isCertain)}</span>`,
    },
  ])
}

/** Pairs are in the tables: charts of them all would be long. */
function drawn(arms: readonly Arm[]): readonly Arm[] {
  return arms.filter(({ kind }) => kind !== 'pair' && kind !== 'base')
}

function costTable(arms: readonly Arm[], measures: readonly string[]): Html {
  const costOf = (arm: Arm, measure: string) => arm.costs?.find((c) => c.measure === measure)
  return table(arms, [
    { title: '', cell: (arm) => html`<b>${arm.name}</b>` },
    ...measures.map((measure) => ({
      title: measure,
      align: 'right' as const,
      hint: measureOf(measure).doc,
      cell: (arm: Arm) => {
        const cost = costOf(arm, measure)
        return cost ? rangedText(cost, cost.unit) : ''
      },
    })),
  ])
}

/** Colours of what costs, what gains, and what is either. */
const SIDES = { cost: 'bad', gain: '3', open: 'grey' } as const

/** One chart per measure of cost: arms below each other. */
function costChart(arms: readonly Arm[], measure: string): Html {
  const { unit, doc } = measureOf(measure)
  const better = measureInfo(measure)?.better === 'higher' ? 'right' : 'left'
  const rows = arms.flatMap(({ name, costs }): Row[] => {
    const cost = costs?.find((c) => c.measure === measure)
    if (!cost) return []
    return [
      {
        ...boundsOf(cost),
        ...{ name, color: SIDES[costSide(cost) ?? 'open'], mark: 'bar' },
        text: inUnit(cost.value, unit),
        title: `${name}: ${rangedText(cost, unit)}`,
      },
    ]
  })
  return figure(words(measure), `${doc}; ${better} of 0 is better`, (width) =>
    rowPlot(
      {
        title: `${words(measure)} in calm weather`,
        description: `${rows.length} worlds beyond the base.`,
        axis: { name: `${words(measure)} beyond the base's`, unit },
        rows,
      },
      width,
    ),
  )
}

function costSection(document: CompareDocument): Html {
  const { arms, calm } = document
  const title = 'What it costs in calm weather'
  if (calm === null)
    return section(
      'costs',
      title,
      nothing('The scenario has no calm weather: no section "calm:", and its shock cannot be 0.'),
    )
  const others = arms.filter((arm) => arm.avoided !== null)
  const { all, told } = costNames(document)
  const free = all.filter((name) => !told.includes(name))
  const set = Object.entries(calm).map(([name, value]) => `${name} = ${value}`)
  return section(
    'costs',
    title,
    html`<p>The same paths with ${set.join(', ')}; numbers are beyond the base's.</p>`,
    told.length === 0 ? nothing('None of them costs anything that is measured.') : '',
    told.map((name) => costChart(drawn(others), name)),
    told.length > 0
      ? html`<details><summary>All ${others.length} worlds</summary>${costTable(others, told)}</details>`
      : '',
    free.length > 0
      ? html`<p class="soft">No difference in ${free.map(words).join(', ')}.</p>`
      : '',
  )
}

function payerSection({ arms }: CompareDocument): Html {
  const others = arms.filter((arm) => arm.avoided !== null)
  const rows = others.flatMap(({ name, payers }) =>
    payers.filter((payer) => isThere(payer, payer.unit)).map((payer) => ({ arm: name, ...payer })),
  )
  if (rows.length === 0)
    return section('payers', 'Who pays', nothing('Nobody pays more or less than without them.'))
  const pairs = arms.filter(({ kind }) => kind === 'pair').map(({ name }) => name)
  const bars = rows
    .filter(({ arm }) => !pairs.includes(arm))
    .map(
      (p): Row => ({
        ...boundsOf(p),
        ...{ name: `${p.arm}: ${p.who}`, mark: 'bar', text: inUnit(p.value, p.unit) },
        color: (p.value ?? 0) > 0 ? 'bad' : '3',
        title: `${p.arm}, ${p.who} (${p.measure}): ${rangedText(p, p.unit)}`,
      }),
    )
  return section(
    'payers',
    'Who pays',
    figure('More or less under stress', 'right of 0 pays more than without the defence', (width) =>
      rowPlot(
        {
          title: 'who pays more or less',
          description: `${rows.length} changes.`,
          axis: { name: 'paid more (right) or less (left)', unit: 'USD' },
          rows: bars,
        },
        width,
      ),
    ),
    html`<details><summary>All ${rows.length} changes</summary>${table(rows, [
      { title: '', cell: (p) => html`<b>${p.arm}</b>` },
      { title: 'who', cell: (p) => p.who },
      { title: 'pays more by', align: 'right', cell: (p) => rangedText(p, p.unit) },
      { title: 'measure', cell: (p) => p.measure },
    ])}</details>`,
  )
}

function interactionSection({ interactions, measure }: CompareDocument): Part {
  if (interactions.length === 0) return ''
  const rows = interactions.map(
    ({ pair, extra, verdict }): Row => ({
      ...boundsOf(extra),
      ...{
        name: pair.join(' + '),
        mark: 'dot',
        text: `${inUnit(extra.value, measure.unit)}, ${verdict}`,
      },
      color: verdict === 'help each other' ? '3' : verdict === 'overlap' ? '2' : 'grey',
      title: `${pair.join(' + ')}: ${rangedText(extra, measure.unit)}`,
    }),
  )
  return section(
    'interactions',
    'Together',
    figure('What pairs avoid beyond the sum of both', 'left of 0 they overlap', (width) =>
      rowPlot(
        {
          title: 'interactions of pairs',
          description: `${rows.length} pairs.`,
          axis: { name: 'beyond the sum of both', unit: measure.unit },
          rows,
        },
        width,
      ),
    ),
  )
}

function leadOf(document: CompareDocument): Part {
  const text = (effect: Ranged): string => rangedText(effect, document.measure.unit)
  const { subject, rest } = compareLead(document, { what: comparedName(document), text })
  return html`<b>${subject}</b>${rest}`
}

function tilesOf(document: CompareDocument): readonly Tile[] {
  const { arms, measure, runs, compared, isCertain } = document
  const countOf = (verdict: Verdict): string =>
    String(arms.filter((arm) => arm.avoided?.verdict === verdict).length)
  return [
    {
      name: `${comparedName(document)} of the base`,
      value: inUnit(arms[0]!.level.value, measure.unit),
      note: isCertain ? '' : rangedText(arms[0]!.level, measure.unit),
    },
    { name: 'help', value: countOf('helps'), note: `of ${count(arms.length - 1, 'world')}` },
    { name: 'harm', value: countOf('harms'), note: '' },
    {
      ...{ name: 'cannot be told', value: countOf('cannot tell') },
      note: countOf('cannot tell') === '0' ? '' : 'more paths may tell',
    },
    {
      name: 'runs',
      value: short(runs),
      note: isCertain
        ? 'no chance in it: numbers are exact'
        : `${count(compared, 'path')} in every world`,
    },
  ]
}

/** Write the page of `breakwater compare`. */
export function comparePage(document: CompareDocument, about: About): string {
  const { seed, runs, compared, paths, isCertain } = document
  const left = paths - compared
  return experimentPage({
    title: `comparison in ${document.scenario}`,
    question: 'Breakwater compare: which defence works, what it costs, and who pays',
    heading: about.scenario.title,
    lead: leadOf(document),
    warnings:
      left > 0 ? [`${count(left, 'path')} had no number in some world and were left out`] : [],
    tiles: tilesOf(document),
    sections: [
      section(
        'ranking',
        'Which is better',
        rankingChart(document),
        html`<details><summary>All ${document.ranking.length} worlds</summary>${rankingTable(document)}</details>`,
        isCertain
          ? ''
          : html`<p class="soft">Verdicts, ranks and what is said of pairs hold together with 95 %; intervals are 95 % each.</p>`,
      ),
      html`${interactionSection(document)}`,
      costSection(document),
      payerSection(document),
    ],
    facts: factsOf(about, seed, `${short(runs)} in all, ${count(paths, 'path')} in every world`),
  })
}
