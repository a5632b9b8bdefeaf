import type { MeasureResult } from '../../experiments/index.ts'
import { type Change, type Defence, sayCause, sayChange, sayHalted } from '../controls.ts'
import type { Report } from '../data.ts'
import { clock, dollars, inUnit, short } from '../format.ts'
import { type Column, chart, type Html, html, nothing, type Part, section, table } from './html.ts'

/** Measures of what defences cost, in a few words; the table of measures says all. */
const COSTS: readonly (readonly [name: string, note: string])[] = [
  ['capitalCost', 'borrowing power lost, on average'],
  ['fundsTrapped', 'could have been taken out, were it not halted'],
  ['haltedTime', 'added up over all that was halted'],
  ['falseAlarms', 'halts a day after which nothing was bad'],
  ['controlGas', 'gas of all controls'],
]

function toldCost(value: number | null, unit: string): string {
  if (value === null) return 'none'
  if (unit === 'USD hours') return `${dollars(value)} x h`
  return unit === 's' ? clock(value) : inUnit(value, unit)
}

function costTile({ name, value, low, high, unit }: MeasureResult, note: string): Html {
  const range =
    low === null || high === null || low === high
      ? ''
      : html`<span>${toldCost(low, unit)} to ${toldCost(high, unit)}</span>`
  return html`<div class="tile"><span class="name">${name}</span><b>${toldCost(value, unit)}</b>${range}<span>${note}</span></div>`
}

const CONTROLS: readonly Column<Defence>[] = [
  { title: 'control', cell: (d) => html`<b>${d.name}</b> <span class="soft">${d.kind}</span>` },
  { title: 'changes', align: 'right', cell: (d) => short(d.changes) },
  { title: 'refused', align: 'right', cell: (d) => short(d.refused) },
  { title: 'halts', align: 'right', cell: (d) => short(d.halts) },
  {
    title: 'halted',
    hint: 'time, added up over all that it halted',
    align: 'right',
    cell: (d) => (d.halts === 0 ? '-' : clock(d.haltedTime)),
  },
  { title: 'gas', align: 'right', cell: (d) => dollars(d.gas) },
  { title: 'what it is', cell: (d) => html`<span class="w wide">${d.doc}</span>` },
]

function causeCell(change: Change): Part {
  const { cause } = change
  if (cause === null) return '-'
  return html`<span class="w wide">${sayCause(change)} <a class="event" href="#e${cause.event}">#${cause.event}</a></span>`
}

const CHANGES: readonly Column<Change>[] = [
  { title: 'after', align: 'right', cell: (c) => clock(c.time) },
  { title: 'control', cell: (c) => html`<b>${c.control}</b>` },
  {
    title: 'change',
    cell: (c) =>
      html`<span class="w">${sayChange(c)} <a class="event" href="#e${c.event}">#${c.event}</a></span>`,
  },
  { title: 'halted', cell: (c) => sayHalted(c) || '-' },
  { title: 'answers to', cell: causeCell },
  {
    title: 'waited',
    hint: 'from the proposal to the change',
    align: 'right',
    cell: (c) => clock(c.waited),
  },
]

/** Which control changed what, when and why, and what that cost; '' in worlds without controls. */
export function defencesSection({ path, measures, paths }: Report): Html | '' {
  const defences = path?.defences
  if (!defences) return ''
  const { controls, changes, total, halts, terms } = defences
  const costs = COSTS.flatMap(([name, note]) => {
    const found = measures.find((m) => m.name === name)
    return found ? [costTile(found, note)] : []
  })
  const which = paths > 1 ? `Path ${path.number} of the run; costs are means over all paths. ` : ''
  const listed = total > changes.length ? ` (the first ${changes.length} of ${short(total)})` : ''
  return section(
    'defences',
    'Defences',
    html`<p>${which}A control observes, proposes and, after its latency, sends a transaction like everybody else, which may come late, be priced out or refused.</p>`,
    html`<div class="tiles">${costs}</div>`,
    halts.length > 0 || terms.length > 0
      ? chart('defences', 'What was halted, and terms that were changed,', 'over time')
      : '',
    table(controls, CONTROLS),
    total === 0
      ? nothing('No control changed anything on this path.')
      : html`<details${total <= 12 ? html` open` : ''}><summary>Changes${listed}</summary>${table(changes, CHANGES)}</details>`,
  )
}
