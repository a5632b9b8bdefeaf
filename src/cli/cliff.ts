import { CliffError, type CliffOptions, cliffDocument, findCliff } from '../experiments/index.ts'
import { cliffText } from '../report/cliffText.ts'
import { interruptible } from './interrupt.ts'
import { progressLine } from './progress.ts'

/** Options of `breakwater cliff` as the command line gives them. */
export type CliffArguments = {
  readonly vary: string
  readonly measure?: string
  readonly shock?: string
  readonly seed?: number
  readonly set?: Readonly<Record<string, string | number>>
  readonly paths?: number
  readonly cells?: number
  readonly workers?: number
  readonly json?: boolean
  readonly out?: string
}

/** Read `name=low..high`. @throws {CliffError} when it is none. */
export function readVary(text: string): CliffOptions['vary'] {
  const match = /^\s*([A-Za-z_]\w*)\s*=\s*(\S+?)\.\.(\S+)\s*$/.exec(text)
  const [low, high] = [Number(match?.[2]), Number(match?.[3])]
  if (!match || !Number.isFinite(low) || !Number.isFinite(high))
    throw new CliffError(`--vary "${text}" is no range; write for example ethDrop=0.2..0.6`)
  return { name: match[1]!, low, high }
}

/**
 * Find a scenario's cliff for the command line.
 * @returns the exit code.
 */
export async function cliffCommand(path: string, args: CliffArguments): Promise<number> {
  const { vary, json, out, ...options } = args
  const line = progressLine()
  const { signal, release } = interruptible()
  try {
    const found = await findCliff(path, {
      ...options,
      ...(out === undefined ? {} : { journal: out }),
      ...{ vary: readVary(vary), signal },
      onProgress: ({ paths, of }) => line.show({ path: paths, paths: of, tick: 0, ticks: 0 }),
    })
    line.clear()
    const text = json ? JSON.stringify(cliffDocument(found), null, 2) : cliffText(found)
    process.stdout.write(`${text}\n`)
    return 0
  } finally {
    line.clear()
    release()
  }
}
