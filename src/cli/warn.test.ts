import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { warn } from '../experiments/index.ts'
import { loadScenario } from '../scenario/index.ts'
import { queryResults } from '../stores/index.ts'
import { breakwaterHere } from './process.conformance.ts'

const FLASH = 'scenarios/flash-crash.yaml'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-warn-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

it('says what the library says, whatever the number of workers, and writes it down', async () => {
  const words = ['warn', FLASH, '--short', '--no-distance', '--paths', '3', '--json']
  const said = await breakwaterHere(...words, '--workers', '2', '--out', folder)
  expect(said.code).toBe(0)
  const set = loadScenario(FLASH).short
  const found = await warn(FLASH, { set, distance: 'skip', paths: 3, workers: 1 })
  const plain = JSON.parse(JSON.stringify(found))
  expect(JSON.parse(said.stdout)).toEqual(plain)
  expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))).toEqual(plain)
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('Over time')
  const { rows } = await queryResults(
    folder,
    "select path, tau from indicators where name = 'variance' order by path",
  )
  expect(rows).toEqual(found.paths.map(({ path, indicators }) => [path, indicators[0]!.tau]))
})

it('draws the path in the middle, its indicators up to the event', async () => {
  const set = loadScenario(FLASH).short
  const { lines, paths } = await warn(FLASH, { set, distance: 'skip', paths: 3, workers: 1 })
  const least = paths.map(({ indicators: [v, a] }) => Math.min(v!.tau, a!.tau))
  const middle = least.toSorted((a, b) => a - b)[1]
  expect(least[lines.path]).toBe(middle)
  const { onset, indicators } = paths[lines.path]!
  expect(lines.price.seconds[0]).toBe(0)
  expect(lines.price.seconds.at(-1)).toBe(2 * onset!.seconds)
  expect(Math.min(...lines.price.values)).toBeLessThan(0.98 * lines.price.values[0]!)
  lines.indicators.forEach(({ name, seconds, values }, k) => {
    expect(name).toBe(indicators[k]!.name)
    expect(seconds.at(-1)).toBe(onset!.seconds)
    expect([values[0], values.at(-1)]).toEqual([indicators[k]!.first, indicators[k]!.last])
  })
})
