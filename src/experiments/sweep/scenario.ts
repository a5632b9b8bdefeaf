import { loadScenario, type Overrides, type Scenario } from '../../scenario/index.ts'
import { isRandom } from '../chance.ts'
import { checkVary, isCalm, orderAlong, type Shock, shockOf, surveyOf } from '../cliff/order.ts'
import { type Reading, readingOf } from '../cliff/reading.ts'
import { CliffError, type Located, type Search } from '../cliff/types.ts'
import { locateAlong } from '../cliff/whole.ts'
import { PathFailedError } from '../errors.ts'
import { settable, variableOf } from '../knobs.ts'
import type { Interval } from '../sensitivity/ranges.ts'
import type { Survey, SurveyOptions } from '../survey.ts'
import { type Axis, type Mesh, type MeshCell, refine } from './mesh.ts'
import { nearLine } from './nearLine.ts'

/** What a sweep varies; without cells there are 8. */
export type SweepAxis = Omit<Axis, 'cells'> & { readonly cells?: number }

/** Options of `sweep`; those of runs mean the same. */
export type SweepOptions = SurveyOptions & {
  /** One or two parameters, which are not set; the cliff is looked for along the first. */
  readonly vary: readonly SweepAxis[]
  /** Measure or measure.statistic; default: that of the scenario's `order:` block. */
  readonly measure?: string
  /** Parameter that is the shock of the cliff line; default: that of the scenario's `order:` block. */
  readonly shock?: string
  /** Paths at every point; default: 8, or 1 where paths do not differ. */
  readonly paths?: number
  /** How often a cell may be halved; default 2. */
  readonly rounds?: number
  /** `rows` (default) looks for the cliff in every row of the first grid; `none` costs no runs. */
  readonly line?: 'rows' | 'none'
}

/** One point of a sweep. */
export type SweepPoint = {
  /** Value of each parameter, in the order of `vary`. */
  readonly at: readonly number[]
  readonly value: Interval
  /** Paths with a value. */
  readonly n: number
}

/** The cliff along the first parameter in one row. */
export type LinePoint = Pick<Located, 'cliff' | 'kind' | 'note'> & {
  /** Value of the second parameter; null when there is only one. */
  readonly at: number | null
}

/** A sweep of a scenario. */
export type Sweep = {
  readonly scenario: string
  readonly seed: number
  readonly vary: readonly Axis[]
  readonly measure: string
  readonly unit: string
  /** Null when the scenario names none and none was given: the response is that to the parameter itself. */
  readonly shock: string | null
  readonly points: readonly SweepPoint[]
  readonly cells: readonly MeshCell[]
  /** By row, the lowest first. */
  readonly line: readonly LinePoint[]
  /** Paths at every point, and paths that were run in all. */
  readonly paths: number
  readonly runs: number
}

const CELLS = 8
const ROUNDS = 2
/** Points that refining may add, as multiples of the first grid's. */
const MOST = 3
/** Cells of a row in which a cliff can be told. */
const LEAST_CELLS = 4

function axesOf(scenario: Scenario, { vary, set }: SweepOptions): readonly Axis[] {
  if (vary.length !== 1 && vary.length !== 2)
    throw new CliffError(`${vary.length} parameters are varied; give one or two with --vary`)
  if (vary[0]!.name === vary[1]?.name)
    throw new CliffError(`"${vary[0]!.name}" is varied twice; give two parameters`)
  return vary.map(({ cells = CELLS, ...own }) => {
    checkVary(scenario, own, set)
    if (!Number.isSafeInteger(cells) || cells < 1)
      throw new CliffError(`${own.name} has ${cells} cells; use a whole number from 1 on`)
    const { isWhole } = variableOf(scenario, own.name)!
    return { ...own, cells: isWhole ? Math.min(cells, own.high - own.low) : cells }
  })
}

/** What every part of a sweep shares. */
type Ground = {
  /** The point nearest to one at which the world can be run. */
  readonly settled: (at: readonly number[]) => readonly number[]
  readonly survey: Survey
  readonly axes: readonly Axis[]
  readonly shock: Shock | null
  readonly reading: Reading
  readonly paths: number
}

/** The order parameter along the first axis in one row. */
function rowOf({ survey, axes, shock, reading }: Ground, y: number | undefined) {
  const [{ name }, second] = axes as [Axis, Axis?]
  const base = second && y !== undefined ? { [second.name]: y } : {}
  const own = shock ?? {
    ...{ name, value: Number.NaN, calm: 0 },
    range: [-Infinity, Infinity] as const,
  }
  const value = own.name === second?.name && y !== undefined ? y : own.value
  const along = orderAlong(survey, name, { ...own, value }, reading, base)
  return {
    along,
    isShock: own.name === name,
    isNone: own.name !== name && isCalm({ ...own, value }),
  }
}

