import type { PositionTable } from './data.ts'

/** What accounts owe and what backs it, in one unit of value. */
export type Weights = {
  /** Value of an entry as the health test counts it: debt whole, collateral by its threshold; >= 0. */
  readonly counted: Float64Array
}

/** Accounts that owe something, by their row. */
type Debtors = {
  /** Length accounts. */
  readonly debt: Float64Array
  readonly health: Float64Array
  /** Rows with debt, largest first. */
  readonly rows: readonly number[]
}

/** A share of an account's entries that another row holds from now on. */
type Part = { readonly from: number; readonly share: number }

/** Healths nearer to each other than this are equal. */
const EQUAL = 1e-9
/** Debt moves no farther than this share of the health that it has, so that the book stays as fragile. */
const NEAR = 0.05
/** Shares below this are rounding. */
const DUST = 1e-12

function debtorsOf({ start, debt: isDebt }: PositionTable, { counted }: Weights): Debtors {
  const n = start.length - 1
  const debt = new Float64Array(n)
  const health = new Float64Array(n)
  const rows: number[] = []
  for (let row = 0; row < n; row++) {
    let backing = 0
    for (let k = start[row]!; k < start[row + 1]!; k++) {
      if (isDebt[k] === 1) debt[row]! += counted[k]!
      else backing += counted[k]!
    }
    if (!(debt[row]! > 0)) continue
    health[row] = backing / debt[row]!
    rows.push(row)
  }
  rows.sort((a, b) => debt[b]! - debt[a]! || a - b)
  return { debt, health, rows }
}

/** The fewest accounts that owe half of all debt. */
function largestOf({ debt, rows }: Debtors): readonly number[] {
  const half = rows.reduce((sum, row) => sum + debt[row]!, 0) / 2
  let owed = 0
  let count = 0
  while (count < rows.length && owed < half * (1 - EQUAL)) owed += debt[rows[count++]!]!
  return rows.slice(0, count)
}

/** Sum of squared shares of the debt (Herfindahl-Hirschman), 1 / accounts to 1; NaN without debt. */
export function debtConcentration(table: PositionTable, weights: Weights): number {
  const { debt } = debtorsOf(table, weights)
  const total = debt.reduce((a, b) => a + b, 0)
  return debt.reduce((sum, own) => sum + (own / total) * (own / total), 0)
}

/** An account that others may take over from; `has` is the value of the debt that is left of it. */
type Donor = {
  readonly place: number
  readonly row: number
  readonly health: number
  readonly has: number
}

/** Donors of one category by health, with what is left of each. */
function donorsOf(rows: readonly number[], { debt, health }: Debtors, left: Float64Array) {
  const sorted = [...rows].sort((a, b) => health[a]! - health[b]! || a - b)
  const n = sorted.length
  const up = Int32Array.from({ length: n + 1 }, (_, k) => k)
  const down = Int32Array.from({ length: n + 1 }, (_, k) => k)
  /** First place from `k` on, in the direction of `next`, that has something left. */
  const find = (next: Int32Array, k: number): number => {
    while (next[k]! !== k) k = next[k] = next[next[k]!]!
    return k
  }
  const skip = (place: number): void => {
    up[place] = place + 1
    down[place + 1] = place
  }
  const placeOf = new Map(sorted.map((row, place) => [row, place]))
  const at = (place: number): Donor | null => {
    const row = sorted[place]
    if (row === undefined) return null
    return { place, row, health: health[row]!, has: left[row]! * debt[row]! }
  }
  return {
    /** Nearest row above a row that has something left; null when there is none. */
    above: (row: number): Donor | null => at(find(up, placeOf.get(row)! + 1)),
    /** The same below it. */
    below: (row: number): Donor | null => at(find(down, placeOf.get(row)!) - 1),
    /** Let a row give nothing from now on. */
    withdraw(row: number): void {
      left[row] = 0
      skip(placeOf.get(row)!)
    },
    /** Take debt worth `value`. @returns the share of the donor's opening entries. */
    take({ place, row }: Donor, value: number): number {
      const share = Math.min(left[row]!, value / debt[row]!)
      left[row]! -= share
      if (left[row]! >= DUST) return share
      const rest = left[row]!
      left[row] = 0
      skip(place)
      return share + rest
    },
  }
}

type Donors = ReturnType<typeof donorsOf>

/** Let a row take debt worth up to `need` from its neighbours in health so that its own health stays. */
function grow(row: number, need: number, { debt, health }: Debtors, donors: Donors): Part[] {
  const own = health[row]!
  const taken: Part[] = []
  let wanted = need
  const within = (donor: Donor | null, distance: number): Donor | null =>
    donor && Math.abs(donor.health - own) <= distance * own ? donor : null
  /** Take a value from each of some donors, unless debt would be less concentrated after it. */
  const take = (sum: number, ...from: readonly (readonly [Donor, number])[]): boolean => {
    const size = debt[row]! + need - wanted
    // Half of what squares of debt lose and gain.
    const lost = from.reduce((all, [{ has }, value]) => all + value * (has - value / 2), 0)
    if (sum * (size + sum / 2) < lost) return false
    for (const [donor, value] of from)
      taken.push({ from: donor.row, share: donors.take(donor, value) })
    wanted -= sum
    return true
  }
  for (let goes = true; goes && wanted > DUST * debt[row]!; ) {
    const above = within(donors.above(row), NEAR)
    const below = within(donors.below(row), NEAR)
    const same = within(above, EQUAL) ?? within(below, EQUAL)
    if (same) {
      const value = Math.min(wanted, same.has)
      goes = take(value, [same, value])
    } else if (above && below) {
      // The excess of backing of one must make up for the other's lack.
      const ratio = (above.health - own) / (own - below.health)
      const value = Math.min(above.has, below.has / ratio, wanted / (1 + ratio))
      goes = take(value * (1 + ratio), [above, value], [below, value * ratio])
    } else goes = false
  }
  return taken
}

