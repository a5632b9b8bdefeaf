import { readFileSync, writeFileSync } from 'node:fs'
import {
  type DetectionBook,
  isLoop,
  onTrigger,
  realCompound,
  realWsteth,
  resample,
  type SyntheticRules,
  synthetic,
  tightened,
} from './books.ts'
import { sha256, WorkloadError } from './hash.ts'
import { type AssetClass, type PathRules, relativePaths } from './paths.ts'

/**
 * `compound` and `wsteth` are the real books; `synthetic5` and `synthetic6` have 1e5 and 1e6 rows drawn
 * after the real Compound book; `tight` books have 60 % less headroom; `loops5` has 1e5 rows drawn from
 * the loops of staked ether; `trigger5` has a twentieth of its rows on their triggers.
 */
export type BookName =
  | 'compound'
  | 'wsteth'
  | 'synthetic5'
  | 'synthetic6'
  | 'tight5'
  | 'tight6'
  | 'loops5'
  | 'trigger5'

/**
 * A quiet day; -30 % in a day; the same with staked assets at a discount of 5 % instead of 1 % by the end;
 * -40 % of the lead in 6 hours; 5 % a step; 20 % a step.
 */
export type PathName = 'quiet' | 'crash' | 'depeg' | 'fall' | 'wild' | 'adverse'

/** All books, those of the same origin in a row. */
export const BOOKS: readonly BookName[] = [
  'compound',
  'wsteth',
  'loops5',
  'synthetic5',
  'tight5',
  'trigger5',
  'synthetic6',
  'tight6',
]

/** Numbers of the workloads of detection, frozen before the first measurement. */
export type FrozenDetection = {
  readonly seed: number
  /** Size floor: rows with less debt or weighted collateral are not worth a liquidation. */
  readonly floorEth: number
  readonly closeFactor: number
  readonly liquidationBonus: number
  /** Share of headroom that the tightened books lose, and of rows on their triggers. */
  readonly tighter: number
  readonly onTrigger: number
  readonly synthetic: SyntheticRules
  readonly paths: Readonly<Record<PathName, PathRules>>
  readonly sha256: Readonly<Record<string, string>>
}

/** A book, prices of a path, and the floor in USD. */
export type DetectionWorkload = {
  readonly bookName: BookName
  readonly pathName: PathName
  readonly book: DetectionBook
  readonly steps: number
  /** Relative prices, (steps + 1) x assets. */
  readonly path: Float64Array
  readonly floor: number
  readonly frozen: FrozenDetection
}

const FILE = new URL('detection.json', import.meta.url)

/** Read the frozen numbers. */
export function readFrozenDetection(): FrozenDetection {
  return JSON.parse(readFileSync(FILE, 'utf8')) as FrozenDetection
}

const STABLE = ['USDC', 'DAI', 'USDT', 'TUSD', 'USDP', 'FEI', 'otherCollateral', 'otherDebt']

/** How an asset moves. */
export function classOf(asset: string): AssetClass {
  if (asset === 'ETH') return 'lead'
  if (STABLE.includes(asset)) return 'stable'
  return asset.endsWith('ETH') ? 'staked' : 'volatile'
}

async function buildBook(name: BookName, frozen: FrozenDetection): Promise<DetectionBook> {
  const { synthetic: rules, tighter } = frozen
  if (name === 'wsteth') return (await realWsteth()).book
  if (name === 'loops5') {
    const { book } = await realWsteth()
    return resample(book, (row) => isLoop(book, row), 1e5, rules)
  }
  const { book: real, factor } = await realCompound()
  if (name === 'compound') return real
  const drawn = synthetic(real, factor, name.endsWith('6') ? 1e6 : 1e5, rules)
  if (name.startsWith('tight')) return tightened(drawn, tighter)
  return name === 'trigger5' ? onTrigger(drawn, frozen.onTrigger, rules) : drawn
}

function hashBook({ assets, price, start, coordinate, amount, threshold }: DetectionBook): string {
  return sha256([JSON.stringify(assets), price, start, coordinate, amount, threshold])
}

function pathOf(book: DetectionBook, name: PathName, frozen: FrozenDetection): Float64Array {
  return relativePaths(book.assets.map(classOf), frozen.paths[name], name, frozen.seed)
}

/** Paths differ between the assets of Compound and those of Aave. */
function pathKey(name: BookName, path: PathName): string {
  return `${path}/${name === 'wsteth' || name === 'loops5' ? 'aave' : 'compound'}`
}

function hashNumbers(frozen: FrozenDetection): string {
  const { sha256: _, ...numbers } = frozen
  return sha256([JSON.stringify(numbers)])
}

function mustBe(what: string, hash: string, frozen: FrozenDetection): void {
  if (frozen.sha256[what] !== hash)
    throw new WorkloadError(
      `workload of detection: ${what} has sha256 ${hash}, but ${frozen.sha256[what]} is frozen in bench/workloads/detection.json; a changed generator, loader or data file makes another benchmark: freeze it anew with "node bench/freeze.ts detection" and say so in the commit`,
    )
}

/**
 * Load a book and the paths asked for.
 * @param frozen absent: the numbers and hashes of the committed file.
 * @throws {WorkloadError} when anything differs from what was frozen.
 */
export async function loadDetection(
  bookName: BookName,
  paths: readonly PathName[],
  frozen: FrozenDetection = readFrozenDetection(),
): Promise<readonly DetectionWorkload[]> {
  mustBe('numbers', hashNumbers(frozen), frozen)
  const book = await buildBook(bookName, frozen)
  mustBe(bookName, hashBook(book), frozen)
  const floor = frozen.floorEth * book.price[book.assets.indexOf('ETH')]!
  return paths.map((pathName) => {
    const path = pathOf(book, pathName, frozen)
    mustBe(pathKey(bookName, pathName), sha256([path]), frozen)
    const { steps } = frozen.paths[pathName]
    return { bookName, pathName, book, steps, path, floor, frozen }
  })
}

/** Write the hashes of all books and paths into detection.json: once, before anything is measured. */
export async function freezeDetection(say: (text: string) => void): Promise<void> {
  const frozen = readFrozenDetection()
  const hashes: Record<string, string> = { numbers: hashNumbers(frozen) }
  for (const name of BOOKS) {
    const book = await buildBook(name, frozen)
    hashes[name] = hashBook(book)
    say(`${name}: ${book.start.length - 1} rows, ${book.amount.length} entries`)
    for (const path of Object.keys(frozen.paths) as PathName[])
      hashes[pathKey(name, path)] ??= sha256([pathOf(book, path, frozen)])
  }
  writeFileSync(FILE, `${JSON.stringify({ ...frozen, sha256: hashes }, null, 2)}\n`)
}
