import type { Report } from '../data.ts'
import type { AssumptionEffect, DepthEffect, Effect } from '../effects.ts'
import { count, dollars, exact, inUnit, short, words } from '../format.ts'
import type { FactDistribution, Origin } from '../origins.ts'
import { chart, type Html, html, nothing, type Part, section, table } from './html.ts'

/** A change of bad debt with its sign. */
function signed(value: number): string {
  if (Math.abs(value) < 0.005) return 'no change'
  return `${value > 0 ? '+' : ''}${dollars(value)}`
}

/** Change of bad debt at one setting; what is varied is named where it is not the assumption itself. */
function effectCell(
  { name, varied }: AssumptionEffect,
  { value, badDebt, change, note }: Effect,
): Part {
  if (badDebt === null) return html`<span class="soft">n/a: ${note}</span>`
  const changed = change === null ? dollars(badDebt) : signed(change)
  const knob = varied && varied.name !== name ? `${varied.name} ` : ''
  const at = value === null ? '' : `at ${knob}${exact(value, '')}`
  const why = note ? `; ${note}` : ''
  return html`<b title="bad debt ${dollars(badDebt)}">${changed}</b><br><span class="soft">${at}${why}</span>`
}

/** A value as the source gave it; long lists fold away. */
function valueCell({ value }: AssumptionEffect): Part {
  if (typeof value === 'number') return exact(value, '')
  if (value.length <= 40) return value
  const n = value.split(', ').length
  return html`<details><summary>${n > 1 ? `${n} values` : 'text'}</summary><span class="w">${value}</span></details>`
}

/** The table of assumptions with what each of them moves. */
export function assumptionsSection({ effects }: Report): Html {
  const { assumptions, base } = effects
  const title = 'Assumptions, and what they move'
  if (assumptions.length === 0)
    return section(
      'assumptions',
      title,
      nothing('The scenario states no assumption: everything in it is a definition.'),
    )
  const moved = assumptions.filter((a) => a.low.change || a.high.change)
  const against = base === null ? '' : ` of ${dollars(base)}`
  return section(
    'assumptions',
    title,
    html`<p>What no file holds. Each was set to 80 % and 120 % of its value and the path run again with the same seed; shown is the change of bad debt${against}. Tables of values are varied by the factor that multiplies them.</p>`,
    moved.length === 0
      ? nothing('None of the re-runs changed bad debt.')
      : chart(
          'tornado',
          'Change of bad debt, USD,',
          'at -20 % and +20 % of each assumption, the strongest first',
        ),
    table(assumptions, [
      { title: 'assumption', cell: (a) => html`<b>${a.name}</b>` },
      { title: 'value', cell: valueCell },
      { title: 'unit', cell: (a) => a.unit },
      { title: 'source', cell: (a) => html`<span class="w wide">${a.source}</span>` },
      { title: 'bad debt at -20 %', cell: (a) => effectCell(a, a.low) },
      { title: 'bad debt at +20 %', cell: (a) => effectCell(a, a.high) },
    ]),
  )
}

/** Bad debt at half and double depth of the reference markets; '' for a run in which nobody trades. */
export function depthSection({ effects: { depth }, path }: Report): Html | '' {
  if (path?.duration === 0) return ''
  const title = 'Bad debt at half and double market depth'
  if ('reason' in depth) return section('depth', title, nothing(`Not studied: ${depth.reason}.`))
  return section(
    'depth',
    title,
    html`<p>Depth of the reference markets is assumed, so the path was run again with other values of it, all else equal.</p>`,
    table<DepthEffect>(depth, [
      { title: 'depth', cell: (d) => `${d.factor} x${d.factor === 1 ? ' (the scenario)' : ''}` },
      { title: 'value', align: 'right', cell: (d) => (d.value === null ? '-' : dollars(d.value)) },
      {
        title: 'bad debt',
        align: 'right',
        cell: (d) => (d.badDebt === null ? `n/a: ${d.note}` : dollars(d.badDebt)),
      },
      {
        title: 'change',
        align: 'right',
        cell: (d) => (d.change === null || d.factor === 1 ? '-' : signed(d.change)),
      },
    ]),
  )
}

function amount(value: number, unit: string): string {
  return unit === 'factor' ? short(value) : inUnit(Number(value.toPrecision(7)), unit)
}

function distributionTable(distributions: readonly FactDistribution[]): Html {
  const levels = Object.keys(distributions[0]!.levels)
  return table(distributions, [
    { title: 'distribution', cell: (d) => words(d.name) },
    ...levels.map((level) => ({
      title: level,
      align: 'right' as const,
      cell: (d: FactDistribution) => short(d.levels[level] ?? Number.NaN),
    })),
    {
      title: 'and',
      cell: (d) =>
        d.others
          .map((f) => `${words(f.name.slice(d.name.length + 1))}: ${amount(f.value, f.unit)}`)
          .join('; '),
    },
  ])
}

