import {
  capDocument,
  type SurveyOptions,
  sizeCap,
  TuneError,
  tune,
  tuneDocument,
  type Vary,
} from '../experiments/index.ts'
import type { About } from '../report/experiment/index.ts'
import { capText, tuneText } from '../report/tuneText.ts'
import type { Overrides, Scenario } from '../scenario/index.ts'
import { type Answer, answerOn, overridesOf, type SharedArguments } from './experiment.ts'
import { given } from './options.ts'
import { readVary } from './vary.ts'

/** Options of `breakwater tune` as the command line gives them. */
export type TuneArguments = SharedArguments & {
  readonly vary: readonly string[]
  readonly objective?: string
  readonly subjectTo?: readonly string[]
  readonly budget?: string
  readonly efficiency?: string
  readonly loss?: string
  /** False with --no-cliffs. */
  readonly cliffs?: boolean
  readonly points?: number
  readonly freshPaths?: number
}

type TuneAnswer = Answer<About>
type Options = SurveyOptions & { readonly paths?: number; readonly freshPaths?: number }

/** Options that only a search has. */
const OF_SEARCH = ['objective', 'subjectTo', 'efficiency', 'loss', 'points'] as const

/** @throws {TuneError} when the options do not go together. */
function checkTogether(args: TuneArguments): void {
  const { objective, budget, vary } = args
  if ((objective === undefined) === (budget === undefined))
    throw new TuneError(
      'give either --objective, to search, or --budget, to size a cap, for example --objective "badDebt.es99 + 0.1*capitalCost"',
    )
  if (budget === undefined) return
  if (vary.length !== 1)
    throw new TuneError(`--budget sizes one cap, but ${vary.length} are varied; give one --vary`)
  const other = OF_SEARCH.find((name) => args[name] !== undefined)
  if (other) throw new TuneError(`--budget takes no ${other}; leave one of them out`)
}

/** Size one parameter to a budget. */
async function sized(
  scenario: Scenario,
  budget: string,
  vary: Vary,
  shared: Options,
): Promise<TuneAnswer> {
  const found = await sizeCap(scenario, { ...shared, budget, vary })
  const document = capDocument(found)
  return {
    document,
    text: capText(found),
    page: (pages, about) => pages.capPage(document, about),
    files: (pages) => pages.capTables(document),
  }
}

/** Search for what an objective asks. */
async function searched(
  scenario: Scenario,
  args: TuneArguments,
  shared: Options,
): Promise<TuneAnswer> {
  const { objective, points, efficiency, loss, subjectTo, cliffs } = args
  const found = await tune(scenario, {
    ...{ ...shared, objective: objective!, vary: args.vary.map(readVary) },
    ...given({ points, efficiency, loss, subjectTo }),
    cliffs: cliffs === false ? 'none' : 'look',
  })
  const document = tuneDocument(found)
  return {
    document,
    text: tuneText(found),
    page: (pages, about) => pages.tunePage(document, about),
    files: (pages) => pages.tuneTables(document),
  }
}

/**
 * Tune a scenario, or size a cap to a loss budget, for the command line.
 * @returns the exit code.
 */
export async function tuneCommand(path: string, args: TuneArguments): Promise<number> {
  checkTogether(args)
  const { budget, freshPaths } = args
  const cap = budget === undefined ? null : readVary(args.vary[0]!)
  // A cap has no value of its own; a search begins where the scenario stands.
  const setOf = (scenario: Scenario): Overrides =>
    overridesOf(scenario, args, cap ? [cap.name] : [])
  const ask = (scenario: Scenario, shared: Options): Promise<TuneAnswer> => {
    const options = { ...shared, ...given({ freshPaths }) }
    return cap ? sized(scenario, budget!, cap, options) : searched(scenario, args, options)
  }
  return answerOn('tune', path, args, ask, setOf)
}
