import { pow } from '../../math/index.ts'
import { loadScenario, type Overrides, type Scenario } from '../../scenario/index.ts'
import { isRandom } from '../chance.ts'
import { type Quantity, quantityOf } from '../quantity.ts'
import { openSurvey, type SurveyOptions } from '../survey.ts'
import { type Answers, answersTo, each, numbersOf } from './answers.ts'
import type { Correlations } from './copula.ts'
import type { Law } from './laws.ts'
import { leadersOf } from './leaders.ts'
import { type MorrisEffect, morrisDesign, morrisFrom } from './morris.ts'
import { checkCount, type Interval, type Ranges, SensitivityError } from './ranges.ts'
import { freedomOf, LEAST, widened } from './replicates.ts'
import { shapleyContrast, shapleyDesign, shapleyFrom } from './shapley.ts'
import { sobolContrast, sobolDesign, sobolFrom } from './sobolIndices.ts'
import { type Skipped, type Varied, variedIn } from './vary.ts'

/** `morris` screens only; the others screen first, then share out the variance of what is left. */
export type SensitivityMethod = 'morris' | 'sobol' | 'shapley'

/** Two parameters that go together: the correlation of their normal scores (Gaussian copula). */
export type Correlation = { readonly between: readonly [string, string]; readonly value: number }

/** Options of `sensitivityOf`; those of runs mean the same. */
export type SensitivityOptions = SurveyOptions & {
  /**
   * Laws by name of parameter or knob; default: what the scenario assumes, over 20 % or its distribution. One
   * that the screening leaves out stays where the scenario or `set` has it.
   */
  readonly vary?: Readonly<Record<string, Law>>
  /** Response: measure or measure.statistic over paths; default: the measure of the `order:` block. */
  readonly measure?: string
  /** Default: `shapley` when there are correlations, otherwise `sobol`. */
  readonly method?: SensitivityMethod
  /** Pairs that are not named are independent. Only Shapley effects allow any. */
  readonly correlations?: readonly Correlation[]
  /** Trajectories of the screening; 0 = none; default 8. */
  readonly trajectories?: number
  /** Base samples; default 64. Evaluations: samples (n + 2) for Sobol, samples 2^n for Shapley. */
  readonly samples?: number
  /** Paths of every evaluation; default: the scenario's. */
  readonly paths?: number
}

/** How much one parameter matters. Shares are of the variance of the response. */
export type ParameterSensitivity = {
  readonly name: string
  readonly unit: string
  readonly law: Law
  /** Lowest and highest value drawn. */
  readonly low: number
  readonly high: number
  /** Null without a screening. */
  readonly screening: MorrisEffect | null
  /** Whether the screening left it in; when not it keeps its value and has no share. */
  readonly isKept: boolean
  /** Share that it explains alone; null for Shapley effects. */
  readonly first: Interval | null
  /** Share that goes with it, alone and together with others; what is left once all others are known. */
  readonly total: Interval | null
  readonly shapley: Interval | null
}

/** What moves a measure of a scenario. */
export type ScenarioSensitivity = {
  readonly scenario: string
  readonly seed: number
  /** measure, or measure.statistic. */
  readonly measure: string
  readonly unit: string
  readonly method: SensitivityMethod
  readonly correlations: readonly Correlation[]
  /** In the order in which they were asked for. */
  readonly parameters: readonly ParameterSensitivity[]
  /**
   * The parameter with the largest share (total index or Shapley effect), then those that the paired
   * difference of both does not tell from it; none where that share cannot be told from 0.
   */
  readonly leaders: readonly string[]
  readonly skipped: readonly Skipped[]
  /** Mean and variance of the response over the parameters; null without an analysis of variance. */
  readonly mean: number | null
  readonly variance: number | null
  /** What a reader must know of the numbers. */
  readonly notes: readonly string[]
  readonly samples: number
  readonly trajectories: number
  readonly paths: number
  /** Points at which the scenario was evaluated, and paths that were run. */
  readonly evaluations: number
  readonly runs: number
}

