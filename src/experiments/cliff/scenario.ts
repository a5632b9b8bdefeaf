import { loadScenario, type Overrides, type Scenario } from '../../scenario/index.ts'
import { isRandom } from '../chance.ts'
import { variableOf } from '../knobs.ts'
import type { Sample, Survey, SurveyOptions } from '../survey.ts'
import { taskOf } from '../task.ts'
import { ownerOf } from './book.ts'
import { carryBothWays } from './carry.ts'
import { type ChangePoint, changePointOf } from './changePoint.ts'
import { extraOf, gridOf, hasValue, longestOf, type Sampled, stretchesOf } from './curve.ts'
import { named } from './gaps.ts'
import { type Growth, grow, type Sized } from './growth.ts'
import { type Hysteresis, notApplicable } from './hysteresis.ts'
import {
  checkVary,
  isCalm,
  type OrderAlong,
  orderAlong,
  shockOf,
  surveyOf,
  type Vary,
} from './order.ts'
import { type Reading, readingOf } from './reading.ts'
import { largestSteps, meanOf, shrinks } from './shrink.ts'
import { toldCurve } from './told.ts'
import { CliffError, type JumpOwner, type Located, type Search } from './types.ts'
import { usualVary } from './usual.ts'
import { locateAlong, relocateAlong } from './whole.ts'

/** Options of `findCliff`; those of runs mean the same. */
export type CliffOptions = SurveyOptions & {
  /**
   * What is varied, and not set; default: the shock, from calm weather to twice as far as the scenario goes,
   * or as `set` does.
   */
  readonly vary?: Vary
  /** Order parameter: measure or measure.statistic; default: that of the scenario's `order:` block. */
  readonly measure?: string
  /** Parameter that is the shock; default: that of the scenario's `order:` block. */
  readonly shock?: string
  /** Paths at every place; default: 8, for a statistic 64 to 100, or 1 where paths do not differ. */
  readonly paths?: number
  /** Cells of the first grid; default 16. */
  readonly cells?: number
}

/** A cliff of a scenario, with everything that was asked to find it. */
export type ScenarioCliff = Located & {
  readonly scenario: string
  readonly seed: number
  readonly vary: Vary
  /** Unit of what is varied, and so of the cliff. */
  readonly varyUnit: string
  readonly measure: string
  readonly unit: string
  readonly shock: string
  /** Extra shock by which the response was measured: in units of the parameter where it is the shock, else a share of the shock. */
  readonly extra: number
  /** The cliff of the world as it is, before it is carried to a system without end. */
  readonly atSize: Located['cliff']
  /** Null when the scenario names no size, or there is no cliff. */
  readonly growth: (Growth & { readonly parameter: string }) | null
  /** Whose jump it is; null when there is none. */
  readonly jump: JumpOwner | null
  readonly changePoint: ChangePoint | null
  /** Mean largest loop gain of the paths at the places of the grid on both sides; null when unknown. */
  readonly loopGain: { readonly below: number | null; readonly above: number | null }
  readonly hysteresis: Hysteresis
  /** Paths at every place, and paths that were run in all. */
  readonly paths: number
  readonly runs: number
}

const LOOP_GAIN = 'loopGain'

const CELLS = 16
/** Cells and paths of the way up and down. */
const WAYS = { cells: 8, paths: 4 } as const
/** Parts of the scenario's size at which the cliff is found again, the smallest first. */
const PARTS = [0.25, 0.5] as const
/** Size from which on steps of few accounts surely shrink: in smaller systems they may not yet do. */
const ENDLESS = 4000
/** Smallest system in which a cliff is looked for. */
const LEAST_SIZE = 64

function middleOf(values: Float64Array): number | null {
  const known = values.filter((value) => !Number.isNaN(value))
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length
}

