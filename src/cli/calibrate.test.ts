import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Calibration } from '../calibration/index.ts'
import { main } from './main.ts'

const folder = mkdtempSync(join(tmpdir(), 'breakwater-calibrate-'))
afterAll(() => rmSync(folder, { recursive: true }))
const out = vi.spyOn(process.stdout, 'write').mockImplementation(() => true)
const err = vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
beforeEach(() => {
  out.mockClear()
  err.mockClear()
})
const printed = (spy: typeof out | typeof err): string => spy.mock.calls.map(([t]) => t).join('')

/** A file of hourly bars whose price wanders by a rule, not by chance. */
function file(name: string, rows: number, replace: readonly [string, string] = ['', '']): string {
  let price = 1000
  const lines = Array.from({ length: rows }, (_, k) => {
    price *= 1 + (((k * 7919) % 101) - 50) / 10_000
    const p = price.toFixed(4)
    return `${1_600_000_000 + 3600 * k},${p},${p},${p},${p}`
  })
  const path = join(folder, name)
  const text = `t,open,high,low,close\n${lines.join('\n')}\n`
  writeFileSync(path, replace[0] === '' ? text : text.replace(...replace))
  return path
}

describe('breakwater calibrate', () => {
  it('prints parameters with errors, checks and a verdict, and writes the file', async () => {
    const path = join(folder, 'eth.json')
    const given = [file('ETHUSDT_1h.csv', 600), '--process', 'gbm', '--out', path]
    expect(await main(['calibrate', ...given])).toBe(0)
    expect(printed(out)).toMatch(/ETH: 599 joint returns over 3600 s/)
    expect(printed(out)).toMatch(/gbm: (fits|rejected because)/)
    expect(printed(out)).toMatch(/ETH.vol +0\.\d+ \+- 0\.\d+ +1\/sqrt\(year\)/)
    expect(printed(out)).toMatch(/check ETH shape +chi-square .* p = /)
    const saved = JSON.parse(readFileSync(path, 'utf8')) as Calibration
    expect(saved.fits.map((fit) => fit.process)).toEqual(['gbm'])
    out.mockClear()
    expect(await main(['calibrate', ...given, '--json'])).toBe(0)
    expect(JSON.parse(printed(out))).toEqual(saved)
  })

  it('compares processes by their forecasts', async () => {
    const path = file('BTCUSDT_1h.csv', 400)
    expect(await main(['calibrate', path, '--process', 'bootstrap'])).toBe(0)
    expect(printed(out)).not.toMatch(/AIC/)
    out.mockClear()
    const short = file('UNIUSDT_1h.csv', 400)
    // Heston needs more days than this file has.
    expect(await main(['calibrate', short, '--process', 'heston'])).toBe(2)
    expect(printed(err)).toMatch(/UNI: 16 whole days.*use a longer record/)
  })

  it('fits all that it can, and says why not the rest', async () => {
    expect(await main(['calibrate', file('YFIUSDT_1h.csv', 400)])).toBe(0)
    expect(printed(out)).toMatch(/heston: not fitted: .*16 whole days/)
    expect(printed(out)).toMatch(/regimes: .*less is better.*AIC/s)
    expect(printed(out)).not.toMatch(/^ou:/m)
  })

  it.each([
    ['a file that is not there', ['missing.csv'], /missing.csv: cannot be read.*check the path/],
    ['too few rows', [file('LINKUSDT_1h.csv', 20)], /19 joint returns.*longer record/],
    ['a negative price', [file('AAVEUSDT_1h.csv', 300, [',1000', ',-1000'])], /csv:\d+:\d.*below/s],
    ['an unknown process', [file('CRVUSDT_1h.csv', 20), '--process', 'garch'], /"garch".*gbm/],
    ['a step below 0', [file('DAIUSDT_1h.csv', 300), '--step', '-5'], /--step is -5.*above 0/],
    ['a step between rows', [file('MKRUSDT_1h.csv', 300), '--step', '7'], /multiple of 3600/],
    ['a rule unknown', [file('MKRUSDT_1h.csv', 300), '--spikes', 'x'], /"x"; use drop or keep/],
    ['an unknown regime', [file('MKRUSDT_1h.csv', 20), '--regime', 'wild'], /"wild".*calm/],
    [
      'an asset that is not there',
      [file('SOLUSDT_1h.csv', 300), '--assets', 'X'],
      /no prices of "X"/,
    ],
    [
      'a place that cannot be written',
      [file('XRPUSDT_1h.csv', 300), '--process', 'gbm', '--out', join(folder, 'no', 'x.json')],
      /cannot be written/,
    ],
  ])('leaves with 2 for %s', async (_, args, text) => {
    expect(await main(['calibrate', ...args])).toBe(2)
    expect(printed(err)).toMatch(text)
    expect(printed(out)).toBe('')
  })
})
