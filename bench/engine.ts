import { buildWorld, createStepper, startPath } from '../src/engine/index.ts'
import { debtTotals, eventsOf, lendersOf, referencePrices } from '../src/measures/index.ts'
import { MODELS } from '../src/mechanisms/index.ts'
import type { InstanceSpec, Params, World, WorldSpec } from '../src/world/index.ts'
import type { Workload } from './workloads/crash.ts'

/** The crash through the engine, the models and the trace. */
export type EngineSide = {
  readonly world: World
  /** Run the first `blocks` blocks from the opening. */
  run(blocks: number): void
  /** Rows and blocks of the last run's liquidations, in order of execution. */
  liquidations(): { readonly row: Int32Array; readonly block: Int32Array }
  /** Actions of the last run that were refused. */
  failed(): number
  /** Debt beyond full collateral at reference prices after the last run, USD. */
  badDebt(): number
}

function spec(name: string, kind: string, given: Params): InstanceSpec {
  const model = MODELS.find((m) => m.kind === kind)
  if (!model) throw new Error(`there is no model ${kind}`)
  const defaults = Object.entries(model.params).map(([key, p]) => [key, p.default] as const)
  return { name, kind, chain: 'main', params: { ...Object.fromEntries(defaults), ...given } }
}

function specOf(w: Workload): WorldSpec {
  const { frozen, assets, moves } = w
  const index = (name: string): number => assets.findIndex((a) => a.name === name)
  const time = Float64Array.from(
    { length: frozen.blocks + 1 },
    (_, block) => block * frozen.blockSeconds,
  )
  const names = assets.slice(1).map((a) => a.name)
  const feeds = { source: 'market', latency: frozen.blockSeconds, gas: frozen.feedGas }
  return {
    assets,
    tickSeconds: frozen.blockSeconds,
    ticks: frozen.blocks,
    chains: [
      spec('main', 'chain', {
        blockSeconds: frozen.blockSeconds,
        gasLimit: frozen.gasLimit,
        demand: frozen.demand,
        // Everybody else uses the same gas at any base fee, so that each of our actions raises it.
        elasticity: 0,
        gasPrice: frozen.gasPrice,
        native: index(frozen.falls),
        nativePrice: 'market',
      }),
    ],
    instances: [
      spec('moves', 'prices/replay', { prices: { time, assets: names, prices: moves } }),
      spec('market', 'prices/referenceMarket', {
        drivers: ['moves'],
        depth: names.map((name) => ({ asset: index(name), value: frozen.depth[name]! })),
        permanent: frozen.permanent,
        halfLife: frozen.halfLife,
        fee: frozen.fee,
      }),
      spec('volatileFeeds', 'oracles/feed', {
        ...feeds,
        ...frozen.volatileFeeds,
        bid: frozen.bid,
        assets: frozen.volatile.map(index),
      }),
      spec('stableFeeds', 'oracles/feed', {
        ...feeds,
        ...frozen.stableFeeds,
        bid: frozen.bid,
        assets: frozen.stable.map(index),
      }),
      spec('feeds', 'oracles/median', { sources: ['volatileFeeds', 'stableFeeds'] }),
      spec('compound', 'lending/compoundV2', {
        oracle: 'feeds',
        closeFactor: frozen.closeFactor,
        liquidationBonus: frozen.liquidationBonus,
        protocolSeizeShare: frozen.seizeShare,
        blocksPerYear: frozen.blocksPerYear,
        markets: w.markets,
        positions: w.positions,
      }),
      spec('liquidators', 'agents/liquidator', {
        lenders: ['compound'],
        venue: 'market',
        capital: frozen.capital,
        settlement: frozen.settlement,
        detectionDelay: frozen.detectionDelay,
        gas: frozen.liquidationGas,
        bid: frozen.bid,
        minProfit: frozen.minProfit,
      }),
    ],
  }
}

/** Build the workload's world: reference market, feeds, Compound v2 and liquidators, nothing else. */
export function createEngineSide(w: Workload): EngineSide {
  const world = buildWorld(specOf(w), MODELS, { seed: w.frozen.seed })
  const step = createStepper(world)
  return {
    world,
    run(blocks) {
      startPath(world, w.frozen.seed, 0)
      for (let block = 0; block < blocks; block++) step()
    },
    liquidations() {
      const { row, tick } = world.trace.columns
      const events = eventsOf(world.trace, 'liquidation')
      return {
        row: Int32Array.from(events, (e) => row[e]!),
        block: Int32Array.from(events, (e) => tick[e]!),
      }
    },
    failed: () => eventsOf(world.trace, 'failed').length,
    badDebt() {
      const prices = referencePrices(world, new Float64Array(world.spec.assets.length))
      return debtTotals(lendersOf(world), prices, prices).bad
    },
  }
}
