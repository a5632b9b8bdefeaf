import type { AccountRow, Concentration } from '../accounts.ts'
import type { Report } from '../data.ts'
import { count, dollars, percent, short } from '../format.ts'
import { type Column, type Html, html, nothing, section, table } from './html.ts'
import { badPart, belowPart, reasonsPart } from './troubled.ts'

/** Net values worth naming, the largest first: `ETH +$1.2M, USDC -$0.9M`. */
function mainAssets({ assets }: AccountRow): string {
  const held = Object.entries(assets).filter(([, value]) => Math.abs(value) >= 0.005)
  const shown = held.sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])).slice(0, 4)
  const more = held.length > shown.length ? `, ${held.length - shown.length} more` : ''
  return shown.map(([name, v]) => `${name} ${v > 0 ? '+' : ''}${dollars(v)}`).join(', ') + more
}

function healthOf({ healthFactor }: AccountRow): string {
  return healthFactor === null ? 'none' : healthFactor.toFixed(3)
}

const RIGHT = { align: 'right' } as const

const WHO: readonly Column<AccountRow>[] = [
  { title: 'account', cell: (a) => html`<span class="mono">${a.account}</span>` },
  { title: 'lender', cell: (a) => a.lender },
  { title: 'debt', ...RIGHT, cell: (a) => dollars(a.debt) },
  { title: 'collateral', ...RIGHT, cell: (a) => dollars(a.collateral) },
  {
    title: 'health factor',
    hint: 'collateral x threshold / debt at oracle prices; below 1: liquidatable',
    ...RIGHT,
    cell: healthOf,
  },
]

const LIQUIDATED: Column<AccountRow> = {
  title: 'liquidated',
  hint: 'debt repaid by liquidators during the path',
  ...RIGHT,
  cell: (a) => (a.liquidated > 0 ? dollars(a.liquidated) : '-'),
}

const BAD: Column<AccountRow> = {
  title: 'bad debt',
  hint: 'debt beyond all collateral',
  ...RIGHT,
  cell: (a) => (a.badDebt > 0 ? dollars(a.badDebt) : '-'),
}

const ASSETS: Column<AccountRow> = {
  title: 'main assets (net; debt is negative)',
  cell: (a) => html`<span class="w">${mainAssets(a)}</span>`,
}

const CONCENTRATION: readonly Column<Concentration>[] = [
  { title: 'asset', cell: (c) => c.asset },
  { title: 'side', cell: (c) => c.side },
  { title: 'total', ...RIGHT, cell: (c) => dollars(c.total) },
  { title: 'accounts', ...RIGHT, cell: (c) => short(c.holders) },
  {
    title: 'HHI',
    hint: 'Herfindahl-Hirschman index: sum of squared shares; 1 = one holder',
    ...RIGHT,
    cell: (c) => c.hhi.toFixed(3),
  },
  { title: 'largest 1', ...RIGHT, cell: (c) => percent(c.top1) },
  { title: 'largest 5', ...RIGHT, cell: (c) => percent(c.top5) },
  { title: 'largest 10', ...RIGHT, cell: (c) => percent(c.top10) },
]

/** Rows of a concentration table that are worth a look without opening it. */
const SHOWN = 12

function concentrationTable(rows: readonly Concentration[]): Html {
  if (rows.length === 0) return nothing('Nobody holds or owes anything.')
  const rest = rows.slice(SHOWN)
  const more =
    rest.length === 0
      ? ''
      : html`<details><summary>${short(rest.length)} smaller ones</summary>${table(rest, CONCENTRATION)}</details>`
  return html`${table(rows.slice(0, SHOWN), CONCENTRATION)}${more}`
}

/** Accounts at the opening and the end, those with bad debt, and how concentrated assets are. */
export function accountsSection({ path }: Report): Html {
  const title = 'Accounts'
  if (path === null) return section('accounts', title, nothing('No path was finished.'))
  const { accounts } = path
  if (accounts.count === 0) return section('accounts', title, nothing('There are no accounts.'))
  // A run without a block has no end that differs from its opening.
  const isFound = path.duration === 0
  const debts = (rows: readonly AccountRow[], columns: readonly Column<AccountRow>[]): Html =>
    rows.length === 0 ? nothing('Nobody owes anything.') : table(rows, columns)
  return section(
    'accounts',
    title,
    html`<p>${count(accounts.count, 'account')}; values are USD at reference prices of the moment.</p>`,
    html`<h3>Why accounts in trouble are not liquidated</h3>`,
    reasonsPart(accounts),
    html`<h3>The worst accounts: the largest bad debt</h3>`,
    badPart(accounts, isFound),
    html`<h3>The worst accounts: below the threshold and not liquidated</h3>`,
    belowPart(accounts),
    html`<h3>The ${short(accounts.opening.length)} largest debts ${isFound ? '' : 'before the first block'}</h3>`,
    debts(accounts.opening, [...WHO, BAD, ASSETS]),
    isFound ? '' : html`<h3>The ${short(accounts.end.length)} largest debts at the end</h3>`,
    isFound ? '' : debts(accounts.end, [...WHO, LIQUIDATED, BAD, ASSETS]),
    html`<h3>Concentration${isFound ? '' : ' before the first block'}, by asset and side</h3>`,
    concentrationTable(accounts.concentration.opening),
  )
}
