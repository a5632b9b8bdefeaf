/** The side in floats: the scenario as `breakwater run` runs it, and what comes out. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runScenario } from '../../src/experiments/index.ts'
import { eventCode, type Lender, type World } from '../../src/world/index.ts'
import type { Figures, Files, FloatLiquidation } from './plan.ts'

/** Overrides of the scenario's parameters. */
export type Settings = { readonly hours?: number; readonly capital?: number }

/** Thrown when a scenario that was written here does not finish. */
export class FloatRunError extends Error {
  override name = 'FloatRunError'
}

/** Run a scenario from its files. @returns its world, standing at the end. @throws {FloatRunError} */
export async function runFloats(name: string, files: Files, set: Settings): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-end-to-end-'))
  try {
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
    const { view } = await runScenario(join(folder, `${name}.yaml`), { set, checked: true })
    if (!view) throw new FloatRunError(`'${name}.yaml' did not finish its path`)
    return view.world
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Events that state the reference price, which is what the oracle answers. */
const PRICE_EVENTS: readonly number[] = [eventCode('news'), eventCode('impact')]

/** List the liquidations of a world in the order in which they happened. */
export function liquidationsOf(world: World): FloatLiquidation[] {
  const { columns: c, length } = world.trace
  const found: FloatLiquidation[] = []
  const price = Float64Array.from(world.spec.assets, (asset) => asset.price)
  for (let e = 0; e < length; e++) {
    if (PRICE_EVENTS.includes(c.kind[e]!)) price[c.asset[e]!] = c.x[e]!
    if (c.kind[e] !== eventCode('liquidation')) continue
    const { name, instance } = world.instances[c.instance[e]!]!
    const lender = instance.ports!.lender!
    found.push({
      lender: name,
      account: lender.account(c.row[e]!),
      debt: world.spec.assets[c.other[e]!]!.name,
      collateral: world.spec.assets[c.asset[e]!]!.name,
      // The event states USD at the price of its time.
      repaid: c.x[e]! / price[c.other[e]!]!,
      seized: c.w[e]!,
      health: c.z[e]!,
      tick: c.tick[e]!,
    })
  }
  return found
}

/** Debts and collateral by asset and account, and health and margin (USD) of every account with debt. */
export function positionFigures(world: World, lender: Lender, suffix: string): Figures {
  const found: Figures = new Map()
  const { book } = lender
  const weighted = lender.coordinates().slice()
  for (let row = 0; row < book.rows; row++) {
    const account = lender.account(row)
    let [debt, collateral] = [0, 0]
    for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++) {
      const c = book.coordinate[k]!
      const a = lender.assetOf(c)
      const isDebt = lender.liability[c] === 1
      const tokens = Math.abs(book.amount[k]! * lender.value(c)) / lender.price(a)
      const value = Math.abs(book.amount[k]! * weighted[c]!)
      if (isDebt) debt += value
      else collateral += value
      const key = `${isDebt ? 'debt' : 'collateral'} ${world.spec.assets[a]!.name} ${account}${suffix}`
      found.set(key, { value: tokens + (found.get(key)?.value ?? 0), size: 0 })
    }
    if (!(debt > 0)) continue
    found.set(`health ${account}${suffix}`, { value: collateral / debt, size: 0 })
    found.set(`margin ${account}${suffix}`, { value: collateral - debt, size: 0 })
  }
  return found
}

/** Debt beyond the full value of collateral, over all accounts, USD. */
export function shortfall({ book, value }: Lender): number {
  let total = 0
  for (let row = 0; row < book.rows; row++) {
    let net = 0
    for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++)
      net += book.amount[k]! * value(book.coordinate[k]!)
    if (net < 0) total -= net
  }
  return total
}
