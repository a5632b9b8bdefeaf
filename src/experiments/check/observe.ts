import { MODELS } from '../../mechanisms/index.ts'
import type { Scenario } from '../../scenario/index.ts'
import { modelOf } from '../../world/index.ts'
import { isRandom } from '../chance.ts'
import { resolveRun } from '../knobs.ts'
import { openSurvey, type SurveyOptions } from '../survey.ts'
import { ENGINE_VERSION } from '../version.ts'
import { stored } from './baseline.ts'
import type { BaselineEntry, DrawsOf, StoredNumber } from './types.ts'

/** What is run of a scenario. */
export type Asked = {
  readonly measures: readonly string[]
  /** Null: the scenario's, and at least 16 where they differ. */
  readonly paths: number | null
  readonly short: boolean
}

/** Paths when nothing says how many and they differ. */
const PATHS = 16
/** And where nothing depends on chance: baselines have had so many. */
const CERTAIN_PATHS = 2

/** Find what the draws follow from: every exogenous process that the world has. */
async function drawsOf(scenario: Scenario, options: SurveyOptions): Promise<DrawsOf> {
  const { set = {}, cache = new Map() } = options
  const { spec } = await resolveRun(scenario, { set, cache })
  const drivers = spec.instances.filter(({ kind }) => modelOf(MODELS, kind)?.phase === 'driver')
  return {
    engine: ENGINE_VERSION,
    tickSeconds: spec.tickSeconds,
    drivers: Object.fromEntries(drivers.map(({ name, kind }) => [name, kind])),
  }
}

/**
 * Run a scenario and keep the numbers of its paths. Without chance few paths tell all.
 * @throws as `openSurvey` and `Survey.ask`.
 */
export async function observe(
  scenario: Scenario,
  { measures, paths, short }: Asked,
  options: SurveyOptions,
): Promise<BaselineEntry> {
  const shared = { ...options, cache: options.cache ?? new Map() }
  const set = { ...(short ? scenario.short : {}), ...options.set }
  const survey = openSurvey(scenario, { ...shared, set, measures })
  try {
    const isCertain = !(await isRandom(scenario, [{}], { ...shared, set }))
    const n = paths ?? (isCertain ? CERTAIN_PATHS : Math.max(PATHS, scenario.paths))
    const sample = (await survey.ask([{}], n))[0]!
    const numbers = (measure: string): readonly StoredNumber[] =>
      Array.from(sample.values(measure), stored)
    return {
      ...{ hash: scenario.hash, seed: options.seed ?? scenario.seed, paths: n, short },
      set: options.set ?? {},
      draws: await drawsOf(scenario, { ...shared, set }),
      isCertain,
      failedPaths: sample.failures.map(({ path }) => path),
      measures: Object.fromEntries(measures.map((name) => [name, numbers(name)])),
    }
  } finally {
    await survey.close()
  }
}
