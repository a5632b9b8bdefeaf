import { createHash } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { hashWorld } from '../engine/index.ts'
import { parseScenario } from '../scenario/index.ts'
import {
  JournalError,
  PathFailedError,
  RunOptionError,
  type RunOptions,
  type RunOutcome,
  runScenario,
} from './index.ts'

const TEXT = `
name: many
title: one falling asset
parameters:
  vol: { value: 3, unit: 1/sqrt(year), range: [0, 1e6] }
  drift: { value: 0, unit: 1/year, range: [0, 1e15] }
paths: 12
seed: 5
time: { tick: 12, duration: { minutes: 6 } }
assets: { X: { price: 100 } }
sources:
  book: { kind: syntheticBook, r: 1, shock: 0.01, positions: 20, range: 0.5, baseReserve: 300, asset: X, debtAsset: USD, price: 100, threshold: 0.8 }
instances:
  fall: { kind: prices/schedule, shocks: [{ assets: [X], drop: 0.3, over: 120 }] }
  noise: { kind: prices/gbm, assets: [X], vol: $vol, drift: $drift }
  market: { kind: prices/referenceMarket, drivers: [fall, noise], depth: { X: 2000 } }
  feed: { kind: oracles/feed, source: market, assets: [X], deviation: 0.002 }
  lender:
    kind: lending/compoundV2
    oracle: feed
    positions: '@book.positions'
    markets: { X: { collateralFactor: 0.8, cash: 1000 }, USD: { collateralFactor: 0 } }
  liquidator: { kind: agents/liquidator, lenders: [lender], venue: market, capital: 5000, minProfit: 0, gas: 0 }
order: { measure: loss, asset: X, source: market }
`
const scenario = parseScenario(TEXT, 'many.yaml')

