import type { PositionTable } from '../world/index.ts'
import { type AaveFile, type AaveRow, accountKey, type StableRow } from './aaveStethFile.ts'
import { DIGITS, type OwnThresholds } from './aaveStethPrices.ts'
import { createPositions, type PositionBuilder } from './positions.ts'

/** Names of the world's assets; the empty name puts a coin into the remainder. */
export type AaveNames = {
  readonly eth: string
  readonly staked: string
  readonly cbeth: string
  readonly reth: string
  readonly otherCollateral: string
  readonly otherDebt: string
}

/** Everything that turns the file's values into tokens. */
export type AaveTerms = {
  readonly names: AaveNames
  /** The file's unit per token, at the file's date; 0 for coins that stay in the remainder. */
  readonly price: {
    readonly eth: number
    readonly staked: number
    readonly cbeth: number
    readonly reth: number
  }
  readonly own: OwnThresholds
  /** USD per unit of the file, at its date. */
  readonly usd: number
  /** USD per stablecoin. */
  readonly stablePrice: number
  /** Coins kept as assets of their own; others join the remainder. */
  readonly keeps: (coin: string) => boolean
}

type Disagreement = {
  readonly account: string
  readonly healthFactor: number
  readonly rebuilt: number
}
type Excess = { readonly account: string; readonly what: string; readonly excess: number }

/** What loading gave besides the positions; values in USD at the file's prices. */
export type AaveBook = {
  readonly positions: PositionTable
  /** Relative deviation of the file's health factor from its other columns, per account with debt. */
  readonly deviations: readonly number[]
  /** Accounts whose debt was moved within its last printed digit, and by how much. */
  readonly moved: readonly { readonly account: string; readonly usd: number }[]
  /** Accounts whose columns disagree by more than their digits explain: kept as the columns say. */
  readonly disagreeing: readonly Disagreement[]
  /** Accounts whose parts are worth more than their total: parts scaled down to it. */
  readonly excess: readonly Excess[]
  readonly ownThreshold: number
  readonly averageThreshold: number
  readonly otherCollateral: number
  readonly otherDebt: number
  readonly stableDebt: ReadonlyMap<string, number>
  readonly joined: number
  /** Companion rows that fit no account, or more than one. */
  readonly unjoined: readonly StableRow[]
}

function createTally() {
  return {
    deviations: [] as number[],
    moved: [] as { account: string; usd: number }[],
    disagreeing: [] as Disagreement[],
    excess: [] as Excess[],
    ownThreshold: 0,
    averageThreshold: 0,
    otherCollateral: 0,
    otherDebt: 0,
    stableDebt: new Map<string, number>(),
    joined: 0,
  }
}

type Tally = ReturnType<typeof createTally>

/** Half a unit of the seventh printed digit. */
function halfUnit(value: number): number {
  const exponent = Number(value.toExponential().split('e')[1])
  return Number(`5e${exponent - 7}`)
}

/**
 * Debt that rebuilds the health factor: the column itself where it does so to 1e-6, else moved within
 * its last printed digit, and the column again where even that does not help.
 */
function debtOf(row: AaveRow, usd: number, tally: Tally): number {
  const { debt, healthFactor } = row
  const weighted = row.collateral * row.threshold
  const off = (d: number): number => (healthFactor > 0 ? weighted / d / healthFactor - 1 : 0)
  if (debt === 0) return 0
  tally.deviations.push(off(debt))
  if (Math.abs(off(debt)) <= 1e-6) return debt
  const half = halfUnit(debt)
  const moved = Math.min(debt + half, Math.max(debt - half, weighted / healthFactor))
  if (Math.abs(off(moved)) <= 1e-6) {
    tally.moved.push({ account: row.account, usd: (moved - debt) * usd })
    return moved
  }
  const rebuilt = weighted / debt
  tally.disagreeing.push({ account: row.account, healthFactor, rebuilt })
  return debt
}

/** What the parts leave of a total, and the factor that fits them to it within the printed digits. */
function settle(
  total: number,
  parts: number,
  tally: Tally,
  account: string,
  what: string,
): { readonly factor: number; readonly rest: number } {
  const rest = total - parts
  if (parts === 0 || rest > DIGITS * total) return { factor: 1, rest: Math.max(0, rest) }
  if (rest < -DIGITS * total) tally.excess.push({ account, what, excess: -rest })
  return { factor: total / parts, rest: 0 }
}

