import { loadScenario, type Scenario } from '../../scenario/index.ts'
import { isRandom } from '../chance.ts'
import { checkVary, type Vary } from '../cliff/order.ts'
import { type Reading, readingOf } from '../cliff/reading.ts'
import { type Objective, parseCondition, parseObjective } from '../condition.ts'
import { variableOf } from '../knobs.ts'
import { measuresOf } from '../names.ts'
import type { Survey, SurveyOptions } from '../survey.ts'
import { openTuned } from './capital.ts'
import { estimateFresh } from './fresh.ts'
import { fillFrontier, paretoOf, type Traded } from './frontier.ts'
import {
  askEach,
  freshSeedOf,
  measuresIn,
  missOf,
  type Question,
  type Setting,
  scoreOf,
  settingOf,
  standing,
  valuesOf,
} from './ground.ts'
import { valueOrNaN } from './interval.ts'
import { nearCliffs } from './nearCliff.ts'
import {
  bestOf,
  type Candidate,
  compareScores,
  type Evaluate,
  searchMinimum,
  searchRandom,
} from './search.ts'
import { type Tuned, TuneError } from './types.ts'
import { checkValued } from './valued.ts'

/** Options of `tune`; those of runs mean the same. */
export type TuneOptions = SurveyOptions & {
  /** What is made small: terms joined by + or -, term = [number *] measure[.statistic] or a varied parameter. */
  readonly objective: string
  /** Conditions that must hold. */
  readonly subjectTo?: readonly string[]
  /** What is searched; a value that is set for one of them is where the scenario as it is stands. */
  readonly vary: readonly Vary[]
  /** Points of the search, and as many at random; default 25 for each parameter. */
  readonly points?: number
  /** Paths at every point; default 16, 64 where a statistic other than a mean is asked for, 1 where paths do not differ. */
  readonly paths?: number
  /** Paths on which what is found is estimated again; default 4 times as many. */
  readonly freshPaths?: number
  /** What a frontier trades against the loss, more being better; default: no frontier. */
  readonly efficiency?: string
  /** Loss of the frontier and of small steps; default: the first measure of the objective. */
  readonly loss?: string
  /** `none` costs no runs; default `look`, where the scenario names a shock. */
  readonly cliffs?: 'look' | 'none'
}

const POINTS = 25
const PATHS = { mean: 16, statistic: 64, cliff: 8 } as const
const FRESH = 4
/** Points of a frontier that are estimated again. */
const FRONT = 16

/** Read what is asked of a scenario. */
function questionOf(scenario: Scenario, options: TuneOptions): Question {
  const { vary, subjectTo = [], efficiency } = options
  if (vary.length === 0) throw new TuneError('nothing is varied; give a parameter with --vary')
  for (const own of vary) checkVary(scenario, own)
  const names = vary.map(({ name }) => name)
  const twice = names.find((name, k) => names.indexOf(name) !== k)
  if (twice !== undefined) throw new TuneError(`"${twice}" is varied twice; give each one once`)
  const known = [...measuresOf(scenario), ...names]
  const objective = parseObjective(options.objective, known)
  const constraints = subjectTo.map((text) => parseCondition(text, known))
  const measured = (own: Objective): string | undefined => {
    const term = own.terms.find(({ measure }) => !names.includes(measure))
    return term && `${term.measure}.${term.name}`
  }
  const text =
    options.loss ??
    [objective, ...constraints.map(({ left }) => left)].map(measured).find(Boolean) ??
    scenario.order.measure
  return {
    ...{ vary, objective, constraints },
    counts: new Set(names.filter((name) => variableOf(scenario, name)!.isWhole)),
    efficiency: efficiency === undefined ? null : parseObjective(efficiency, known),
    loss: parseObjective(text.replace(/\.mean$/, ''), known),
  }
}

function expressionsOf({ objective, constraints, efficiency, loss }: Question): Objective[] {
  return [
    objective,
    ...constraints.map(({ left }) => left),
    ...(efficiency ? [efficiency] : []),
    loss,
  ]
}

