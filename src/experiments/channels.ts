import { buildWorld } from '../engine/index.ts'
import { namedLenders } from '../measures/index.ts'
import {
  type ChannelName,
  type InstanceSpec,
  type Model,
  modelOf,
  referredBy,
  rewired,
  type World,
  type WorldSpec,
  without,
} from '../world/index.ts'
import { correctedWorld, mispricingsOf } from './mispricing.ts'

/** Worlds in which a channel is cut, whose losses add up; or why there is nothing to cut. */
export type CutWorlds = { readonly specs: readonly WorldSpec[] } | { readonly reason: string }

/** A link through which losses spread, and its ideal twin. */
export type Channel = {
  readonly name: string
  /** One line: what stands in its place when it is cut. */
  readonly doc: string
  /** Measure that is told of it; the lenders' loss by default. */
  readonly measure?: string
  cut(spec: WorldSpec, models: readonly Model[]): CutWorlds
}

/** An instance of another kind under the same name; it keeps the parameters that the kind knows. */
function become(instance: InstanceSpec, kind: string, models: readonly Model[]): InstanceSpec {
  const known = Object.keys(modelOf(models, kind)?.params ?? {})
  const kept = Object.entries(instance.params).filter(([key]) => known.includes(key))
  return { ...instance, kind, params: Object.fromEntries(kept) }
}

/** A world cut as the models themselves know how; null when none of them has the channel. */
function cutByModels(
  name: ChannelName,
  spec: WorldSpec,
  models: readonly Model[],
): WorldSpec | null {
  let isChanged = false
  const instances = spec.instances.map((instance): InstanceSpec => {
    const cut = modelOf(models, instance.kind)?.cuts[name]
    if (!cut) return instance
    isChanged = true
    if ('become' in cut) return become(instance, cut.become, models)
    return { ...instance, params: { ...instance.params, ...cut.set } }
  })
  return isChanged ? { ...spec, instances } : null
}

const feedLag: Channel = {
  name: 'feedLag',
  doc: 'feeds answer with the price that their source has now',
  cut(spec, models) {
    const cut = cutByModels('feedLag', spec, models)
    return cut ? { specs: [cut] } : { reason: 'no instance has a feedLag to cut' }
  },
}

function lenderNames(spec: WorldSpec, models: readonly Model[]): readonly string[] {
  return namedLenders(buildWorld(spec, models, { seed: 0 })).map(({ name }) => name)
}

/** Kinds of agents who take what is not theirs. */
export const ADVERSARIES: readonly string[] = [
  'agents/attacker',
  'agents/briber',
  'agents/exploiter',
  'agents/forger',
  'agents/overborrower',
]

/** Kind known here by name: who fills any order at a going price. */
const UNLIMITED = 'liquidity/unlimited'

/** Whether orders at a venue reach an outside market, which has its own cut, or meet no end, even through others. */
function reachesOutside(spec: WorldSpec, models: readonly Model[], venue: string): boolean {
  const instance = spec.instances.find(({ name }) => name === venue)
  if (!instance) return false
  if (instance.kind === UNLIMITED || modelOf(models, instance.kind)?.cuts.priceImpact) return true
  const further = referredBy(instance, models, 'venue')
  return further.some((name) => reachesOutside(spec, models, name))
}

/** Pools alone are traded in: orders of all but venues and adversaries are filled at the price as it is. */
function withoutImpactOnPools(spec: WorldSpec, models: readonly Model[]): WorldSpec {
  const twins = new Map<string, InstanceSpec>()
  const instances = spec.instances.map((instance): InstanceSpec => {
    const { kind, chain } = instance
    if (modelOf(models, kind)?.phase === 'venue' || ADVERSARIES.includes(kind)) return instance
    return rewired(instance, models, (name, port) => {
      if (port !== 'venue' || reachesOutside(spec, models, name)) return name
      const twin = `${name}.unlimited`
      twins.set(name, { name: twin, kind: UNLIMITED, chain, params: { venue: name } })
      return twin
    })
  })
  return { ...spec, instances: [...instances, ...twins.values()] }
}

/** Tell whether somebody whose purpose it is not trades where only pools are, and moves their prices. */
export function movesPools(spec: WorldSpec, models: readonly Model[]): boolean {
  return withoutImpactOnPools(spec, models).instances.length > spec.instances.length
}

const priceImpact: Channel = {
  name: 'priceImpact',
  doc: 'sales move neither the reference markets nor, where there is no way to them, pools',
  cut(spec, models) {
    const own = cutByModels('priceImpact', spec, models)
    const deep = withoutImpactOnPools(own ?? spec, models)
    return own || movesPools(spec, models)
      ? { specs: [deep] }
      : { reason: 'nobody trades where sales move prices' }
  },
}

const sharedVenue: Channel = {
  name: 'sharedVenue',
  doc: 'every protocol alone, with copies of all venues, feeds, agents and of the chain of its own',
  cut(spec, models) {
    const lenders = lenderNames(spec, models)
    if (lenders.length < 2) return { reason: 'there is one protocol: nothing is shared' }
    return {
      specs: lenders.map((own) =>
        without(spec, models, new Set(lenders.filter((name) => name !== own))),
      ),
    }
  },
}

/** Kinds known here by name: who ties an asset to another, who reads a pool, who states fair prices. */
const FOLLOW = 'prices/follow'
const FUNDAMENTAL = 'oracles/fundamental'
const POOL_ORACLES = ['oracles/spot', 'oracles/twap']

