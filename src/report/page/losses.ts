import type { AtLevel, Estimate, Risk } from '../../experiments/index.ts'
import type { Report } from '../data.ts'
import type { Distribution, PickedPath } from '../distribution.ts'
import { count, inUnit, percent, short, words } from '../format.ts'
import { tailLine } from '../tailText.ts'
import { type Column, chart, type Html, html, nothing, type Part, section, table } from './html.ts'

/** One row of the table of risk: a name, what it means, and its estimates. */
type RiskRow = {
  readonly name: string
  readonly hint: string
  readonly unit: string
  readonly at: readonly AtLevel[]
}

function rowsOf(risk: Risk): readonly RiskRow[] {
  const row = (name: string, hint: string, unit: string, at: readonly AtLevel[]): RiskRow => ({
    ...{ name, hint, unit, at },
  })
  return [
    row('value at risk', 'what that share of the paths do not exceed', risk.unit, risk.valueAtRisk),
    row('expected shortfall', 'mean of the paths beyond', risk.unit, risk.expectedShortfall),
    row(
      'liquidations at risk',
      'debt repaid by liquidators that that share of the paths do not exceed',
      'USD',
      risk.liquidationsAtRisk,
    ),
  ]
}

function intervalOf({ low, high, approximate, method }: Estimate, unit: string): Part {
  if (low === null && high === null) return html`<span class="w">${method}</span>`
  const end = (v: number | null): string => (v === null ? 'unknown' : inUnit(v, unit))
  const doubt = approximate ? html` <span title="${method}">(approximate)</span>` : ''
  return html`<span title="${method}">${end(low)} to ${end(high)}</span>${doubt}`
}

function estimateCell(estimate: Estimate | undefined, unit: string): Part {
  if (!estimate) return '-'
  return html`<b>${inUnit(estimate.value, unit)}</b><br><span class="soft">${intervalOf(estimate, unit)}</span>`
}

function riskTable(risk: Risk): Html {
  const level = (k: number): Column<RiskRow> => ({
    title: ['at 95 %', 'at 99 %'][k]!,
    cell: ({ at, unit }) => estimateCell(at[k], unit),
  })
  return table(rowsOf(risk), [
    { title: '', cell: ({ name, hint }) => html`<span title="${hint}">${name}</span>` },
    level(0),
    level(1),
  ])
}

/** Why intervals are only approximate, each reason once. */
function doubtsOf(risk: Risk): Part {
  const doubts = rowsOf(risk).flatMap(({ name, at }) =>
    at
      .filter((e) => e.approximate)
      .map(({ level, method }) => `${name} ${level * 100} %: ${method.replace(/^.*?; /, '')}`),
  )
  return doubts.length === 0
    ? ''
    : html`<p class="soft">Approximate intervals may cover the truth less often than they say: ${doubts.join('; ')}.</p>`
}

function insolvencyOf({
  probabilityOfInsolvency: p,
  probabilityOfNewInsolvency: arose,
  timeToExit,
}: Risk): Part {
  const { quantiles, censored } = timeToExit
  const insolvent = html`<p>At the end bad debt is beyond reserves on <b>${percent(p.value ?? 0)}</b> of the paths (95 % interval ${percent(p.low ?? 0)} to ${percent(p.high ?? 1)}, ${short(p.n)} paths); on ${percent(arose.value ?? 0)} it arose in the run.</p>`
  const last = quantiles[quantiles.length - 1]!
  if (!last.value && !censored.value) return insolvent
  const told = quantiles.map(
    (q) => html` ${q.level * 100} %: ${inUnit(q.value, 's')} (${intervalOf(q, 's')});`,
  )
  return html`${insolvent}<p>Suppliers of some market cannot get out for so long:${told} on ${percent(censored.value ?? 0)} of the paths the lock lasts at the end, so that these times are lower bounds there.</p>`
}

/** Why something else is drawn than the risk is of. */
function sameNote({ measure, n }: Distribution, risk: Risk): Part {
  const [first] = risk.valueAtRisk
  if (measure === risk.measure) return ''
  return nothing(
    `All ${short(n)} paths end with the same ${risk.measure}, ${inUnit(first?.value ?? null, risk.unit)}. Drawn and picked from below is ${measure}.`,
  )
}