async function lineOf(ground: Ground): Promise<readonly LinePoint[]> {
  const { axes, paths, reading } = ground
  const [{ name, low, high, cells }, second] = axes as [Axis, Axis?]
  const rows = second
    ? Array.from(
        { length: second.cells + 1 },
        (_, k) =>
          ground.settled([low, second.low + ((second.high - second.low) * k) / second.cells])[1]!,
      )
    : [undefined]
  const line: LinePoint[] = []
  for (const y of rows) {
    const { along, isShock, isNone } = rowOf(ground, y)
    const summary = reading.summary
    const allowed = variableOf(ground.survey.scenario, name)!.range
    const asked = { low, high, cells, paths, isShock, summary, allowed }
    const search: Search = { ...asked, effort: 'coarse' }
    const at = y ?? null
    const none = (note: string): LinePoint => ({ at, cliff: null, kind: null, note })
    if (isNone) line.push(none('the shock is as in calm weather: nothing answers to it'))
    else if (cells < LEAST_CELLS) line.push(none('the row has too few cells to tell'))
    else
      try {
        const { cliff, kind, note } = await locateAlong(along, search)
        line.push({ at, cliff, kind, note })
      } catch (error) {
        if (!(error instanceof PathFailedError || error instanceof CliffError)) throw error
        line.push(none(error.message))
      }
  }
  return line
}

function shockIn(scenario: Scenario, { shock, set, vary }: SweepOptions): Shock | null {
  if (shock === undefined && scenario.order.shock === undefined) return null
  return shockOf(
    scenario,
    shock,
    set,
    vary.map(({ name }) => name),
  )
}

/** The same overrides as the cliff line's, so that its runs are used again. */
function setAt(ground: Ground, [x, y]: readonly number[]): Overrides {
  return rowOf(ground, y).along.setOf({ x: x!, shock: 1 })
}

/** Sample the measure, and refine along the line and where it changes most. */
async function meshOf(ground: Ground, rounds: number, line: readonly LinePoint[]): Promise<Mesh> {
  const { axes, survey, paths, reading } = ground
  const first = axes.reduce((product, { cells }) => product * (cells + 1), 1)
  return refine(
    async (points) => {
      const sets = points.map((at) => setAt(ground, at))
      const samples = await survey.askEach(sets, paths)
      return samples.map((sample) => reading.read(sample.values(reading.measure)))
    },
    axes,
    {
      rounds,
      most: MOST * first,
      ...{ summary: reading.summary, near: nearLine(line), settled: ground.settled },
    },
  )
}

/**
 * Run a scenario over a grid of one or two parameters, find the cliff along the first parameter in every row,
 * and refine the grid along that line and where the measure changes most.
 * @param scenario what `loadScenario` returned, or the path of a scenario file.
 * @throws {CliffError} when there is nothing to vary or to measure, and what `openSurvey` throws.
 * @example const { points, line } = await sweep('scenarios/papers/constant-product-cascade.yaml', { vary: [{ name: 'r', low: 0.2, high: 0.9 }, { name: 'shock', low: 0.001, high: 0.1 }] })
 */
export async function sweep(from: Scenario | string, options: SweepOptions): Promise<Sweep> {
  const scenario = typeof from === 'string' ? loadScenario(from) : from
  const axes = axesOf(scenario, options)
  const reading = readingOf(scenario, options.measure ?? scenario.order.measure)
  const shock = shockIn(scenario, options)
  const shared = { ...options, cache: options.cache ?? new Map() }
  const survey = surveyOf(scenario, shared, reading)
  try {
    const variables = axes.map(({ name }) => variableOf(scenario, name)!)
    const settled: Ground['settled'] = (at) => at.map((x, d) => settable(variables[d]!, x))
    const start = { settled, survey, axes, shock, reading }
    const paths = options.paths ?? (await pathsFor(start, shared))
    const ground: Ground = { ...start, paths }
    // The whole grid comes first: a row that cannot be run is told as such where others can.
    await meshOf(ground, 0, [])
    const line = options.line === 'none' ? [] : await lineOf(ground)
    const { points, cells } = await meshOf(ground, options.rounds ?? ROUNDS, line)
    const sets = points.map(({ at }) => setAt(ground, at))
    const samples = await survey.askEach(sets, paths)
    const rows = samples.map((sample) => sample.values(reading.measure))
    return {
      ...{ scenario: scenario.name, seed: options.seed ?? scenario.seed, vary: axes },
      ...{ measure: reading.text, unit: reading.unit, shock: shock?.name ?? null },
      points: points.map(({ at, values }, k) => ({
        ...{ at, value: reading.level(rows[k]!) },
        n: reading.isStatistic ? paths : values.filter((v) => !Number.isNaN(v)).length,
      })),
      ...{ cells, line, paths, runs: survey.counts().run },
    }
  } finally {
    await survey.close()
  }
}

/** One path where nothing depends on chance: at the corners and in the middle. */
async function pathsFor(start: Omit<Ground, 'paths'>, options: SurveyOptions): Promise<number> {
  const { axes, survey, reading } = start
  const at = (part: number, { low, high }: Axis): number => low + part * (high - low)
  const [first, second] = axes as [Axis, Axis?]
  const places = second
    ? [
        [0, 0],
        [0.5, 0.5],
        [1, 1],
        [0, 1],
        [1, 0],
      ]
    : [[0], [0.5], [1]]
  const sets = places.map(([x, y]) => {
    const { along } = rowOf({ ...start, paths: 1 }, second && at(y!, second))
    return along.setOf({ x: at(x!, first), shock: 1 })
  })
  return (await isRandom(survey.scenario, sets, options)) ? reading.paths : 1
}
