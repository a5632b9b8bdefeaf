import type { Interval, ScenarioSensitivity } from '../../experiments/index.ts'
import type { ExplainDocument } from '../explain.ts'
import { addsMost, type Lead, movesMost } from '../explainLead.ts'
import { count, inUnit, short, words } from '../format.ts'
import { type Html, html, nothing, type Part, section, table } from '../page/html.ts'
import { type About, factsOf, parameterOf, spoken } from './about.ts'
import { experimentPage, figure, headline, type Tile } from './page.ts'
import { type Row, rowPlot } from './rows.ts'
import { type IndexBar, tornadoChart } from './tornado.ts'
import { isKnown, rangedText } from './units.ts'
import { waterfallChart } from './waterfall.ts'

type ToldAttribution = NonNullable<ExplainDocument['attribution']>

type Parameter = ScenarioSensitivity['parameters'][number]

function docOf(about: About, { name, low, high, unit }: Parameter): string {
  const { doc } = parameterOf(about, name)
  const over = `${inUnit(low, unit)} to ${inUnit(high, unit)}`
  return doc === '' ? over : `${doc}, ${over}`
}

function barsOf(sensitivity: ScenarioSensitivity, about: About): readonly IndexBar[] {
  return sensitivity.parameters.flatMap((p): IndexBar[] => {
    const total = p.shapley ?? p.total
    return total ? [{ name: p.name, doc: docOf(about, p), first: p.first, total }] : []
  })
}

/** Of a screening alone: mean absolute effects. */
function screeningChart(sensitivity: ScenarioSensitivity, about: About): Html {
  const told = sensitivity.parameters.filter((p) => isKnown(p.screening?.muStar.value))
  if (told.length === 0) return nothing('Nothing was screened.')
  const size = (p: Parameter): number => p.screening!.muStar.value
  const rows = told
    .toSorted((a, b) => size(b) - size(a))
    .map((p): Row => {
      const { value, low, high } = p.screening!.muStar
      return {
        ...{ value, low, high, name: p.name, color: p.isKept ? '1' : 'grey', mark: 'bar' },
        ...{ text: inUnit(value, sensitivity.unit), title: `${p.name} (${docOf(about, p)})` },
      }
    })
  return figure(
    'Screening',
    'mean absolute effect over the whole range (Morris); grey ones keep their value',
    (width) =>
      rowPlot(
        {
          title: `screening of ${words(sensitivity.measure)}`,
          description: `${rows.length} parameters.`,
          axis: { name: `change of ${words(sensitivity.measure)}`, unit: sensitivity.unit },
          rows,
        },
        width,
      ),
  )
}

function shareText(share: Interval | null): string {
  return share ? rangedText(share, 'fraction') : ''
}

function parameterTable(sensitivity: ScenarioSensitivity, about: About): Html {
  const { parameters, unit } = sensitivity
  return table(parameters, [
    { title: 'parameter', cell: (p) => html`<b>${p.name}</b>` },
    { title: 'from', align: 'right', cell: (p) => inUnit(p.low, p.unit) },
    { title: 'to', align: 'right', cell: (p) => inUnit(p.high, p.unit) },
    {
      title: 'effect',
      align: 'right',
      hint: 'mean absolute effect over the range, of the screening',
      cell: (p) => (p.screening ? rangedText(p.screening.muStar, unit) : ''),
    },
    { title: 'alone', align: 'right', cell: (p) => shareText(p.first) },
    { title: 'with others', align: 'right', cell: (p) => shareText(p.total) },
    { title: 'Shapley', align: 'right', cell: (p) => shareText(p.shapley) },
    { title: '', cell: (p) => (p.isKept ? '' : 'screened out') },
    { title: 'what', cell: (p) => html`<span class="w">${parameterOf(about, p.name).doc}</span>` },
  ])
}

function sensitivitySection(sensitivity: ScenarioSensitivity, about: About): Html {
  const { method, notes, skipped, evaluations, paths, measure } = sensitivity
  const chart =
    method === 'morris'
      ? screeningChart(sensitivity, about)
      : tornadoChart(spoken(measure), barsOf(sensitivity, about), method)
  return section(
    'sensitivity',
    'What moves it',
    notes.map((note) => html`<p class="remark"><b>Note:</b> ${note}</p>`),
    chart,
    html`<details><summary>All ${sensitivity.parameters.length} parameters</summary>${parameterTable(sensitivity, about)}</details>`,
    skipped.length > 0
      ? html`<p class="soft">Left as they are: ${skipped.map(({ name, reason }) => `${name} (${reason})`).join(', ')}.</p>`
      : '',
    html`<p class="soft">${count(evaluations, 'evaluation')} of ${count(paths, 'path')} each, on the same draws.</p>`,
  )
}