/** Rare events that were asked for, with their intervals. */
function tailNotes({ tails }: Report): Part {
  return (tails ?? []).map((tail) => html`<p>${tailLine(tail)}.</p>`)
}

/** What the histogram leaves out. */
function lumpNote({ lump, n, unit, measure }: Distribution): Part {
  if (lump === null) return ''
  const value = lump.value === 0 ? `no ${words(measure)}` : `exactly ${inUnit(lump.value, unit)}`
  return html`<p>${count(lump.count, 'path')} of ${short(n)} (${percent(lump.count / n)}) ${lump.count === 1 ? 'has' : 'have'} ${value}; the bars below are the others.</p>`
}

function chartsOf(distribution: Distribution): Part {
  const { bins, measure, unit, better } = distribution
  if (bins.length === 0) return ''
  const worse = better === 'lower' ? 'at least' : 'at most'
  return [
    chart(
      'losses',
      `${measure}, ${unit}`,
      'paths per stretch; lines: value at risk (VaR) and expected shortfall (ES), shaded: their 95 % intervals',
    ),
    chart(
      'exceedance',
      `Share of paths with ${worse} so much ${words(measure)}`,
      'logarithmic; shaded: 95 % interval of every point',
    ),
  ]
}

function pickLabel({ at }: PickedPath): string {
  return at.join(', ')
}

/** A measure of one path; what happens or not is no share there. */
function ownValue({ value, unit }: PickedPath['measures'][number]): string {
  if (unit === 'probability' && value !== null) return value === 1 ? 'yes' : 'no'
  return inUnit(value, unit)
}

function pickPanel(pick: PickedPath, k: number, { unit, measure }: Distribution): Html {
  const { path, value, measures, story, replay, series } = pick
  const drawn = series.time.length > 1 ? html`<div class="chart" data-chart="pick:${k}"></div>` : ''
  return html`<div class="pick pick${k}"><p><b>Path ${path}</b> ends with ${measure} ${inUnit(value, unit)}.</p>
<code class="replay">${replay}</code>
<ol class="story">${story.map((text) => html`<li>${text}</li>`)}</ol>
${drawn}
${table(measures, [
  { title: 'measure', cell: (m) => m.name },
  { title: `path ${path}`, cell: ownValue },
])}</div>`
}

/** Buttons for the percentiles, and the path that stands at the one that is pressed. */
function picker(distribution: Distribution): Part {
  const { picks, better } = distribution
  if (picks.length === 0) return nothing('The paths at the percentiles were not run again.')
  const first = Math.max(
    0,
    picks.findIndex(({ at }) => at.includes('p99')),
  )
  const inputs = picks.map(
    (pick, k) =>
      html`<input type="radio" name="pick" id="pick${k}"${k === first ? html` checked` : ''}><label for="pick${k}">${pickLabel(pick)}</label>`,
  )
  const order =
    better === 'lower' ? 'p1 is the mildest of a hundred' : 'p1 is the best of a hundred'
  return html`<h3>One path at a percentile</h3><p>Pick a percentile of the paths by their loss (${order}, worst the worst of all) and see the path that stands there, run again.</p>
<div class="picks" role="radiogroup" aria-label="Percentile">${inputs}
${picks.map((pick, k) => pickPanel(pick, k, distribution))}</div>`
}

/** The distribution of losses over many paths; '' with few. */
export function lossesSection(report: Report): Html | '' {
  const { distribution, risk } = report
  if (distribution === null || risk === null) return ''
  const { measure, n, lump, unit, picks } = distribution
  const title = 'Distribution of losses'
  if (lump?.count === n)
    return section(
      'losses',
      title,
      nothing(
        `All ${short(n)} paths end with the same ${measure}, ${inUnit(lump.value, unit)}, the same loss and the same liquidated debt: no draw moves them.`,
      ),
      insolvencyOf(risk),
      tailNotes(report),
      picks.length === 0 ? '' : picker(distribution),
    )
  return section(
    'losses',
    title,
    html`<p>${short(n)} paths with draws of their own; in grey below each value its 95 % interval.</p>`,
    riskTable(risk),
    doubtsOf(risk),
    sameNote(distribution, risk),
    insolvencyOf(risk),
    tailNotes(report),
    lumpNote(distribution),
    chartsOf(distribution),
    picker(distribution),
  )
}
