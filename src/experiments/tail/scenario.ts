import { loadScenario, type Scenario } from '../../scenario/index.ts'
import { parseCondition } from '../condition.ts'
import { InterruptedError } from '../errors.ts'
import { measuresOf } from '../names.ts'
import { type Prepared, prepareRun } from '../prepare.ts'
import { type RunOptions, taskOf } from '../task.ts'
import { type Coordinate, coordinatesOf, impose, project } from './coordinates.ts'
import { explorers, streamOf, wordsOf } from './estimate.ts'
import { explore, type Route } from './explore.ts'
import { importanceTail } from './importance.ts'
import { createLimit, type PathLimit } from './limit.ts'
import { createRows, drawPoint, plainTail } from './plain.ts'
import { NONE, splittingTail } from './splitting.ts'
import { createSteering, type Steering } from './steering.ts'
import {
  type Estimate,
  type Sampler,
  TailError,
  type TailMethod,
  type TailResult,
} from './types.ts'

/** Options of a tail; those of runs mean the same. */
export type TailRunOptions = Pick<RunOptions, 'seed' | 'set' | 'signal' | 'checked' | 'cache'> & {
  /** Most paths that are run; default 2,000. */
  readonly budget?: number
  /** Default: importance sampling. Common events are counted plainly whatever is asked for. */
  readonly method?: TailMethod
  readonly onProgress?: (done: number, budget: number) => void
}

/** Fewest paths that a tail is asked with. */
const LEAST_BUDGET = 100

/** From this rough probability on little is gained by steering. */
const COMMON = 0.03

/** Fewest particles that explore, if the budget allows them. */
const EXPLORERS = 60

/** Longest time without letting signals in, ms. */
const BREATH = 50

/** Ticks that are run to learn where drivers draw. */
const LEARNING_TICKS = 3

/** Numbers for decisions that go the rare way. */
const RARE = 1e-9

/** A scenario whose drivers read a point, ready to run. */
type Steered = {
  readonly steering: Steering
  readonly ticks: number
  readonly limit: PathLimit
}

/** Learn from a first path, and from a start whose decisions all go the rare way, where drivers draw. */
async function learn({ steering, limit, ticks }: Steered): Promise<void> {
  steering.learning = true
  await limit.at(0)
  steering.forced = RARE
  limit.start(Math.min(LEARNING_TICKS, ticks))
  steering.forced = null
  steering.learning = false
}

async function steer(scenario: Scenario, text: string, options: TailRunOptions): Promise<Steered> {
  const condition = parseCondition(text, measuresOf(scenario))
  if (/\]?\.[a-z]/.test(text.replace(/[0-9.]+\s*\*/g, '')))
    throw new TailError(
      `"${text}" asks for a statistic; a tail is of one path: write "badDebt > 5e6"`,
    )
  const { budget: _, method: __, onProgress: ___, ...asked } = options
  const { plan } = taskOf(scenario, { ...asked, compare: false })
  let ready: Prepared | null = null
  const isDriver = (name: string): boolean => drivers.has(name)
  const drivers = new Set<string>()
  const steering = createSteering(isDriver, () => ready!.world.spec.ticks)
  ready = await prepareRun(plan, options.cache ?? new Map(), steering.draws)
  for (const { name, model } of ready.world.instances)
    if (model.phase === 'driver') drivers.add(name)
  const limit = createLimit(ready, plan.seed, condition)
  return { steering, ticks: ready.world.spec.ticks, limit }
}

/** Sample points of coordinates and let them steer points of the whole path, whose rest is drawn freely. */
function* lifted<T>(
  sampler: Sampler<T>,
  coordinates: readonly Coordinate[],
  ticks: number,
  dimension: number,
  seed: number,
): Sampler<T> {
  const rest = streamOf(seed, 'rest')
  const row = createRows(1, dimension)[0]!
  let step = sampler.next()
  while (!step.done) {
    const { points, first } = step.value
    const values = new Float64Array(points.length)
    for (let i = 0; i < points.length; i++) {
      drawPoint(rest, first + i, row)
      impose(coordinates, ticks, points[i]!, row)
      values[i] = (yield { points: [row], first: first + i })[0]!
    }
    step = sampler.next(values)
  }
  return step.value
}

/** What a tail is made of. */
type Plan = {
  readonly method: TailMethod
  readonly budget: number
  readonly seed: number
  readonly dimension: number
  readonly ticks: number
  readonly coordinates: readonly Coordinate[]
}

/** An estimate, the method that was used in the end, and the nominal samples beside it. */
type Found = {
  readonly method: TailMethod
  readonly estimate: Estimate
  readonly nominal: Pick<Route, 'samples' | 'sampleFailures'>
}

