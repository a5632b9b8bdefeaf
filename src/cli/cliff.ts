import {
  CliffError,
  type CliffOptions,
  cliffDocument,
  findCliff,
  type Vary,
} from '../experiments/index.ts'
import { cliffText } from '../report/cliffText.ts'
import { checkFolder } from '../report/files.ts'
import { loadScenario, type Overrides } from '../scenario/index.ts'
import { againCommand, attended, tellWritten } from './experiment.ts'

/** Options of `breakwater cliff` as the command line gives them. */
export type CliffArguments = {
  readonly vary: string
  readonly measure?: string
  readonly shock?: string
  readonly seed?: number
  readonly set?: Overrides
  readonly defences?: string
  readonly short?: boolean
  readonly paths?: number
  readonly cells?: number
  readonly workers?: number
  readonly json?: boolean
  readonly out?: string
}

/** Read `name=low..high`. @throws {CliffError} when it is none. */
export function readVary(text: string): Vary {
  const match = /^\s*([A-Za-z_]\w*)\s*=\s*(\S+?)\.\.(\S+)\s*$/.exec(text)
  const [low, high] = [Number(match?.[2]), Number(match?.[3])]
  if (!match || !Number.isFinite(low) || !Number.isFinite(high))
    throw new CliffError(`--vary "${text}" is no range; write for example ethDrop=0.2..0.6`)
  return { name: match[1]!, low, high }
}

/** Check a whole number of the command line. @throws {CliffError} when it is too small. */
export function checkCount(option: string, value: number | undefined, least: number): void {
  if (value !== undefined && value < least)
    throw new CliffError(`--${option} is ${value}; use a whole number from ${least} on`)
}

/**
 * Find a scenario's cliff for the command line.
 * @returns the exit code.
 */
export async function cliffCommand(path: string, args: CliffArguments): Promise<number> {
  const { vary, json, out, short, defences, set, ...options } = args
  checkCount('paths', options.paths, 1)
  checkCount('cells', options.cells, 4)
  if (out !== undefined) checkFolder(out)
  const scenario = loadScenario(path)
  const asked: CliffOptions = {
    ...options,
    ...(out === undefined ? {} : { journal: out }),
    vary: readVary(vary),
    set: {
      ...(short ? scenario.short : {}),
      ...(defences === undefined ? {} : { defences }),
      ...set,
    },
  }
  const found = await attended(out, (watch) => findCliff(scenario, { ...asked, ...watch }))
  const document = cliffDocument(found)
  if (out !== undefined) {
    const { cliffPage, writeExperiment } = await import('../report/experiment/index.ts')
    const command = againCommand('cliff', path, args)
    const page = cliffPage(document, { scenario, command, set: asked.set })
    tellWritten(await writeExperiment(document, page, out))
  }
  process.stdout.write(`${json ? JSON.stringify(document, null, 2) : cliffText(found)}\n`)
  return 0
}
