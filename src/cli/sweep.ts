import { CliffError, type SweepAxis, sweep, sweepDocument } from '../experiments/index.ts'
import { checkFolder } from '../report/files.ts'
import { sweepText } from '../report/sweepText.ts'
import { loadScenario, type Overrides } from '../scenario/index.ts'
import { checkCount, readVary } from './cliff.ts'
import { againCommand, attended, tellWritten } from './experiment.ts'

/** Options of `breakwater sweep` as the command line gives them. */
export type SweepArguments = {
  readonly vary: readonly string[]
  readonly measure?: string
  readonly shock?: string
  readonly seed?: number
  readonly set?: Overrides
  readonly defences?: string
  readonly short?: boolean
  readonly paths?: number
  readonly rounds?: number
  /** False with --no-line. */
  readonly line?: boolean
  readonly workers?: number
  readonly json?: boolean
  readonly out?: string
}

/** Read `name=low..high` or `name=low..high:n`. @throws {CliffError} when it is none. */
export function readAxis(text: string): SweepAxis {
  const match = /^(.*\.\..*?):([^:]*)$/.exec(text)
  if (!match) return readVary(text)
  const places = Number(match[2])
  if (!Number.isSafeInteger(places) || places < 2)
    throw new CliffError(
      `--vary "${text}" asks for "${match[2]}" values; use a whole number from 2 on`,
    )
  return { ...readVary(match[1]!), cells: places - 1 }
}

/**
 * Sweep a scenario for the command line.
 * @returns the exit code.
 */
export async function sweepCommand(path: string, args: SweepArguments): Promise<number> {
  const { vary, json, out, short, defences, set, line: withLine, ...options } = args
  checkCount('paths', options.paths, 1)
  checkCount('rounds', options.rounds, 0)
  const axes = vary.map(readAxis)
  if (out !== undefined) checkFolder(out)
  const scenario = loadScenario(path)
  const own = defences === undefined ? {} : { defences }
  const all = { ...(short ? scenario.short : {}), ...own, ...set }
  const found = await attended(out, (watch) =>
    sweep(scenario, {
      ...options,
      ...(out === undefined ? {} : { journal: out }),
      ...{ vary: axes, line: withLine === false ? 'none' : 'rows', set: all },
      ...watch,
    }),
  )
  const document = sweepDocument(found)
  if (out !== undefined) {
    const { sweepPage, sweepTables, writeExperiment } = await import(
      '../report/experiment/index.ts'
    )
    const page = sweepPage(document, {
      scenario,
      command: againCommand('sweep', path, args),
      set: all,
    })
    tellWritten(await writeExperiment(document, page, out, sweepTables(document)))
  }
  process.stdout.write(`${json ? JSON.stringify(document, null, 2) : sweepText(found)}\n`)
  return 0
}
