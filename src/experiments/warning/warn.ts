import { clopperPearson } from '../../math/index.ts'
import {
  earlyWarning,
  fitHawkes,
  momentBranching,
  type WarningOptions,
} from '../../measures/index.ts'
import { loadScenario, type Scenario } from '../../scenario/index.ts'
import { type Prepared, prepareRun } from '../prepare.ts'
import { taskOf } from '../task.ts'
import { PACKAGE_VERSION } from '../version.ts'
import { type DistanceOptions, distanceToCliff } from './distance.ts'
import type { Warned, WarnedPath } from './types.ts'
import { type Watched, watchPath } from './watch.ts'

/** Options of `warn`; those of runs mean the same. */
export type WarnOptions = Omit<DistanceOptions, 'paths' | 'cells'> & {
  /** Paths that are watched, and run at every place of the search for the cliff; default 8, 1 without chance. */
  readonly paths?: number
  /** Whether the distance to the cliff is looked for, which takes most of the runs. */
  readonly distance?: 'find' | 'skip'
  /** How signs are looked for. */
  readonly signs?: Omit<WarningOptions, 'seed'>
}

const PATHS = 8
/** Signs on paths without a cause: the level at which one is taken for a warning. */
const FALSE_ALARMS = 0.05

function judge(
  { series, onset, liquidations }: Watched,
  path: number,
  tickSeconds: number,
  options: WarningOptions,
): WarnedPath {
  // The tick of the onset itself is not before it.
  const before = onset ? series.map((own) => own.subarray(0, onset.tick)) : series
  return {
    ...{ path, liquidations: liquidations.length },
    onset: onset && { ...onset, seconds: onset.tick * tickSeconds },
    ...earlyWarning(before, options),
  }
}

function sameSeries(a: Watched, b: Watched): boolean {
  return a.series.every((own, k) => own.every((v, t) => Object.is(v, b.series[k]![t])))
}

async function watchPaths(
  ready: Prepared,
  { paths, signal, onProgress }: WarnOptions,
): Promise<readonly Watched[]> {
  const all: Watched[] = []
  const most = paths ?? PATHS
  for (let path = 0; path < most; path++) {
    all.push(await watchPath(ready, path, signal))
    onProgress?.({ points: 1, paths: path + 1, of: most })
    if (path === 1 && sameSeries(all[0]!, all[1]!)) return all.slice(0, 1)
  }
  return all
}

/** What the paths say together. */
function verdictOf(paths: readonly WarnedPath[]): Pick<Warned, 'verdict' | 'note' | 'share'> {
  const events = paths.filter(({ onset }) => onset !== null)
  if (events.length === 0)
    return { verdict: 'no event', note: 'nothing happened to be warned of', share: null }
  const judged = events.filter(({ verdict }) => verdict !== 'cannot tell')
  if (judged.length === 0) {
    const note = `there was no time before it to look at: ${events[0]!.note}`
    return { verdict: 'cannot tell', note, share: null }
  }
  const n = judged.length
  const warned = judged.filter(({ verdict }) => verdict === 'warning').length
  const share = { ...clopperPearson(warned, n, 0.95), n }
  const many = `a warning before ${warned} of ${n} events`
  if (n === 1) return { verdict: judged[0]!.verdict, note: judged[0]!.note, share }
  if (share.low > FALSE_ALARMS) return { verdict: 'warning', note: many, share }
  const note = `${many}, no more than false alarms make`
  return { verdict: 'no warning', note, share }
}

/**
 * Tell what was to be seen before the trouble of a scenario, and how far its state as it is stands from the
 * cliff.
 * @param from what `loadScenario` returned, or the path of a scenario file.
 * @throws {WarningError} when the scenario names no asset to watch, {CliffError} when it has no shock and the
 * distance is asked for, {InterruptedError} when stopped, and what `openSurvey` throws.
 */
export async function warn(from: Scenario | string, options: WarnOptions = {}): Promise<Warned> {
  const scenario = typeof from === 'string' ? loadScenario(from) : from
  const { seed = scenario.seed, set = {}, cache = new Map(), signs = {} } = options
  const { plan } = taskOf(scenario, { seed, set, compare: false })
  const ready = await prepareRun(plan, cache)
  const watched = await watchPaths(ready, options)
  const { spec } = ready.world
  const paths = watched.map((own, path) => judge(own, path, spec.tickSeconds, { ...signs, seed }))
  const { paths: _, distance = 'find', signs: __, ...search } = options
  const times = watched[0]!.liquidations
  const seconds = spec.ticks * spec.tickSeconds
  return {
    ...{ breakwater: PACKAGE_VERSION, experiment: 'warn', scenario: scenario.name, seed },
    asset: scenario.order.asset ?? '',
    ...verdictOf(paths),
    paths,
    branching: {
      likelihood: fitHawkes(times, seconds)?.branching ?? null,
      moment: momentBranching(times, seconds),
    },
    distance:
      distance === 'skip'
        ? null
        : await distanceToCliff(scenario, {
            ...{ ...search, seed, set, cache },
            ...(options.paths === undefined ? {} : { paths: options.paths }),
          }),
  }
}