/** What scaling did to the sum of debts, where a source tells both. */
function scalingSentence({ facts }: Origin): Part {
  const find = (name: string): number | undefined => facts.find((f) => f.name === name)?.value
  const before = find('totalDebtBeforeScaling')
  const after = find('totalDebt')
  if (before === undefined || after === undefined) return ''
  const now = find('liquidatableDebtAtStart')
  const start =
    now === undefined ? '' : ` ${short(now)} ETH of it is liquidatable before any shock.`
  return html`<p>Debts as recorded add up to <b>${short(before)} ETH</b> before scaling; scaled so that each account's debts add up to its own stated total (interest since its last touch), they are <b>${short(after)} ETH</b>.${start}</p>`
}

function factList({ facts }: Origin): Part {
  if (facts.length === 0) return ''
  const rows = facts.map((f) => html`<dt>${words(f.name)}</dt><dd>${amount(f.value, f.unit)}</dd>`)
  return html`<dl class="facts">${rows}</dl>`
}

function leftOutList({ leftOut }: Origin): Part {
  if (leftOut.length === 0) return html`<p class="soft">Nothing was left out.</p>`
  const lines = leftOut.map((l) => {
    const size = l.amount === undefined ? '' : ` (${short(l.amount)} ${l.unit ?? ''})`
    return html`<li>${l.reason}: ${short(l.count)}${size}</li>`
  })
  return html`<p>Left out:</p><ul>${lines}</ul>`
}

function listPart({ name, columns, rows }: Origin['lists'][number]): Part {
  if (rows.length === 0) return ''
  const shown = table(
    rows,
    columns.map((title, k) => ({
      title,
      align: 'right' as const,
      cell: (row: (typeof rows)[number]) => {
        const cell = row[k] ?? ''
        return typeof cell === 'number' ? short(cell) : cell
      },
    })),
  )
  return html`<details><summary>${name} (${rows.length})</summary>${shown}</details>`
}

function originPart(origin: Origin, rank: number): Html {
  const { name, kind, distributions } = origin
  const spread =
    distributions.length === 0
      ? ''
      : html`${chart(`factors${rank}`, 'Distributions', '(thin: 5 to 95 %, thick: 25 to 75 %, tick: median; dots: 1 and 99 %)')}${distributionTable(distributions)}`
  return html`<h3>${name} <span class="soft">${kind}</span></h3>${scalingSentence(origin)}${factList(origin)}${spread}${origin.lists.map(listPart)}${leftOutList(origin)}`
}

/** What the sources gave, scaled and left out. */
export function originsSection({ origins }: Report): Html {
  const title = 'Where the positions come from, and what was left out'
  if (origins.length === 0)
    return section(
      'origins',
      title,
      nothing('The scenario has no sources: its parameters say everything.'),
    )
  // Sources that tell distributions first; long runs of alike sources fold away.
  const main = origins.filter((o) => o.distributions.length > 0 || origins.length <= 3)
  const rest = origins.filter((o) => !main.includes(o))
  const place = (o: Origin): number => origins.indexOf(o)
  const folded =
    rest.length === 0
      ? ''
      : html`<details><summary>${count(rest.length, 'other source')}: ${rest.map((o) => o.name).join(', ')}</summary>${rest.map((o) => originPart(o, place(o)))}</details>`
  return section('origins', title, ...main.map((o) => originPart(o, place(o))), folded)
}

/** Measures whose spread over paths is drawn: the first that differ. */
export function shownSpreads({ perPath }: Report): readonly string[] {
  return Object.keys(perPath)
    .filter((name) => !name.includes('[') && new Set(perPath[name]).size > 1)
    .slice(0, 6)
}

/** Spread of measures over paths. */
export function pathsSection(report: Report): Html | '' {
  const { measures, paths } = report
  if (paths < 2) return ''
  const shown = shownSpreads(report)
  const title = 'Spread over paths'
  if (shown.length === 0)
    return section(
      'paths',
      title,
      nothing('All paths give the same values: nothing in the scenario is random.'),
    )
  const unit = (name: string): string => measures.find((m) => m.name === name)?.unit ?? ''
  return section(
    'paths',
    title,
    html`<p>One tick per path; the longer coloured tick is the mean.</p>`,
    shown.map((name) => chart(`path:${name}`, name, unit(name) === 'fraction' ? '%' : unit(name))),
  )
}