/** Put the parts of accounts together again; entries of a row on the same terms become one. */
function assemble(
  table: PositionTable,
  rows: readonly { readonly name: string; readonly parts: readonly Part[] }[],
): PositionTable {
  const start = new Int32Array(rows.length + 1)
  const asset: number[] = []
  const debt: number[] = []
  const amount: number[] = []
  const threshold: number[] = []
  rows.forEach(({ parts }, row) => {
    const places = new Map<string, number>()
    for (const { from, share } of parts)
      for (let k = table.start[from]!; k < table.start[from + 1]!; k++) {
        const key = `${table.asset[k]} ${table.debt[k]} ${table.threshold[k]}`
        const place = places.get(key) ?? amount.length
        if (place === amount.length) {
          places.set(key, place)
          asset.push(table.asset[k]!)
          debt.push(table.debt[k]!)
          threshold.push(table.threshold[k]!)
          amount.push(0)
        }
        amount[place]! += share * table.amount[k]!
      }
    start[row + 1] = amount.length
  })
  const category = table.category
  return {
    ...{ accounts: rows.map(({ name }) => name), assets: table.assets, start },
    ...{ asset: Int32Array.from(asset), debt: Uint8Array.from(debt) },
    ...{ amount: Float64Array.from(amount), threshold: Float64Array.from(threshold) },
    ...(category ? { category: Int32Array.from(rows, (r) => category[r.parts[0]!.from]!) } : {}),
  }
}

/** Equal parts of `factor` and what is left, of the largest accounts; rows beside the first are new. */
function split(table: PositionTable, largest: readonly number[], factor: number): PositionTable {
  const parts = Math.floor(1 / factor + EQUAL)
  const rest = 1 - parts * factor
  const shares = [...Array<number>(parts).fill(factor), ...(rest > EQUAL ? [rest] : [])]
  const isLargest = new Set(largest)
  const rows = table.accounts.map((name, row) => ({
    name,
    parts: [{ from: row, share: isLargest.has(row) ? shares[0]! : 1 }],
  }))
  for (const from of largest)
    shares.slice(1).forEach((share, k) => {
      rows.push({ name: `${table.accounts[from]}/${k + 2}`, parts: [{ from, share }] })
    })
  return assemble(table, rows)
}

function merge(
  table: PositionTable,
  all: Debtors,
  largest: readonly number[],
  factor: number,
): PositionTable {
  const left = new Float64Array(all.debt.length).fill(1)
  const categoryOf = (row: number): number => table.category?.[row] ?? 0
  const byCategory = Map.groupBy(all.rows, categoryOf)
  const donors = new Map([...byCategory].map(([own, rows]) => [own, donorsOf(rows, all, left)]))
  const taken = new Map<number, Part[]>()
  largest.forEach((row, k) => {
    // What has given to a larger one does not grow itself.
    if (left[row] !== 1) return
    const own = donors.get(categoryOf(row))!
    const parts = grow(row, (factor - 1) * all.debt[row]!, all, own)
    // What cannot grow may give, but only to who may come to its size.
    const next = all.debt[largest[k + 1] ?? row]!
    if (parts.length === 0 && all.debt[row]! <= factor * next) return
    own.withdraw(row)
    taken.set(row, parts)
  })
  const rows = table.accounts.map((name, row) => {
    const own = { from: row, share: taken.has(row) ? 1 : left[row]! }
    return { name, parts: [own, ...(taken.get(row) ?? [])] }
  })
  return assemble(table, rows)
}

/**
 * Make debt more or less concentrated at unchanged totals of every asset and unchanged health of every
 * account: the fewest accounts that owe half of the debt become `factor` times as large.
 *
 * Below 1 each is split into equal parts of that size and a rest; new rows come after all others, so
 * that every account keeps its number. Above 1 they take over debt with what backs it from smaller
 * accounts of their category, the nearest in health first and from both sides, so that their own
 * health stays to the last digits. Only accounts whose health is within 5 % of theirs give, so that
 * the debt at every health stays as well; where no such debt is left, they stay smaller than asked for.
 * What cannot grow at all, as the account nearest to liquidation, gives to those that can.
 * @param factor above 0; 1 changes nothing.
 */
export function concentrate(table: PositionTable, weights: Weights, factor: number): PositionTable {
  if (factor === 1) return table
  const all = debtorsOf(table, weights)
  const largest = largestOf(all)
  return factor < 1 ? split(table, largest, factor) : merge(table, all, largest, factor)
}
