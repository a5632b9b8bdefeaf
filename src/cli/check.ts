import {
  CheckError,
  type CheckOptions,
  checkBaselineFile,
  checkScenarios,
  makeBaseline,
  readBaseline,
  writeBaseline,
} from '../experiments/index.ts'
import { checkText } from '../report/checkText.ts'
import {
  againCommand,
  answer,
  attended,
  type SharedArguments,
  sharedOf,
  type Watch,
} from './experiment.ts'
import { given } from './options.ts'

/** Options of `breakwater check` as the command line gives them. */
export type CheckArguments = SharedArguments & {
  readonly baseline: string
  readonly update?: boolean
  /** Names with commas between. */
  readonly measures?: string
}

function optionsOf(args: CheckArguments, watch: Watch): CheckOptions {
  const { measures, set, defences, short } = args
  const overrides = { ...given({ defences }), ...set }
  return {
    ...sharedOf(args, watch),
    ...(measures === undefined ? {} : { measures: measures.split(',').map((name) => name.trim()) }),
    ...(Object.keys(overrides).length === 0 ? {} : { set: overrides }),
    form: short ? 'short' : 'full',
  }
}

/** Write the baseline of scenarios; those that it has beside them stay. */
async function update(paths: readonly string[], args: CheckArguments): Promise<number> {
  const { baseline: file, out } = args
  const before = readBaseline(file)
  checkBaselineFile(file)
  const baseline = await attended(out, (watch) =>
    makeBaseline(paths, optionsOf(args, watch), before),
  )
  writeBaseline(baseline, file)
  process.stderr.write(`wrote ${file}: ${Object.keys(baseline.scenarios).sort().join(', ')}\n`)
  return 0
}

/**
 * Compare scenarios with a baseline for pipelines.
 * @returns 0 when nothing worsened, 1 when a measure did.
 */
export async function checkCommand(
  paths: readonly string[],
  args: CheckArguments,
): Promise<number> {
  if (args.update) return update(paths, args)
  const baseline = readBaseline(args.baseline)
  if (baseline === null)
    throw new CheckError(`there is no baseline ${args.baseline}; make one with --update`)
  return answer(againCommand('check', paths, args), args, async (watch) => {
    const document = await checkScenarios(paths, baseline, optionsOf(args, watch))
    return {
      document,
      text: checkText(document),
      page: (pages, command) => pages.checkPage(document, command),
      files: (pages) => pages.checkTables(document),
      code: document.worse > 0 ? 1 : 0,
    }
  })
}
