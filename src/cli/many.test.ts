import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { breakwater, breakwaterUntil, FALL } from './process.conformance.ts'

let folder = ''
let file = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-many-'))
  file = join(folder, 'fall.yaml')
  writeFileSync(file, FALL)
})
afterAll(() => rmSync(folder, { recursive: true }))

const PATHS = 2000

function run(out: string, ...more: readonly string[]) {
  return breakwater('run', file, '--paths', `${PATHS}`, '--json', '--out', out, ...more)
}

/** Start the run and send a signal when its journal has grown. */
function runUntil(signal: NodeJS.Signals, out: string, ...more: readonly string[]) {
  return breakwaterUntil(signal, out, 20_000, 'run', file, '--paths', `${PATHS}`, '--json', ...more)
}

describe('breakwater run with many paths', () => {
  it('goes on after kill -9 and Ctrl-C and ends with the same bytes', async () => {
    const [killed, whole] = [join(folder, 'killed'), join(folder, 'whole')]
    expect((await runUntil('SIGKILL', killed, '--workers', '1')).code).toBe(null)
    const stopped = await runUntil('SIGINT', killed, '--workers', '2')
    expect(stopped.code).toBe(130)
    expect(stopped.stderr).toContain('the same command goes on from there')
    const resumed = run(killed, '--workers', '1')
    expect(resumed.code).toBe(0)
    expect(resumed.stderr).toMatch(/\d+ paths were taken from .*journal/)
    const straight = run(whole, '--workers', '2')
    expect(straight.stderr).not.toContain('were taken from')
    expect(resumed.stdout).toBe(straight.stdout)
    for (const name of ['paths.parquet', 'measures.parquet', 'trace.parquet', 'report.json'])
      expect(readFileSync(join(killed, name)).equals(readFileSync(join(whole, name)))).toBe(true)
  })

  it('finds a tail, and its replay asks for it again', () => {
    const asked = ['--tail', 'loss > 1e9', '--tail-paths', '100']
    const { code, stdout } = breakwater('run', file, '--paths', '1', '--json', ...asked)
    const { replay, command, tails } = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(replay).toMatch(/--paths 1 --tail 'loss > 1e9' --tail-paths 100$/)
    expect(command).toBe(replay)
    expect(tails).toHaveLength(1)
    expect(tails[0]).toMatchObject({ condition: 'loss > 1e9', probability: null, low: 0 })
  })

  it('answers queries, and replays any path', () => {
    const out = join(folder, 'asked')
    expect(breakwater('run', file, '--paths', '20', '--out', out).code).toBe(0)
    const worst = 'select path, loss, "loss[lender]" l from paths order by loss desc limit 1'
    const [row] = JSON.parse(breakwater('query', out, worst, '--json').stdout)
    const one = JSON.parse(breakwater('run', file, '--path', `${row.path}`, '--json').stdout)
    expect(one.path).toBe(row.path)
    expect(one.measures.find((m: { name: string }) => m.name === 'loss').value).toBe(row.loss)
    expect(breakwater('query', out, worst, '--csv').stdout).toBe(
      `path,loss,l\n${row.path},${row.loss},${row.l}\n`,
    )
    const { stdout } = breakwater('query', out, 'select name, n from measures limit 2')
    expect(stdout).toMatch(/^name +n\n─+ +──\n\w+ +20\n/)
    const bad = breakwater('query', out, 'select lost from paths')
    expect([bad.code, bad.stdout]).toEqual([2, ''])
    expect(bad.stderr).toContain('Tables: measures, paths, trace')
    const other = breakwater('run', file, '--paths', '20', '--seed', '6', '--out', out)
    expect(other.code).toBe(2)
    expect(other.stderr).toContain('holds paths of another run')
  })
})