/** Loop gains on both sides, in a survey of their own: to sample them at every place would take long. */
async function gainsOf(
  { setOf }: OrderAlong,
  { cliff, curve }: Located,
  paths: number,
  survey: Survey,
): Promise<ScenarioCliff['loopGain']> {
  if (cliff === null) return { below: null, above: null }
  const gainAt = async (point: { readonly x: number } | undefined): Promise<number | null> => {
    if (!point) return null
    const [sample] = await survey.askEach([setOf({ x: point.x, shock: 1 })], paths)
    return middleOf(sample!.values(LOOP_GAIN))
  }
  const valued = curve.filter(({ gap }) => gap === null)
  return {
    below: await gainAt(valued.findLast((point) => point.x < cliff.value)),
    above: await gainAt(valued.find((point) => point.x > cliff.value)),
  }
}

/** The parameter that is the size of the system, and its value; null where there is none that can be smaller. */
function sizeOf(
  { order, parameters }: Scenario,
  vary: Vary,
  { set }: CliffOptions,
): { readonly parameter: string; readonly full: number; readonly most: number } | null {
  const { size: parameter } = order
  const full = set?.[parameter ?? ''] ?? parameters.find(({ name }) => name === parameter)?.value
  if (parameter === undefined || typeof full !== 'number' || parameter === vary.name) return null
  const most = parameters.find(({ name }) => name === parameter)?.range?.[1] ?? full
  return full * PARTS[0] < LEAST_SIZE ? null : { parameter, full, most }
}

/** Look again for a continuous cliff where the steps of paths, which looked like a jump, shrink in larger systems. */
async function grown(
  located: Located,
  size: ReturnType<typeof sizeOf>,
  alongWith: (base: Overrides) => OrderAlong,
  search: Search,
): Promise<Located> {
  if (located.kind !== 1 || size === null || Number.isNaN(located.share?.low ?? 0)) return located
  const { parameter, full, most } = size
  const large = Math.max(full, Math.min(most, ENDLESS))
  const small = Math.round(large * PARTS[0])
  const stepsAt = (own: number): Promise<Float64Array> => {
    const { respond, counts } = alongWith(own === full ? {} : { [parameter]: own })
    return largestSteps(counts?.axis ? counts.nearest : respond, search)
  }
  const steps = { small: await stepsAt(small), large: await stepsAt(large) }
  if (!shrinks(steps)) return located
  const percent = (part: Float64Array): string => `${(100 * meanOf(part)).toFixed(0)} %`
  const told = `paths step by ${percent(steps.small)} of their range at ${parameter} = ${small} and by ${percent(steps.large)} at ${large}: steps of few accounts, no jump`
  const found = await locateAlong(alongWith({}), { ...search, kinds: 'continuous' })
  return { ...found, note: `${found.note}; ${told}` }
}

/** Find the cliff again in smaller systems, and carry it to one without end. */
async function growthOf(
  { cliff, kind }: Located,
  size: ReturnType<typeof sizeOf>,
  alongWith: (base: Overrides) => OrderAlong,
  search: Search,
): Promise<ScenarioCliff['growth']> {
  if (cliff === null || kind === null || Number.isNaN(cliff.low) || size === null) return null
  const { parameter, full } = size
  const sizes: Sized[] = []
  const half = (2 * (search.high - search.low)) / search.cells
  let at = cliff.value
  // From large to small, each looked for around the one before.
  for (const part of PARTS.toReversed()) {
    const smaller = Math.round(full * part)
    const again = await relocateAlong(alongWith({ [parameter]: smaller }), at, half, kind, {
      ...search,
      effort: kind === 1 ? 'full' : 'coarse',
    })
    if (!again) break
    at = again.value
    sizes.unshift({ size: smaller, cliff: again })
  }
  const growth = grow([...sizes, { size: full, cliff }])
  return growth && { ...growth, parameter }
}

