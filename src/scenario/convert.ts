import { resolve } from 'node:path'
import type { Model, Phase } from '../world/index.ts'
import type { AssetTable } from './assets.ts'
import type { Path } from './document.ts'
import { parameterReference, SOURCE_REFERENCE } from './references.ts'
import type { Report } from './report.ts'
import {
  DURATION_PARTS,
  fieldsOf,
  isDuration,
  isTree,
  label,
  mismatch,
  type Shape,
  type Shapes,
} from './shape.ts'
import { didYouMean } from './suggest.ts'

/** What names in a scenario may mean. */
export type Names = {
  readonly table: AssetTable
  /** Models of the instances by name; undefined where the kind is unknown. */
  readonly instances: ReadonlyMap<string, Model | undefined>
  readonly chains: readonly string[]
  /** Folder that file paths are relative to. */
  readonly folder: string
  readonly report: Report
}

/** Phases whose models can offer a port; ports that are not listed come from any but chain and agent. */
const OFFERED_BY: Readonly<Record<string, readonly Phase[]>> = {
  driver: ['driver', 'oracle'],
  shock: ['driver'],
  referenceMarket: ['market'],
  pool: ['venue', 'protocol'],
  lender: ['protocol'],
}

/** Fields that give a loaded object away. */
const DATA_FIELDS: Readonly<Record<string, readonly string[]>> = {
  positions: ['accounts', 'assets', 'start', 'amount'],
  ticks: ['ticks', 'net', 'sqrtPrice'],
  priceTable: ['time', 'prices'],
  curve: ['size', 'impact', 'spot'],
}

function offers(model: Model, port: string): boolean {
  const phases = OFFERED_BY[port]
  return phases ? phases.includes(model.phase) : !['chain', 'agent'].includes(model.phase)
}

/** Report a name that is no instance, or one whose model cannot offer the port. */
export function checkRef(name: string, port: string, path: Path, names: Names): void {
  if (port === 'chain') {
    if (!names.chains.includes(name)) reportName(name, 'chain', names.chains, path, names)
    return
  }
  if (!names.instances.has(name)) {
    const fitting = [...names.instances].filter(([, m]) => m && offers(m, port)).map(([n]) => n)
    const close = didYouMean(name, names.instances.keys())
    const remedy = close.startsWith('did') ? close : didYouMean(name, fitting)
    names.report.value(path, `no instance is named "${name}"`, remedy)
    return
  }
  const model = names.instances.get(name)
  if (!model || offers(model, port)) return
  const message = `${label(path)} needs an instance that offers ${port}; "${name}" is ${model.kind}`
  const fitting = [...names.instances].filter(([, m]) => m && offers(m, port)).map(([n]) => n)
  const remedy = fitting.length > 0 ? `these may: ${fitting.join(', ')}` : 'add one to instances'
  names.report.value(path, message, remedy)
}

function reportName(
  name: string,
  what: string,
  known: Iterable<string>,
  path: Path,
  names: Names,
): void {
  names.report.value(path, `no ${what} is named "${name}"`, didYouMean(name, known))
}

/** Indices that an asset's or a group's name stands for. */
function membersOf(name: string, path: Path, names: Names): readonly number[] {
  const found = names.table.members.get(name)
  if (found) return found
  // The key is what is wrong in a map, the value in a list; both stand at this path.
  names.report.value(
    path,
    `no asset is named "${name}"`,
    didYouMean(name, names.table.members.keys()),
  )
  return []
}

function convertNumber(shape: Shape, value: unknown, path: Path, names: Names): unknown {
  if (typeof value === 'number') return value
  if (!isDuration(shape) || !isTree(value)) return undefined
  let total = 0
  for (const [unit, amount] of Object.entries(value)) {
    if (typeof amount !== 'number' || amount < 0) return undefined
    total += amount * (DURATION_PARTS[unit] ?? Number.NaN)
  }
  const { min = 0, max = Infinity, positive } = shape
  const isEmpty = Object.keys(value).length === 0
  if (isEmpty || total < min || total > max || (positive && total <= 0)) {
    names.report.value(path, mismatch(shape, isEmpty ? value : total, path))
  }
  return total
}

function convertAsset(value: string, path: Path, names: Names): unknown {
  const members = membersOf(value, path, names)
  if (members.length > 1) {
    const message = `"${value}" stands for ${members.length} assets; ${label(path)} takes one`
    names.report.value(path, message, `name a member, such as "${value}.0"`)
  }
  return members[0]
}

function convertAssets(value: readonly unknown[], path: Path, names: Names): unknown {
  const indices: number[] = []
  const seen = new Set<number>()
  value.forEach((name, i) => {
    if (typeof name !== 'string' || isPending(name)) return
    for (const index of membersOf(name, [...path, i], names)) {
      const { name: own } = names.table.assets[index]!
      if (seen.has(index)) names.report.value([...path, i], `asset "${own}" is listed twice`)
      seen.add(index)
      indices.push(index)
    }
  })
  return indices
}