const folder = mkdtempSync(join(tmpdir(), 'breakwater-many-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Hash of everything that a run says: document, numbers to the bit, failures, the last path. */
function hashOf(outcome: RunOutcome): string {
  const { document, names, values, failures, view } = outcome
  const hash = createHash('sha256').update(JSON.stringify([document, failures, view?.path]))
  for (const name of names) hash.update(new Uint8Array(values(name).slice().buffer))
  return hash.update(view ? hashWorld(view.world) : '').digest('hex')
}

// Prices that leave the range of numbers are refused in checked mode: some paths fail, or all.
const wild: RunOptions = { paths: 24, checked: true, set: { vol: 2e5, drift: 2e10 } }
const hopeless: RunOptions = { paths: 3, checked: true, set: { drift: 1e12 } }

describe('a run on many workers', () => {
  it('gives the same bytes on 1, 2 and 4, failing paths included', async () => {
    const one = await runScenario(scenario, { ...wild, workers: 1 })
    const { failedPaths, paths, warnings, measures } = one.document
    expect(paths).toBe(24)
    expect(failedPaths).toBeGreaterThan(0)
    expect(failedPaths).toBeLessThan(24)
    const { path, reason } = one.failures[0]!
    expect(warnings).toContain(`path ${path} failed: ${reason}`)
    expect(one.values('loss')[path]).toBeNaN()
    expect(measures.find((m) => m.name === 'loss')!.n).toBe(24 - failedPaths)
    const more = [2, 4].map((workers) => runScenario(scenario, { ...wild, workers }))
    for (const other of await Promise.all(more)) expect(hashOf(other)).toBe(hashOf(one))
  })

  it('says where the first path failed and why when all of them fail', async () => {
    for (const workers of [1, 2]) {
      const failed = runScenario(scenario, { ...hopeless, workers })
      await expect(failed).rejects.toThrowError(PathFailedError)
      await expect(failed).rejects.toThrowError(/^all 3 paths failed: path 0 failed at .*Infinity/)
    }
  })

  it.each([0, 1.5, 1000])('refuses %d workers', async (workers) => {
    await expect(runScenario(scenario, { workers })).rejects.toThrowError('use a whole number')
  })
})

describe('one path of a run', () => {
  it('has the numbers and the trace that it has among many', async () => {
    const all = await runScenario(scenario, { paths: 8 })
    const last = await runScenario(scenario, { path: 7 })
    expect(last.document).toMatchObject({
      ...{ paths: 1, path: 7, seed: 5 },
      replay: 'breakwater run many.yaml --seed 5 --path 7',
    })
    for (const name of all.names)
      expect([...last.values(name)], name).toEqual([all.values(name)[7]])
    expect(hashWorld(last.view!.world)).toBe(hashWorld(all.view!.world))
    const third = await runScenario(scenario, { path: 3, paths: 8 })
    expect(third.values('loss')[0]).toBe(all.values('loss')[3])
    expect(third.values('loss')[0]).not.toBe(all.values('loss')[7])
    expect(third.view!.path).toBe(3)
  })

  it('that failed says so alone, with its world at the failure', async () => {
    const { failures } = await runScenario(scenario, { ...wild, workers: 1 })
    const { path, reason } = failures[0]!
    const error = await runScenario(scenario, { ...wild, path }).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(PathFailedError)
    expect(error).toMatchObject({ path, seed: 5, reason })
    expect(error.message).toContain(`path ${path} failed at tick`)
    expect(reason).toMatch(new RegExp(`^tick ${error.world.clock[0]}: `))
    expect(error.world.trace.length).toBeGreaterThan(0)
  })

  it('is repeated by its command, checked when it was', async () => {
    const { document } = await runScenario(scenario, { path: 2, checked: true })
    expect(document.replay).toBe('breakwater run many.yaml --seed 5 --path 2 --checked')
  })

  it.each(['loss within 5%', 'total rubbish'])('refuses the rule %s', async (until) => {
    await expect(runScenario(scenario, { path: 2, until })).rejects.toThrowError(RunOptionError)
  })

  it.each([{ path: -1 }, { path: 0.5 }, { path: 8, paths: 8 }])('refuses %o', async (options) => {
    await expect(runScenario(scenario, options)).rejects.toThrowError(/^path /)
  })
})

describe('a rule to stop by', () => {
  const quick = parseScenario(TEXT.replace('minutes: 6', 'seconds: 24'), 'many.yaml')

  it('is looked at where 1,000 x 2^k paths are done, whatever the workers', async () => {
    const until = 'logDrop.mean within 0.2%'
    const one = await runScenario(quick, { until, workers: 1 })
    expect(one.document.paths).toBe(2000)
    expect(one.document.until).toEqual({ rule: until, reached: true })
    expect(one.document.replay).toContain(`--paths 64000 --until '${until}'`)
    const two = await runScenario(quick, { until, workers: 2 })
    expect(hashOf(two)).toBe(hashOf(one))
  })

  it('ends at the number of paths when it is not reached', async () => {
    const { document } = await runScenario(quick, { until: 'logDrop within 0.001%', paths: 30 })
    expect(document).toMatchObject({ paths: 30, until: { reached: false } })
    const easy = await runScenario(quick, { until: 'logDrop within 50%', paths: 30 })
    expect(easy.document).toMatchObject({ paths: 30, until: { reached: true } })
  })
})

describe('a journal', () => {
  const fresh = (name: string): string => join(folder, name)

  /** Run until some paths are done, then stop. */
  async function partly(journal: string, paths: number): Promise<RunOutcome> {
    const controller = new AbortController()
    const { signal } = controller
    const onProgress = ({ path }: { readonly path: number }): void => {
      if (path >= 5) controller.abort()
    }
    return runScenario(scenario, { paths, journal, workers: 1, signal, onProgress })
  }

  it('lets an interrupted run go on and end with the same bytes', async () => {
    const journal = fresh('resumed')
    const whole = await runScenario(scenario, { paths: 200 })
    const part = await partly(journal, 200)
    expect(part.interrupted).toBe(true)
    const rest = await runScenario(scenario, { paths: 200, journal, workers: 1 })
    expect(rest.resumed).toBeGreaterThanOrEqual(part.document.paths)
    expect(rest.resumed).toBeLessThan(200)
    expect(hashOf(rest)).toBe(hashOf(whole))
    const again = await runScenario(scenario, { paths: 200, journal })
    expect([again.resumed, hashOf(again)]).toEqual([200, hashOf(whole)])
    const fewer = await runScenario(scenario, { paths: 30, journal })
    expect(hashOf(fewer)).toBe(hashOf(await runScenario(scenario, { paths: 30 })))
  })

  it('keeps failed paths', async () => {
    const options = { ...wild, paths: 20 }
    const journal = fresh('failed')
    const first = await runScenario(scenario, { ...options, journal })
    const again = await runScenario(scenario, { ...options, journal })
    expect(again.document.failedPaths).toBeGreaterThan(0)
    expect([again.resumed, hashOf(again)]).toEqual([20, hashOf(first)])
  })

  it('drops a torn or damaged record and what follows it', async () => {
    const journal = fresh('torn')
    const file = join(journal, 'journal')
    const whole = await runScenario(scenario, { paths: 12, journal })
    const bytes = readFileSync(file)
    const harm = [
      () => truncateSync(file, bytes.length - 3),
      () => appendFileSync(file, bytes.subarray(0, 11)),
      () => {
        const flipped = Buffer.from(bytes)
        flipped[bytes.length - 5]! ^= 1
        writeFileSync(file, flipped)
      },
    ]
    for (const change of harm) {
      writeFileSync(file, bytes)
      change()
      const mended = await runScenario(scenario, { paths: 12, journal })
      expect(hashOf(mended)).toBe(hashOf(whole))
      const { resumed } = await runScenario(scenario, { paths: 12, journal })
      expect(resumed).toBe(12)
    }
  })

  it.each([
    ['seed', { seed: 6 }],
    ['parameters', { set: { vol: 2 } }],
    ['columns', { cuts: ['feedLag'] }],
    ['path', { path: 2 }],
  ])('is refused, and left as it is, when %s differ', async (_, change) => {
    const journal = fresh('other')
    const file = join(journal, 'journal')
    if (!existsSync(file)) await runScenario(scenario, { paths: 3, journal })
    const before = readFileSync(file)
    const run = runScenario(scenario, { paths: 3, ...change, journal })
    await expect(run).rejects.toThrowError(JournalError)
    await expect(run).rejects.toThrowError('breakwater run many.yaml --seed 5')
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it.each([
    'dear diary\n',
    'dear diary',
    'breakwater/journal/1 {"identity":"x\n',
    'breakwater/journal/1 null\n',
    'breakwater/journal/1 {"identity":7,"width":3,"command":""}\n',
    'breakwater/journal/10 {}',
  ])('is refused when the file is something else, as %j', async (text) => {
    const journal = mkdtempSync(join(folder, 'mine-'))
    writeFileSync(join(journal, 'journal'), text)
    const run = runScenario(scenario, { paths: 3, journal })
    await expect(run).rejects.toThrowError(JournalError)
    await expect(run).rejects.toThrowError('no journal')
    expect(readFileSync(join(journal, 'journal'), 'utf8')).toBe(text)
  })

  it.each([3, 21, 40])('whose first line is torn after %d bytes is empty', async (bytes) => {
    const journal = mkdtempSync(join(folder, 'begun-'))
    const file = join(journal, 'journal')
    const whole = await runScenario(scenario, { paths: 3, journal })
    truncateSync(file, bytes)
    const again = await runScenario(scenario, { paths: 3, journal })
    expect([again.resumed, hashOf(again)]).toEqual([0, hashOf(whole)])
    expect((await runScenario(scenario, { paths: 3, journal })).resumed).toBe(3)
  })
})
