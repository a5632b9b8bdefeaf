import { exp, inverseNormalCdf, log, normalCdf, philoxDraws } from '../../src/math/index.ts'
import { aaveStethAccounts, createFiles } from '../../src/sources/index.ts'
import type { DataSource, PositionTable } from '../../src/world/index.ts'
import { loadCompound, ROOT } from './crash.ts'

/**
 * Positions as signed weights: coordinate a < assets is debt of asset a, coordinate assets + a its
 * collateral, both at the asset's price. Rows without debt are left out.
 */
export type DetectionBook = {
  readonly assets: readonly string[]
  /** USD at the opening, per asset. */
  readonly price: Float64Array
  /** Length rows + 1. */
  readonly start: Int32Array
  readonly coordinate: Int32Array
  /** Tokens owed, negative, or tokens held times their threshold. */
  readonly amount: Float64Array
  /** Threshold of a collateral entry, 0 on debt. */
  readonly threshold: Float64Array
}

/** How rows that no file holds are drawn; see issue 5. */
export type SyntheticRules = {
  readonly seed: number
  /** Share of rows that are drawn from the file's dust, debt below `least` ETH. */
  readonly dustShare: number
  readonly least: number
  /** Logs of ETH owed by the other rows. */
  readonly mu: number
  readonly sigma: number
  /** Health of the other rows: straight in log between these points of its distribution. */
  readonly healthAt: readonly number[]
  readonly health: readonly number[]
  /** Chance of an asset as collateral, and as debt. */
  readonly collateral: Readonly<Record<string, number>>
  readonly debt: Readonly<Record<string, number>>
  /** A row drawn from a file has its debt changed by up to this fraction, so that rows differ. */
  readonly jitter: number
}

type Entry = { readonly coordinate: number; readonly amount: number; readonly threshold: number }

/** Entries row by row; growing arrays of numbers, since there are millions of them. */
function createRows() {
  const start = [0]
  const coordinate: number[] = []
  const amount: number[] = []
  const threshold: number[] = []
  return {
    add(row: readonly Entry[]): void {
      for (const entry of row) {
        coordinate.push(entry.coordinate)
        amount.push(entry.amount)
        threshold.push(entry.threshold)
      }
      start.push(amount.length)
    },
    table: () => ({
      start: Int32Array.from(start),
      coordinate: Int32Array.from(coordinate),
      amount: Float64Array.from(amount),
      threshold: Float64Array.from(threshold),
    }),
  }
}

/** Turn positions with debt into signed weights, entries of the same coordinate merged. */
function weigh(
  table: PositionTable,
  prices: Readonly<Record<string, number>>,
  usual: (asset: string) => number,
): DetectionBook {
  const assets = Object.keys(prices)
  const place = table.assets.map((name) => assets.indexOf(name))
  const rows = createRows()
  for (let row = 0; row + 1 < table.start.length; row++) {
    const entries = new Map<number, Entry>()
    for (let k = table.start[row]!; k < table.start[row + 1]!; k++) {
      const a = place[table.asset[k]!]!
      const isDebt = table.debt[k] === 1
      const stated = table.threshold[k]!
      const threshold = isDebt ? 0 : Number.isNaN(stated) ? usual(assets[a]!) : stated
      const coordinate = isDebt ? a : assets.length + a
      const weight = isDebt ? -table.amount[k]! : table.amount[k]! * threshold
      const amount = weight + (entries.get(coordinate)?.amount ?? 0)
      entries.set(coordinate, { coordinate, amount, threshold })
    }
    const all = [...entries.values()]
    if (all.some((e) => e.coordinate < assets.length && e.amount < 0)) rows.add(all)
  }
  return { assets, price: Float64Array.from(assets, (name) => prices[name]!), ...rows.table() }
}

/** The real Compound v2 book of May 2023, with the thresholds of its markets. */
export async function realCompound(): Promise<{
  readonly book: DetectionBook
  readonly data: readonly DataSource[]
  readonly factor: Readonly<Record<string, number>>
}> {
  const { positions, prices, markets, data } = await loadCompound()
  const factor = Object.fromEntries(
    Object.entries(markets).map(([name, market]) => [name, market.collateralFactor]),
  )
  return { book: weigh(positions, prices, (name) => factor[name]!), data, factor }
}

/** The real Aave v3 book of wstETH of June 2023. */
export async function realWsteth(): Promise<{
  readonly book: DetectionBook
  readonly data: readonly DataSource[]
}> {
  const folder = `${ROOT}data/lending/`
  const defaults = Object.entries(aaveStethAccounts.params).map(([key, p]) => [key, p.default])
  const params = {
    ...Object.fromEntries(defaults),
    borrowers: `${folder}aave_v3_wsteth_borrowers_2023-06.csv`,
    stableDebtors: `${folder}aave_v3_wsteth_stable_debtors_2023-06.csv`,
    coins: ['USDC', 'USDT', 'DAI'],
  }
  const { outputs, data } = await aaveStethAccounts.load(params, createFiles())
  const prices = outputs.prices as Readonly<Record<string, number>>
  return { book: weigh(outputs.positions as PositionTable, prices, () => 0), data }
}

