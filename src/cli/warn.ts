import { type WarnOptions, warn } from '../experiments/index.ts'
import { checkFolder } from '../report/files.ts'
import { warnText } from '../report/warnText.ts'
import { loadScenario, type Overrides } from '../scenario/index.ts'
import { checkCount, readVary } from './cliff.ts'
import { againCommand, attended, tellWritten } from './experiment.ts'

/** Options of `breakwater warn` as the command line gives them. */
export type WarnArguments = {
  readonly vary?: string
  readonly measure?: string
  readonly seed?: number
  readonly set?: Overrides
  readonly defences?: string
  readonly short?: boolean
  readonly paths?: number
  /** False with --no-distance. */
  readonly distance?: boolean
  readonly workers?: number
  readonly json?: boolean
  readonly out?: string
}

/**
 * Look for early signs of a scenario's trouble for the command line.
 * @returns the exit code.
 */
export async function warnCommand(path: string, args: WarnArguments): Promise<number> {
  const { vary, json, out, short, defences, set, distance, ...options } = args
  checkCount('paths', options.paths, 1)
  if (out !== undefined) checkFolder(out)
  const scenario = loadScenario(path)
  const own = defences === undefined ? {} : { defences }
  const asked: WarnOptions = {
    ...options,
    ...(out === undefined ? {} : { journal: out }),
    ...(vary === undefined ? {} : { vary: readVary(vary) }),
    distance: distance === false ? 'skip' : 'find',
    set: { ...(short ? scenario.short : {}), ...own, ...set },
  }
  const found = await attended(out, (watch) => warn(scenario, { ...asked, ...watch }))
  if (out !== undefined) {
    const { warnPage, writeExperiment } = await import('../report/experiment/index.ts')
    const about = { scenario, command: againCommand('warn', path, args), set: asked.set }
    tellWritten(await writeExperiment(found, warnPage(found, about), out))
  }
  process.stdout.write(`${json ? JSON.stringify(found, null, 2) : warnText(found)}\n`)
  return 0
}
