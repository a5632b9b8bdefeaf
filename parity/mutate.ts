/**
 * Check that the recorded trace notices mistakes: every mutant of an exact model must part from it.
 * `node parity/mutate.ts <protocol>` prints the verdicts as JSON.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { loadExact, loadModel, ROOT } from './load.ts'
import type { ModelSide, Mutant } from './protocol.ts'
import { parseTrace, replay, type Trace } from './trace.ts'

/** Thrown when a mutant cannot be made. */
export class MutantError extends Error {
  override name = 'MutantError'
}

/** Where a mutant was noticed, null when it was not. */
export type MutantVerdict = {
  readonly what: string
  /** Operations until it was noticed. */
  readonly caughtAfter: number | null
  readonly how: string
}

// A mutant that never ends is a bad mutant: it must be stopped, and its verdict says so.
const MUTANT_LIMIT_MS = 120_000

/**
 * Run every mutant of a protocol against its recorded trace, each in a thread of its own.
 * @throws {MutantError} when one cannot be made, or the unchanged model fails.
 */
export async function runMutants(name: string): Promise<MutantVerdict[]> {
  const { mutants } = await loadModel(name)
  // The unchanged copy comes first: it must agree, or the verdicts say nothing.
  const control = await inThread(name, null, 'unchanged')
  if (control.caughtAfter !== null) throw new MutantError(`the model itself fails: ${control.how}`)
  const verdicts: MutantVerdict[] = []
  for (const [i, { what }] of mutants.entries()) verdicts.push(await inThread(name, i, what))
  return verdicts
}

type Errand = { readonly name: string; readonly index: number | null }

function inThread(name: string, index: number | null, what: string): Promise<MutantVerdict> {
  return new Promise((done, failed) => {
    const errand: Errand = { name, index }
    const worker = new Worker(import.meta.filename, { workerData: { errand } })
    const stop = setTimeout(() => {
      done({ what, caughtAfter: 0, how: `crashed: no end within ${MUTANT_LIMIT_MS / 1000} s` })
      void worker.terminate()
    }, MUTANT_LIMIT_MS)
    worker.once('message', done)
    worker.once('error', (cause) => failed(new MutantError(`${what}: ${cause}`, { cause })))
    worker.once('exit', () => clearTimeout(stop))
  })
}

async function run({ name, index }: Errand): Promise<MutantVerdict> {
  const model = await loadModel(name)
  const file = join(import.meta.dirname, 'vectors', `${name}.json`)
  const trace = parseTrace(readFileSync(file, 'utf8'), file)
  const mutant = index === null ? null : model.mutants[index]!
  return await judge(model, trace, closure(model.exact), mutant)
}

async function judge(
  model: ModelSide<unknown>,
  trace: Trace,
  files: readonly string[],
  mutant: Mutant | null,
): Promise<MutantVerdict> {
  const copy = mkdtempSync(join(tmpdir(), 'breakwater-mutant-'))
  const what = mutant?.what ?? 'unchanged'
  try {
    writeFileSync(join(copy, 'package.json'), '{"type":"module"}')
    for (const file of files) {
      mkdirSync(dirname(join(copy, file)), { recursive: true })
      cpSync(join(ROOT, file), join(copy, file))
    }
    if (mutant) change(copy, mutant, model.exact, files)
    const exact = await loadExact(model, copy)
    try {
      const found = replay(trace, model, exact)
      if (!found) return { what, caughtAfter: null, how: 'not noticed' }
      const before = trace.cases.filter((c) => c.number < found.case)
      const steps = before.reduce((sum, c) => sum + c.rows.length, 0) + found.row + 1
      return { what, caughtAfter: steps, how: `${found.step}: ${found.what}` }
    } catch (error) {
      return { what, caughtAfter: 0, how: `crashed: ${error}` }
    }
  } finally {
    rmSync(copy, { recursive: true })
  }
}

function change(copy: string, mutant: Mutant, exact: string, files: readonly string[]): void {
  const file = mutant.file ?? exact
  if (!files.includes(file)) throw new MutantError(`${exact} does not import '${file}'`)
  const text = readFileSync(join(copy, file), 'utf8')
  writeFileSync(join(copy, file), mutated(text, mutant, file))
}

/** Apply a mutant to a source text. @throws {MutantError} when its place is not unique. */
export function mutated(text: string, { find, replace }: Mutant, file: string): string {
  const count = text.split(find).length - 1
  if (count === 1) return text.replace(find, () => replace)
  const remedy = 'name a text that occurs exactly once'
  throw new MutantError(`${file} holds '${find}' ${count} times; ${remedy}`)
}

/** A file and everything it imports, relative to the repository. */
function closure(entry: string): string[] {
  const found = new Set<string>()
  const visit = (file: string): void => {
    if (found.has(file) || !existsSync(join(ROOT, file))) return
    found.add(file)
    const text = readFileSync(join(ROOT, file), 'utf8')
    for (const [, specifier] of text.matchAll(/\bfrom '(\.[^']+)'/g)) {
      visit(posix.join(posix.dirname(file), specifier!))
    }
  }
  visit(entry)
  return [...found]
}

const { errand } = (workerData ?? {}) as { errand?: Errand }
if (!isMainThread && errand) parentPort?.postMessage(await run(errand))
else if (import.meta.main) {
  const name = process.argv[2]
  if (!name) {
    console.error('usage: node parity/mutate.ts <protocol>')
    process.exitCode = 2
  } else console.log(JSON.stringify(await runMutants(name), null, 1))
}
