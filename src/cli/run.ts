import { join } from 'node:path'
import {
  InterruptedError,
  measuresOf,
  PathFailedError,
  parseCondition,
  type RunOptions,
  type RunOutcome,
  runScenario,
  runTail,
  type TailRunOptions,
} from '../experiments/index.ts'
import { textOf } from '../report/text.ts'
import { loadScenario, type Scenario } from '../scenario/index.ts'
import { interruptible } from './interrupt.ts'
import { given } from './options.ts'
import { progressLine } from './progress.ts'

/** Options of `breakwater run` as the command line gives them. */
export type RunArguments = {
  readonly seed?: number
  readonly set?: Readonly<Record<string, string | number>>
  readonly defences?: string
  readonly paths?: number
  readonly path?: number
  readonly until?: string
  readonly workers?: number
  readonly short?: boolean
  readonly json?: boolean
  readonly out?: string
  readonly failIf?: string
  readonly checked?: boolean
  readonly cut?: readonly string[]
  readonly tail?: string
  readonly tailPaths?: number
}

async function writeReport(outcome: RunOutcome, dir: string, options: RunOptions): Promise<void> {
  const { writeReportFiles } = await import('../report/index.ts')
  const files = await writeReportFiles(outcome, dir, options)
  for (const file of files) process.stderr.write(`wrote ${file}\n`)
}

/** Keep what is known of a path that failed: its trace up to there, and why. */
async function writeFailure(error: unknown, dir: string | undefined): Promise<void> {
  if (dir === undefined || !(error instanceof PathFailedError)) return
  const { writeFailedPath } = await import('../report/index.ts')
  for (const file of await writeFailedPath(error, dir)) process.stderr.write(`wrote ${file}\n`)
}

function optionsOf(scenario: Scenario, args: RunArguments, measures: readonly string[]) {
  const { seed, paths, path, until, workers, out, defences } = args
  return {
    ...given<RunOptions>({ seed, paths, path, until, workers, journal: out }),
    set: { ...(args.short ? scenario.short : {}), ...given({ defences }), ...args.set },
    ...{ checked: args.checked ?? false, measures, cuts: args.cut ?? [], cache: new Map() },
  }
}

/** Say what the journal did, and that an interrupted run can go on. */
function tellJournal({ document, resumed, interrupted }: RunOutcome, out: string | undefined) {
  if (out === undefined) return
  const file = join(out, 'journal')
  if (resumed > 0) process.stderr.write(`${resumed} paths were taken from ${file}\n`)
  if (interrupted && document.paths > 1)
    process.stderr.write(`finished paths are in ${file}; the same command goes on from there\n`)
}

/** Add the tail that was asked for; what the run has found stays when it is interrupted. */
async function withTail(
  outcome: RunOutcome,
  { tail, tailPaths: budget }: RunArguments,
  options: RunOptions,
): Promise<RunOutcome> {
  if (tail === undefined || outcome.interrupted) return outcome
  const { seed, set, signal, cache, onProgress } = options
  const told = {
    ...given<TailRunOptions>({ seed, set, signal, cache, budget }),
    onProgress: (path: number, paths: number) => onProgress?.({ path, paths, tick: 0, ticks: 0 }),
  }
  try {
    const found = await runTail(outcome.scenario, tail, told)
    const asked = ` --tail '${tail}'${budget === undefined ? '' : ` --tail-paths ${budget}`}`
    const { document } = outcome
    const command = document.command + asked
    const replay = document.replay + asked
    return { ...outcome, document: { ...document, command, replay, tails: [found] } }
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error
    process.stderr.write('interrupted before the tail was found\n')
    return outcome
  }
}

/**
 * Run a scenario for the command line.
 * @returns the exit code.
 */
export async function runCommand(path: string, args: RunArguments): Promise<number> {
  const scenario = loadScenario(path)
  const condition =
    args.failIf === undefined ? null : parseCondition(args.failIf, measuresOf(scenario))
  if (args.out !== undefined) (await import('../report/index.ts')).checkFolder(args.out)
  if (args.tail !== undefined) parseCondition(args.tail, measuresOf(scenario))
  const line = progressLine()
  const { signal, release } = interruptible()
  const measures = condition?.measures ?? []
  const options: RunOptions = {
    ...optionsOf(scenario, args, measures),
    signal,
    onProgress: line.show,
  }
  try {
    const outcome = await withTail(await runScenario(scenario, options), args, options)
    line.clear()
    if (args.out !== undefined) await writeReport(outcome, args.out, options)
    tellJournal(outcome, args.out)
    const text = args.json ? JSON.stringify(outcome.document, null, 2) : textOf(outcome)
    process.stdout.write(`${text}\n`)
    if (outcome.interrupted || signal.aborted) return 130
    const isFound = condition?.holds(outcome.values) ?? false
    if (isFound) process.stderr.write(`finding: ${condition!.text}\n`)
    return isFound ? 1 : 0
  } catch (error) {
    line.clear()
    if (error instanceof InterruptedError)
      process.stderr.write('interrupted before the first path was finished; nothing to show\n')
    await writeFailure(error, args.out)
    throw error
  } finally {
    release()
  }
}
