import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { breakwater, breakwaterUntil, FALL } from './process.conformance.ts'

let folder = ''
let file = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-resume-'))
  file = join(folder, 'fall.yaml')
  writeFileSync(file, FALL)
})
afterAll(() => rmSync(folder, { recursive: true }))

it.each([
  ['cliff', ['--vary', 'drop=0..0.8', '--cells', '4', '--paths', '16']],
  ['compare', ['--set', 'drop=0.5', '--paths', '100']],
  ['warn', ['--no-distance', '--paths', '150']],
] as const)('%s goes on after Ctrl-C and ends with the same bytes', async (name, options) => {
  const [stopped, whole] = [join(folder, `${name}-stopped`), join(folder, `${name}-whole`)]
  const args = [name, file, ...options, '--json']
  const ended = await breakwaterUntil('SIGINT', stopped, 2000, ...args, '--workers', '1')
  expect(ended.code).toBe(130)
  expect(ended.stderr).toContain(`finished paths are in ${stopped}; the same command goes on`)
  expect(readdirSync(stopped)).toEqual(['points'])
  const resumed = breakwater(...args, '--workers', '2', '--out', stopped)
  const straight = breakwater(...args, '--workers', '1', '--out', whole)
  expect([resumed.code, straight.code]).toEqual([0, 0])
  expect(resumed.stdout).toBe(straight.stdout)
  const files = readdirSync(whole)
  expect(files).toContain('report.html')
  for (const own of files.filter((f) => f !== 'points'))
    expect(readFileSync(join(stopped, own)).equals(readFileSync(join(whole, own))), own).toBe(true)
})
