import type { AccountTables } from '../data.ts'
import { count, dollars, percent, short } from '../format.ts'
import type { Holding, ReasonRow, TroubledRow } from '../troubled.ts'
import { type Column, type Html, html, nothing, type Part, table } from './html.ts'

const RIGHT = { align: 'right' } as const

/** Assets named per side of an account; the others are counted. */
const NAMED = 4

/** Values worth naming, the largest first: `ETH $1.20M, USDC $0.90M`. */
function sideOf(total: number, holdings: readonly Holding[]): Part {
  if (total === 0) return '-'
  const shown = holdings.filter(({ value }) => value >= 0.005).slice(0, NAMED)
  const more = holdings.length - shown.length
  const rest = more > 0 && shown.length > 0 ? `, ${short(more)} more` : ''
  const assets = shown.map(({ asset, value }) => `${asset} ${dollars(value)}`).join(', ') + rest
  const named = holdings.length === 1 ? holdings[0]!.asset : assets
  return html`<b>${dollars(total)}</b> <span class="soft">${named}</span>`
}

const ACCOUNT: readonly Column<TroubledRow>[] = [
  {
    title: 'account',
    cell: (a) => html`<span class="mono">${a.account}</span> <span class="soft">${a.lender}</span>`,
  },
  { title: 'debt', cell: (a) => html`<span class="w">${sideOf(a.debt, a.owed)}</span>` },
  {
    title: 'collateral',
    cell: (a) => html`<span class="w">${sideOf(a.collateral, a.held)}</span>`,
  },
  {
    title: 'health',
    hint: 'healthFactor: collateral x threshold / debt at oracle prices; below 1: liquidatable',
    ...RIGHT,
    cell: (a) => (a.healthFactor === null ? 'unknown' : a.healthFactor.toFixed(3)),
  },
  {
    title: 'bad debt',
    hint: 'debt beyond all collateral',
    ...RIGHT,
    cell: (a) => (a.badDebt > 0 ? dollars(a.badDebt) : '-'),
  },
]

const LIQUIDATED: Column<TroubledRow> = {
  title: 'liquidated',
  hint: 'debt repaid by liquidators during the path',
  ...RIGHT,
  cell: (a) => (a.liquidated > 0 ? dollars(a.liquidated) : '-'),
}

function whyOf(meanings: ReadonlyMap<string, string>): Column<TroubledRow> {
  return {
    title: 'why it is not liquidated (further)',
    hint: 'asked of contract, venue and liquidators as they stand at the end',
    cell: (a) =>
      html`<span class="w wide">${meanings.get(a.reason) ?? a.reason}: <span class="soft">${a.detail}</span></span>`,
  }
}

const REASON: readonly Column<ReasonRow>[] = [
  { title: 'why not', cell: (r) => r.meaning },
  { title: 'accounts', ...RIGHT, cell: (r) => short(r.accounts) },
  { title: 'debt', ...RIGHT, cell: (r) => dollars(r.debt) },
  { title: 'bad debt', ...RIGHT, cell: (r) => (r.badDebt > 0 ? dollars(r.badDebt) : '-') },
  {
    title: 'gain',
    hint: 'what liquidating them would gain after gas, each as if it were the only one',
    ...RIGHT,
    cell: (r) => (r.net > 0 ? dollars(r.net) : '-'),
  },
]

/** A row that adds the others up. */
function totalOf(reasons: readonly ReasonRow[]): ReasonRow {
  const sum = (value: (row: ReasonRow) => number): number =>
    reasons.reduce((all, row) => all + value(row), 0)
  return {
    ...{ reason: 'nothing', meaning: 'all' },
    ...{ accounts: sum((r) => r.accounts), debt: sum((r) => r.debt) },
    ...{ badDebt: sum((r) => r.badDebt), net: sum((r) => r.net) },
  }
}

/** Why accounts in trouble are not liquidated, counted. */
export function reasonsPart({ troubled: { reasons, judges } }: AccountTables): Html {
  if (reasons.length === 0)
    return nothing('No account is below its threshold, and none has bad debt.')
  const rows = reasons.length > 1 ? [...reasons, totalOf(reasons)] : reasons
  return html`${table(rows, REASON)}<p class="soft">Asked at the end of contracts, venues and liquidators. ${judges.join('. ')}.</p>`
}

/** The accounts with the largest bad debt. */
export function badPart({ bad, troubled }: AccountTables, isFound: boolean): Html {
  if (bad.count === 0) return nothing('No account owes more than it holds: there is no bad debt.')
  const rows = troubled.bad
  const shown = rows.reduce((sum, a) => sum + a.badDebt, 0)
  const known =
    bad.openingTotal > 0 && !isFound
      ? ` Before the first block bad debt was ${dollars(bad.openingTotal)} already.`
      : ''
  const most =
    rows.length < bad.count
      ? `; the ${short(rows.length)} below carry ${percent(shown / bad.total)} of it`
      : ''
  return html`<p>${count(bad.count, 'account')} with ${dollars(bad.total)} of bad debt${most}.${known}</p>${accountTable(rows, troubled.reasons)}`
}

function accountTable(rows: readonly TroubledRow[], reasons: readonly ReasonRow[]): Html {
  const meanings = new Map(reasons.map(({ reason, meaning }) => [reason as string, meaning]))
  const liquidated = rows.some((a) => a.liquidated > 0) ? [LIQUIDATED] : []
  return table(rows, [...ACCOUNT, ...liquidated, whyOf(meanings)])
}

/** The largest debts below their thresholds that nobody liquidated. */
export function belowPart({ troubled }: AccountTables): Html {
  const { below, belowCount, belowDebt, reasons } = troubled
  if (belowCount === 0)
    return nothing('No account with collateral is below its threshold at the end.')
  const most = below.length < belowCount ? `; the ${short(below.length)} largest debts` : ''
  return html`<p>${count(belowCount, 'account')} with ${dollars(belowDebt)} of debt${most}.</p>${accountTable(below, reasons)}`
}
