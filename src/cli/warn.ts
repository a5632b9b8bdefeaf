import { warn } from '../experiments/index.ts'
import { warnText } from '../report/warnText.ts'
import { answerOn, type SharedArguments } from './experiment.ts'
import { given } from './options.ts'
import { readVary } from './vary.ts'

/** Options of `breakwater warn` as the command line gives them. */
export type WarnArguments = SharedArguments & {
  readonly vary?: string
  readonly measure?: string
  /** False with --no-distance. */
  readonly distance?: boolean
}

/**
 * Look for early signs of a scenario's trouble for the command line.
 * @returns the exit code.
 */
export function warnCommand(path: string, args: WarnArguments): Promise<number> {
  const { vary, measure, distance } = args
  return answerOn('warn', path, args, async (scenario, shared) => {
    const document = await warn(scenario, {
      ...{ ...shared, ...given({ measure }) },
      ...(vary === undefined ? {} : { vary: readVary(vary) }),
      distance: distance === false ? 'skip' : 'find',
    })
    return {
      document,
      text: warnText(document),
      page: (pages, about) => pages.warnPage(document, about),
      files: (pages) => pages.warnTables(document),
    }
  })
}
