import { measureInfo } from '../../measures/index.ts'
import { loadScenario, type Overrides, type Scenario } from '../../scenario/index.ts'
import type { Estimate } from '../estimate.ts'
import { type Quantity, quantityOf } from '../quantity.ts'
import type { SurveyOptions } from '../survey.ts'
import { type Asked, armsOf, calmOf } from './arms.ts'
import { type Contrasts, createContrasts } from './contrast.ts'
import { costMeasures, lendersOf, pursesOf, valuesOf } from './costs.ts'
import { type Observed, observe, type Runs } from './observe.ts'
import { type Comparison, type Judged, judgeArms, type Sided } from './rank.ts'
import { rowsOf } from './rows.ts'
import { type Arm, type ArmResult, type Compared, CompareError, type Payer } from './types.ts'

/** Options of `compareDefences`; those of runs mean the same. */
export type CompareOptions = Omit<SurveyOptions, 'measures' | 'cuts'> &
  Omit<Asked, 'with'> & {
    /** Another scenario, or the path of its file. */
    readonly with?: Scenario | string
    /** Measure, with `.statistic` behind it if it is not the mean: `badDebt.es95`. */
    readonly measure?: string
    /** Default: the scenario's; where that is fewer than 8 and they differ, 8. */
    readonly paths?: number
    /** `full` (default), or every scenario's own `short` form, before what is set. */
    readonly form?: 'full' | 'short'
  }

/** Loss where somebody lends, else what the scenario itself measures. */
function defaultMeasure(scenario: Scenario): string {
  return lendersOf(scenario).length > 0 ? 'loss' : scenario.order.measure
}

/** Numbers of the arms on the paths that have a number under all of them. */
function complete(columns: readonly Float64Array[]): readonly Float64Array[] {
  const isKnown = columns[0]!.map((_, k) => (columns.some((c) => Number.isNaN(c[k]!)) ? 0 : 1))
  return columns.map((column) => column.filter((_, k) => isKnown[k] === 1))
}

/** What one arm changes of a measure, path by path where both have a number. */
function changeOf(
  contrasts: Contrasts,
  columns: readonly Float64Array[],
  arm: number,
): Estimate & { readonly isZero: boolean } {
  const [values, base] = complete([columns[arm]!, columns[0]!])
  return contrasts([
    { weight: 1, values: values! },
    { weight: -1, values: base! },
  ])
}

type Analysis = {
  readonly runs: Runs
  readonly target: Quantity
  /** Of means, whatever the compared statistic is. */
  readonly means: Contrasts
}

function costsOf({ runs: { calm }, target, means }: Analysis, arm: number): ArmResult['costs'] {
  if (calm === null) return null
  return costMeasures(calm, target.measure).map(({ measure, values }) => {
    const { isZero: _, ...change } = changeOf(means, values, arm)
    return { ...change, measure, unit: measureInfo(measure)?.unit ?? '' }
  })
}

function payersOf({ runs: { stress }, means }: Analysis, scenario: Scenario) {
  const purses = pursesOf(stress, scenario)
  return (arm: number): readonly Payer[] =>
    purses.map(({ who, measure, values }) => {
      const { isZero: _, ...change } = changeOf(means, values, arm)
      return { ...change, who, measure, unit: 'USD' }
    })
}

function pairsOf(arms: readonly Arm[]) {
  return arms.flatMap(({ kind, name, parts }) => {
    const [first, second] = parts
    return kind === 'pair' ? [{ parts: [first!, second!] as const, both: name }] : []
  })
}

/** Numbers of the compared measure under every arm. @throws {CompareError} when there are none. */
function sidesOf(
  arms: readonly Arm[],
  observed: Observed,
  { measure: name }: Quantity,
): readonly Sided[] {
  const columns = complete(valuesOf(observed, name) ?? [new Float64Array(0)])
  if (columns[0]!.length === 0)
    throw new CompareError(
      `${name} has no number on any path in all of the worlds; take another --measure`,
    )
  return arms.map((arm, k) => ({ name: arm.name, values: columns[k]! }))
}

