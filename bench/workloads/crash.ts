import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type CompoundMarket, compoundV2Accounts, createFiles } from '../../src/sources/index.ts'
import {
  type Assets,
  type DataSource,
  numeraire,
  type PerAsset,
  type PositionTable,
} from '../../src/world/index.ts'
import { sha256, WorkloadError } from './hash.ts'
import { relativePrices } from './prices.ts'

/**
 * `withBacklog`: the book as found. `withoutBacklog`: without the rows that stand below their
 * thresholds at the opening, and without the dust that comes to stand there on the way; healthy dust
 * stays, so that a pass over the book costs about what it costs in reality. `withoutDust`: all dust is
 * left out, too.
 */
export type Variant = 'withBacklog' | 'withoutBacklog' | 'withoutDust'

/** All variants, in the order in which they are reported. */
export const VARIANTS: readonly Variant[] = ['withoutBacklog', 'withoutDust', 'withBacklog']

/** Numbers of the workload; the text file beside this one, frozen before the first measurement. */
export type Frozen = {
  readonly blocks: number
  readonly blockSeconds: number
  readonly seed: number
  readonly logDrop: number
  readonly vol: number
  readonly falls: string
  readonly volatile: readonly string[]
  readonly stable: readonly string[]
  readonly depth: Readonly<Record<string, number>>
  readonly permanent: number
  readonly halfLife: number
  readonly fee: number
  readonly volatileFeeds: { readonly deviation: number; readonly heartbeat: number }
  readonly stableFeeds: { readonly deviation: number; readonly heartbeat: number }
  readonly feedGas: number
  readonly closeFactor: number
  readonly liquidationBonus: number
  readonly seizeShare: number
  readonly blocksPerYear: number
  readonly capital: number
  readonly settlement: number
  readonly detectionDelay: number
  readonly liquidationGas: number
  readonly bid: number
  readonly minProfit: number
  readonly gasLimit: number
  readonly demand: number
  readonly gasPrice: number
  /** Break-evens that a row must earn so that it is no dust: the base fee rises on the way. */
  readonly dustMargin: number
  /** Dust whose health stays above this is never liquidatable, whatever sales do to prices. */
  readonly healthMargin: number
  readonly sha256: Readonly<Record<string, string>>
}

/** Everything that the engine and the reference loop are given. */
export type Workload = {
  readonly variant: Variant
  readonly frozen: Frozen
  /** USD first, then the volatile assets, then the stable ones. */
  readonly assets: Assets
  /** Relative prices per asset but USD, blocks + 1 each. */
  readonly moves: readonly Float64Array[]
  readonly markets: readonly PerAsset<CompoundMarket>[]
  readonly positions: PositionTable
  readonly rows: number
  readonly rowsWithDebt: number
  /** Hashes of what was built, by the names under which they are frozen. */
  readonly hashes: Readonly<Record<string, string>>
}

/** Where the repository is. */
export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url))

/** A fall of 40 % in 6 hours, or a day on which nothing happens but noise; both at 12 seconds. */
export type Weather = 'crash' | 'quiet'

/** Read the frozen numbers. */
export function readFrozen(weather: Weather = 'crash'): Frozen {
  return JSON.parse(readFileSync(new URL(`${weather}.json`, import.meta.url), 'utf8')) as Frozen
}

/** A lending book with the prices and markets that it implies, and where it came from. */
export type RealBook = {
  readonly positions: PositionTable
  readonly prices: Readonly<Record<string, number>>
  readonly markets: Readonly<Record<string, CompoundMarket>>
  readonly data: readonly DataSource[]
}

/** Load the real Compound book of May 2023. */
export async function loadCompound(): Promise<RealBook> {
  const files = {
    accounts: 'data/lending/compound_v2_accounts_2023-05.csv.gz',
    implied: 'data/lending/compound_v2_market_implied_2023-05.csv',
    parameters: 'data/lending/compound_v2_public_parameters.csv',
  }
  const defaults = Object.entries(compoundV2Accounts.params).map(([key, p]) => [key, p.default])
  const paths = Object.entries(files).map(([key, path]) => [key, ROOT + path])
  const params = Object.fromEntries([...defaults, ...paths])
  const { outputs, data } = await compoundV2Accounts.load(params, createFiles())
  return {
    positions: outputs.positions as PositionTable,
    prices: outputs.prices as Readonly<Record<string, number>>,
    markets: outputs.markets as Readonly<Record<string, CompoundMarket>>,
    data,
  }
}

/** What decides whether a row is left out. */
type RowFacts = {
  readonly owes: boolean
  /** One liquidation of the largest pair would not pay `dustMargin` times gas and least profit. */
  readonly isDust: boolean
  /** Lowest weighted collateral / debt along the path, without any impact of sales. */
  readonly lowest: number
  readonly opening: number
}