/** Why a cliff is that of the world as it is and not of an endless system; null where it is, or none is named. */
function uncarried(
  { cliff }: Located,
  { order }: Scenario,
  size: ReturnType<typeof sizeOf>,
  growth: ScenarioCliff['growth'],
): string | null {
  if (cliff === null || growth !== null || order.size === undefined) return null
  if (size === null) return `${order.size} is varied, or below ${LEAST_SIZE / PARTS[0]}`
  if (Number.isNaN(cliff.low)) return 'the cliff has no interval'
  return `no cliff of this kind was found again at half of ${order.size}`
}

/** What was read at the places of the grid, and the longest stretch of them that has values. */
type Read = { readonly samples: readonly Sample[]; readonly valued: Sampled | null }

/** @throws {CliffError} when paths were finished everywhere, and the measure has a value on none. */
async function readGrid(
  { samplesAt }: OrderAlong,
  { curve }: Located,
  { measure, read }: Reading,
  paths: number,
): Promise<Read> {
  const x = Float64Array.from(curve, (point) => point.x)
  const samples = await samplesAt(
    curve.map((point) => ({ x: point.x, shock: 1 })),
    paths,
  )
  const order = samples.map((sample) => read(sample.values(measure)))
  if (!order.some(hasValue) && samples.every(({ refusal }) => !refusal))
    throw new CliffError(
      'the measure has no value on any path anywhere in the range; choose another with --measure, or another range',
    )
  return { samples, valued: longestOf(stretchesOf({ x, order, susceptibility: order })) }
}

/** What does not come back: liquidations, and losses. */
const IRREVERSIBLE = ['liquidations', 'loss'] as const

async function hysteresisOf(
  scenario: Scenario,
  along: OrderAlong,
  { samples, valued }: Read,
  { measure, name }: { readonly measure: string; readonly name: string },
  paths: number,
  options: CliffOptions,
): Promise<Hysteresis> {
  for (const lost of IRREVERSIBLE)
    if (samples.some((sample) => sample.values(lost).some((value) => value > 0)))
      return notApplicable(
        `there are ${lost === 'loss' ? 'losses' : lost} in this range, which do not come back when the parameter goes back`,
      )
  // Where the measure has no value the world may be broken for good: the ways stay where it has one.
  if (valued === null) return notApplicable('the measure has no value anywhere')
  const [low, high] = [valued.x[0]!, valued.x.at(-1)!]
  if (!(low < high)) return notApplicable('the measure has a value at one place only')
  const { cells } = WAYS
  const x = [...gridOf({ low, high, cells, isWhole: along.counts?.axis ?? false })]
  const { seed, set, checked, cache = new Map(), signal } = options
  const { plan } = taskOf(scenario, {
    ...(seed === undefined ? {} : { seed }),
    ...(set === undefined ? {} : { set }),
    ...(checked === undefined ? {} : { checked }),
  })
  return carryBothWays({
    ...{ plan, name, x, measure, cache, signal, paths: Math.min(paths, WAYS.paths) },
    sets: x.map((at) => along.setOf({ x: at, shock: 1 })),
  })
}

/** A cliff whose error cannot be told keeps its place and has no interval. */
function doubted(located: Located, doubt: string | false | null): Located {
  if (!doubt || located.cliff === null) return located
  const { value } = located.cliff
  const cliff = { value, low: Number.NaN, high: Number.NaN }
  return { ...located, cliff, note: `${located.note}; ${doubt}: its place has no interval` }
}

/** Look for the cliff on as many paths as chance needs: what draws for the first time at the cliff itself counts. */
async function searchFor(
  scenario: Scenario,
  along: OrderAlong,
  reading: Reading,
  asked: Omit<Search, 'paths' | 'summary'>,
  options: CliffOptions,
): Promise<{ readonly located: Located; readonly search: Search }> {
  const { low, high } = asked
  const isRandomAt = (places: readonly number[]): Promise<boolean> =>
    isRandom(
      scenario,
      places.map((x) => along.setOf({ x, shock: 1 })),
      options,
    )
  const found = async (differ: boolean) => {
    const paths = options.paths ?? (differ ? reading.paths : 1)
    const search: Search = { ...asked, paths, summary: reading.summary }
    return {
      located: doubted(await locateAlong(along, search), differ && reading.doubt(paths)),
      search,
    }
  }
  if (await isRandomAt([low, (low + high) / 2, high])) return found(true)
  const calm = await found(false)
  const { cliff } = calm.located
  return cliff && (await isRandomAt([cliff.value])) ? found(true) : calm
}

