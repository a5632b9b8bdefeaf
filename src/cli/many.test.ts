import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Two minutes in which a price falls; no assumptions, so that its report needs no other runs. */
const TEXT = `
name: fall
title: one falling asset
seed: 5
time: { tick: 12, duration: { minutes: 2 } }
assets: { X: { price: 100, count: 4 } }
sources:
  book: { kind: identicalPositions, n: 4, group: X, collateral: 10, debtAsset: USD, debt: 700 }
instances:
  fall: { kind: prices/schedule, shocks: [{ assets: [X], drop: 0.3, over: 60 }] }
  noise: { kind: prices/gbm, assets: [X], vol: 3 }
  market: { kind: prices/referenceMarket, drivers: [fall, noise], depth: { X: 10000 } }
  lender:
    kind: lending/compoundV2
    oracle: market
    positions: '@book.positions'
    markets: { X: { collateralFactor: 0.8, cash: 100 }, USD: { collateralFactor: 0 } }
  liquidator: { kind: agents/liquidator, lenders: [lender], venue: market, capital: 5000, minProfit: 0, gas: 0 }
order: { measure: loss, asset: X.0, source: market }
`

let folder = ''
let file = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-many-'))
  file = join(folder, 'fall.yaml')
  writeFileSync(file, TEXT)
})
afterAll(() => rmSync(folder, { recursive: true }))

function breakwater(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/breakwater.js', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  return { code: status, stdout, stderr }
}

const PATHS = 700

function run(out: string, ...more: readonly string[]) {
  return breakwater('run', file, '--paths', `${PATHS}`, '--json', '--out', out, ...more)
}

/** Start the run and send a signal when its journal has grown. */
async function runUntil(signal: NodeJS.Signals, out: string, ...more: readonly string[]) {
  const args = ['run', file, '--paths', `${PATHS}`, '--json', '--out', out, ...more]
  const child = spawn(process.execPath, ['bin/breakwater.js', ...args], { cwd: ROOT })
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const size = (): number => statSync(join(out, 'journal'), { throwIfNoEntry: false })?.size ?? 0
  const before = size()
  const look = setInterval(() => {
    if (size() < before + 20_000) return
    clearInterval(look)
    child.kill(signal)
  }, 5)
  const code = await new Promise((resolve) => child.on('close', resolve))
  return { code, stderr }
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
  }, 60_000)

  it('finds a tail, and its replay asks for it again', () => {
    const asked = ['--tail', 'loss > 1e9', '--tail-paths', '100']
    const { code, stdout } = breakwater('run', file, '--paths', '1', '--json', ...asked)
    const { replay, command, tails } = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(replay).toMatch(/--paths 1 --tail 'loss > 1e9' --tail-paths 100$/)
    expect(command).toBe(replay)
    expect(tails).toHaveLength(1)
    expect(tails[0]).toMatchObject({ condition: 'loss > 1e9', probability: null, low: 0 })
  }, 30_000)

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
  }, 60_000)
})