function factsOf(
  book: RealBook,
  moves: ReadonlyMap<string, Float64Array>,
  frozen: Frozen,
  row: number,
): RowFacts {
  const { start, asset, debt, amount, threshold, assets } = book.positions
  const weighted = new Float64Array(frozen.blocks + 1)
  const owed = new Float64Array(frozen.blocks + 1)
  let largestDebt = 0
  let largestCollateral = 0
  for (let k = start[row]!; k < start[row + 1]!; k++) {
    const name = assets[asset[k]!]!
    const value = amount[k]! * book.prices[name]!
    const own = threshold[k]!
    const factor = Number.isNaN(own) ? book.markets[name]!.collateralFactor : own
    const side = debt[k] === 1 ? owed : weighted
    const unit = debt[k] === 1 ? value : value * factor
    const move = moves.get(name)!
    for (let block = 0; block <= frozen.blocks; block++) side[block]! += unit * move[block]!
    if (debt[k] === 1) largestDebt = Math.max(largestDebt, value)
    else largestCollateral = Math.max(largestCollateral, value)
  }
  const incentive = 1 + frozen.liquidationBonus
  const repaid = Math.min(largestDebt * frozen.closeFactor, largestCollateral / incentive)
  const gain = repaid * (incentive * (1 - frozen.seizeShare) - 1)
  const gas = frozen.liquidationGas * (frozen.gasPrice + frozen.bid) * 1e-9
  const breakEven = gas * book.prices[frozen.falls]! + frozen.minProfit
  const health = weighted.map((w, block) => w / owed[block]!)
  return {
    owes: largestDebt > 0,
    isDust: gain < frozen.dustMargin * breakEven,
    opening: health[0]!,
    lowest: health.reduce((a, b) => Math.min(a, b), Infinity),
  }
}

/** Whether a variant leaves a row out. */
function isLeftOut(variant: Variant, frozen: Frozen, facts: RowFacts): boolean {
  if (!facts.owes) return false
  if (facts.opening < 1) return true
  return facts.isDust && (variant === 'withoutDust' || facts.lowest < frozen.healthMargin)
}

/** Leave rows out; the debts of those rows count as repaid, so that their markets keep their funds. */
function withoutRows(book: RealBook, drop: (row: number) => boolean): RealBook {
  const { positions } = book
  const cash = new Map<string, number>()
  const kept: number[] = []
  const start = [0]
  const accounts: string[] = []
  for (let row = 0; row < positions.accounts.length; row++) {
    const isDropped = drop(row)
    for (let k = positions.start[row]!; k < positions.start[row + 1]!; k++) {
      const name = positions.assets[positions.asset[k]!]!
      if (!isDropped) kept.push(k)
      else if (positions.debt[k] === 1) cash.set(name, (cash.get(name) ?? 0) + positions.amount[k]!)
    }
    if (isDropped) continue
    accounts.push(positions.accounts[row]!)
    start.push(kept.length)
  }
  const markets = Object.entries(book.markets).map(
    ([name, market]) => [name, { ...market, cash: market.cash + (cash.get(name) ?? 0) }] as const,
  )
  return {
    ...book,
    markets: Object.fromEntries(markets),
    positions: {
      accounts,
      assets: positions.assets,
      start: Int32Array.from(start),
      asset: Int32Array.from(kept, (k) => positions.asset[k]!),
      debt: Uint8Array.from(kept, (k) => positions.debt[k]!),
      amount: Float64Array.from(kept, (k) => positions.amount[k]!),
      threshold: Float64Array.from(kept, (k) => positions.threshold[k]!),
    },
  }
}

function rowsWithDebt({ start, debt, accounts }: PositionTable): number {
  return accounts.filter((_, row) => debt.subarray(start[row]!, start[row + 1]!).includes(1)).length
}

function hashBook({ positions, markets, prices }: RealBook): string {
  const { accounts, assets, start, asset, debt, amount, threshold } = positions
  const names = JSON.stringify([accounts, assets, markets, prices])
  return sha256([names, start, asset, debt, amount, threshold])
}

/**
 * Build a workload from the frozen numbers and the data files; nothing is checked.
 * Floats are hashed as they lie in memory, so the hashes are those of little-endian machines.
 */
export async function buildWorkload(variant: Variant, frozen: Frozen): Promise<Workload> {
  const found = await loadCompound()
  const names = [...frozen.volatile, ...frozen.stable]
  const kinds = names.map((name) =>
    frozen.stable.includes(name) ? 'still' : name === frozen.falls ? 'falls' : 'noise',
  )
  const moves = relativePrices(kinds, frozen)
  const byName = new Map(names.map((name, i) => [name, moves[i]!]))
  const book =
    variant === 'withBacklog'
      ? found
      : withoutRows(found, (row) => isLeftOut(variant, frozen, factsOf(found, byName, frozen, row)))
  const assets: Assets = [
    numeraire,
    ...names.map((name) => ({
      name,
      price: book.prices[name]!,
      kind: frozen.stable.includes(name) ? ('stable' as const) : ('volatile' as const),
    })),
  ]
  const { sha256: _, ...numbers } = frozen
  return {
    variant,
    frozen,
    assets,
    moves,
    markets: names.map((name, i) => ({ asset: i + 1, value: book.markets[name]! })),
    positions: book.positions,
    rows: book.positions.accounts.length,
    rowsWithDebt: rowsWithDebt(book.positions),
    hashes: {
      numbers: sha256([JSON.stringify(numbers)]),
      moves: sha256(moves),
      ...Object.fromEntries(found.data.map((d) => [d.source, d.sha256])),
      [variant]: hashBook(book),
    },
  }
}

/**
 * Load a frozen workload.
 * @throws {WorkloadError} when anything differs from what was frozen.
 */
export async function loadWorkload(
  variant: Variant,
  weather: Weather = 'crash',
): Promise<Workload> {
  const frozen = readFrozen(weather)
  const workload = await buildWorkload(variant, frozen)
  for (const [name, hash] of Object.entries(workload.hashes))
    if (frozen.sha256[name] !== hash)
      throw new WorkloadError(
        `workload ${variant}: ${name} has sha256 ${hash}, but ${frozen.sha256[name]} is frozen in bench/workloads/${weather}.json; a changed loader or data file makes another benchmark: freeze it anew with "node bench/freeze.ts ${weather}" and say so in the commit`,
      )
  return workload
}
