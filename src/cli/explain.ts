import { CliffError, checkVary, type Law } from '../experiments/index.ts'
import { type ExplainOptions, type ExplainStage, explain } from '../report/explain.ts'
import { explainText } from '../report/explainText.ts'
import type { Scenario } from '../scenario/index.ts'
import { answerOn, type SharedArguments } from './experiment.ts'
import { given } from './options.ts'
import { readVary } from './vary.ts'

/** Options of `breakwater explain` as the command line gives them. */
export type ExplainArguments = SharedArguments & {
  readonly measure?: string
  readonly vary?: readonly string[]
  readonly samples?: number
  /** False with --no-sensitivity and --no-attribution. */
  readonly sensitivity?: boolean
  readonly attribution?: boolean
}

const DOING: Readonly<Record<ExplainStage, string>> = {
  attribution: 'attribution: the same paths with every set of channels cut',
  story: 'story: the median and the worst path again, with their traces',
  sensitivity: 'sensitivity: screening, then variances, parameter by parameter',
}

/** Read what is varied. @throws {CliffError} when a range cannot be used, or a name comes twice. */
function lawsOf(scenario: Scenario, vary: readonly string[]): Readonly<Record<string, Law>> {
  const ranges = vary.map(readVary)
  for (const [k, range] of ranges.entries()) {
    checkVary(scenario, range)
    if (ranges.findIndex(({ name }) => name === range.name) < k)
      throw new CliffError(`--vary ${range.name} is given twice; leave one out`)
  }
  return Object.fromEntries(ranges.map(({ name, low, high }) => [name, [low, high]]))
}

/** What is asked for, of the library. @throws {CliffError} when an option cannot be used. */
function optionsOf(scenario: Scenario, args: ExplainArguments): Partial<ExplainOptions> {
  const { vary, samples, sensitivity, attribution, measure } = args
  if (sensitivity === false && attribution === false)
    throw new CliffError('--no-sensitivity and --no-attribution leave nothing to explain; drop one')
  if (vary !== undefined && sensitivity === false)
    throw new CliffError(
      '--vary is of the sensitivity, which --no-sensitivity leaves out; drop one',
    )
  const skip = [
    ...(sensitivity === false ? (['sensitivity'] as const) : []),
    ...(attribution === false ? (['attribution'] as const) : []),
  ]
  return {
    ...{ ...given({ measure }), skip },
    sensitivity: {
      ...(vary === undefined ? {} : { vary: lawsOf(scenario, vary) }),
      ...given({ samples }),
    },
  }
}

/**
 * Explain a scenario for the command line.
 * @returns the exit code.
 */
export function explainCommand(path: string, args: ExplainArguments): Promise<number> {
  return answerOn('explain', path, args, async (scenario, shared, { onStage }) => {
    const document = await explain(scenario, {
      ...{ ...shared, ...optionsOf(scenario, args) },
      onStage: (stage) => onStage(DOING[stage]),
    })
    return {
      document,
      text: explainText(document),
      page: (pages, about) => pages.explainPage(document, about),
      files: (pages) => pages.explainTables(document),
    }
  })
}