/** What every part of a tuning shares. */
type Ground = {
  readonly scenario: Scenario
  readonly options: TuneOptions
  readonly question: Question
  readonly reading: Reading
  readonly survey: Survey
  readonly evaluate: Evaluate<Traded>
  readonly paths: number
  readonly freshPaths: number
  readonly differ: boolean
  readonly measures: readonly string[]
  readonly seed: number
}

/** Parameters that an expression may name where they are not varied: as the scenario has them. */
function ownSetting({
  scenario,
  options,
  question,
}: Pick<Ground, 'scenario' | 'options' | 'question'>) {
  const own: Record<string, number> = {}
  for (const { name } of question.vary) {
    const value = Number(options.set?.[name] ?? variableOf(scenario, name)?.value ?? Number.NaN)
    if (Number.isFinite(value)) own[name] = value
  }
  return own
}

async function groundOf(scenario: Scenario, options: TuneOptions): Promise<Ground> {
  const question = questionOf(scenario, options)
  const reading = readingOf(scenario, scenario.order.measure)
  const expressions = expressionsOf(question)
  const known = measuresOf(scenario)
  const measures = [...new Set([...measuresIn(expressions, known), reading.measure])]
  const survey = openTuned(scenario, { ...options, measures, only: measures })
  try {
    const { vary } = question
    const ends = [0, 0.5, 1].map((x) => settingOf(question, new Float64Array(vary.length).fill(x)))
    await checkValued(survey, measuresIn(expressions, known), ends)
    const differ = await isRandom(scenario, [{}, ...ends], options)
    const isMean = expressions.every(({ terms }) => terms.every(({ name }) => name === 'mean'))
    const usual = isMean ? PATHS.mean : PATHS.statistic
    const paths = options.paths ?? (differ ? usual : 1)
    const freshPaths = options.freshPaths ?? (differ ? FRESH * paths : 1)
    const evaluate: Evaluate<Traded> = async (points) => {
      const settings = points.map((at) => settingOf(question, at))
      const samples = await askEach(survey, settings, paths)
      return samples.map((sample, k) =>
        scoreOf(question, sample && valuesOf(sample, settings[k]!, paths)),
      )
    }
    const seed = options.seed ?? scenario.seed
    return {
      ...{ scenario, options, question, reading, survey, evaluate, paths, freshPaths, differ },
      ...{ measures, seed },
    }
  } catch (error) {
    await survey.close()
    throw error
  }
}

/** A score that forgets constraints, because a frontier shows what they cost, and what it forgot. */
type Freed = Traded & { readonly missed: number }

function freed(score: Traded): Freed {
  const missed = score.violation
  return { ...score, missed, violation: missed === Infinity ? missed : 0 }
}

/** What was tried, with its own scores. */
type Explored = {
  readonly searched: readonly Candidate<Traded>[]
  readonly random: readonly Candidate<Traded>[]
  readonly filled: readonly Candidate<Traded>[]
  /** All of it, whatever constraints say. */
  readonly tried: readonly Candidate<Traded>[]
}

/** Search, at random as often, and along the frontier. */
async function explore(ground: Ground, points: number): Promise<Explored> {
  const { question, evaluate, seed } = ground
  const { vary, efficiency } = question
  const own = ownSetting(ground)
  const start = standing(vary, (name) => own[name] ?? null)
  const searched = await searchMinimum(evaluate, vary.length, { seed, points, start })
  const random = await searchRandom(evaluate, vary.length, { seed, points })
  const all = [...searched, ...random]
  if (!efficiency) return { searched, random, filled: [], tried: all }
  const free: Evaluate<Freed> = async (some) => (await evaluate(some)).map(freed)
  const known = all.map(({ at, score }) => ({ at, score: freed(score) }))
  const tried = await fillFrontier(free, known, { seed, points })
  const filled = tried.slice(all.length).map(({ at, score: { missed, ...score } }) => ({
    ...{ at, score: { ...score, violation: missed } },
  }))
  return { searched, random, filled, tried }
}

