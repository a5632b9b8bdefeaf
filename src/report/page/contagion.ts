import type { ChannelResult, MeasureResult } from '../../experiments/index.ts'
import { ofLender } from '../../measures/index.ts'
import type { Report } from '../data.ts'
import { inUnit } from '../format.ts'
import { type Column, chart, type Html, html, type Part, section, table } from './html.ts'

/** Measures that are told of each protocol. */
const EACH = ['loss', 'badDebt', 'liquidatedDebt', 'couplingLoss']

type Ranged = {
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
}

function rangeOf({ low, high }: Ranged, unit: string): Part {
  if (low === null || high === null) return ''
  return `${inUnit(low, unit)} to ${inUnit(high, unit)}`
}

function valueCell(m: MeasureResult | undefined): Part {
  if (!m) return '-'
  const range = rangeOf(m, m.unit)
  return html`<b>${inUnit(m.value, m.unit)}</b>${range === '' ? '' : html`<br><span class="soft">${range}</span>`}`
}

/** Names of the protocols that measures are taken of alone. */
export function lendersIn(measures: readonly MeasureResult[]): readonly string[] {
  const [base] = EACH
  const start = `${base}[`
  return measures.flatMap(({ name }) =>
    name.startsWith(start) ? [name.slice(start.length, -1)] : [],
  )
}

/** The main numbers of each protocol; '' with fewer than two. */
export function lendersSection({ measures }: Report): Html | '' {
  const lenders = lendersIn(measures)
  if (lenders.length < 2) return ''
  const find = (name: string): MeasureResult | undefined => measures.find((m) => m.name === name)
  const columns = EACH.flatMap((name): Column<string>[] => {
    const all = find(name)
    if (!all) return []
    const cell = (lender: string): Part =>
      valueCell(lender === '' ? all : find(ofLender(name, lender)))
    return [{ title: name, hint: all.note, align: 'right', cell }]
  })
  const interval = measures.find((m) => m.interval !== null)?.interval
  return section(
    'lenders',
    'Each protocol',
    table(
      [...lenders, ''],
      [{ title: 'protocol', cell: (l) => (l === '' ? 'all' : html`<b>${l}</b>`) }, ...columns],
    ),
    interval ? html`<p class="soft">Below each value its interval: ${interval}.</p>` : '',
    find('couplingLoss')
      ? html`<p class="soft">couplingLoss: ${find('couplingLoss')!.note}.</p>`
      : '',
  )
}

const WHY: Column<ChannelResult> = {
  title: 'why it cannot be cut',
  cell: (c) => html`<span class="w">${c.note || '-'}</span>`,
}

/** Columns of the table of channels: no interval with one path, no reason where all could be cut. */
function channelColumns(isRanged: boolean, isWhole: boolean): readonly Column<ChannelResult>[] {
  const told = (c: ChannelResult): Part =>
    c.value === null
      ? html`<span class="soft">cannot be cut</span>`
      : html`<b>${inUnit(c.value, 'USD')}</b>`
  const ranges: readonly Column<ChannelResult>[] = [
    { title: 'interval', align: 'right', cell: (c) => rangeOf(c, 'USD') },
    { title: 'paths', align: 'right', cell: (c) => inUnit(c.n, 'count') },
  ]
  return [
    { title: 'channel', cell: (c) => html`<b>${c.name}</b>` },
    { title: 'loss that goes', align: 'right', cell: told },
    ...(isRanged ? ranges : []),
    { title: 'when it is cut', cell: (c) => html`<span class="w wide">${c.doc}</span>` },
    ...(isWhole ? [] : [WHY]),
  ]
}

/** What each channel of contagion carries, in runs that were told to cut them. */
export function channelsSection({ channels }: Report): Html | '' {
  if (channels.length === 0) return ''
  const cut = channels.filter((c) => c.value !== null)
  const interval = cut.find((c) => c.interval !== null)?.interval
  const title = 'Loss that goes when a channel is cut, USD'
  const note = interval ? `bar: mean over paths; line: ${interval}` : 'one path'
  return section(
    'channels',
    'Channels of contagion',
    html`<p>Every path was run again with one channel replaced by its ideal, same draws. Shown is the loss that goes with it; below zero, cutting it makes the loss larger. Channels work through each other, so that these numbers do not add up to the loss.</p>`,
    cut.length === 0 ? '' : chart('channels', title, note),
    table(channels, channelColumns(interval !== undefined, cut.length === channels.length)),
  )
}
