import type { Overrides } from '../../scenario/index.ts'
import { isRandom } from '../chance.ts'
import { openSurvey, type Sample, type Survey, type SurveyOptions } from '../survey.ts'
import { calmOf } from './arms.ts'
import type { Arm, Weather } from './types.ts'

/** Numbers of all arms in one weather; path k meets the same draws in all of them. */
export type Observed = {
  /** Paths that were finished by all arms, in order. */
  readonly paths: readonly number[]
  /**
   * Numbers of one measure under every arm over `paths`, in the order of the arms; NaN where a path has
   * none. Null when no arm knows the measure.
   */
  readonly values: (measure: string) => readonly Float64Array[] | null
  /** Names of all that was measured under an arm. */
  readonly names: (arm: number) => readonly string[]
}

/** Everything that was run. */
export type Runs = {
  readonly stress: Observed
  readonly calm: Observed | null
  readonly isCertain: boolean
  readonly paths: number
  readonly runs: number
}

/** Fewest paths when nothing says how many and they differ. */
const PATHS = 8

function observedOf(samples: readonly Sample[], paths: number): Observed {
  const failed = new Set(samples.flatMap(({ failures }) => failures.map(({ path }) => path)))
  const kept = Array.from({ length: paths }, (_, k) => k).filter((k) => !failed.has(k))
  return {
    paths: kept,
    values(measure) {
      if (!samples.some(({ names }) => names.includes(measure))) return null
      return samples.map((sample) => {
        const all = sample.values(measure)
        return Float64Array.from(kept, (path) => all[path]!)
      })
    },
    names: (arm) => samples[arm]!.names,
  }
}

/** One world that is run: an arm in a weather. */
type Asked = { readonly arm: Arm; readonly set: Overrides }

/** Ask each scenario's survey for its worlds, and put the answers in their order. */
async function askAll(
  surveys: ReadonlyMap<Arm['scenario'], Survey>,
  worlds: readonly Asked[],
  paths: number,
): Promise<readonly Sample[]> {
  const samples = new Map<Asked, Sample>()
  for (const [scenario, survey] of surveys) {
    const own = worlds.filter(({ arm }) => arm.scenario === scenario)
    const answers = await survey.ask(
      own.map(({ set }) => set),
      paths,
    )
    own.forEach((world, k) => {
      samples.set(world, answers[k]!)
    })
  }
  return worlds.map((world) => samples.get(world)!)
}

/** How a scenario is run: its own short form first, then what is set. */
type OptionsOf = (scenario: Arm['scenario']) => SurveyOptions

/** Open one survey per scenario, with nothing measured beside what every run has and what is asked. */
function openSurveys(arms: readonly Arm[], optionsOf: OptionsOf) {
  const scenarios = [...new Set(arms.map(({ scenario }) => scenario))]
  return new Map(
    scenarios.map((scenario) => {
      // Comparisons among the scenario's own measures would cost runs that nobody looks at.
      const survey = openSurvey({ ...scenario, measures: [] }, optionsOf(scenario))
      return [scenario, survey] as const
    }),
  )
}

/** Whether chance has no part in any of the worlds. */
async function isCertain(
  surveys: ReadonlyMap<Arm['scenario'], Survey>,
  worlds: readonly Asked[],
  optionsOf: OptionsOf,
): Promise<boolean> {
  for (const scenario of surveys.keys()) {
    const own = worlds.filter(({ arm }) => arm.scenario === scenario)
    const points = own.map(({ set }) => set)
    if (await isRandom(scenario, points, optionsOf(scenario))) return false
  }
  return true
}

function worldsOf(arms: readonly Arm[], weather: Weather): readonly Asked[] | null {
  const calm = new Map(arms.map((arm) => [arm, weather === 'calm' ? calmOf(arm.scenario) : {}]))
  if ([...calm.values()].includes(null)) return null
  return arms.map((arm) => ({ arm, set: { ...arm.set, ...calm.get(arm) } }))
}

/**
 * Run every arm under stress and in calm weather on the same paths. Without chance one path tells all.
 * @param paths null: the scenario's, or as many as intervals need where paths differ.
 * @throws as `openSurvey` and `Survey.ask`.
 */
export async function observe(
  arms: readonly Arm[],
  { paths, form }: { readonly paths: number | null; readonly form: 'full' | 'short' },
  options: SurveyOptions,
): Promise<Runs> {
  const stress = worldsOf(arms, 'stress')!
  const calm = worldsOf(arms, 'calm')
  const worlds = [...stress, ...(calm ?? [])]
  const seed = options.seed ?? arms[0]!.scenario.seed
  const shared = { ...options, seed, cache: options.cache ?? new Map() }
  const optionsOf: OptionsOf = ({ short }) => ({
    ...shared,
    set: { ...(form === 'short' ? short : {}), ...shared.set },
  })
  const surveys = openSurveys(arms, optionsOf)
  try {
    const certain = await isCertain(surveys, worlds, optionsOf)
    const n = paths ?? (certain ? 1 : Math.max(PATHS, arms[0]!.scenario.paths))
    const samples = await askAll(surveys, worlds, n)
    const split = stress.length
    return {
      stress: observedOf(samples.slice(0, split), n),
      calm: calm && observedOf(samples.slice(split), n),
      isCertain: certain,
      paths: n,
      runs: [...surveys.values()].reduce((sum, survey) => sum + survey.counts().run, 0),
    }
  } finally {
    for (const survey of surveys.values()) await survey.close()
  }
}