/** At most so many points of the frontier, evenly by rank, with both ends. */
function frontOf(question: Question, tried: readonly Candidate<Traded>[]): readonly Setting[] {
  const feasible = tried.filter(({ score }) => score.violation === 0)
  const front = paretoOf(feasible.map(({ at, score }) => ({ at, ...score })))
  const count = Math.min(FRONT, front.length)
  return Array.from({ length: count }, (_, k) => {
    const place = count === 1 ? 0 : Math.round((k * (front.length - 1)) / (count - 1))
    return settingOf(question, front[place]!.at)
  })
}

/** Say how near the search came where nothing is feasible. */
async function nearestOf(
  { question, survey, paths }: Ground,
  best: Candidate<Traded> | null,
): Promise<Tuned['nearest']> {
  if (best === null || best.score.violation === Infinity) return null
  const at = settingOf(question, best.at)
  const [sample] = await askEach(survey, [at], paths)
  const values = valuesOf(sample!, at, paths)
  const missed = question.constraints.map((own) => ({ text: own.text, by: missOf(own, values) }))
  return { at, missed: missed.filter(({ by }) => by > 0) }
}

/** Estimate what was found on fresh paths, and look for cliffs around it. */
async function settle(
  ground: Ground,
  found: Candidate<Traded>,
  { searched, random, tried }: Explored,
) {
  const { scenario, options, question, survey, paths, freshPaths, differ, measures, seed } = ground
  const { vary, efficiency } = question
  const chosen = ({ at, score }: Candidate<Traded>) => ({
    ...{ at: settingOf(question, at), searched: score.objective },
  })
  const base = ownSetting(ground)
  const [own] = await askEach(survey, [{}], paths)
  const best = chosen(found)
  const [search, other] = [bestIn(searched), bestIn(random)]
  const only = measures
  const fresh = openTuned(scenario, { ...options, measures, only, seed: freshSeedOf(seed) })
  try {
    const answer = await estimateFresh(fresh, {
      ...{ question, base, best, paths: freshPaths, differ },
      asItIs: {
        at: {},
        searched: own ? valueOrNaN(question.objective, valuesOf(own, base, paths)) : Number.NaN,
      },
      bySearch: search && search !== found ? chosen(search) : null,
      atRandom: other && chosen(other),
      front: efficiency ? frontOf(question, tried) : [],
      stepOf: (name) => {
        const { low, high } = vary.find((one) => one.name === name)!
        const { unit, isWhole } = variableOf(scenario, name)!
        const point = unit === 'fraction' || unit === 'ratio' ? 0.01 : (high - low) / 100
        return Math.min(isWhole ? Math.max(1, Math.round(point)) : point, high - low)
      },
    })
    const cliffs =
      options.cliffs === 'none'
        ? []
        : await nearCliffs(scenario, survey, {
            ...{ vary, at: best.at, reading: ground.reading, set: options.set ?? {} },
            paths: differ ? Math.max(PATHS.cliff, ground.reading.isStatistic ? paths : 0) : 1,
          })
    return { ...answer, cliffs, runs: fresh.counts().run }
  } finally {
    await fresh.close()
  }
}

/** The best feasible candidate; null when there is none. */
function bestIn(some: readonly Candidate<Traded>[]): Candidate<Traded> | null {
  return bestOf(some.filter(({ score }) => score.violation === 0))
}

type Winner = { readonly found: Candidate<Traded> | null; readonly runs: number }

/**
 * Choose between the best of the search, along the frontier and at random. Where paths differ that is done on
 * paths of its own: those of the search flatter whichever was lucky there, and those that tell stay unseen.
 */
