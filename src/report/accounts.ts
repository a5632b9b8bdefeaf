import type { World } from '../engine/index.ts'
import { eventsOf, referencePrices } from '../measures/index.ts'
import { margin } from '../world/index.ts'

/** One account at the end of a path, USD at reference prices. */
export type AccountRow = {
  readonly lender: string
  readonly account: string
  readonly row: number
  readonly debt: number
  readonly collateral: number
  /** Collateral x threshold / debt at oracle prices; null without debt. */
  readonly healthFactor: number | null
  readonly badDebt: number
  /** Debt repaid by liquidators during the path, USD. */
  readonly liquidated: number
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

/** List every account that owes or held something, as the world stands now. */
export function accountsOf(world: World): readonly AccountRow[] {
  const prices = referencePrices(world, new Float64Array(world.spec.assets.length))
  const liquidated = liquidatedByRow(world)
  const rows: AccountRow[] = []
  for (const { name, self, instance } of world.all('lender')) {
    const lender = instance.ports!.lender!
    const { book } = lender
    const values = new Float64Array(book.coordinates)
    lender.coordinatesAt(prices, 'value', values)
    const thresholds = lender.coordinates()
    for (let row = 0; row < book.rows; row++) {
      let debt = 0
      let collateral = 0
      let owedWeighted = 0
      const assets: Record<string, number> = {}
      for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++) {
        const c = book.coordinate[k]!
        const value = book.amount[k]! * values[c]!
        if (value < 0) debt -= value
        else collateral += value
        owedWeighted += Math.max(0, -book.amount[k]! * thresholds[c]!)
        const asset = world.spec.assets[lender.assetOf(c)]!.name
        assets[asset] = (assets[asset] ?? 0) + value
      }
      const weighted = margin(book, thresholds, row) + owedWeighted
      rows.push({
        lender: name,
        account: lender.account(row),
        row,
        debt,
        collateral,
        healthFactor: owedWeighted > 0 ? weighted / owedWeighted : null,
        badDebt: Math.max(0, debt - collateral),
        liquidated: liquidated.get(`${self}:${row}`) ?? 0,
        assets,
      })
    }
  }
  return rows
}

/** How concentrated a quantity is over its holders. */
export type Concentration = {
  readonly asset: string
  readonly side: 'collateral' | 'debt'
  readonly total: number
  /** Herfindahl-Hirschman index: sum of squared shares, 1 = one holder. */
  readonly hhi: number
  readonly top1: number
  readonly top5: number
  readonly top10: number
}

/** Concentration of collateral and debt per asset, the largest total first. */
export function concentrationOf(accounts: readonly AccountRow[]): readonly Concentration[] {
  const holders = new Map<string, number[]>()
  for (const { assets } of accounts)
    for (const [asset, value] of Object.entries(assets)) {
      if (value === 0) continue
      const key = `${asset}:${value < 0 ? 'debt' : 'collateral'}`
      const list = holders.get(key)
      if (list) list.push(Math.abs(value))
      else holders.set(key, [Math.abs(value)])
    }
  const all = [...holders].map(([key, values]): Concentration => {
    const sorted = values.sort((a, b) => b - a)
    const total = sorted.reduce((a, b) => a + b, 0)
    const top = (n: number): number => sorted.slice(0, n).reduce((a, b) => a + b, 0) / total
    const [asset, side] = key.split(':') as [string, 'collateral' | 'debt']
    const hhi = sorted.reduce((a, b) => a + (b / total) ** 2, 0)
    return { asset, side, total, hhi, top1: top(1), top5: top(5), top10: top(10) }
  })
  return all.sort((a, b) => b.total - a.total)
}
