import { buildWorld } from '../engine/index.ts'
import type { MakeDraws } from '../math/index.ts'
import {
  columnsOf,
  type Focus,
  focusOf,
  type MeasureColumn,
  type MeasureInfo,
  namedLenders,
  type PathView,
} from '../measures/index.ts'
import { MODELS } from '../mechanisms/index.ts'
import type { ResolvedScenario, SourceCache } from '../scenario/index.ts'
import { assetIndex, type World } from '../world/index.ts'
import { type Comparer, createComparer } from './compare.ts'
import { resolveRun } from './knobs.ts'
import type { RunPlan } from './plan.ts'
import { createWatcher, type Watcher } from './warning/watcher.ts'

/** A run that is ready: its world, built once for all its paths, and what is measured in it. */
export type Prepared = {
  readonly plan: RunPlan
  readonly resolved: ResolvedScenario
  readonly world: World
  readonly focus: Focus
  readonly columns: readonly MeasureColumn[]
  readonly comparer: Comparer
  /** Measures in the order of a path's numbers; the channels that are cut follow them. */
  readonly infos: readonly MeasureInfo[]
  /** Names of a path's numbers, in order. */
  readonly names: readonly string[]
  /** What fills a path's numbers instead of measures; null for measures. */
  readonly watcher: Watcher | null
  /** The path at whose end the world stands; null when it stands anywhere else. */
  view: PathView | null
}

/**
 * Load a run's data and build its world.
 * @param draws another source of random numbers than that of ordinary runs.
 * @throws {ScenarioError} or {KnobError} when an override is wrong, {SourceError} when data are, {ChannelError} when
 *   a cut is.
 */
export async function prepareRun(
  plan: RunPlan,
  cache: SourceCache,
  draws?: MakeDraws,
): Promise<Prepared> {
  const { scenario, set, seed, checked, measures, cuts } = plan
  const resolved = await resolveRun(scenario, { set, cache })
  const { spec, order } = resolved
  const asset = order.asset === undefined ? -1 : assetIndex(spec.assets, order.asset)
  const focusIn = (world: World): Focus => focusOf(world, asset, order.source ?? '')
  const world = buildWorld(spec, MODELS, { seed, checked, ...(draws ? { draws } : {}) })
  const lenders = namedLenders(world).map(({ name }) => name)
  const options = { measures, cuts, seed, checked, focusOf: focusIn }
  const comparer = createComparer(spec, MODELS, lenders, options)
  const columns = columnsOf(lenders).filter(
    ({ name }) => !plan.only || plan.only.includes(name) || comparer.reads(name),
  )
  const infos: readonly MeasureInfo[] = [...columns, ...comparer.columns]
  const cut = comparer.channels.map(({ channel }) => `cut.${channel.name}`)
  const focus = focusIn(world)
  const watcher = plan.signs ? createWatcher(world, focus, { ...plan.signs, seed }) : null
  const names = watcher ? watcher.names : [...infos.map(({ name }) => name), ...cut]
  return {
    plan,
    resolved,
    world,
    focus,
    columns,
    comparer,
    infos,
    names,
    watcher,
    view: null,
  }
}