/** Thresholds of the stETH or wstETH entry and of the rest, so that the weighted sum is exact. */
function thresholdsOf(
  row: AaveRow,
  rest: number,
  own: OwnThresholds,
  tally: Tally,
): readonly [number, number] {
  const reserve = row.eMode === 1 ? own.eMode : own.plain
  const weighted = row.collateral * row.threshold
  const needed = (weighted - (row.collateral - rest) * reserve) / rest
  const fits = rest > 0 ? needed >= 0 && needed <= 1 : row.threshold === reserve
  if (!fits) {
    tally.averageThreshold++
    return [row.threshold, row.threshold]
  }
  tally.ownThreshold++
  return [reserve, needed]
}

function addCollateral(row: AaveRow, terms: AaveTerms, into: PositionBuilder, tally: Tally): void {
  const { names, price, usd } = terms
  const coins = row.cbeth * price.cbeth + row.reth * price.reth
  const parts = row.staked * price.staked + coins
  const { factor, rest } = settle(row.collateral, parts, tally, row.account, 'collateral')
  const staked = row.staked * factor
  const [own, others] = thresholdsOf(row, coins * factor + rest, terms.own, tally)
  if (staked > 0) into.collateral(names.staked, staked, own)
  if (row.cbeth * price.cbeth > 0) into.collateral(names.cbeth, row.cbeth * factor, others)
  if (row.reth * price.reth > 0) into.collateral(names.reth, row.reth * factor, others)
  if (rest > 0) into.collateral(names.otherCollateral, rest * usd, others)
  tally.otherCollateral += rest * usd
}

function addDebts(
  row: AaveRow,
  coins: StableRow['coins'],
  terms: AaveTerms,
  into: PositionBuilder,
  tally: Tally,
): void {
  const { names, price, usd } = terms
  const total = debtOf(row, usd, tally)
  let parts = row.weth * price.eth
  for (const { value } of coins) parts += value
  const { factor, rest } = settle(total, parts, tally, row.account, 'debt')
  if (row.weth * factor > 0) into.debt(names.eth, row.weth * factor)
  let other = rest * usd
  for (const { coin, value } of coins) {
    const worth = value * factor * usd
    tally.stableDebt.set(coin, (tally.stableDebt.get(coin) ?? 0) + worth)
    if (terms.keeps(coin)) into.debt(coin, worth / terms.stablePrice)
    else other += worth
  }
  if (other > 0) into.debt(names.otherDebt, other)
  tally.otherDebt += other
}

/** Find the account of each companion row by the values that both files hold. */
function joinStables(rows: readonly AaveRow[], stables: readonly StableRow[]) {
  const accounts = Map.groupBy(rows, accountKey)
  const companions = Map.groupBy(stables, (row) => row.key)
  const coins = new Map<string, StableRow['coins']>()
  const unjoined: StableRow[] = []
  for (const [key, found] of companions) {
    const account = accounts.get(key)
    if (account?.length === 1 && found.length === 1) coins.set(account[0]!.account, found[0]!.coins)
    else unjoined.push(...found)
  }
  return { coins, unjoined }
}

/**
 * Turn Aave borrowers into positions in whole tokens: what the file states in tokens or by coin is
 * taken as such, what it states only in value becomes `otherCollateral` and `otherDebt` at 1 USD.
 * Collateral, weighted collateral and debt of each account are those of its columns.
 */
export function aaveBook(
  file: AaveFile,
  stables: readonly StableRow[],
  terms: AaveTerms,
): AaveBook {
  const { coins, unjoined } = joinStables(file.rows, stables)
  const into = createPositions()
  const tally = createTally()
  tally.joined = coins.size
  for (const row of file.rows) {
    into.account(row.account)
    addCollateral(row, terms, into, tally)
    addDebts(row, coins.get(row.account) ?? [], terms, into, tally)
  }
  const category = Int32Array.from(file.rows, (row) => row.eMode)
  const table = into.table()
  const positions = file.unit === 'USD' ? { ...table, category } : table
  return { ...tally, unjoined, positions }
}