/** Weighted collateral and debt of a row at the opening, USD. */
export function sidesOf(book: DetectionBook, row: number): { collateral: number; debt: number } {
  const { assets, price, start, coordinate, amount } = book
  const sides = { collateral: 0, debt: 0 }
  for (let k = start[row]!; k < start[row + 1]!; k++) {
    const c = coordinate[k]!
    if (c < assets.length) sides.debt -= amount[k]! * price[c]!
    else sides.collateral += amount[k]! * price[c - assets.length]!
  }
  return sides
}

function entriesOf({ start, coordinate, amount, threshold }: DetectionBook, row: number): Entry[] {
  return Array.from({ length: start[row + 1]! - start[row]! }, (_, j) => {
    const k = start[row]! + j
    return { coordinate: coordinate[k]!, amount: amount[k]!, threshold: threshold[k]! }
  })
}

function scaleDebt(entries: readonly Entry[], assets: number, factor: number): Entry[] {
  return entries.map((e) => (e.coordinate < assets ? { ...e, amount: e.amount * factor } : e))
}

/** Value at probability u on straight lines in log between given points. */
function between(at: readonly number[], values: readonly number[], u: number): number {
  let i = 1
  while (i < at.length - 1 && u > at[i]!) i++
  const low = log(values[i - 1]!)
  return exp(low + ((log(values[i]!) - low) * (u - at[i - 1]!)) / (at[i]! - at[i - 1]!))
}

/** Draw `count` different names by their chances; `u` gives the j-th uniform number. */
function pick(
  chances: Readonly<Record<string, number>>,
  count: number,
  u: (j: number) => number,
): string[] {
  const left = Object.entries(chances)
  const picked: string[] = []
  for (let j = 0; j < count && left.length > 0; j++) {
    let total = 0
    for (const [, chance] of left) total += chance
    let x = u(j) * total
    let i = 0
    while (i < left.length - 1 && x >= left[i]![1]) x -= left[i++]![1]
    picked.push(left[i]![0])
    left.splice(i, 1)
  }
  return picked
}

/** Shares of a whole, the largest first: sorted spacings of exponential variates. */
function shares(count: number, u: (j: number) => number): number[] {
  const pieces = Array.from({ length: count }, (_, j) => -log(u(j))).sort((a, b) => b - a)
  let total = 0
  for (const piece of pieces) total += piece
  return pieces.map((piece) => piece / total)
}

/** Random numbers of a row, by slot; slots below 16 choose assets, from 16 on they share values. */
type RowDraws = (slot: number) => number

function drawLarge(
  base: DetectionBook,
  shape: number,
  rules: SyntheticRules,
  factor: Readonly<Record<string, number>>,
  u: RowDraws,
): Entry[] {
  const n = base.assets.length
  const form = entriesOf(base, shape)
  const debts = form.filter((e) => e.coordinate < n).length
  const held = Math.max(1, form.length - debts)
  const owes = pick(rules.debt, debts, (j) => u(32 + j))
  const holds = pick(rules.collateral, held, (j) => u(48 + j))
  const least = normalCdf((log(rules.least) - rules.mu) / rules.sigma)
  const z = inverseNormalCdf(least + u(2) * (1 - least))
  const debt = exp(rules.mu + rules.sigma * z) * base.price[base.assets.indexOf('ETH')]!
  const health = between(rules.healthAt, rules.health, u(3))
  const debtShares = shares(owes.length, (j) => u(64 + j))
  const heldShares = shares(holds.length, (j) => u(80 + j))
  const tokens = (name: string, usd: number): number => usd / base.price[base.assets.indexOf(name)]!
  return [
    ...holds.map((name, j) => ({
      coordinate: n + base.assets.indexOf(name),
      amount: tokens(name, heldShares[j]! * health * debt),
      threshold: factor[name]!,
    })),
    ...owes.map((name, j) => ({
      coordinate: base.assets.indexOf(name),
      amount: -tokens(name, debtShares[j]! * debt),
      threshold: 0,
    })),
  ]
}

/**
 * Draw a book after a real one: dust from the file's own dust, the rest with the file's numbers of
 * entries, and debt, health and assets from the stated distributions.
 */