/** Share of the largest mean effect below which, error included, a parameter is left out. */
const UNIMPORTANT = 0.05
const TRAJECTORIES = 8
const SAMPLES = 64
/** The scenario as it is, with all that is varied at its median, and near both its ends. */
function probesOf(varied: readonly Varied[]): readonly Overrides[] {
  const at = (share: number): Overrides =>
    Object.fromEntries(varied.map(({ name, drawn }) => [name, drawn.quantile(share)]))
  return [{}, at(0.05), at(0.5), at(0.95)]
}

/** Overrides of one row of a design in the unit cube, of the parameters that are varied. */
function settingsAt(varied: readonly Varied[], units: ArrayLike<number>, from: number): Overrides {
  return Object.fromEntries(
    varied.map(({ name, drawn }, k) => [name, drawn.quantile(units[from + k]!)]),
  )
}

const unitRanges = (n: number): Ranges => Array.from({ length: n }, () => [0, 1])

/** Mean absolute effects, their errors over the paths included. */
async function screen(
  ask: (sets: readonly Overrides[]) => Promise<Answers>,
  varied: readonly Varied[],
  trajectories: number,
  seed: number,
): Promise<readonly MorrisEffect[]> {
  const design = morrisDesign(unitRanges(varied.length), { trajectories, seed })
  const rows = design.points.length / varied.length
  const sets = Array.from({ length: rows }, (_, i) =>
    settingsAt(varied, design.points, i * varied.length),
  )
  const answers = await ask(sets)
  const others = each(answers, (values) => morrisFrom(design, values))
  return morrisFrom(design, answers.all).map((effect, k) => ({
    ...effect,
    muStar: widened(
      effect.muStar,
      trajectories - 1,
      numbersOf(others, (own) => own[k]!.muStar.value),
    ),
  }))
}

/**
 * Those that may matter: the upper end of the mean effect reaches a share of the largest effect. What goes
 * together with another stays, because it tells of it.
 */
function importantOf(
  effects: readonly MorrisEffect[],
  varied: readonly Varied[],
  correlations: readonly Correlation[],
): readonly boolean[] {
  const largest = Math.max(...effects.map((e) => e.muStar.value))
  const tied = new Set(correlations.flatMap(({ between }) => between))
  // Where the error is not known, it may matter.
  return effects.map(
    (e, k) =>
      !(e.muStar.high <= UNIMPORTANT * largest) || (largest > 0 && tied.has(varied[k]!.name)),
  )
}

/** Indices by varied parameter, each with its error over samples and paths. */
type Shares = Pick<ParameterSensitivity, 'first' | 'total' | 'shapley'>

type Variances = {
  readonly shares: readonly Shares[]
  /** Places of the leaders among the parameters. */
  readonly leaders: readonly number[]
  readonly mean: number
  readonly variance: number
}

async function sobolShares(
  ask: (sets: readonly Overrides[]) => Promise<Answers>,
  varied: readonly Varied[],
  samples: number,
  seed: number,
): Promise<Variances> {
  const n = varied.length
  const design = sobolDesign(unitRanges(n), { samples, seed })
  const rows = Array.from({ length: design.points.length / n }, (_, i) => i * n)
  const answers = await ask(rows.map((from) => settingsAt(varied, design.points, from)))
  const found = sobolFrom(design, answers.all)
  const others = each(answers, (values) => sobolFrom(design, values))
  const contrast = (k: number, than: number): Interval =>
    widened(
      sobolContrast(design, answers.all, [k, than]),
      freedomOf(samples),
      numbersOf(others, (own) => own.total[k]!.value - own.total[than]!.value),
    )
  const of = (kind: 'first' | 'total', k: number): Interval =>
    widened(
      found[kind][k]!,
      freedomOf(samples),
      numbersOf(others, (own) => own[kind][k]!.value),
    )
  const shares = varied.map((_, k) => ({
    ...{ first: of('first', k), total: of('total', k), shapley: null },
  }))
  const leaders = leadersOf(
    shares.map(({ total }) => total),
    contrast,
  )
  return { shares, leaders, mean: found.mean, variance: found.variance }
}

