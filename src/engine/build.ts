import {
  type ColumnSpec,
  columnsUnder,
  createColumns,
  type MakeDraws,
  philoxDraws,
  resettableDraws,
} from '../math/index.ts'
import {
  type Book,
  type Built,
  type Chain,
  createLedger,
  createTrace,
  InputError,
  type InstanceSpec,
  type Model,
  PHASES,
  type PortName,
  type Ports,
  type World,
  type WorldSpec,
} from '../world/index.ts'
import { snapshot, startPath } from './snapshot.ts'

/** Thrown when a scenario names a kind, an instance or a port that does not exist. */
export class LinkError extends InputError {
  override readonly name = 'LinkError'
}

/** Options of `buildWorld`. */
export type BuildOptions = {
  readonly seed: number
  readonly path?: number
  /** Check conservation and finiteness after every block. */
  readonly checked?: boolean
  /** Another source of draws, such as a Sobol point or a tilted law. */
  readonly draws?: MakeDraws
}

type Frame = { readonly spec: InstanceSpec; readonly model: Model }

/** Chains first, then instances, each by name, so that the order of a scenario's lines is nothing. */
function frames(spec: WorldSpec, models: readonly Model[]): readonly Frame[] {
  const byName = (a: InstanceSpec, b: InstanceSpec): number => (a.name < b.name ? -1 : 1)
  const all = [...[...spec.chains].sort(byName), ...[...spec.instances].sort(byName)]
  return all.map((own, i) => {
    const model = models.find((m) => m.kind === own.kind)
    if (!model) throw new LinkError(`"${own.name}" is of unknown kind "${own.kind}"`)
    if (all.findIndex((other) => other.name === own.name) !== i)
      throw new LinkError(`two instances are named "${own.name}"`)
    return { spec: own, model }
  })
}

function columnSpecs(all: readonly Frame[], spec: WorldSpec): Record<string, ColumnSpec> {
  const specs: Record<string, ColumnSpec> = {
    '/clock': { type: 'f64', length: 1, unit: 'ticks' },
    '/balances': { type: 'f64', length: (all.length + 1) * spec.assets.length, unit: 'tokens' },
    '/moved': { type: 'f64', length: spec.assets.length, unit: 'tokens' },
    '/gas': { type: 'f64', length: all.length, unit: 'USD' },
  }
  for (const { spec: own, model } of all) {
    const columns = model.columns(own.params, spec.assets, spec.tickSeconds)
    for (const key of Object.keys(columns)) specs[`${own.name}/${key}`] = columns[key]!
  }
  return specs
}

function linker(instances: readonly Built[], user: string) {
  return <N extends PortName>(port: N, name: string): Ports[N] => {
    const found = instances.find((i) => i.name === name)
    if (!found) throw new LinkError(`"${user}" refers to "${name}", which does not exist`)
    const offered = found.instance.ports?.[port]
    if (!offered)
      throw new LinkError(`"${user}" needs a ${port}, but "${name}" (${found.spec.kind}) is none`)
    return offered as Ports[N]
  }
}

/**
 * Build a world: create all instances, then link them by name, so mutual references are legal.
 * @param models every kind that the spec may name.
 * @returns a world at the start of path `path`, ready to step.
 * @throws {LinkError} when a kind, an instance or a port does not exist.
 */
export function buildWorld(
  spec: WorldSpec,
  models: readonly Model[],
  options: BuildOptions,
): World {
  const all = frames(spec, models)
  const { columns, bytes: state } = createColumns(columnSpecs(all, spec))
  const f64 = (key: string): Float64Array => columns[key] as Float64Array
  const ledger = createLedger(f64('/balances'), f64('/moved'))
  const trace = createTrace()
  const books: Book[] = []
  const builder = resettableDraws(options.draws ?? philoxDraws, '/builder')
  const resets = [builder.reset]
  const chains = new Map<string, Chain>()
  const instances = all.map(({ spec: own, model }, self): Built => {
    const { draws, reset } = resettableDraws(options.draws ?? philoxDraws, own.name)
    resets.push(reset)
    ledger.external[self] = model.external ? 1 : 0
    const chain = chains.get(own.chain)
    if (!chain && model.phase !== 'chain')
      throw new LinkError(`"${own.name}" lives on chain "${own.chain}", which does not exist`)
    const { name } = own
    const { assets, tickSeconds } = spec
    const book = (added: Book): Book => books[books.push(added) - 1]!
    const indexOf = (other: string): number => all.findIndex((frame) => frame.spec.name === other)
    const links = { indexOf, book, chain: chain! }
    const context = { name, self, assets, ledger, trace, draws, tickSeconds, ...links }
    const instance = model.create(own.params, columnsUnder(`${name}/`, columns), context)
    if (instance.ports?.chain) chains.set(name, instance.ports.chain)
    return { name, self, spec: own, model, chain: chains.get(own.chain)!, instance }
  })
  ledger.external[all.length] = 1
  for (const i of instances) i.instance.link?.(linker(instances, i.name))
  for (const i of instances) i.instance.refresh?.('build')
  const rank = (i: Built): number => PHASES.indexOf(i.model.phase)
  const parts = {
    spec,
    instances,
    ordered: [...instances].sort((a, b) => rank(a) - rank(b) || a.self - b.self),
    chains: [...chains.values()],
    ledger,
    trace,
    books,
    columns,
    state,
    clock: f64('/clock'),
    gas: f64('/gas'),
    checked: options.checked ?? false,
    builderDraws: builder.draws,
    port: linker(instances, 'the caller'),
    all: (port: PortName) => instances.filter((i) => i.instance.ports?.[port]),
    reseed: (seed: number, path: number) => {
      for (const reset of resets) reset(seed, path)
    },
  }
  const world: World = { ...parts, opening: snapshot(parts) }
  startPath(world, options.seed, options.path ?? 0)
  return world
}
