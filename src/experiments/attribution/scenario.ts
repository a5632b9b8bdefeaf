import { buildWorld } from '../../engine/index.ts'
import { namedLenders } from '../../measures/index.ts'
import { MODELS } from '../../mechanisms/index.ts'
import { loadScenario, type Scenario } from '../../scenario/index.ts'
import type { WorldSpec } from '../../world/index.ts'
import { isApart, isRandom as isRandomAt } from '../chance.ts'
import type { Channel } from '../channels.ts'
import { type Reading, readingOf } from '../cliff/reading.ts'
import { resolveRun } from '../knobs.ts'
import type { Interval } from '../sensitivity/ranges.ts'
import { openSurvey, type Sample, type SurveyOptions } from '../survey.ts'
import { type AbsentChannel, checkAttributable, cuttable } from './cuttable.ts'
import { AttributionError } from './errors.ts'
import { type Division, type DivisionOptions, type Share, shapley } from './shapley.ts'
import { togetherName } from './together.ts'

/** Options of `attribute`; those of runs mean the same. */
export type AttributionOptions = Omit<SurveyOptions, 'measures' | 'cuts'> &
  Pick<DivisionOptions, 'exactUpTo' | 'orders'> & {
    /** Measure or measure.statistic; default: the lenders' loss, that of dealers, or that of the scenario. */
    readonly measure?: string
    /** Paths; default 8, or 2 where paths do not differ. */
    readonly paths?: number
  }

/** What the interval of a share says. */
export type ShareVerdict = 'adds' | 'takes away' | 'changes nothing' | 'cannot tell'

/** A channel with its part of what goes when all are cut. */
export type ChannelShare = Share & {
  readonly name: string
  /** What stands in its place when it is cut. */
  readonly doc: string
  readonly verdict: ShareVerdict
}

/** A measure, split into what is left when all channels are cut and what each of them adds. */
export type Attribution = Pick<Division, 'method' | 'orders'> & {
  readonly scenario: string
  readonly seed: number
  readonly measure: string
  readonly unit: string
  /** The measure as it is, with all channels cut, and the difference of both. */
  readonly whole: Interval
  readonly fundamental: Interval
  readonly spread: Interval
  /** Largest share first. */
  readonly channels: readonly ChannelShare[]
  /**
   * The channel that adds most, then those that cannot be told from it by the paired differences of shares;
   * none where that one does not surely add.
   */
  readonly leaders: readonly string[]
  readonly absent: readonly AbsentChannel[]
  /** Value of the measure on every path that was run; NaN where a path has none or failed. */
  readonly values: Float64Array
  /** Numbers of the paths that have all values; shares per path are of these. */
  readonly paths: readonly number[]
  /** Whether paths differ at all. */
  readonly isRandom: boolean
  /** Worlds that were run, paths times sets of cut channels. */
  readonly runs: number
}

const PATHS = 8

/** Most sets of channels whose worlds stand at the same time. */
const SETS = 16

function usualIn(spec: WorldSpec, scenario: Scenario): string {
  const world = buildWorld(spec, MODELS, { seed: 0 })
  if (namedLenders(world).length > 0) return 'loss'
  return world.all('optionBook').length > 0 ? 'dealerLoss' : scenario.order.measure
}

/** The measure that is explained when nobody names one: the lenders' loss, that of dealers, or that of the scenario. */
export async function usualMeasure(
  scenario: Scenario,
  { set = {}, cache = new Map() }: Pick<AttributionOptions, 'set' | 'cache'> = {},
): Promise<string> {
  return usualIn((await resolveRun(scenario, { set, cache })).spec, scenario)
}

function without(values: Float64Array, gone: Float64Array): Float64Array {
  return values.map((value, k) => value - gone[k]!)
}

function verdictOf({ share: { low, high }, perPath }: Share): ShareVerdict {
  if (perPath.every((value) => value === 0)) return 'changes nothing'
  if (low > 0) return 'adds'
  return high < 0 ? 'takes away' : 'cannot tell'
}

/** Whether two paths differ in anything: worlds with something cut may ask chance where the whole one does not. */
function differ(sample: Sample): boolean {
  return sample.names.some((name) => {
    const [a, b] = sample.values(name)
    return isApart(a!, b!)
  })
}

/** Runs sets of channels that are cut together. */
type CutRuns = {
  /** The measure as it is, path by path. */
  readonly own: Float64Array
  /** What goes when channels are cut, path by path. */
  readonly gone: (coalition: number) => Float64Array
  readonly isRandom: boolean
}

/** Run paths with nothing cut, and in the same worlds with sets of channels cut. */
async function runSets(
  scenario: Scenario,
  { measure }: Reading,
  channels: readonly Channel[],
  coalitions: readonly number[],
  { paths, exactUpTo: _, orders: __, onProgress, measure: ___, ...options }: AttributionOptions,
): Promise<CutRuns> {
  const nameOf = (coalition: number): string =>
    togetherName(
      channels.filter((_, p) => (coalition & (1 << p)) !== 0).map(({ name }) => name),
      measure,
    )
  const found = new Map<number, Float64Array>()
  let own: Float64Array = new Float64Array(0)
  let isRandom = true
  let wanted = paths ?? PATHS
  const groups = Array.from({ length: Math.max(1, Math.ceil(coalitions.length / SETS)) }, (_, g) =>
    coalitions.slice(g * SETS, (g + 1) * SETS),
  )
  for (const [g, group] of groups.entries()) {
    const survey = openSurvey(
      { ...scenario, measures: [] },
      {
        ...options,
        ...{ measures: [measure], cuts: group.map(nameOf) },
        onProgress: ({ points, paths: done, of }) =>
          onProgress?.({
            points,
            paths: g * wanted + Math.min(done, of),
            of: groups.length * wanted,
          }),
      },
    )
    try {
      if (g === 0 && wanted > 1) {
        const isDrawn = await isRandomAt(scenario, [{}], options)
        isRandom = isDrawn || differ((await survey.ask([{}], 2))[0]!)
        if (!isRandom && paths === undefined) wanted = 2
      }
      const [sample] = await survey.ask([{}], wanted)
      own = sample!.values(measure)
      for (const c of group) found.set(c, sample!.values(`cut.${nameOf(c)}`))
    } finally {
      await survey.close()
    }
  }
  return { own, gone: (c) => found.get(c)!, isRandom }
}

