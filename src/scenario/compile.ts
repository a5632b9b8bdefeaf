import type { Assets, InstanceSpec, Model, Params } from '../world/index.ts'
import { type AssetTable, assetTable, defaultNative } from './assets.ts'
import { type Catalog, chainModels, instanceModels } from './catalog.ts'
import { convert, convertFields, type Names } from './convert.ts'
import { DEFENCES, isSwitchedOn } from './defences.ts'
import type { Path } from './document.ts'
import { checkDocument } from './issues.ts'
import { type Scope, substitute } from './references.ts'
import { documentShape } from './sections.ts'
import { isTree, type Shapes } from './shape.ts'

/** A scenario's sections with values and names resolved, as far as its sources are loaded. */
export type Compiled = {
  readonly assets: Assets
  readonly names: Names
  readonly tickSeconds: number
  readonly ticks: number
  readonly paths: number
  readonly seed: number
  readonly chains: readonly InstanceSpec[]
  readonly instances: readonly InstanceSpec[]
  /** Entries that do not have the right shape, as `section/name`. */
  readonly bad: ReadonlySet<string>
}

/** What a compilation starts from. */
export type Compilation = {
  /** The file as a tree of maps, lists and scalars. */
  readonly document: Readonly<Record<string, unknown>>
  readonly folder: string
  readonly catalog: Catalog
  readonly scope: Scope
}

const MAIN = 'main'

/** Sections whose entries are instances. */
const SECTIONS = ['instances', DEFENCES] as const

function entriesOf(section: unknown): readonly (readonly [string, unknown])[] {
  return Object.entries(isTree(section) ? section : {})
}

/** Replace references in every section that may hold them. */
export function substituteSections(
  document: Readonly<Record<string, unknown>>,
  shapes: Shapes,
  scope: Scope,
): Record<string, unknown> {
  const sections = Object.entries(document).map(([key, section]): [string, unknown] => {
    const shape = Object.hasOwn(shapes, key) ? shapes[key] : undefined
    return [key, !shape || shape.literal ? section : substitute(section, [key], scope)]
  })
  return Object.fromEntries(sections)
}

function modelOf(entry: unknown, models: readonly Model[]): Model | undefined {
  return isTree(entry) ? models.find((m) => m.kind === entry.kind) : undefined
}

function namesOf(tree: Record<string, unknown>, table: AssetTable, from: Compilation): Names {
  const { report } = from.scope
  const models = instanceModels(from.catalog)
  const chains = entriesOf(tree.chains).map(([name]) => name)
  const instances = SECTIONS.flatMap((section) => {
    const entries = entriesOf(tree[section])
    for (const [name] of entries)
      if ((chains.length > 0 ? chains : [MAIN]).includes(name))
        report.key([section, name], `"${name}" is the name of a chain`, 'rename the instance')
    return entries
  })
  for (const [name] of entriesOf(tree[DEFENCES]))
    if (isTree(tree.instances) && Object.hasOwn(tree.instances, name))
      report.key([DEFENCES, name], `"${name}" is the name of an instance`, 'rename the defence')
  return {
    table,
    instances: new Map(instances.map(([name, entry]) => [name, modelOf(entry, models)])),
    chains: chains.length > 0 ? chains : [MAIN],
    folder: from.folder,
    report,
  }
}

function chainsOf(
  tree: Record<string, unknown>,
  models: readonly Model[],
  names: Names,
): InstanceSpec[] {
  const section = isTree(tree.chains) ? tree.chains : {}
  return names.chains.flatMap((name) => {
    const entry = section[name]
    const model = modelOf(entry, models) ?? models[0]
    if (!model) return []
    const params = convertFields(model.params, entry, ['chains', name], names)
    for (const [key, spec] of Object.entries(model.params)) {
      if (spec.type === 'asset') params[key] ??= defaultNative(names.table.assets)
    }
    return [{ name, kind: model.kind, chain: name, params }]
  })
}

function chainOf(path: Path, entry: Readonly<Record<string, unknown>>, names: Names): string {
  const { chains, report } = names
  if (typeof entry.chain === 'string') {
    if (!chains.includes(entry.chain)) {
      const remedy = `known: ${chains.join(', ')}`
      report.value([...path, 'chain'], `no chain is named "${entry.chain}"`, remedy)
    }
    return entry.chain
  }
  if (chains.length > 1 && !chains.includes(MAIN)) {
    const remedy = `add "chain": one of ${chains.join(', ')}`
    report.key(path, `"chain" is missing in ${path.join('.')}`, remedy)
  }
  return chains.includes(MAIN) ? MAIN : chains[0]!
}

function instancesOf(section: string, tree: Record<string, unknown>, names: Names): InstanceSpec[] {
  return entriesOf(tree[section]).flatMap(([name, entry]) => {
    const model = names.instances.get(name)
    if (!model || !isTree(entry)) return []
    const path = [section, name]
    const params: Params = convertFields(model.params, entry, path, names)
    return [{ name, kind: model.kind, chain: chainOf(path, entry, names), params }]
  })
}

function ticksOf(time: unknown): { readonly tickSeconds: number; readonly ticks: number } {
  const { tick, duration } = isTree(time) ? time : {}
  if (typeof tick !== 'number' || typeof duration !== 'number') return { tickSeconds: 1, ticks: 1 }
  // 4.35 / 0.15 is 29.000000000000004: rounding must not add a tick.
  return { tickSeconds: tick, ticks: Math.ceil((duration / tick) * (1 - 1e-12)) }
}

/**
 * Check a scenario's sections and resolve every value and name in them; problems go to the report.
 * Values that wait for a source are left out.
 */
export function compile(from: Compilation): Compiled {
  const { report, parameters } = from.scope
  const shape = documentShape(from.catalog)
  const fields = shape.fields ?? {}
  const tree = substituteSections(from.document, fields, from.scope)
  const check = { shape, value: tree, path: [], report, parameters: [...parameters.keys()] }
  const bad = checkDocument(check)
  const table = assetTable(tree.assets, report)
  const names = namesOf(tree, table, from)
  const section = (key: string): unknown => convert(fields[key]!, tree[key], [key], names)
  const chosen = parameters.get(DEFENCES)?.value
  const defences = instancesOf(DEFENCES, tree, names).filter((i) => isSwitchedOn(i.name, chosen))
  return {
    assets: table.assets,
    names,
    ...ticksOf(section('time')),
    paths: Number(section('paths') ?? 1),
    seed: Number(section('seed') ?? 1),
    chains: chainsOf(tree, chainModels(from.catalog), names),
    instances: [...instancesOf('instances', tree, names), ...defences],
    bad,
  }
}