function* plainly({ dimension, seed, budget }: Plan, used: number): Sampler<Found> {
  const samples = budget - used
  const estimate = yield* plainTail(dimension, streamOf(seed, 'plain'), used, samples)
  return { method: 'plain', estimate, nominal: { samples, sampleFailures: 0 } }
}

/** The failures of a route in coordinates. */
function projected(route: Route, { coordinates, ticks }: Plan): Route {
  const failures = route.failures.map((point) => {
    const out = new Float64Array(coordinates.length)
    project(coordinates, ticks, point, out)
    return out
  })
  return { ...route, failures }
}

function* tailOf(plan: Plan): Sampler<Found> {
  const { method, budget, seed, dimension, coordinates, ticks } = plan
  if (method === 'plain') return yield* plainly(plan, 0)
  const draws = streamOf(seed, 'explore')
  const settle = method === 'importance' ? 2 : 0
  const particles = Math.max(
    explorers(budget, method),
    Math.min(EXPLORERS, Math.floor(budget / 20)),
  )
  const route = yield* explore(
    dimension,
    particles,
    0.6 * budget,
    settle,
    draws,
    streamOf(seed, 'fit'),
  )
  if (route.reason === '' && route.probability >= COMMON) return yield* plainly(plan, route.used)
  if (route.reason !== '')
    return { method, estimate: { ...NONE, reason: route.reason }, nominal: route }
  const own = streamOf(seed, method)
  if (method === 'splitting')
    return { method, estimate: yield* splittingTail(route, dimension, budget, own), nominal: route }
  const sampler = importanceTail(projected(route, plan), budget, own, streamOf(seed, 'refit'))
  const estimate = yield* lifted(sampler, coordinates, ticks, dimension, seed)
  return { method, estimate, nominal: route }
}

/** Answer requests with paths, breathing now and then. */
async function answer(
  sampler: Sampler<Found>,
  { steering, limit }: Steered,
  budget: number,
  { signal, onProgress }: TailRunOptions,
) {
  let last = Date.now()
  let evaluations = 0
  let step = sampler.next()
  while (!step.done) {
    const { points } = step.value
    const values = new Float64Array(points.length)
    for (let i = 0; i < points.length; i++) {
      steering.point = points[i]!
      values[i] = await limit.at(evaluations++)
      if (Date.now() - last < BREATH) continue
      onProgress?.(evaluations, budget)
      await new Promise<void>((resolve) => {
        setImmediate(resolve)
      })
      last = Date.now()
      if (signal?.aborted) throw new InterruptedError('interrupted')
    }
    step = sampler.next(values)
  }
  return { ...step.value, evaluations }
}

/**
 * Estimate the probability that one path of a scenario meets a condition, all feedback on.
 *
 * The random numbers of the drivers are read as one point of standard normals. `splitting` moves whole
 * points towards the condition; `importance` tilts the mean moves of the drivers, their rarest
 * decisions (jumps) and what is drawn beside these, with exact weights. Everything else, such as
 * ties in a block, is drawn freely. Where the condition turns out to be common, paths are counted.
 *
 * @param condition on numbers of one path, for example "badDebt > 5e6".
 * @throws {TailError} when an option cannot be used, {ConditionError} when the condition cannot be
 *   read, {InterruptedError} when stopped, and what a run throws.
 * @example await runTail('scenarios/compound-v2-eth-crash.yaml', 'badDebt > 5e6', { budget: 2000 })
 */
export async function runTail(
  scenario: Scenario | string,
  condition: string,
  options: TailRunOptions = {},
): Promise<TailResult> {
  const { method = 'importance', budget = 2000 } = options
  if (!Number.isSafeInteger(budget) || budget < LEAST_BUDGET)
    throw new TailError(`budget is ${budget}; give a whole number of paths from ${LEAST_BUDGET} on`)
  const loaded = typeof scenario === 'string' ? loadScenario(scenario) : scenario
  const seed = options.seed ?? loaded.seed
  const steered = await steer(loaded, condition, options)
  const { steering, ticks } = steered
  await learn(steered)
  const { columns } = steering
  if (columns.length === 0)
    throw new TailError('no driver of the scenario draws random numbers; every path is the same')
  const dimension = columns.length * ticks
  const plan = {
    method,
    budget,
    seed,
    dimension,
    ticks,
    coordinates: coordinatesOf(columns, ticks),
  }
  const found = await answer(tailOf(plan), steered, budget, options)
  const words = wordsOf(found.method, found.estimate, found.evaluations, found.nominal)
  return { condition, ...words, dimension }
}
