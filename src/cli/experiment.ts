import { InterruptedError, resolveRun, shellWord } from '../experiments/index.ts'
import type { About } from '../report/experiment/index.ts'
import { checkFolder, type Output } from '../report/files.ts'
import { loadScenario, type Overrides, type Scenario, type SourceCache } from '../scenario/index.ts'
import { interruptible } from './interrupt.ts'
import { given } from './options.ts'
import { progressLine } from './progress.ts'

/** Options that change nothing of the results. */
const BESIDE: ReadonlySet<string> = new Set(['json', 'out', 'workers'])

/** Options that are on unless they are left out by `--no-`. */
const USUAL: ReadonlySet<string> = new Set([
  'line',
  'sensitivity',
  'attribution',
  'cliffs',
  'distance',
])

function wordsOf(name: string, value: unknown): readonly string[] {
  const option = `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`
  if (value === undefined || (value === true && USUAL.has(name))) return []
  if (value === true) return [option]
  if (value === false) return [option.replace('--', '--no-')]
  if (Array.isArray(value)) return value.flatMap((one) => wordsOf(name, one))
  if (typeof value !== 'object' || value === null) return [option, shellWord(String(value))]
  return Object.entries(value).flatMap(([k, v]) => [option, shellWord(`${k}=${v}`)])
}

/**
 * Write the command line that asks for the same numbers again.
 * @param args options as the command line gave them, by their names in camelCase.
 */
export function againCommand(command: string, paths: readonly string[], args: object): string {
  const options = Object.entries(args).filter(([name]) => !BESIDE.has(name))
  const words = options.flatMap(([name, value]) => wordsOf(name, value))
  return ['breakwater', command, ...paths.map(shellWord), ...words].join(' ')
}

/** Options that all experiments have, as the command line gives them. */
export type SharedArguments = {
  readonly seed?: number
  readonly paths?: number
  readonly workers?: number
  readonly set?: Overrides
  readonly defences?: string
  readonly short?: boolean
  readonly json?: boolean
  readonly out?: string
}

/** What an experiment is watched by. */
export type Watch = {
  readonly signal: AbortSignal
  readonly onProgress: (progress: { readonly paths: number; readonly of: number }) => void
  /** Says what is done next. */
  readonly onStage: (text: string) => void
}

/** Options that all experiments have, as the library takes them. */
export type Shared = Omit<Watch, 'onStage'> & {
  readonly cache?: SourceCache
  readonly seed?: number
  readonly paths?: number
  readonly workers?: number
  readonly journal?: string
}

/** Pages are loaded only where they are written. */
type Pages = typeof import('../report/experiment/index.ts')

/** What an experiment found: how it is printed, and what is written of it. */
export type Answer<About> = {
  /** For --json and report.json. */
  readonly document: object
  readonly text: string
  readonly page: (pages: Pages, about: About) => string
  /** Files beside the page, such as tables. */
  readonly files?: (pages: Pages) => readonly Output[]
  readonly code?: number
}

/** Take the options that all experiments have. */
export function sharedOf({ seed, paths, workers, out }: SharedArguments, watch: Watch): Shared {
  const { signal, onProgress } = watch
  return { signal, onProgress, ...given({ seed, paths, workers, journal: out }) }
}

/**
 * Parameters as the command line sets them: by the short form, by defences, by name.
 * @param varied what has no value of its own, so that the short form gives it none either.
 */
export function overridesOf(
  scenario: Scenario,
  { short, defences, set }: SharedArguments,
  varied: readonly string[] = [],
): Overrides {
  const usual = Object.entries(short ? scenario.short : {}).filter(([k]) => !varied.includes(k))
  return { ...Object.fromEntries(usual), ...given({ defences }), ...set }
}

function tellInterrupted(out: string | undefined): void {
  const kept =
    out === undefined
      ? 'nothing was kept; --out <dir> keeps finished paths'
      : `finished paths are in ${out}; the same command goes on from there`
  process.stderr.write(`interrupted: ${kept}\n`)
}

/** Do an experiment with a progress line; the first Ctrl-C stops it and says what was kept. */
export async function attended<T>(
  out: string | undefined,
  work: (watch: Watch) => Promise<T>,
): Promise<T> {
  if (out !== undefined) checkFolder(out)
  let line = progressLine()
  const { signal, release } = interruptible()
  try {
    return await work({
      signal,
      onProgress: ({ paths, of }) => line.show({ path: paths, paths: of, tick: 0, ticks: 0 }),
      onStage: (text) => {
        line.clear()
        process.stderr.write(`${text}\n`)
        line = progressLine()
      },
    })
  } catch (error) {
    line.clear()
    if (error instanceof InterruptedError) tellInterrupted(out)
    throw error
  } finally {
    line.clear()
    release()
  }
}

/**
 * Do an experiment for the command line: write its files, print it.
 * @param command as it is written into the files.
 * @returns the exit code.
 */
export async function answer(
  command: string,
  { out, json }: SharedArguments,
  ask: (watch: Watch) => Promise<Answer<string>>,
): Promise<number> {
  const { document, text, page, files, code = 0 } = await attended(out, ask)
  if (out !== undefined) {
    const pages = await import('../report/experiment/index.ts')
    const written = await pages.writeExperiment(
      document,
      page(pages, command),
      out,
      files?.(pages) ?? [],
    )
    for (const file of written) process.stderr.write(`wrote ${file}\n`)
  }
  process.stdout.write(`${json ? JSON.stringify(document, null, 2) : text}\n`)
  return code
}

/**
 * Do an experiment with one scenario for the command line. Parameters are checked before anything runs.
 * @param name of the command.
 * @param path of the scenario file.
 * @param setOf parameters that hold in all its worlds.
 * @returns the exit code.
 */
export function answerOn(
  name: string,
  path: string,
  args: SharedArguments,
  ask: (
    scenario: Scenario,
    options: Shared & { readonly set: Overrides },
    watch: Watch,
  ) => Promise<Answer<About>>,
  setOf: (scenario: Scenario) => Overrides = (scenario) => overridesOf(scenario, args),
): Promise<number> {
  const command = againCommand(name, [path], args)
  return answer(command, args, async (watch) => {
    const scenario = loadScenario(path)
    const set = setOf(scenario)
    const cache: SourceCache = new Map()
    await resolveRun(scenario, { set, cache })
    const found = await ask(scenario, { ...sharedOf(args, watch), cache, set }, watch)
    return { ...found, page: (pages) => found.page(pages, { scenario, command, set }) }
  })
}