/** @throws {CompareError} when two worlds would have the same name, or there is only one. */
function checkArms(scenario: Scenario, arms: readonly Arm[]): void {
  const names = arms.map(({ name }) => name)
  const twice = names.find((name, k) => names.indexOf(name) !== k)
  if (twice !== undefined)
    throw new CompareError(`"${twice}" would be compared twice; name it once, or rename a defence`)
  if (arms.length < 2)
    throw new CompareError(
      `${scenario.path} has nothing to compare; give --defences, --each, --set or --with`,
    )
}

/** Without a word of what to compare, the scenario's own defences are. */
function askedOf(scenario: Scenario, options: CompareOptions): Asked {
  const { defences, each, alternative } = options
  const other = typeof options.with === 'string' ? loadScenario(options.with) : options.with
  const isAsked = defences ?? each ?? alternative ?? other
  return {
    ...(isAsked === undefined && scenario.document.defences ? { defences: 'all' } : {}),
    ...(defences === undefined ? {} : { defences }),
    ...(each === undefined ? {} : { each }),
    ...(alternative === undefined ? {} : { alternative }),
    ...(other === undefined ? {} : { with: other }),
  }
}

function resultsOf(
  arms: readonly Arm[],
  analysis: Analysis,
  sides: readonly Sided[],
  effects: Judged['effects'],
): readonly ArmResult[] {
  const { runs, target, means } = analysis
  const payers = payersOf(analysis, arms[0]!.scenario)
  const level = runs.isCertain ? means : null
  const { better, unit, statistic: plain } = target
  return arms.map(({ name, kind, parts, set }, k): ArmResult => {
    const { values } = sides[k]!
    const exact = level?.([{ weight: 1, values }])
    return {
      ...{ name, kind, parts, set },
      level: exact ?? plain(values, { better, unit }),
      avoided: effects[k]!,
      costs: k === 0 ? runs.calm && [] : costsOf(analysis, k),
      payers: k === 0 ? [] : payers(k),
    }
  })
}

/**
 * Compare worlds on the same paths: what each defence, pair of them and all together avoid under stress,
 * what they cost in calm weather, who pays, and which is surely better.
 * @param scenario what `loadScenario` returned, or the path of a scenario file.
 * @throws {CompareError} when there is nothing to compare or to measure, and what `openSurvey` throws.
 * @example const { ranking } = await compareDefences('scenarios/usdc-depeg.yaml', { defences: 'all' })
 */
export async function compareDefences(
  from: Scenario | string,
  options: CompareOptions = {},
): Promise<Compared> {
  const scenario = typeof from === 'string' ? loadScenario(from) : from
  const { defences: _d, each: _e, alternative: _a, with: _w, ...rest } = options
  const { measure, paths, form = 'full', ...survey } = rest
  const common: Overrides = { ...(form === 'short' ? scenario.short : {}), ...options.set }
  const target = quantityOf(scenario, measure ?? defaultMeasure(scenario), CompareError)
  const { name: statistic, better, measure: name, unit } = target
  const seed = options.seed ?? scenario.seed
  // Made before anything runs, so that a wrong statistic costs nothing.
  createContrasts({ statistic, better, seed, isCertain: false })
  const arms = armsOf(scenario, askedOf(scenario, options), common)
  checkArms(scenario, arms)
  const runs = await observe(arms, { paths: paths ?? null, form }, { ...survey, measures: [name] })
  const settings = { better, seed, isCertain: runs.isCertain }
  const means = createContrasts({ ...settings, statistic: 'mean' })
  const sides = sidesOf(arms, runs.stress, target)
  const comparison: Comparison = {
    contrasts: createContrasts({ ...settings, statistic }),
    ...{ arms: sides, sign: better === 'higher' ? 1 : -1, isCertain: runs.isCertain },
  }
  const { effects, interactions, ranking } = judgeArms(comparison, pairsOf(arms))
  return {
    ...{ scenario: scenario.name, seed, measure: { name, unit, better }, statistic, set: common },
    calm: runs.calm && calmOf(scenario),
    ...{ paths: runs.paths, compared: sides[0]!.values.length, isCertain: runs.isCertain },
    arms: resultsOf(arms, { runs, target, means }, sides, effects),
    ...{ interactions, ranking },
    ...{ rows: rowsOf(arms, runs, name), runs: runs.runs },
  }
}
