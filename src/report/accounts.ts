import { eventsOf, referencePrices } from '../measures/index.ts'
import type { Lender, World } from '../world/index.ts'

/** One account of one lender at one moment, USD at reference prices. */
export type AccountRow = {
  readonly lender: string
  readonly account: string
  readonly row: number
  readonly debt: number
  readonly collateral: number
  /** Collateral x threshold / debt at oracle prices; null without debt. */
  readonly healthFactor: number | null
  readonly badDebt: number
  /** Debt repaid by liquidators so far, USD. */
  readonly liquidated: number
  /** Net value per asset, USD; debt is negative. */
  readonly assets: Readonly<Record<string, number>>
}

/** Sum of liquidated debt per lender row. */
function liquidatedByRow(world: World): Map<string, number> {
  const totals = new Map<string, number>()
  const { instance, row, x } = world.trace.columns
  for (const e of eventsOf(world.trace, 'liquidation')) {
    const key = `${instance[e]}:${row[e]}`
    totals.set(key, (totals.get(key) ?? 0) + x[e]!)
  }
  return totals
}

/** What one lender says of its rows now. */
type Sheet = {
  readonly name: string
  readonly lender: Lender
  /** Full value per coordinate unit at reference prices, USD. */
  readonly values: Float64Array
  /** Value with thresholds at oracle prices, USD. */
  readonly thresholds: Float64Array
  /** Asset name per coordinate. */
  readonly assets: readonly string[]
}

function sheetOf(world: World, name: string, lender: Lender, prices: Float64Array): Sheet {
  const { coordinates } = lender.book
  const values = new Float64Array(coordinates)
  lender.coordinatesAt(prices, 'value', values)
  const assets = Array.from(values, (_, c) => world.spec.assets[lender.assetOf(c)]!.name)
  return { name, lender, values, thresholds: lender.coordinates().slice(), assets }
}

function accountRow(sheet: Sheet, row: number, liquidated: number): AccountRow {
  const { name, lender, values, thresholds } = sheet
  const { start, count, coordinate, amount } = lender.book
  const assets: Record<string, number> = {}
  let debt = 0
  let collateral = 0
  let owed = 0
  let weighted = 0
  for (let k = start[row]!; k < start[row]! + count[row]!; k++) {
    const c = coordinate[k]!
    const value = amount[k]! * values[c]!
    const counted = amount[k]! * thresholds[c]!
    if (value < 0) debt -= value
    else collateral += value
    if (counted < 0) owed -= counted
    else weighted += counted
    const asset = sheet.assets[c]!
    assets[asset] = (assets[asset] ?? 0) + value
  }
  const health = weighted / owed
  return {
    ...{ lender: name, account: lender.account(row), row, debt, collateral },
    healthFactor: owed > 0 && Number.isFinite(health) ? health : null,
    badDebt: Math.max(0, debt - collateral),
    liquidated,
    assets,
  }
}

/** List every account that owes or holds something, as the world stands now. */
export function accountsOf(world: World): readonly AccountRow[] {
  const prices = referencePrices(world, new Float64Array(world.spec.assets.length))
  const liquidated = liquidatedByRow(world)
  const rows: AccountRow[] = []
  for (const { name, self, instance } of world.all('lender')) {
    const sheet = sheetOf(world, name, instance.ports!.lender!, prices)
    for (let row = 0; row < sheet.lender.book.rows; row++)
      rows.push(accountRow(sheet, row, liquidated.get(`${self}:${row}`) ?? 0))
  }
  return rows
}

/** How concentrated a quantity is over its holders. */
export type Concentration = {
  readonly asset: string
  readonly side: 'collateral' | 'debt'
  /** Accounts that hold or owe it. */
  readonly holders: number
  /** USD. */
  readonly total: number
  /** Herfindahl-Hirschman index: sum of squared shares, 1 = one holder. */
  readonly hhi: number
  readonly top1: number
  readonly top5: number
  readonly top10: number
}

/** Concentration of values over their holders. @param values all > 0, in any order. */
function concentration(
  asset: string,
  side: Concentration['side'],
  values: readonly number[],
): Concentration {
  const sorted = [...values].sort((a, b) => b - a)
  const total = sorted.reduce((a, b) => a + b, 0)
  const top = (n: number): number => sorted.slice(0, n).reduce((a, b) => a + b, 0) / total
  return {
    ...{ asset, side, holders: sorted.length, total },
    hhi: sorted.reduce((sum, value) => sum + (value / total) ** 2, 0),
    ...{ top1: top(1), top5: top(5), top10: top(10) },
  }
}

/** Concentration of collateral and debt per asset over accounts, the largest total first. */
export function concentrationOf(accounts: readonly AccountRow[]): readonly Concentration[] {
  const values = new Map<string, number[]>()
  for (const account of accounts)
    for (const [asset, value] of Object.entries(account.assets)) {
      if (value === 0) continue
      const key = `${value < 0 ? 'debt' : 'collateral'}:${asset}`
      const list = values.get(key)
      if (list) list.push(Math.abs(value))
      else values.set(key, [Math.abs(value)])
    }
  const all = [...values].map(([key, list]) => {
    const at = key.indexOf(':')
    return concentration(key.slice(at + 1), key.slice(0, at) as Concentration['side'], list)
  })
  return all.sort((a, b) => b.total - a.total)
}
