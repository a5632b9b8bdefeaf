import {
  type Attribution,
  type AttributionDocument,
  type AttributionOptions,
  attribute,
  attributionDocument,
  checkSensitivity,
  PACKAGE_VERSION,
  type ScenarioSensitivity,
  type SensitivityOptions,
  sensitivityOf,
  usualMeasure,
} from '../experiments/index.ts'
import { loadScenario, type Overrides, type Scenario } from '../scenario/index.ts'
import { type PathStory, pathStories } from './pathStory.ts'

/** What is being done. */
export type ExplainStage = 'attribution' | 'story' | 'sensitivity'

/** Options of `explain`; those of runs mean the same. */
export type ExplainOptions = Pick<
  AttributionOptions,
  'seed' | 'set' | 'workers' | 'journal' | 'signal' | 'checked' | 'cache'
> & {
  /** Measure or measure.statistic; default: the lenders' loss, that of dealers, or that of the scenario. */
  readonly measure?: string
  /** Paths of the attribution and of the stories; default 8, or 2 where paths do not differ. */
  readonly paths?: number
  /** What to leave out; the stories need the attribution. */
  readonly skip?: readonly ('attribution' | 'sensitivity')[]
  readonly sensitivity?: Pick<
    SensitivityOptions,
    'vary' | 'method' | 'correlations' | 'samples' | 'trajectories' | 'paths'
  >
  readonly onStage?: (stage: ExplainStage) => void
  readonly onProgress?: (progress: { readonly paths: number; readonly of: number }) => void
}

/** An explanation as plain data: what `breakwater explain --json` prints. */
export type ExplainDocument = {
  readonly breakwater: string
  readonly experiment: 'explain'
  readonly scenario: string
  readonly seed: number
  readonly set: Overrides
  readonly measure: string
  readonly unit: string
  /** What moves the measure; null when it was left out, or nothing can be varied. */
  readonly sensitivity: ScenarioSensitivity | null
  /** What it is made of, by channel; null when it was left out. */
  readonly attribution: AttributionDocument | null
  /** The median and the worst path in words. */
  readonly stories: readonly PathStory[]
  /** Why something is missing. */
  readonly notes: readonly string[]
  /** Paths that were run, once for every set of channels. */
  readonly runs: number
}

/** Bounds of the sensitivity that a short form answers in about a minute. */
const BOUNDS = { trajectories: 4, samples: 16, paths: 1 } as const

/** The analysis of sensitivity, or why there is none. */
async function movers(
  scenario: Scenario,
  measure: string,
  { sensitivity, onProgress, ...options }: Omit<ExplainOptions, 'paths' | 'skip' | 'onStage'>,
): Promise<{ readonly found: ScenarioSensitivity | null; readonly notes: readonly string[] }> {
  const asked: SensitivityOptions = {
    ...{ ...options, ...BOUNDS, ...sensitivity, measure },
    onProgress: ({ paths, of }) => onProgress?.({ paths, of }),
  }
  try {
    return { found: await sensitivityOf(scenario, asked), notes: [] }
  } catch (error) {
    // A scenario without assumptions is no mistake of whoever asks for everything.
    const isAsked = sensitivity?.vary !== undefined
    if (isAsked || !(error instanceof Error && error.name === 'SensitivityError')) throw error
    return { found: null, notes: [`no sensitivity: ${error.message}`] }
  }
}

/** Refuse what is asked of the last stage before the first one runs. */
function checkAsked(scenario: Scenario, { skip = [], sensitivity, measure, set }: ExplainOptions) {
  if (skip.includes('sensitivity') || sensitivity?.vary === undefined) return
  checkSensitivity(scenario, {
    ...{ ...BOUNDS, ...sensitivity, set: set ?? {} },
    ...(measure === undefined ? {} : { measure }),
  })
}

/**
 * Explain what a scenario loses: what it is made of, channel by channel; the median and the worst path in
 * words; and which parameters move it.
 * @param from what `loadScenario` returned, or the path of a scenario file.
 * @throws what `attribute` and `sensitivityOf` throw.
 * @example const { attribution, stories } = await explain('scenarios/own-book.yaml', { measure: 'loss' })
 */
export async function explain(
  from: Scenario | string,
  options: ExplainOptions = {},
): Promise<ExplainDocument> {
  const scenario = typeof from === 'string' ? loadScenario(from) : from
  checkAsked(scenario, options)
  const { skip = [], sensitivity, onStage, onProgress, paths, measure, ...shared } = options
  const cache = shared.cache ?? new Map()
  const own = { ...shared, cache }
  const tell = onProgress ? { onProgress } : {}
  const asked = {
    ...(paths === undefined ? {} : { paths }),
    ...(measure === undefined ? {} : { measure }),
  }
  let attribution: Attribution | null = null
  let stories: readonly PathStory[] = []
  if (!skip.includes('attribution')) {
    onStage?.('attribution')
    attribution = await attribute(scenario, { ...own, ...tell, ...asked })
    onStage?.('story')
    stories = await pathStories(scenario, attribution, own)
  }
  let moved: Awaited<ReturnType<typeof movers>> = { found: null, notes: [] }
  if (!skip.includes('sensitivity')) {
    onStage?.('sensitivity')
    const about = measure ?? attribution?.measure ?? (await usualMeasure(scenario, own))
    const given = sensitivity ? { sensitivity } : {}
    moved = await movers(scenario, about, { ...own, ...tell, ...given })
  }
  const about = attribution ?? moved.found
  return {
    ...{ breakwater: PACKAGE_VERSION, experiment: 'explain', scenario: scenario.name },
    ...{ seed: options.seed ?? scenario.seed, set: options.set ?? {} },
    ...{ measure: about?.measure ?? measure ?? scenario.order.measure, unit: about?.unit ?? '' },
    ...{ sensitivity: moved.found, attribution: attribution && attributionDocument(attribution) },
    ...{ stories, notes: moved.notes, runs: (attribution?.runs ?? 0) + (moved.found?.runs ?? 0) },
  }
}
