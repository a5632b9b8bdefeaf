import {
  capDocument,
  type SurveyOptions,
  sizeCap,
  TuneError,
  tune,
  tuneDocument,
} from '../experiments/index.ts'
import type { About } from '../report/experiment/index.ts'
import { checkFolder } from '../report/index.ts'
import { capText, tuneText } from '../report/tuneText.ts'
import { loadScenario, type Overrides, type Scenario } from '../scenario/index.ts'
import { checkCount, readVary } from './cliff.ts'
import { againCommand, tellInterrupted, tellWritten } from './experiment.ts'
import { interruptible } from './interrupt.ts'
import { progressLine } from './progress.ts'

/** Options of `breakwater tune` as the command line gives them. */
export type TuneArguments = {
  readonly vary: readonly string[]
  readonly objective?: string
  readonly subjectTo?: readonly string[]
  readonly budget?: string
  readonly efficiency?: string
  readonly loss?: string
  /** False with --no-cliffs. */
  readonly cliffs?: boolean
  readonly points?: number
  readonly paths?: number
  readonly freshPaths?: number
  readonly seed?: number
  readonly set?: Overrides
  readonly defences?: string
  readonly short?: boolean
  readonly workers?: number
  readonly json?: boolean
  readonly out?: string
}

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

/** Pages are loaded only where they are written. */
const pages = () => import('../report/experiment/index.ts')

/** Run either question. */
async function answerOf(scenario: Scenario, args: TuneArguments, shared: SurveyOptions) {
  const { paths, freshPaths, budget, points, efficiency, loss, subjectTo, cliffs } = args
  const counts = {
    ...(paths === undefined ? {} : { paths }),
    ...(freshPaths === undefined ? {} : { freshPaths }),
  }
  const vary = args.vary.map(readVary)
  if (budget !== undefined) {
    const sized = await sizeCap(scenario, { ...shared, ...counts, budget, vary: vary[0]! })
    const document = capDocument(sized)
    const page = async (about: About) => (await pages()).capPage(document, about)
    return { document, text: capText(sized), page }
  }
  const found = await tune(scenario, {
    ...{ ...shared, ...counts, vary, objective: args.objective! },
    ...(points === undefined ? {} : { points }),
    ...(efficiency === undefined ? {} : { efficiency }),
    ...(loss === undefined ? {} : { loss }),
    ...(subjectTo === undefined ? {} : { subjectTo }),
    cliffs: cliffs === false ? 'none' : 'look',
  })
  const document = tuneDocument(found)
  const page = async (about: About) => (await pages()).tunePage(document, about)
  return { document, text: tuneText(found), page }
}

/**
 * Tune a scenario, or size a cap to a loss budget, for the command line.
 * @returns the exit code.
 */
export async function tuneCommand(path: string, args: TuneArguments): Promise<number> {
  const { json, out, short, defences, set, seed, workers } = args
  checkCount('paths', args.paths, 1)
  checkCount('fresh-paths', args.freshPaths, 1)
  checkCount('points', args.points, 1)
  checkTogether(args)
  if (out !== undefined) checkFolder(out)
  const scenario = loadScenario(path)
  const own = defences === undefined ? {} : { defences }
  const all = { ...(short ? scenario.short : {}), ...own, ...set }
  const line = progressLine()
  const { signal, release } = interruptible()
  try {
    const { document, text, page } = await answerOf(scenario, args, {
      ...(seed === undefined ? {} : { seed }),
      ...(workers === undefined ? {} : { workers }),
      ...(out === undefined ? {} : { journal: out }),
      signal,
      set: all,
      onProgress: ({ points, paths, of }) =>
        line.show({ path: paths, paths: of, tick: points, ticks: 0 }),
    })
    line.clear()
    if (out !== undefined) {
      const about = { scenario, command: againCommand('tune', path, args), set: all }
      const { writeExperiment } = await pages()
      tellWritten(await writeExperiment(document, await page(about), out))
    }
    process.stdout.write(`${json ? JSON.stringify(document, null, 2) : text}\n`)
    return 0
  } catch (error) {
    line.clear()
    tellInterrupted(error, out)
    throw error
  } finally {
    release()
  }
}
