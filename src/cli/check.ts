import {
  CheckError,
  type CheckOptions,
  checkScenarios,
  makeBaseline,
  readBaseline,
  writeBaseline,
} from '../experiments/index.ts'
import { checkText } from '../report/checkText.ts'
import type { Overrides } from '../scenario/index.ts'
import { checkCount } from './cliff.ts'
import { tellInterrupted } from './experiment.ts'
import { interruptible } from './interrupt.ts'
import { progressLine } from './progress.ts'

/** Options of `breakwater check` as the command line gives them. */
export type CheckArguments = {
  readonly baseline: string
  readonly update?: boolean
  /** Names with commas between. */
  readonly measures?: string
  readonly seed?: number
  readonly set?: Overrides
  readonly defences?: string
  readonly short?: boolean
  readonly paths?: number
  readonly workers?: number
  readonly json?: boolean
  readonly out?: string
}

function optionsOf(args: CheckArguments): CheckOptions {
  const { measures, seed, set, defences, short, paths, workers, out } = args
  checkCount('paths', paths, 1)
  const overrides = { ...(defences === undefined ? {} : { defences }), ...set }
  return {
    ...(measures === undefined ? {} : { measures: measures.split(',').map((name) => name.trim()) }),
    ...(seed === undefined ? {} : { seed }),
    ...(paths === undefined ? {} : { paths }),
    ...(workers === undefined ? {} : { workers }),
    ...(out === undefined ? {} : { journal: out }),
    ...(Object.keys(overrides).length === 0 ? {} : { set: overrides }),
    form: short ? 'short' : 'full',
  }
}

/** Write the baseline of scenarios; those that it has beside them stay. */
async function update(
  paths: readonly string[],
  file: string,
  options: CheckOptions,
): Promise<string> {
  const baseline = await makeBaseline(paths, options, readBaseline(file))
  writeBaseline(baseline, file)
  const names = Object.keys(baseline.scenarios).sort().join(', ')
  return `wrote ${file}: ${names}`
}

/**
 * Compare scenarios with a baseline for pipelines.
 * @returns 0 when nothing worsened, 1 when a measure did.
 */
export async function checkCommand(
  paths: readonly string[],
  args: CheckArguments,
): Promise<number> {
  const line = progressLine()
  const { signal, release } = interruptible()
  const options: CheckOptions = {
    ...optionsOf(args),
    signal,
    onProgress: ({ paths: done, of }) => line.show({ path: done, paths: of, tick: 0, ticks: 0 }),
  }
  try {
    if (args.update) {
      const told = await update(paths, args.baseline, options)
      line.clear()
      process.stderr.write(`${told}\n`)
      return 0
    }
    const baseline = readBaseline(args.baseline)
    if (baseline === null)
      throw new CheckError(`there is no baseline ${args.baseline}; make one with --update`)
    const found = await checkScenarios(paths, baseline, options)
    line.clear()
    process.stdout.write(`${args.json ? JSON.stringify(found, null, 2) : checkText(found)}\n`)
    return found.worse > 0 ? 1 : 0
  } catch (error) {
    line.clear()
    tellInterrupted(error, args.out)
    throw error
  } finally {
    release()
  }
}
