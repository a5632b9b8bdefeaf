import type { PositionTable } from '../world/index.ts'
import { type Named, type NamedRules, parseNamed } from './amounts.ts'
import type { AssetTerms } from './compoundV2Terms.ts'
import { type CsvTable, cellNumber, parseCsv } from './csv.ts'
import { createPositions, type PositionBuilder } from './positions.ts'
import { createProblems, type Place, type Problems, quoted } from './problems.ts'

/** One account as the file gives it. */
type Account = {
  readonly name: string
  readonly borrow: number
  readonly weighted: number
  readonly supplies: readonly Named[]
  readonly debts: readonly Named[]
}

/** A factor and the ETH of the total that it scales to. */
export type Factor = { readonly account: string; readonly factor: number; readonly eth: number }

/** What loading the accounts gave besides the positions. */
export type CompoundBook = {
  readonly positions: PositionTable
  readonly accounts: number
  /** ETH owed by each account with debt, and its weighted collateral, as the columns state them. */
  readonly borrow: readonly number[]
  readonly weighted: readonly number[]
  /** ETH owed by each account with debt before scaling: principal x implied value. */
  readonly unscaled: readonly number[]
  readonly debtFactors: readonly Factor[]
  readonly collateralFactors: readonly Factor[]
  /** Whole tokens by asset. */
  readonly borrows: ReadonlyMap<string, number>
  readonly supplies: ReadonlyMap<string, number>
  /** Accounts whose supplies count for nothing: kept with threshold 0. ETH: unweighted value. */
  readonly notEntered: { readonly count: number; readonly eth: number }
  /** Accounts that are left out because their health factor is too low, and the ETH that they owe. */
  readonly tooLow: { readonly count: number; readonly eth: number }
  readonly twice: number
  /** Totals that no entry explains, and entries that no total does. */
  readonly unexplained: {
    readonly debt: { readonly count: number; readonly eth: number }
    readonly collateral: { readonly count: number; readonly eth: number }
    readonly entries: number
  }
}

const COLUMNS = [
  'account',
  'borrow_eth',
  'collateral_eth_weighted',
  'ctoken_balances',
  'debt_balances',
] as const

function rulesFor(terms: ReadonlyMap<string, AssetTerms>): NamedRules {
  const known = [...terms.keys()].map((name) => `c${name}`).join(', ')
  return {
    what: 'balance',
    refuse: (name) =>
      name.startsWith('c') && terms.has(name.slice(1))
        ? null
        : `market ${quoted(name)} is unknown; known are ${known}`,
    repeats: (name) => terms.get(name.slice(1))?.given.contracts ?? 1,
  }
}

/** Add balances of contracts that share a symbol; names lose their leading c. */
function merge(entries: readonly Named[]): readonly Named[] {
  const total = new Map<string, number>()
  for (const { name, value } of entries)
    total.set(name.slice(1), (total.get(name.slice(1)) ?? 0) + value)
  return [...total].map(([name, value]) => ({ name, value }))
}

type Reader = {
  readonly table: CsvTable
  readonly rules: NamedRules
  readonly p: Problems
  readonly lines: Map<string, number>
  twice: number
}

function readAccount(r: Reader, row: CsvTable['rows'][number]): Account {
  const { table, p } = r
  const at = (name: string): Place => ({
    path: table.path,
    line: row.line,
    column: table.column(name) + 1,
  })
  const text = (name: string): string => row.cells[table.column(name)]!.trim()
  const eth = (name: string): number =>
    cellNumber(table, row, table.column(name), p, { min: 0, what: 'amount of ETH' })
  const name = text('account')
  const before = r.lines.get(name)
  if (name === '') p.add(at('account'), '"" is no account; give the row a name')
  else if (before !== undefined)
    p.add(at('account'), `account ${quoted(name)} stands already in line ${before}; remove one row`)
  r.lines.set(name, row.line)
  const supplies = parseNamed(text('ctoken_balances'), at('ctoken_balances'), p, r.rules)
  const debts = parseNamed(text('debt_balances'), at('debt_balances'), p, r.rules)
  const merged = { supplies: merge(supplies), debts: merge(debts) }
  r.twice += supplies.length + debts.length - merged.supplies.length - merged.debts.length
  return { name, borrow: eth('borrow_eth'), weighted: eth('collateral_eth_weighted'), ...merged }
}

function weigh(entries: readonly Named[], value: (name: string) => number): number {
  let total = 0
  for (const entry of entries) total += entry.value * value(entry.name)
  return total
}

