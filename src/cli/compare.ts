import {
  type Compared,
  CompareError,
  type CompareOptions,
  compareDefences,
  compareDocument,
} from '../experiments/index.ts'
import { compareText } from '../report/compareText.ts'
import { checkFolder } from '../report/files.ts'
import { loadScenario, type Scenario } from '../scenario/index.ts'
import { checkCount } from './cliff.ts'
import { againCommand, tellInterrupted, tellWritten } from './experiment.ts'
import { interruptible } from './interrupt.ts'
import { progressLine } from './progress.ts'

/** Options of `breakwater compare` as the command line gives them. */
export type CompareArguments = {
  readonly defences?: string
  readonly each?: string
  readonly with?: string
  readonly set?: Readonly<Record<string, string | number>>
  readonly measure?: string
  readonly seed?: number
  readonly paths?: number
  readonly workers?: number
  readonly short?: boolean
  readonly json?: boolean
  readonly out?: string
}

function scalarOf(text: string): string | number {
  const number = Number(text)
  return text === '' || Number.isNaN(number) ? text : number
}

/** Read `name`, or `name=value,value`. @throws {CompareError} when it is neither. */
export function readEach(text: string): NonNullable<CompareOptions['each']> {
  const match = /^\s*([A-Za-z_]\w*)\s*(?:=(.+))?$/.exec(text)
  const values = match?.[2]?.split(',').map((part) => part.trim())
  if (!match || values?.includes(''))
    throw new CompareError(
      `--each "${text}" is no parameter; write for example oracle, or closeFactor=0.25,1`,
    )
  return { name: match[1]!, ...(values ? { values: values.map(scalarOf) } : {}) }
}

/** Read the names of defences. */
function readDefences(text: string): 'all' | readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  return names.includes('all') ? 'all' : names.filter((name) => name !== '')
}

/**
 * What is compared. Values that are set are the alternative where nothing else is; beside defences, options
 * or another scenario they hold in all worlds.
 */
function askedOf(scenario: Scenario, args: CompareArguments): CompareOptions {
  const { defences, each, set, short } = args
  const isAlternative = set !== undefined && !defences && !each && !args.with
  return {
    ...(defences === undefined ? {} : { defences: readDefences(defences) }),
    ...(each === undefined ? {} : { each: readEach(each) }),
    ...(args.with === undefined ? {} : { with: args.with }),
    ...(isAlternative ? { alternative: set } : {}),
    set: { ...(short ? scenario.short : {}), ...(isAlternative ? {} : set) },
  }
}

/** Write the page, the document, and the numbers of every path. */
async function writeFiles(
  found: Compared,
  scenario: Scenario,
  path: string,
  args: CompareArguments & { readonly out: string },
): Promise<void> {
  const { comparePage, writeExperiment } = await import('../report/experiment/index.ts')
  const { writeDifferences } = await import('../stores/index.ts')
  const document = compareDocument(found)
  const about = { scenario, command: againCommand('compare', path, args), set: found.set }
  const differences = {
    name: 'differences.parquet',
    content: (file: string) => writeDifferences(found.rows, file),
  }
  tellWritten(
    await writeExperiment(document, comparePage(document, about), args.out, [differences]),
  )
}

/**
 * Compare defences or alternatives of a scenario for the command line.
 * @returns the exit code.
 */
export async function compareCommand(path: string, args: CompareArguments): Promise<number> {
  const { measure, seed, paths, workers, json, out } = args
  checkCount('paths', paths, 1)
  if (out !== undefined) checkFolder(out)
  const scenario = loadScenario(path)
  const line = progressLine()
  const { signal, release } = interruptible()
  try {
    const found = await compareDefences(scenario, {
      ...askedOf(scenario, args),
      ...(measure === undefined ? {} : { measure }),
      ...(seed === undefined ? {} : { seed }),
      ...(paths === undefined ? {} : { paths }),
      ...(workers === undefined ? {} : { workers }),
      ...(out === undefined ? {} : { journal: out }),
      signal,
      onProgress: ({ paths: done, of }) => line.show({ path: done, paths: of, tick: 0, ticks: 0 }),
    })
    line.clear()
    const text = json ? JSON.stringify(compareDocument(found), null, 2) : compareText(found)
    process.stdout.write(`${text}\n`)
    if (out !== undefined) await writeFiles(found, scenario, path, { ...args, out })
    return 0
  } catch (error) {
    line.clear()
    tellInterrupted(error, out)
    throw error
  } finally {
    line.clear()
    release()
  }
}
