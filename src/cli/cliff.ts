import { cliffDocument, findCliff } from '../experiments/index.ts'
import { cliffText } from '../report/cliffText.ts'
import { answerOn, type SharedArguments } from './experiment.ts'
import { given } from './options.ts'
import { readVary } from './vary.ts'

/** Options of `breakwater cliff` as the command line gives them. */
export type CliffArguments = SharedArguments & {
  /** Without it, the shock from calm weather to twice as far as the scenario goes. */
  readonly vary?: string
  readonly measure?: string
  readonly shock?: string
  readonly cells?: number
}

/**
 * Find a scenario's cliff for the command line.
 * @returns the exit code.
 */
export function cliffCommand(path: string, args: CliffArguments): Promise<number> {
  const { vary, measure, shock, cells } = args
  return answerOn('cliff', path, args, async (scenario, shared) => {
    const own = given({ measure, shock, cells, vary: vary === undefined ? vary : readVary(vary) })
    const found = await findCliff(scenario, { ...shared, ...own })
    const document = cliffDocument(found)
    return {
      document,
      text: cliffText(found),
      page: (pages, about) => pages.cliffPage(document, about),
      files: (pages) => pages.cliffTables(document),
    }
  })
}
