import { type Asset, type Assets, assetIndex, numeraire, USD } from '../world/index.ts'
import type { Report } from './report.ts'
import { isTree } from './shape.ts'

/** The assets of a scenario with the names that may stand for them. */
export type AssetTable = {
  readonly assets: Assets
  /** Indices by the name of an asset or of a group. */
  readonly members: ReadonlyMap<string, readonly number[]>
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1
}

/** One entry of `assets:` as assets; a price that is not known yet is NaN. */
function expand(name: string, entry: unknown): readonly Asset[] {
  const fields = isTree(entry) ? entry : {}
  const kind = fields.kind === 'stable' ? 'stable' : 'volatile'
  const price = typeof fields.price === 'number' ? fields.price : Number.NaN
  const count = isCount(fields.count) ? fields.count : 1
  if (count === 1) return [{ name, price, kind }]
  return Array.from({ length: count }, (_, i) => ({
    name: `${name}.${i}`,
    price,
    kind,
    group: name,
  }))
}

/** Make the asset table of an `assets:` section; index 0 is USD. */
export function assetTable(section: unknown, report: Report): AssetTable {
  const assets: Asset[] = [numeraire]
  const members = new Map<string, readonly number[]>([[numeraire.name, [USD]]])
  for (const [name, entry] of Object.entries(isTree(section) ? section : {})) {
    const path = ['assets', name]
    if (name === numeraire.name) {
      report.key(path, 'USD is the numeraire of every scenario', 'remove it from assets')
      continue
    }
    const indices: number[] = []
    for (const asset of expand(name, entry)) {
      if (members.has(asset.name)) {
        const remedy = 'rename one of the two'
        report.key(path, `two assets are named "${asset.name}"`, remedy)
      }
      const index = assets.push(asset) - 1
      indices.push(index)
      members.set(asset.name, [index])
    }
    members.set(name, indices)
  }
  return { assets, members }
}

/** Where gas is paid when a chain does not say: ETH if the scenario has it, else USD. */
export function defaultNative(assets: Assets): number {
  return Math.max(USD, assetIndex(assets, 'ETH'))
}