/** Report names in a map that are no assets: one by one, or together when data brought many. */
function reportStrangers(strangers: readonly string[], path: Path, names: Names): void {
  const { report, table } = names
  if (strangers.length > 3) {
    const message = `${label(path)} names ${strangers.length} assets that the scenario does not have`
    report.value(path, message, `add to assets: ${strangers.join(', ')}`)
    return
  }
  for (const name of strangers) {
    const remedy = didYouMean(name, table.members.keys())
    report.key([...path, name], `no asset is named "${name}" in ${label(path)}`, remedy)
  }
}

function convertPerAsset(shape: Shape, value: unknown, path: Path, names: Names): unknown {
  const { of } = shape
  if (!isTree(value) || !of) return undefined
  const { members, assets } = names.table
  const byIndex = new Map<number, { readonly asset: number; readonly value: unknown }>()
  const strangers = Object.keys(value).filter((name) => !members.has(name))
  reportStrangers(strangers, path, names)
  for (const [name, given] of Object.entries(value)) {
    const at = [...path, name]
    const converted = convert(of, given, at, names)
    for (const asset of members.get(name) ?? []) {
      if (byIndex.has(asset)) {
        const message = `asset "${assets[asset]!.name}" has two values in ${label(path)}`
        names.report.key(at, message, 'an asset and its group cannot both be given')
      }
      byIndex.set(asset, { asset, value: converted })
    }
  }
  return [...byIndex.values()].sort((a, b) => a.asset - b.asset)
}

function convertData(shape: Shape, value: unknown, path: Path, names: Names): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  const expected = Object.hasOwn(DATA_FIELDS, shape.shape ?? '') ? DATA_FIELDS[shape.shape!]! : []
  const missing = expected.filter((field) => !Object.hasOwn(value, field))
  if (missing.length > 0) {
    const message = `${label(path)} must be ${shape.shape}; what was loaded has no ${missing[0]}`
    names.report.value(path, message, 'take another output of the source')
  }
  return value
}

function convertRefs(value: readonly unknown[], shape: Shape, path: Path, names: Names): unknown {
  value.forEach((name, i) => {
    if (typeof name !== 'string' || isPending(name)) return
    checkRef(name, shape.port ?? '', [...path, i], names)
    if (value.indexOf(name) < i) {
      names.report.value([...path, i], `instance "${name}" is listed twice`, 'keep one')
    }
  })
  return value
}

/** Tell whether a value waits for its source to be loaded, or was reported already. */
export function isPending(value: unknown): boolean {
  if (typeof value !== 'string') return false
  return SOURCE_REFERENCE.test(value) || parameterReference(value) !== undefined
}

/** Fill in and convert the fields of a record; what cannot be converted is left out. */
export function convertFields(
  fields: Shapes,
  value: unknown,
  path: Path,
  names: Names,
): Record<string, unknown> {
  const given = isTree(value) ? value : {}
  const result: Record<string, unknown> = {}
  for (const [key, shape] of Object.entries(fields)) {
    const own = Object.hasOwn(given, key) ? given[key] : undefined
    const converted = convert(shape, own, [...path, key], names)
    if (converted !== undefined) result[key] = converted
  }
  return result
}

function fallback(shape: Shape, path: Path, names: Names): unknown {
  if (shape.default !== undefined || shape.optional || shape.type !== 'record') return shape.default
  return convertFields(shape.fields ?? {}, {}, path, names)
}

/**
 * Turn a checked value into what a model receives: names into indices, groups into members, sums
 * of hours into seconds, paths into absolute ones, defaults filled in at every level.
 * @returns undefined when the value is left out without default, invalid, or not loaded yet.
 */
export function convert(shape: Shape, value: unknown, path: Path, names: Names): unknown {
  if (value === undefined) return fallback(shape, path, names)
  if (isPending(value)) return undefined
  switch (shape.type) {
    case 'number':
      return convertNumber(shape, value, path, names)
    case 'ref':
      if (value !== '' || shape.default !== '')
        checkRef(String(value), shape.port ?? '', path, names)
      return value
    case 'refs':
      return Array.isArray(value) ? convertRefs(value, shape, path, names) : undefined
    case 'asset':
      return typeof value === 'string' ? convertAsset(value, path, names) : undefined
    case 'assets':
      return Array.isArray(value) ? convertAssets(value, path, names) : undefined
    case 'list': {
      const { of } = shape
      if (!Array.isArray(value) || !of) return undefined
      return value.map((item, i) => convert(of, item, [...path, i], names))
    }
    case 'record':
    case 'kinded':
      return convertFields(fieldsOf(shape, value), value, path, names)
    case 'perAsset':
      return convertPerAsset(shape, value, path, names)
    case 'data':
      return convertData(shape, value, path, names)
    case 'file':
      return typeof value === 'string' ? resolve(names.folder, value) : undefined
    default:
      return value
  }
}