function attributionSection(attribution: ToldAttribution): Html {
  const { channels, absent, unit, fundamental, whole, method, orders, measure, notes } = attribution
  const steps = channels.map(({ name, doc, verdict, share }) => ({ name, doc, verdict, ...share }))
  const how =
    method === 'exact'
      ? 'every set of channels was cut together'
      : `${count(orders, 'order')} of channels were drawn`
  return section(
    'attribution',
    'Which channel carries it',
    notes.map((note) => html`<p class="remark"><b>Note:</b> ${note}</p>`),
    channels.length === 0
      ? nothing('This world has no channel that could be cut: all of it is fundamental.')
      : waterfallChart({ measure, unit, fundamental, whole, steps }),
    table(channels, [
      { title: 'channel', cell: (c) => html`<b>${c.name}</b>` },
      { title: 'share', align: 'right', cell: (c) => rangedText(c.share, unit) },
      { title: 'verdict', cell: (c) => c.verdict },
      { title: 'cut, it is', cell: (c) => html`<span class="w wide">${c.doc}</span>` },
    ]),
    absent.length > 0
      ? html`<p class="soft">Not split over: ${absent.map(({ name, reason }) => `${name} (${reason})`).join('; ')}.</p>`
      : '',
    html`<p class="soft">Shares are Shapley's, ${how}; they add up to the difference between both ends.</p>`,
  )
}

function storySection({ stories, unit }: ExplainDocument): Part {
  if (stories.length === 0) return ''
  const state = (sentences: readonly string[]): Part =>
    sentences.length === 0 ? '' : html`<p class="soft">${sentences.join(' ')}</p>`
  const told = stories.map(
    ({ name, path, value, before, clauses, after, replay }) =>
      html`<h3>${headline(name)}: path ${path}, ${inUnit(value, unit)}</h3>
${state(before)}<ol class="story">${clauses.map(({ text, events }) => html`<li>${text} <span class="soft mono">${events.map((e) => `#${e}`).join(' ')}</span></li>`)}</ol>${state(after)}
<code class="replay">${replay}</code>`,
  )
  return section(
    'story',
    'What happened',
    told,
    html`<p class="soft">Numbers behind # are events of that path's trace; the command runs the path alone, and --out writes it.</p>`,
  )
}

function leadOf({ sensitivity, attribution, measure, unit }: ExplainDocument): Part {
  const sentence = (lead: Lead | null): Part =>
    lead ? html`<b>${lead.named}</b> ${lead.told} ` : ''
  return [
    attribution
      ? html`The ${spoken(measure)} is ${rangedText(attribution.whole, unit)}, ${rangedText(attribution.fundamental, unit)} with all channels cut. `
      : '',
    attribution ? sentence(addsMost(attribution)) : '',
    sensitivity ? sentence(movesMost(sensitivity)) : '',
  ]
}

function tilesOf({
  attribution,
  sensitivity,
  unit,
  measure,
  runs,
}: ExplainDocument): readonly Tile[] {
  return [
    ...(attribution
      ? [
          {
            name: spoken(measure),
            value: inUnit(attribution.whole.value, unit),
            note: rangedText(attribution.whole, unit),
          },
          {
            name: 'with all channels cut',
            value: inUnit(attribution.fundamental.value, unit),
            note: rangedText(attribution.fundamental, unit),
          },
        ]
      : []),
    ...(sensitivity
      ? [
          {
            name: 'parameters varied',
            value: short(sensitivity.parameters.length),
            note: sensitivity.method,
          },
        ]
      : []),
    { name: 'runs', value: short(runs), note: '' },
  ]
}

/** Write the page of `breakwater explain`. */
export function explainPage(explained: ExplainDocument, about: About): string {
  const { sensitivity, attribution, measure, seed, runs, notes } = explained
  return experimentPage({
    title: `explanation of ${explained.scenario}`,
    question: `Breakwater explain: what moves ${spoken(measure)}, through which channels, and what happened`,
    heading: about.scenario.title,
    lead: leadOf(explained),
    warnings: notes,
    tiles: tilesOf(explained),
    sections: [
      ...(attribution ? [attributionSection(attribution)] : []),
      ...(sensitivity ? [sensitivitySection(sensitivity, about)] : []),
      html`${storySection(explained)}`,
    ],
    facts: factsOf(about, seed, `${short(runs)} in all`),
  })
}
