import { cliffDocument, findCliff } from '../experiments/index.ts'
import { cliffText } from '../report/cliffText.ts'
import type { Overrides, Scenario } from '../scenario/index.ts'
import { againCommand, answerOn, overridesOf, type SharedArguments } from './experiment.ts'
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
export async function cliffCommand(path: string, args: CliffArguments): Promise<number> {
  const { measure, shock, cells } = args
  const vary = args.vary === undefined ? undefined : readVary(args.vary)
  const setOf = (scenario: Scenario): Overrides =>
    overridesOf(scenario, args, vary ? [vary.name] : [])
  const ask: Parameters<typeof answerOn>[3] = async (scenario, shared) => {
    const own = given({ measure, shock, cells, vary })
    const found = await findCliff(scenario, { ...shared, ...own })
    const document = cliffDocument(found)
    return {
      document,
      text: cliffText(found, (range) => againCommand('cliff', [path], { ...args, vary: range })),
      page: (pages, about) => pages.cliffPage(document, about),
      files: (pages) => pages.cliffTables(document),
    }
  }
  return answerOn('cliff', path, args, ask, setOf)
}
