import { clopperPearson, exp } from '../../math/index.ts'
import { judgeTrends, type WarningOptions } from '../../measures/index.ts'
import { loadScenario, type Scenario } from '../../scenario/index.ts'
import { isRandom } from '../chance.ts'
import { resolveRun } from '../knobs.ts'
import { openSurvey, type Sample } from '../survey.ts'
import { PACKAGE_VERSION } from '../version.ts'
import { checkDistance, type DistanceOptions, distanceToCliff, without } from './distance.ts'
import type { TimeLine, TimeLines, Warned, WarnedPath } from './types.ts'
import { type Signs, signsOf, type TickLine } from './watcher.ts'

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

/** What was seen of one path. */
type Seen = Signs & { readonly path: number }

/** What was seen of the paths that were finished. */
function seenOf(sample: Sample, paths: number): readonly Seen[] {
  const columns = new Map(sample.names.map((name) => [name, sample.values(name)]))
  const failed = new Set(sample.failures.map(({ path }) => path))
  return Array.from({ length: paths }, (_, path) => path)
    .filter((path) => !failed.has(path))
    .map((path) => ({ path, ...signsOf((name) => columns.get(name)![path]!) }))
}

/** Watch paths in lanes; where they do not differ, one tells all. */
async function watchPaths(
  scenario: Scenario,
  {
    paths = PATHS,
    signs = {},
    distance: _,
    vary: __,
    measure: ___,
    shock: ____,
    ...shared
  }: WarnOptions,
) {
  const survey = openSurvey(scenario, { ...shared, signs })
  try {
    const n = paths === 1 || (await isRandom(scenario, [{}], shared)) ? paths : 1
    const [all] = await survey.ask([{}], n)
    return { seen: seenOf(all!, n), failures: all!.failures }
  } finally {
    await survey.close()
  }
}

function pathOf({ path, onset, liquidations, trends }: Seen, tickSeconds: number): WarnedPath {
  const found = onset && { ...onset, seconds: onset.tick * tickSeconds }
  return { path, liquidations, onset: found, ...judgeTrends(trends), ...trends }
}

/** The path in the middle by the lesser of the trends of variance and lag-1 autocorrelation. */
function middleOf(seen: readonly Seen[]): Seen {
  const told = seen.filter(({ trends }) => trends.indicators.length > 0)
  const events = told.filter(({ onset }) => onset !== null)
  const own = events.length > 0 ? events : told.length > 0 ? told : seen
  const least = ({ trends }: Seen): number => {
    const taus = trends.indicators.slice(0, 2).map(({ tau }) => (Number.isNaN(tau) ? -1 : tau))
    return Math.min(...taus, 1)
  }
  const sorted = own.toSorted((a, b) => least(a) - least(b) || a.path - b.path)
  return sorted[(sorted.length - 1) >> 1]!
}

function linesOf({ path, price, lines }: Seen, tickSeconds: number): TimeLines {
  const inSeconds = ({ ticks, values }: TickLine): TimeLine => ({
    seconds: ticks.map((tick) => tick * tickSeconds),
    values,
  })
  const log = inSeconds(price)
  return {
    path,
    price: { ...log, values: log.values.map(exp) },
    indicators: lines.map(({ name, ...line }) => ({ name, ...inSeconds(line) })),
  }
}

/**
 * Judge how many of some events had a warning: there was one when more had it than false alarms make, none
 * when no event had it or, within the interval, less than half of them.
 */
export function judgeShare(
  warned: number,
  events: number,
): Pick<Warned, 'verdict' | 'note' | 'share'> {
  const share = { ...clopperPearson(warned, events, 0.95), n: events }
  const [low, high] = [share.low, share.high].map((end) => (100 * end).toFixed(0))
  const note = `a warning before ${warned} of ${events} events [${low} .. ${high} %]`
  if (share.low > FALSE_ALARMS) return { verdict: 'warning', note, share }
  if (warned === 0) return { verdict: 'no warning', note, share }
  if (share.high < 0.5)
    return { verdict: 'no warning', note: `${note}, which false alarms may have made`, share }
  return { verdict: 'cannot tell', note: `${note}; more paths would tell`, share }
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
  const warned = judged.filter(({ verdict }) => verdict === 'warning').length
  const found = judgeShare(warned, judged.length)
  return judged.length > 1
    ? found
    : { ...found, verdict: judged[0]!.verdict, note: judged[0]!.note }
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
  const { seed = scenario.seed, set = {}, cache = new Map() } = options
  const { distance = 'find', signs: _, ...asked } = options
  // Of a shock that is varied the value that is set is where paths are watched.
  const search = { ...asked, set: without(set, asked.vary?.name) }
  if (distance === 'find') checkDistance(scenario, search)
  const { seen, failures } = await watchPaths(scenario, { ...options, cache })
  const { spec } = await resolveRun(scenario, { set, cache })
  const paths = seen.map((own) => pathOf(own, spec.tickSeconds))
  return {
    ...{ breakwater: PACKAGE_VERSION, experiment: 'warn', scenario: scenario.name, seed },
    asset: scenario.order.asset ?? '',
    ...verdictOf(paths),
    paths,
    failures,
    lines: linesOf(middleOf(seen), spec.tickSeconds),
    branching: seen[0]!.branching,
    distance: distance === 'skip' ? null : await distanceToCliff(scenario, { ...search, cache }),
  }
}