/** The matrix of correlations of parameters by name. @throws {SensitivityError} for unknown names. */
function matrixOf(varied: readonly Varied[], pairs: readonly Correlation[]): Correlations {
  const names = varied.map(({ name }) => name)
  const matrix = names.map((_, i) => names.map((__, j): number => (i === j ? 1 : 0)))
  for (const { between, value } of pairs) {
    const [i, j] = between.map((name) => names.indexOf(name)) as [number, number]
    if (i < 0 || j < 0 || i === j)
      throw new SensitivityError(
        `a correlation between "${between.join('" and "')}": both must be varied and different; varied are ${names.join(', ')}`,
      )
    matrix[i]![j] = matrix[j]![i] = value
  }
  return matrix
}

async function shapleyShares(
  ask: (sets: readonly Overrides[]) => Promise<Answers>,
  varied: readonly Varied[],
  correlations: Correlations,
  samples: number,
  seed: number,
): Promise<Variances> {
  const n = varied.length
  const design = shapleyDesign(unitRanges(n), { samples, seed, correlations })
  const rows = Array.from({ length: design.points.length / n }, (_, i) => i * n)
  const answers = await ask(rows.map((from) => settingsAt(varied, design.points, from)))
  const found = shapleyFrom(design, answers.all)
  const others = each(answers, (values) => shapleyFrom(design, values))
  const contrast = (k: number, than: number): Interval =>
    widened(
      shapleyContrast(design, answers.all, [k, than]),
      freedomOf(samples),
      numbersOf(others, (own) => own.effects[k]!.value - own.effects[than]!.value),
    )
  const of = (kind: 'effects' | 'total', k: number): Interval =>
    widened(
      found[kind][k]!,
      freedomOf(samples),
      numbersOf(others, (own) => own[kind][k]!.value),
    )
  const shares = varied.map((_, k) => ({
    ...{ first: null, total: of('total', k), shapley: of('effects', k) },
  }))
  const leaders = leadersOf(
    shares.map(({ shapley }) => shapley),
    contrast,
  )
  return { shares, leaders, mean: found.mean, variance: found.variance }
}

/** Share of places that an effect may show at, and no sample meet it, with a chance of 5 %. */
function unseenShare(samples: number): number {
  return 1 - pow(0.05, 1 / samples)
}

/** Say of whom no sample shows an effect. */
function unseenOf({ shares }: Variances, kept: readonly Varied[], samples: number) {
  const none = kept.filter((_, k) => shares[k]!.total?.high === 0).map(({ name }) => name)
  if (none.length === 0) return []
  const share = `${Math.round(100 * unseenShare(samples))} %`
  return [
    `none of ${samples} samples shows an effect of ${none.join(', ')}: one that shows at up to ${share} of all places may be missed`,
  ]
}

function notesOf(
  variances: Variances | null,
  effects: readonly MorrisEffect[] | null,
  { paths, differ }: { readonly paths: number; readonly differ: boolean },
): readonly string[] {
  const moved = variances ? variances.variance > 0 : effects?.some((e) => e.muStar.value > 0)
  return [
    ...(moved ? [] : ['nothing that was varied moves the measure: no share can be told']),
    ...(paths === 1 && differ
      ? ['one path: intervals do not tell how the shares differ between paths']
      : []),
  ]
}

/** Which method is asked for. @throws {SensitivityError} when it does not fit the correlations. */
function methodOf({ method, correlations = [] }: SensitivityOptions): SensitivityMethod {
  const chosen = method ?? (correlations.length > 0 ? 'shapley' : 'sobol')
  if (chosen === 'sobol' && correlations.length > 0)
    throw new SensitivityError(
      'Sobol indices are of independent parameters; use the method shapley with correlations',
    )
  return chosen
}