export function synthetic(
  base: DetectionBook,
  factor: Readonly<Record<string, number>>,
  size: number,
  rules: SyntheticRules,
): DetectionBook {
  const n = base.assets.length
  const least = rules.least * base.price[base.assets.indexOf('ETH')]!
  const all = Array.from({ length: base.start.length - 1 }, (_, row) => row)
  const dust = all.filter((row) => sidesOf(base, row).debt < least)
  const large = all.filter((row) => sidesOf(base, row).debt >= least)
  const draws = philoxDraws(rules.seed, 0, 'book/synthetic')
  const rows = createRows()
  for (let row = 0; row < size; row++) {
    const u: RowDraws = (slot) => draws.uniform(row, slot)
    const of = u(0) < rules.dustShare ? dust : large
    const drawn = of[Math.floor(u(1) * of.length)]!
    rows.add(
      of === dust
        ? scaleDebt(entriesOf(base, drawn), n, 1 + rules.jitter * (2 * u(2) - 1))
        : drawLarge(base, drawn, rules, factor, u),
    )
  }
  return { assets: base.assets, price: base.price, ...rows.table() }
}

/** Draw rows from those that a test picks, each with its debt changed a little. */
export function resample(
  base: DetectionBook,
  isPicked: (row: number) => boolean,
  size: number,
  { seed, jitter }: SyntheticRules,
): DetectionBook {
  const of = Array.from({ length: base.start.length - 1 }, (_, row) => row).filter(isPicked)
  const draws = philoxDraws(seed, 0, 'book/resample')
  const rows = createRows()
  for (let row = 0; row < size; row++) {
    const drawn = of[Math.floor(draws.uniform(row, 1) * of.length)]!
    const factor = 1 + jitter * (2 * draws.uniform(row, 2) - 1)
    rows.add(scaleDebt(entriesOf(base, drawn), base.assets.length, factor))
  }
  return { assets: base.assets, price: base.price, ...rows.table() }
}

/** Whether all but a twentieth of a row's collateral and debt moves with the price of ether. */
export function isLoop(book: DetectionBook, row: number): boolean {
  const { assets, price, start, coordinate, amount } = book
  const inside = { collateral: 0, debt: 0 }
  for (let k = start[row]!; k < start[row + 1]!; k++) {
    const c = coordinate[k]!
    const a = c % assets.length
    if (!assets[a]!.endsWith('ETH')) continue
    if (c < assets.length) inside.debt -= amount[k]! * price[a]!
    else inside.collateral += amount[k]! * price[a]!
  }
  const { collateral, debt } = sidesOf(book, row)
  return inside.collateral > 0.95 * collateral && inside.debt > 0.95 * debt
}

/** Take headroom away: health above 1 comes nearer to 1 by `share`; collateral shrinks. */
export function tightened(book: DetectionBook, share: number): DetectionBook {
  const { assets, start, coordinate } = book
  const amount = Float64Array.from(book.amount)
  for (let row = 0; row + 1 < start.length; row++) {
    const { collateral, debt } = sidesOf(book, row)
    const health = collateral / debt
    if (!(health > 1)) continue
    const factor = (1 + (1 - share) * (health - 1)) / health
    for (let k = start[row]!; k < start[row + 1]!; k++)
      if (coordinate[k]! >= assets.length) amount[k]! *= factor
  }
  return { ...book, amount }
}

/**
 * Put a share of the rows onto their triggers: every other one owes what it holds in the same asset,
 * so that no move takes it away from there; the others stand there at the opening.
 */
export function onTrigger(
  book: DetectionBook,
  share: number,
  rules: SyntheticRules,
): DetectionBook {
  const { assets, price } = book
  const n = assets.length
  const draws = philoxDraws(rules.seed, 0, 'book/onTrigger')
  const least = rules.least * price[assets.indexOf('ETH')]!
  const rows = createRows()
  for (let row = 0; row + 1 < book.start.length; row++) {
    const entries = entriesOf(book, row)
    if (draws.uniform(row, 0) >= share) {
      rows.add(entries)
      continue
    }
    const health = 1 + 1e-7 * draws.uniform(row, 1)
    const { collateral, debt } = sidesOf(book, row)
    const owed = Math.max(debt, 10 * least)
    const a = entries.find((e) => e.coordinate >= n)?.coordinate ?? n
    const factor = collateral > 0 ? (health * owed) / collateral : 0
    rows.add(
      draws.uniform(row, 2) < 0.5 || factor === 0
        ? [
            { coordinate: a, amount: (health * owed) / price[a - n]!, threshold: 0.8 },
            { coordinate: a - n, amount: -owed / price[a - n]!, threshold: 0 },
          ]
        : scaleDebt(entries, n, owed / debt).map((e) =>
            e.coordinate < n ? e : { ...e, amount: e.amount * factor },
          ),
    )
  }
  return { assets, price, ...rows.table() }
}
