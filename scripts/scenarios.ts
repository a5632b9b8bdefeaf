/**
 * Run every scenario in a short form through the command line, as a user would, and check that each
 * one answers with a document of finite measures. Prints a line per scenario and a closing line.
 */
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'

type Answer = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

const SHORT_FORM = ['--short', '--paths', '2', '--checked']
const TIMEOUT_MS = 300_000

/**
 * Count the measures of a run's document that have a value.
 * @throws {TypeError} when there are none, one is neither a finite number nor null, or a path failed.
 */
export function countMeasures(stdout: string): number {
  const document: unknown = JSON.parse(stdout)
  const measures = isRecord(document) ? document.measures : undefined
  if (!isRecord(document) || !Array.isArray(measures))
    throw new TypeError('the document has no measures')
  if (document.failedPaths !== 0) throw new TypeError(`${document.failedPaths} paths failed`)
  let count = 0
  for (const { name, value } of measures) {
    if (value === null) continue
    if (!Number.isFinite(value)) throw new TypeError(`measure '${name}' is ${value}`)
    count++
  }
  if (count === 0) throw new TypeError('no measure has a value')
  return count
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function runCli(root: string, args: readonly string[]): Promise<Answer> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [join(root, 'bin/breakwater.js'), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text
    })
    child.on('error', failed)
    child.on('close', (code) => done({ code, stdout, stderr }))
  })
}

function verdict({ code, stdout, stderr }: Answer): { ok: boolean; text: string } {
  if (code !== 0 && code !== 1) {
    return { ok: false, text: `exit ${code ?? 'by signal or time limit'}\n${stderr.trimEnd()}` }
  }
  try {
    return { ok: true, text: `exit ${code}  ${countMeasures(stdout)} measures` }
  } catch (error) {
    return { ok: false, text: `exit ${code}  ${(error as Error).message}\n${stderr.trimEnd()}` }
  }
}

async function main(root: string): Promise<number> {
  const files = globSync('scenarios/**/*.{yaml,yml}', { cwd: root }).sort()
  if (files.length === 0) {
    console.log('scenarios: there are none yet')
    return 0
  }
  const queue = [...files]
  let failures = 0
  const lane = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const start = performance.now()
      const { ok, text } = verdict(await runCli(root, ['run', file, '--json', ...SHORT_FORM]))
      const seconds = ((performance.now() - start) / 1000).toFixed(1)
      if (!ok) failures++
      console.log(`${ok ? 'ok  ' : 'FAIL'}  ${seconds.padStart(5)} s  ${file}  ${text}`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, lane))
  console.log(`scenarios: ${files.length} run, ${failures} wrong`)
  return failures === 0 ? 0 : 1
}

if (import.meta.main) process.exitCode = await main(resolve(import.meta.dirname, '..'))