/** What is asked of a scenario. */
type Plan = ReturnType<typeof variedIn> & {
  readonly method: SensitivityMethod
  readonly response: Quantity
}

function planOf(scenario: Scenario, options: SensitivityOptions): Plan {
  const { vary, measure = scenario.order.measure, correlations = [], set = {} } = options
  const { trajectories = TRAJECTORIES, samples = SAMPLES } = options
  const method = methodOf(options)
  if (trajectories !== 0) checkCount('trajectories', trajectories, 2)
  if (method !== 'morris') checkCount('samples', samples, 2 * LEAST)
  const found = variedIn(scenario, vary, set)
  matrixOf(found.varied, correlations)
  return { ...found, method, response: quantityOf(scenario, measure, SensitivityError) }
}

/**
 * Check what would be asked of `sensitivityOf`, without running anything.
 * @throws {SensitivityError} when there is nothing to vary or to measure.
 */
export function checkSensitivity(scenario: Scenario, options: SensitivityOptions): void {
  planOf(scenario, options)
}

/**
 * Tell what moves a measure of a scenario: a screening by Morris, then the shares of the variance of what
 * it leaves in. All points meet the same draws, so differences are those of the parameters.
 * @param from what `loadScenario` returned, or the path of a scenario file.
 * @throws {SensitivityError} when there is nothing to vary or to measure, and what `openSurvey` throws.
 * @example
 * const { parameters } = await sensitivityOf('scenarios/own-book.yaml', { vary: { ethDrop: [0.3, 0.5], oracleLatency: [0, 600] } })
 */
export async function sensitivityOf(
  from: Scenario | string,
  options: SensitivityOptions = {},
): Promise<ScenarioSensitivity> {
  const scenario = typeof from === 'string' ? loadScenario(from) : from
  const { vary: _, measure: __, method: ___, correlations = [], ...rest } = options
  const { trajectories = TRAJECTORIES, samples = SAMPLES } = options
  const seed = options.seed ?? scenario.seed
  const paths = options.paths ?? scenario.paths
  const { method, varied, skipped, response } = planOf(scenario, options)
  const survey = openSurvey(scenario, {
    ...rest,
    measures: [response.measure],
    only: [response.measure],
  })
  let evaluations = 0
  const ask = (sets: readonly Overrides[]): Promise<Answers> => {
    evaluations += sets.length
    return answersTo(survey, sets, paths, response)
  }
  try {
    const effects = trajectories > 0 ? await screen(ask, varied, trajectories, seed) : null
    const isKept = effects ? importantOf(effects, varied, correlations) : varied.map(() => true)
    const kept = varied.filter((_v, k) => isKept[k])
    const variances =
      method === 'morris' || kept.length === 0
        ? null
        : method === 'sobol'
          ? await sobolShares(ask, kept, samples, seed)
          : await shapleyShares(ask, kept, matrixOf(kept, correlations), samples, seed)
    const differ = paths > 1 || (await isRandom(scenario, probesOf(varied), options))
    return {
      ...{ scenario: scenario.name, seed, measure: response.text, unit: response.unit, method },
      ...{ correlations, skipped, samples, trajectories, paths, evaluations },
      parameters: varied.map(({ name, unit, law, drawn }, k) => ({
        ...{ name, unit, law, low: drawn.low, high: drawn.high },
        ...{ screening: effects?.[k] ?? null, isKept: isKept[k]! },
        ...(variances?.shares[kept.indexOf(varied[k]!)] ?? {
          ...{ first: null, total: null, shapley: null },
        }),
      })),
      leaders: (variances?.leaders ?? []).map((k) => kept[k]!.name),
      ...{ mean: variances?.mean ?? null, variance: variances?.variance ?? null },
      notes: [
        ...notesOf(variances, effects, { paths, differ }),
        ...(variances ? unseenOf(variances, kept, samples) : []),
      ],
      runs: survey.counts().run,
    }
  } finally {
    await survey.close()
  }
}
