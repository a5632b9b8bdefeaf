import {
  CompareError,
  type CompareOptions,
  compareDefences,
  compareDocument,
} from '../experiments/index.ts'
import { compareText } from '../report/compareText.ts'
import type { Output } from '../report/files.ts'
import type { Scenario } from '../scenario/index.ts'
import { answerOn, type SharedArguments } from './experiment.ts'
import { given } from './options.ts'

/** Options of `breakwater compare` as the command line gives them. */
export type CompareArguments = SharedArguments & {
  readonly each?: string
  readonly with?: string
  readonly measure?: string
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
function askedOf(args: CompareArguments): CompareOptions {
  const { defences, each, set, short } = args
  const isAlternative = set !== undefined && !defences && !each && !args.with
  return {
    ...(defences === undefined ? {} : { defences: readDefences(defences) }),
    ...(each === undefined ? {} : { each: readEach(each) }),
    ...(args.with === undefined ? {} : { with: args.with }),
    ...(isAlternative ? { alternative: set } : {}),
    ...(short ? { form: 'short' } : {}),
    set: isAlternative ? {} : (set ?? {}),
  }
}

/**
 * Compare defences or alternatives of a scenario for the command line.
 * @returns the exit code.
 */
export function compareCommand(path: string, args: CompareArguments): Promise<number> {
  // Defences are what is compared, not what is set.
  const setOf = (scenario: Scenario) => ({ ...(args.short ? scenario.short : {}), ...args.set })
  const ask: Parameters<typeof answerOn>[3] = async (scenario, shared) => {
    const asked = { ...given({ measure: args.measure }), ...askedOf(args) }
    const found = await compareDefences(scenario, { ...shared, ...asked })
    const document = compareDocument(found)
    const differences: Output = {
      name: 'differences.parquet',
      content: async (file) => {
        const { writeDifferences } = await import('../stores/index.ts')
        await writeDifferences(found.rows, file)
      },
    }
    return {
      document,
      text: compareText(found),
      page: (pages, about) => pages.comparePage(document, { ...about, set: found.set }),
      files: (pages) => [differences, ...pages.compareTables(document)],
    }
  }
  return answerOn('compare', path, args, ask, setOf)
}