async function winnerOf(ground: Ground, explored: Explored): Promise<Winner> {
  const { scenario, options, question, measures, seed, freshPaths, differ } = ground
  const { searched, filled, random } = explored
  const finalists = [searched, filled, random].map(bestIn).filter((own) => own !== null)
  if (finalists.length === 0) return { found: bestOf([...searched, ...random, ...filled]), runs: 0 }
  if (!differ || finalists.length === 1) return { found: bestOf(finalists), runs: 0 }
  const own = { measures, only: measures, seed: freshSeedOf(freshSeedOf(seed)) }
  const judge = openTuned(scenario, { ...options, ...own })
  try {
    const settings = finalists.map(({ at }) => settingOf(question, at))
    const samples = await askEach(judge, settings, freshPaths)
    const judged = finalists.map((finalist, k) => {
      const values = samples[k] && valuesOf(samples[k], settings[k]!, freshPaths)
      return { at: finalist.at, finalist, score: scoreOf(question, values ?? null) }
    })
    const best = judged.reduce((a, b) => (compareScores(b.score, a.score) < 0 ? b : a))
    return { found: best.finalist, runs: judge.counts().run }
  } finally {
    await judge.close()
  }
}

/** Say where the best point was found. */
function noteOf(
  found: Candidate<Traded> | null,
  { searched, random, tried }: Explored,
  impossible: number,
): string {
  if (found === null || found.score.violation > 0) {
    const without = impossible > 0 ? `, of which ${impossible} could not be run` : ''
    return `none: no feasible point found among ${tried.length}${without}`
  }
  const best = 'smallest objective among points that meet all constraints'
  if (searched.includes(found)) return `${best}, found by the search`
  const where = random.includes(found) ? 'at random' : 'along the frontier'
  const isMet = searched.some(({ score }) => score.violation === 0)
  return `${best}, found ${where}${isMet ? '' : ': the search met no feasible point'}`
}

const NOTHING = {
  best: null,
  asItIs: null,
  bySearch: null,
  atRandom: null,
  marginals: [],
  cliffs: [],
  frontier: null,
}

/**
 * Tune parameters of a scenario: make an objective small subject to constraints, on the same draws at
 * every point, and estimate what is found again on paths that the search has not seen.
 *
 * The search is covariance matrix adaptation in the box of the ranges; constraints come first, so that
 * no point that misses one is preferred to one that meets all. As many points at random are the yardstick.
 * @param scenario what `loadScenario` returned, or the path of a scenario file.
 * @throws {TuneError} when nothing is varied; {CliffError} when a parameter cannot be; {ConditionError}
 *   when an expression cannot be read; and what `openSurvey` throws.
 * @example const { best } = await tune('scenarios/papers/leveraged-loop.yaml', { objective: '-threshold', subjectTo: ['badDebt <= 1'], vary: [{ name: 'threshold', low: 0.5, high: 0.95 }] })
 */
export async function tune(from: Scenario | string, options: TuneOptions): Promise<Tuned> {
  const scenario = typeof from === 'string' ? loadScenario(from) : from
  const points = options.points ?? POINTS * options.vary.length
  if (!(Number.isSafeInteger(points) && points >= 1))
    throw new TuneError(`${points} points are asked for; use a whole number from 1 on`)
  const ground = await groundOf(scenario, options)
  const { question, survey, paths, freshPaths, seed } = ground
  try {
    const explored = await explore(ground, points)
    const { found, runs } = await winnerOf(ground, explored)
    const impossible = explored.tried.filter(({ score }) => score.violation === Infinity).length
    const isFeasible = found !== null && found.score.violation === 0
    const settled = isFeasible ? await settle(ground, found, explored) : { ...NOTHING, runs: 0 }
    return {
      ...{ scenario: scenario.name, seed, freshSeed: freshSeedOf(seed), vary: question.vary },
      ...{ objective: question.objective.text, subjectTo: options.subjectTo ?? [] },
      ...settled,
      ...{ note: noteOf(found, explored, impossible), isRandom: ground.differ },
      nearest: isFeasible ? null : await nearestOf(ground, found),
      ...{ lossMeasure: question.loss.text, points, impossible, paths, freshPaths },
      runs: survey.counts().run + runs + settled.runs,
    }
  } finally {
    await survey.close()
  }
}
