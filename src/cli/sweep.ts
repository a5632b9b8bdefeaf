import { CliffError, type SweepAxis, sweep, sweepDocument } from '../experiments/index.ts'
import { sweepText } from '../report/sweepText.ts'
import type { Overrides, Scenario } from '../scenario/index.ts'
import { answerOn, overridesOf, type SharedArguments } from './experiment.ts'
import { given } from './options.ts'
import { readVary } from './vary.ts'

/** Options of `breakwater sweep` as the command line gives them. */
export type SweepArguments = SharedArguments & {
  readonly vary: readonly string[]
  readonly measure?: string
  readonly shock?: string
  readonly rounds?: number
  /** False with --no-line. */
  readonly line?: boolean
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
  const { measure, shock, rounds, line } = args
  const vary = args.vary.map(readAxis)
  const names = vary.map(({ name }) => name)
  const setOf = (scenario: Scenario): Overrides => overridesOf(scenario, args, names)
  const ask: Parameters<typeof answerOn>[3] = async (scenario, shared) => {
    const found = await sweep(scenario, {
      ...{ ...shared, ...given({ measure, shock, rounds }) },
      ...{ vary, line: line === false ? 'none' : 'rows' },
    })
    const document = sweepDocument(found)
    return {
      document,
      text: sweepText(found),
      page: (pages, about) => pages.sweepPage(document, about),
      files: (pages) => pages.sweepTables(document),
    }
  }
  return answerOn('sweep', path, args, ask, setOf)
}