/** A book while it is being filled; the arrays of `CompoundBook`, not yet read-only. */
function createLedger() {
  return {
    accounts: 0,
    borrow: [] as number[],
    weighted: [] as number[],
    unscaled: [] as number[],
    debtFactors: [] as Factor[],
    collateralFactors: [] as Factor[],
    borrows: new Map<string, number>(),
    supplies: new Map<string, number>(),
    notEntered: { count: 0, eth: 0 },
    tooLow: { count: 0, eth: 0 },
    unexplained: {
      debt: { count: 0, eth: 0 },
      collateral: { count: 0, eth: 0 },
      entries: 0,
    },
  }
}

type Ledger = ReturnType<typeof createLedger>
type Terms = ReadonlyMap<string, AssetTerms>

function addTo(map: Map<string, number>, name: string, amount: number): void {
  map.set(name, (map.get(name) ?? 0) + amount)
}

function addSupplies(a: Account, terms: Terms, into: PositionBuilder, l: Ledger): void {
  const sum = weigh(a.supplies, (name) => terms.get(name)!.weight)
  const isEntered = a.weighted > 0 || sum === 0
  const factor = a.weighted > 0 && sum > 0 ? a.weighted / sum : 1
  if (a.weighted > 0 && sum > 0)
    l.collateralFactors.push({ account: a.name, factor, eth: a.weighted })
  if (a.weighted > 0 && sum === 0) {
    l.unexplained.collateral.count++
    l.unexplained.collateral.eth += a.weighted
  }
  if (!isEntered) {
    l.notEntered.count++
    l.notEntered.eth += weigh(a.supplies, (name) => {
      const { weight, collateralFactor } = terms.get(name)!
      return weight > 0 ? weight / collateralFactor : 0
    })
  }
  for (const { name, value } of a.supplies) {
    const { weight, exchangeRate } = terms.get(name)!
    const tokens = value * exchangeRate * (weight > 0 ? factor : 1)
    if (tokens === 0) l.unexplained.entries++
    else {
      into.collateral(name, tokens, isEntered ? Number.NaN : 0)
      addTo(l.supplies, name, tokens)
    }
  }
}

function addDebts(
  a: Account,
  terms: Terms,
  ethPrice: number,
  into: PositionBuilder,
  l: Ledger,
): void {
  const sum = weigh(a.debts, (name) => terms.get(name)!.debtValue)
  if (a.borrow > 0 && sum === 0) {
    l.unexplained.debt.count++
    l.unexplained.debt.eth += a.borrow
  }
  if (sum === 0) return
  l.unscaled.push(sum)
  const factor = a.borrow / sum
  if (a.borrow > 0) l.debtFactors.push({ account: a.name, factor, eth: a.borrow })
  for (const { name, value } of a.debts) {
    const { debtValue, price } = terms.get(name)!
    const tokens = (value * debtValue * factor * ethPrice) / price
    if (tokens === 0) l.unexplained.entries++
    else {
      into.debt(name, tokens)
      addTo(l.borrows, name, tokens)
    }
  }
}

/**
 * Turn the accounts file into positions in whole underlying tokens. An account's debts are scaled by
 * one factor to `borrow_eth`, its weighted supplies by one factor to `collateral_eth_weighted`; supplies
 * in markets without collateral factor stay as they are, and supplies of an account whose weighted total
 * is zero (it has not entered the markets) are kept with threshold 0.
 * @param lowestHealth accounts with debt whose health factor is below this are left out.
 * @throws {SourceError} when a row is malformed.
 */
export function readBook(
  text: string,
  path: string,
  terms: Terms,
  ethPrice: number,
  lowestHealth = 0,
): CompoundBook {
  const table = parseCsv(text, path, { required: COLUMNS })
  const p = createProblems()
  const reader: Reader = { table, rules: rulesFor(terms), p, lines: new Map(), twice: 0 }
  const into = createPositions()
  const ledger = createLedger()
  for (const row of table.rows) {
    const account = readAccount(reader, row)
    if (p.count > 0) continue
    if (account.weighted < lowestHealth * account.borrow) {
      ledger.tooLow.count++
      ledger.tooLow.eth += account.borrow
      continue
    }
    into.account(account.name)
    ledger.accounts++
    if (account.borrow > 0) {
      ledger.borrow.push(account.borrow)
      ledger.weighted.push(account.weighted)
    }
    addSupplies(account, terms, into, ledger)
    addDebts(account, terms, ethPrice, into, ledger)
  }
  p.check()
  return { ...ledger, positions: into.table(), twice: reader.twice }
}
