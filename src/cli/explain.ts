import { CliffError, type Law } from '../experiments/index.ts'
import { type ExplainOptions, type ExplainStage, explain } from '../report/explain.ts'
import { explainText } from '../report/explainText.ts'
import { checkFolder, makeFolder } from '../report/files.ts'
import { loadScenario, type Overrides } from '../scenario/index.ts'
import { checkCount, readVary } from './cliff.ts'
import { againCommand, tellInterrupted, tellWritten } from './experiment.ts'
import { interruptible } from './interrupt.ts'
import { progressLine } from './progress.ts'

/** Options of `breakwater explain` as the command line gives them. */
export type ExplainArguments = {
  readonly measure?: string
  readonly vary?: readonly string[]
  readonly seed?: number
  readonly set?: Overrides
  readonly defences?: string
  readonly short?: boolean
  readonly paths?: number
  readonly samples?: number
  /** False with --no-sensitivity and --no-attribution. */
  readonly sensitivity?: boolean
  readonly attribution?: boolean
  readonly workers?: number
  readonly json?: boolean
  readonly out?: string
}

const DOING: Readonly<Record<ExplainStage, string>> = {
  attribution: 'attribution: the same paths with every set of channels cut',
  story: 'story: the median and the worst path again, with their traces',
  sensitivity: 'sensitivity: screening, then variances, parameter by parameter',
}

function lawsOf(vary: readonly string[]): Readonly<Record<string, Law>> {
  return Object.fromEntries(
    vary.map((text) => {
      const { name, low, high } = readVary(text)
      return [name, [low, high]]
    }),
  )
}

/** What is asked for, of the library. @throws {CliffError} when an option cannot be used. */
function optionsOf(args: ExplainArguments): Partial<ExplainOptions> {
  const { vary, samples, sensitivity, attribution, seed, measure, paths, workers } = args
  checkCount('paths', paths, 1)
  checkCount('samples', samples, 4)
  if (sensitivity === false && attribution === false)
    throw new CliffError('--no-sensitivity and --no-attribution leave nothing to explain; drop one')
  if (vary !== undefined && sensitivity === false)
    throw new CliffError(
      '--vary is of the sensitivity, which --no-sensitivity leaves out; drop one',
    )
  const known = Object.entries({ seed, measure, paths, workers }).filter(([, v]) => v !== undefined)
  const skip = [
    ...(sensitivity === false ? (['sensitivity'] as const) : []),
    ...(attribution === false ? (['attribution'] as const) : []),
  ]
  return {
    ...Object.fromEntries(known),
    skip,
    sensitivity: {
      ...(vary === undefined ? {} : { vary: lawsOf(vary) }),
      ...(samples === undefined ? {} : { samples }),
    },
  }
}

/**
 * Explain a scenario for the command line.
 * @returns the exit code.
 */
export async function explainCommand(path: string, args: ExplainArguments): Promise<number> {
  const { json, out, short, defences, set } = args
  const asked = optionsOf(args)
  const scenario = loadScenario(path)
  if (out !== undefined) {
    checkFolder(out)
    makeFolder(out)
  }
  let line = progressLine()
  const { signal, release } = interruptible()
  try {
    const document = await explain(scenario, {
      ...asked,
      ...(out === undefined ? {} : { journal: out }),
      signal,
      set: {
        ...(short ? scenario.short : {}),
        ...(defences === undefined ? {} : { defences }),
        ...set,
      },
      onStage: (stage) => {
        line.clear()
        process.stderr.write(`${DOING[stage]}\n`)
        line = progressLine()
      },
      onProgress: ({ paths, of }) => line.show({ path: paths, paths: of, tick: 0, ticks: 0 }),
    })
    line.clear()
    if (out !== undefined) {
      const { explainPage, writeExperiment } = await import('../report/experiment/index.ts')
      const about = { scenario, command: againCommand('explain', path, args), set: document.set }
      tellWritten(await writeExperiment(document, explainPage(document, about), out))
    }
    process.stdout.write(`${json ? JSON.stringify(document, null, 2) : explainText(document)}\n`)
    return 0
  } catch (error) {
    line.clear()
    tellInterrupted(error, out)
    throw error
  } finally {
    release()
  }
}
