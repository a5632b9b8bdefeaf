import {
  type Corrected,
  type InstanceSpec,
  type Model,
  modelOf,
  type Phase,
  referredBy,
  rewired,
  type Truth,
  type World,
  type WorldSpec,
} from '../world/index.ts'

/** What reads prices for protocols, and those on whose behalf it does. */
const READERS: readonly Phase[] = ['oracle', 'control', 'protocol']
const USERS: readonly Phase[] = ['control', 'protocol']

/** An oracle whose answers may be wrong, and what is read in its place when they must not be. */
export type Mispricing = {
  readonly name: string
  /** Assets that it may price wrongly. */
  readonly assets: readonly number[]
  /** What is right: under another name, beside it. */
  readonly twin: InstanceSpec
}

/** All of them that protocols or their controls read, and the market that is held to be right. */
export type Mispricings = {
  readonly market: string
  readonly found: readonly Mispricing[]
  /** Whether anybody is told prices at all. */
  readonly isAnyRead: boolean
}

const ofPhase = (model: Model | undefined, phases: readonly Phase[]): boolean =>
  model !== undefined && phases.includes(model.phase)

function truthOf(world: World, models: readonly Model[], market: InstanceSpec): Truth {
  const drivers = referredBy(market, models, 'driver').map((name) => world.port('driver', name))
  return {
    market: market.name,
    moves: (asset) => drivers.some(({ assets }) => assets.includes(asset)),
  }
}

/** Another market is right but where drivers move it that do not move the truth, or the other way round. */
function otherMarket(
  world: World,
  models: readonly Model[],
  own: InstanceSpec,
  truth: InstanceSpec,
): Corrected | null {
  const [mine, true_] = [own, truth].map((i) => referredBy(i, models, 'driver'))
  const apart = [
    ...mine!.filter((name) => !true_!.includes(name)),
    ...true_!.filter((name) => !mine!.includes(name)),
  ]
  const moved = new Set(apart.flatMap((name) => world.port('driver', name).assets))
  const assets = [...moved].sort((a, b) => a - b)
  const params = { market: truth.name, assets, otherwise: own.name }
  return assets.length > 0 ? { assets, kind: 'oracles/fundamental', params } : null
}

/** Tells what is right where an instance may be wrong; null when it is right, or only late. */
function correctorOf(models: readonly Model[], world: World) {
  const markets = world.all('referenceMarket').map((i) => i.spec)
  const market = markets[0]!
  const others = new Set(markets.slice(1).map(({ name }) => name))
  const truth = truthOf(world, models, market)
  return (own: InstanceSpec): Mispricing | null => {
    const corrected = others.has(own.name)
      ? otherMarket(world, models, own, market)
      : (modelOf(models, own.kind)?.correct?.(own.name, own.params, truth) ?? null)
    if (corrected === null) return null
    const { assets, kind, params } = corrected
    return { name: own.name, assets, twin: { ...own, name: `${own.name}.fair`, kind, params } }
  }
}

/**
 * Find what protocols and their controls read prices of, and what that reads.
 * @param instead what is read in the place of an instance.
 */
function pricesReadIn(
  { instances }: WorldSpec,
  models: readonly Model[],
  instead: (own: InstanceSpec) => InstanceSpec,
): readonly InstanceSpec[] {
  const read = new Map<string, InstanceSpec>()
  const users = instances.filter((i) => ofPhase(modelOf(models, i.kind), USERS))
  const left = users.flatMap((i) => referredBy(i, models, 'priceSource'))
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    const own = instances.find((i) => i.name === name)
    if (!own || read.has(name)) continue
    read.set(name, own)
    left.push(...referredBy(instead(own), models, 'priceSource'))
  }
  return [...read.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Names of the oracles and markets whose prices reach protocols or their controls. */
export function namesRead(spec: WorldSpec, models: readonly Model[]): readonly string[] {
  return pricesReadIn(spec, models, (own) => own).map(({ name }) => name)
}

/**
 * Find the oracles that may tell protocols other prices than the fundamental ones of the reference market,
 * the one at whose prices losses are measured. How late they are, and what trades do to that market, are
 * other channels.
 * @returns null without a reference market.
 */
export function mispricingsOf(world: World, models: readonly Model[]): Mispricings | null {
  const market = world.all('referenceMarket')[0]
  if (!market) return null
  const correct = correctorOf(models, world)
  // What is read no longer once it is corrected cannot be wrong.
  const read = pricesReadIn(world.spec, models, (own) => correct(own)?.twin ?? own)
  const found = read.flatMap((own) => correct(own) ?? [])
  return { market: market.name, found, isAnyRead: read.length > 0 }
}

/** Let protocols, their controls and their oracles read what is right. */
export function correctedWorld(
  spec: WorldSpec,
  models: readonly Model[],
  { found }: Mispricings,
): WorldSpec {
  const twins = new Map(found.map(({ name, twin }) => [name, twin]))
  const read = (reader: InstanceSpec): InstanceSpec => {
    if (!ofPhase(modelOf(models, reader.kind), READERS)) return reader
    return rewired(reader, models, (name, port) =>
      port === 'priceSource' ? (twins.get(name)?.name ?? name) : name,
    )
  }
  // A twin may ask the oracle beside which it stands.
  const beside = found.map(({ name, twin }) =>
    rewired(twin, models, (other, port) =>
      port === 'priceSource' && other !== name ? (twins.get(other)?.name ?? other) : other,
    ),
  )
  return { ...spec, instances: [...spec.instances.map(read), ...beside] }
}