/** Base of every asset that follows another one. */
function basesOf(spec: WorldSpec): ReadonlyMap<number, number> {
  const follows = spec.instances.filter(({ kind }) => kind === FOLLOW)
  return new Map(
    follows.flatMap(({ params }) =>
      (params.assets as readonly number[]).map((asset) => [asset, params.base as number] as const),
    ),
  )
}

/** Assets that are collateral in more than one protocol, as themselves or as what follows them. */
function sharedAssets(world: World): readonly number[] {
  const base = basesOf(world.spec)
  const holders = new Map<number, Set<string>>()
  const held = new Map<number, Set<number>>()
  for (const { name, lender } of namedLenders(world)) {
    const { book, liability } = lender
    for (let k = 0; k < book.amount.length; k++) {
      const coordinate = book.coordinate[k]!
      if (liability[coordinate] === 1 || !(book.amount[k]! > 0)) continue
      const asset = lender.assetOf(coordinate)
      const root = base.get(asset) ?? asset
      holders.set(root, (holders.get(root) ?? new Set()).add(name))
      held.set(root, (held.get(root) ?? new Set()).add(asset))
    }
  }
  return [...holders]
    .filter(([, names]) => names.size > 1)
    .flatMap(([root]) => [...held.get(root)!])
    .sort((a, b) => a - b)
}

/** What reads the reference market's price, or a pool's, for feeds and protocols: its fair twin. */
function readFairly(
  instance: InstanceSpec,
  models: readonly Model[],
  market: string,
  assets: readonly number[],
): InstanceSpec {
  const { params } = instance
  if (POOL_ORACLES.includes(instance.kind) && assets.includes(params.asset as number))
    return { ...instance, kind: FUNDAMENTAL, params: { market, assets, otherwise: market } }
  const model = modelOf(models, instance.kind)
  if (model?.phase !== 'oracle' && model?.phase !== 'protocol') return instance
  return rewired(instance, models, (name, port) =>
    port === 'priceSource' && name === market ? `${market}.fair` : name,
  )
}

const sharedCollateral: Channel = {
  name: 'sharedCollateral',
  doc: 'oracles read the fundamental price, which no sale moves, of assets that several protocols hold as collateral',
  cut(spec, models) {
    const world = buildWorld(spec, models, { seed: 0 })
    const market = world.all('referenceMarket')[0]
    const assets = sharedAssets(world)
    if (!market) return { reason: 'there is no reference market that states a fundamental price' }
    if (assets.length === 0) return { reason: 'no asset is collateral in two protocols' }
    const { name, spec: own } = market
    const fair: InstanceSpec = {
      ...{ name: `${name}.fair`, kind: FUNDAMENTAL, chain: own.chain },
      params: { market: name, assets, otherwise: name },
    }
    const instances = spec.instances.map((i) => readFairly(i, models, name, assets))
    return { specs: [{ ...spec, instances: [...instances, fair] }] }
  },
}

const mispricing: Channel = {
  name: 'mispricing',
  doc: 'protocols are told fair prices where a pool, a hard-coded price, a cap, a rate, an assertion or another market tells them others; as late as before',
  cut(spec, models) {
    const wrong = mispricingsOf(buildWorld(spec, models, { seed: 0 }), models)
    if (!wrong) return { reason: 'there is no reference market that states a fundamental price' }
    if (!wrong.isAnyRead) return { reason: 'no protocol is told prices' }
    if (wrong.found.length === 0)
      return {
        reason: `all prices that protocols are told are of ${wrong.market}: late (feedLag) or pushed by trades (priceImpact), but not wrong`,
      }
    return { specs: [correctedWorld(spec, models, wrong)] }
  },
}

function dealerNames(spec: WorldSpec, models: readonly Model[]): readonly string[] {
  const world = buildWorld(spec, models, { seed: 0 })
  return world.all('optionBook').map(({ name }) => name)
}

const hedging: Channel = {
  name: 'hedging',
  doc: 'nobody keeps options, so that nobody hedges them',
  cut(spec, models) {
    const dealers = dealerNames(spec, models)
    if (dealers.length === 0) return { reason: 'there are no dealers in options' }
    return { specs: [without(spec, models, new Set(dealers))] }
  },
}

const lending: Channel = {
  name: 'lending',
  doc: "nobody lends, so that nobody is liquidated; shown is the dealers' loss",
  measure: 'dealerLoss',
  cut(spec, models) {
    if (dealerNames(spec, models).length === 0)
      return { reason: 'there are no dealers in options, and without lenders nobody else can lose' }
    const lenders = lenderNames(spec, models)
    if (lenders.length === 0) return { reason: 'nobody lends' }
    return { specs: [without(spec, models, new Set(lenders))] }
  },
}

/** A channel that agents of some kinds are: when it is cut they are not there. */
function byAgents(name: string, kinds: readonly string[], doc: string, nobody: string): Channel {
  return {
    name,
    doc,
    cut(spec, models) {
      const agents = spec.instances.filter(({ kind }) => kinds.includes(kind))
      if (agents.length === 0) return { reason: nobody }
      return { specs: [without(spec, models, new Set(agents.map((agent) => agent.name)))] }
    },
  }
}

/** Every channel of contagion that can be cut. */
export const CHANNELS: readonly Channel[] = [
  sharedVenue,
  sharedCollateral,
  mispricing,
  feedLag,
  priceImpact,
  hedging,
  lending,
  byAgents('adversary', ADVERSARIES, 'nobody attacks', 'nobody attacks'),
  byAgents('lenderRun', ['agents/depositors'], 'no supplier leaves', 'no suppliers who may leave'),
]