/** Numbers of the paths that have all values. */
function completePaths(own: Float64Array, gone: readonly Float64Array[]): readonly number[] {
  return Array.from(own.keys()).filter(
    (k) => !Number.isNaN(own[k]!) && gone.every((values) => !Number.isNaN(values[k]!)),
  )
}

/** A game over paths, and over what a statistic reads off them, asked for once. */
function gamesOf(
  scenario: Scenario,
  reading: Reading,
  channels: readonly Channel[],
  options: AttributionOptions,
) {
  const state: { runs: CutRuns | null; paths: readonly number[]; sets: number } = {
    ...{ runs: null, paths: [], sets: 0 },
  }
  const picked = (values: Float64Array): Float64Array =>
    Float64Array.from(state.paths, (path) => values[path]!)
  return {
    state,
    picked,
    async perPath(coalitions: readonly number[]): Promise<readonly Float64Array[]> {
      const runs = await runSets(scenario, reading, channels, coalitions, options)
      const all = coalitions.map(runs.gone)
      state.runs = runs
      state.sets = coalitions.length
      state.paths = completePaths(runs.own, all)
      if (state.paths.length === 0)
        throw new AttributionError(
          `no path has a ${reading.measure} in all worlds; attribute loss or badDebt, or run more paths`,
        )
      return all.map(picked)
    },
    async read(coalitions: readonly number[]): Promise<readonly Float64Array[]> {
      const own = picked(state.runs!.own)
      return coalitions.map((c) =>
        without(reading.read(own), reading.read(without(own, picked(state.runs!.gone(c))))),
      )
    },
  }
}

/**
 * Split what a scenario loses over the channels through which losses spread, by cutting them: every set of
 * channels is cut together on the same draws, and Shapley's value shares what goes. Shares add up to the
 * measure less what is left with all channels cut; channels that are not there are listed with the reason.
 * @param from what `loadScenario` returned, or the path of a scenario file.
 * @throws {AttributionError} when the measure compares already, or no path has a value; and what
 *   `openSurvey` throws.
 * @example const { channels } = await attribute('scenarios/coupled-eth-crash.yaml', { measure: 'loss', paths: 8 })
 */
export async function attribute(
  from: Scenario | string,
  options: AttributionOptions = {},
): Promise<Attribution> {
  const scenario = typeof from === 'string' ? loadScenario(from) : from
  const cache = options.cache ?? new Map()
  const { spec } = await resolveRun(scenario, { set: options.set ?? {}, cache })
  const text = options.measure ?? usualIn(spec, scenario)
  const reading = readingOf(scenario, text)
  checkAttributable(reading.measure)
  const { present, absent } = cuttable(spec, reading.measure)
  const games = gamesOf(scenario, reading, present, { ...options, cache })
  const shared = { exactUpTo: options.exactUpTo, orders: options.orders, seed: options.seed }
  const how = Object.fromEntries(Object.entries(shared).filter(([, v]) => v !== undefined))
  const division = present.length > 0 ? await divide(games, present.length, reading, how) : null
  if (division === null) await games.perPath([])
  const { runs, paths, sets } = games.state
  const { own, gone, isRandom } = runs!
  const { level, unit } = reading
  const left = division ? without(own, gone(2 ** present.length - 1)) : own
  const channels = (division?.shares ?? []).map((share, p): ChannelShare => {
    const { name, doc } = present[p]!
    return { name, doc, verdict: verdictOf(share), ...share }
  })
  return {
    ...{
      scenario: scenario.name,
      seed: options.seed ?? scenario.seed,
      measure: reading.text,
      unit,
    },
    whole: level(games.picked(own)),
    fundamental: level(games.picked(left)),
    spread: division?.total ?? { value: 0, low: 0, high: 0 },
    leaders: leadersOf(division, channels),
    channels: channels.toSorted((a, b) => Math.abs(b.share.value) - Math.abs(a.share.value)),
    absent,
    ...{ method: division?.method ?? 'exact', orders: division?.orders ?? 0 },
    ...{ values: own, paths, isRandom, runs: own.length * (1 + sets) },
  }
}

/** @param channels in the order of the players. */
function leadersOf(
  division: Division | null,
  channels: readonly ChannelShare[],
): readonly string[] {
  const leaders = (division?.leaders ?? []).map((p) => channels[p]!)
  return leaders[0]?.verdict === 'adds' ? leaders.map(({ name }) => name) : []
}

/** Divide by paths, and where a statistic is asked for by that; shares per path stay those of the paths. */
async function divide(
  games: ReturnType<typeof gamesOf>,
  players: number,
  reading: Reading,
  how: DivisionOptions,
): Promise<Division> {
  const plain = await shapley(players, games.perPath, how)
  if (!reading.isStatistic) return plain
  const told = await shapley(players, games.read, { ...how, summary: reading.summary })
  return {
    ...told,
    shares: told.shares.map((share, p) => ({ ...share, perPath: plain.shares[p]!.perPath })),
  }
}