/**
 * Find the cliff of a scenario along one parameter.
 * @param scenario what `loadScenario` returned, or the path of a scenario file.
 * @throws {CliffError} when there is nothing to vary or to measure, and what `openSurvey` throws.
 * @example const { cliff, kind } = await findCliff('scenarios/papers/constant-product-cascade.yaml', { vary: { name: 'r', low: 0.2, high: 0.9 } })
 */
export async function findCliff(
  from: Scenario | string,
  options: CliffOptions = {},
): Promise<ScenarioCliff> {
  const scenario = typeof from === 'string' ? loadScenario(from) : from
  const { cells = CELLS, set, cache = new Map() } = options
  if (options.vary) checkVary(scenario, options.vary, set)
  const shock = shockOf(scenario, options.shock, set, options.vary ? [options.vary.name] : [])
  const vary = options.vary ?? usualVary(shock)
  const { name, low, high } = vary
  const isShock = shock.name === name
  if (!isShock && isCalm(shock))
    throw new CliffError(
      `the shock is ${shock.name}=${shock.value}, calm weather: nothing answers to none; set another value with --set ${shock.name}=number`,
    )
  const reading = readingOf(scenario, options.measure ?? scenario.order.measure)
  const shared = { ...options, cache }
  const survey = surveyOf(scenario, shared, reading)
  const gains = surveyOf(scenario, shared, { ...reading, measure: LOOP_GAIN })
  const alongWith = (base: Overrides) => orderAlong(survey, name, shock, reading, base)
  const along = alongWith({})
  try {
    const { range: allowed, unit: varyUnit } = variableOf(scenario, name)!
    const from = isShock && shock.calm >= high ? 'high' : 'low'
    const isWhole = along.counts?.axis ?? false
    const most = isWhole ? Math.min(cells, high - low) : cells
    const asked = { ...{ low, high, cells: most, isShock, isWhole }, allowed, from } as const
    const { located: first, search } = await searchFor(scenario, along, reading, asked, shared)
    const { paths } = search
    const size = sizeOf(scenario, vary, shared)
    const found = reading.isStatistic ? first : await grown(first, size, alongWith, search)
    const growth = await growthOf(found, size, alongWith, search)
    const why = uncarried(found, scenario, size, growth)
    const note = why ? `${found.note}; not carried to an endless system: ${why}` : found.note
    const located: Located = { ...found, note }
    const grid = await readGrid(along, located, reading, paths)
    const curve = await toldCurve(along, located.curve, reading, search)
    return {
      ...located,
      ...named(located.note, curve, grid.samples),
      ...{ cliff: growth?.limit ?? located.cliff, atSize: located.cliff, growth },
      ...{ scenario: scenario.name, seed: options.seed ?? scenario.seed, vary, varyUnit },
      ...{ measure: reading.text, unit: reading.unit, shock: shock.name, extra: extraOf(search) },
      jump: located.share && (await ownerOf(along, located.steps, paths, reading)),
      changePoint: reading.isStatistic || !grid.valued ? null : changePointOf(grid.valued),
      loopGain: await gainsOf(along, located, paths, gains),
      hysteresis: await hysteresisOf(
        scenario,
        along,
        grid,
        { measure: reading.measure, name },
        paths,
        shared,
      ),
      ...{ paths, runs: survey.counts().run + gains.counts().run },
    }
  } finally {
    await gains.close()
    await survey.close()
  }
}
