import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { parseScenario } from '../scenario/index.ts'
import { partSize } from './execution.ts'
import { type ChunkResult, createLane, InterruptedError, openExecutor } from './index.ts'
import { openJournal } from './journal.ts'
import { type Chunk, queueOf, type RunPlan } from './plan.ts'
import { createTable } from './table.ts'

const TEXT = `
name: shared
title: one falling asset
time: { tick: 12, duration: { minutes: 2 } }
assets: { X: { price: 100, count: 2 } }
sources:
  book: { kind: identicalPositions, n: 2, group: X, collateral: 10, debtAsset: USD, debt: 700 }
instances:
  fall: { kind: prices/schedule, shocks: [{ assets: [X], drop: 0.3, over: 60 }] }
  noise: { kind: prices/gbm, assets: [X], vol: 3 }
  market: { kind: prices/referenceMarket, drivers: [fall, noise], depth: { X: 10000 } }
  feed: { kind: oracles/feed, source: market, assets: [X] }
  lender:
    kind: lending/compoundV2
    oracle: feed
    positions: '@book.positions'
    markets: { X: { collateralFactor: 0.8, cash: 100 }, USD: { collateralFactor: 0 } }
  liquidator: { kind: agents/liquidator, lenders: [lender], venue: market, capital: 5000, minProfit: 0, gas: 0 }
order: { measure: loss, asset: X.0, source: market }
`

function planOf(seed: number, change: Partial<RunPlan> = {}): RunPlan {
  const scenario = parseScenario(TEXT, 'shared.yaml')
  return { scenario, seed, set: {}, checked: false, measures: [], cuts: [], ...change }
}

/** A run that cannot be prepared: its file is not there. */
function brokenPlan(): RunPlan {
  const book = '{ kind: positionsTable, file: none.csv }'
  const text = TEXT.replace(/book: \{.*\}/, `book: ${book}`)
  return planOf(1, { scenario: parseScenario(text, 'broken.yaml') })
}

const chunk = fc.record({
  run: fc.nat(3),
  from: fc.nat(50),
  length: fc.integer({ min: 1, max: 40 }),
})

describe('a queue of chunks', () => {
  it('hands out every path once, in order, in parts as large as wanted', () => {
    fc.assert(
      fc.property(
        fc.array(chunk, { maxLength: 6 }),
        fc.array(fc.nat(9), { minLength: 1 }),
        (all, sizes) => {
          const chunks = all.map(({ run, from, length }) => ({ run, from, to: from + length }))
          const list = ({ run, from, to }: Chunk): string[] =>
            Array.from({ length: to - from }, (_, k) => `${run}/${from + k}`)
          const wanted = chunks.flatMap(list)
          const queue = queueOf(chunks)
          const taken: string[] = []
          for (let k = 0; ; k++) {
            expect(queue.left()).toBe(wanted.length - taken.length)
            const part = queue.take(sizes[k % sizes.length]!)
            if (!part) break
            expect(part.to - part.from).toBeLessThanOrEqual(Math.max(1, sizes[k % sizes.length]!))
            taken.push(...list(part))
          }
          expect(taken).toEqual(wanted)
        },
      ),
      { seed: 1 },
    )
  })

  it('is shared evenly at the end', () => {
    expect(partSize(0.001, 10_000, 2)).toBe(250)
    expect(partSize(0.000_01, 10_000, 2)).toBe(256)
    expect(partSize(0.001, 10, 2)).toBe(3)
    expect(partSize(10, 10_000, 2)).toBe(1)
    expect(partSize(Number.POSITIVE_INFINITY, 10_000, 2)).toBe(1)
  })
})

describe('the executor', () => {
  const plans = [planOf(1), planOf(2), brokenPlan()]
  const chunks: readonly Chunk[] = [
    { run: 0, from: 0, to: 3 },
    { run: 1, from: 5, to: 7 },
    { run: 2, from: 0, to: 1 },
    { run: 0, from: 3, to: 4 },
  ]

  /** Rows by run and path, and refusals, of an execution. */
  async function execute(workers: number) {
    const rows = new Map<string, Float64Array>()
    const refused: string[] = []
    const executor = openExecutor(plans, { lane: createLane(plans, new Map()), workers })
    try {
      await executor.execute(chunks, {
        keep({ run, from, to, values }: ChunkResult) {
          const width = values.length / (to - from)
          for (let k = 0; k < to - from; k++)
            rows.set(`${run}/${from + k}`, values.slice(k * width, (k + 1) * width))
        },
        refuse: ({ run }, reason) => refused.push(`${run}: ${reason}`),
      })
    } finally {
      await executor.close()
    }
    return { rows, refused }
  }

  it('runs chunks of several runs, here and on threads, and tells which cannot be prepared', async () => {
    const here = await execute(1)
    expect([...here.rows.keys()].sort()).toEqual(['0/0', '0/1', '0/2', '0/3', '1/5', '1/6'])
    expect(here.refused).toHaveLength(1)
    expect(here.refused[0]).toMatch(/^2: .*none\.csv/)
    const there = await execute(2)
    expect(new Map([...there.rows].sort())).toEqual(new Map([...here.rows].sort()))
    expect(there.refused).toEqual(here.refused)
  })

  it.each([1, 2])('rejects when nobody takes refusals, with %d workers', async (workers) => {
    const lane = createLane(plans, new Map())
    const executor = openExecutor(plans, { lane, workers })
    const two = [2, 2].map((run) => ({ run, from: 0, to: 1 }))
    await expect(executor.execute(two, { keep: () => undefined })).rejects.toThrowError('none.csv')
    await executor.close()
  })

  it.each([1, 2])('stops when it is told, and keeps what is done, with %d workers', async (n) => {
    const controller = new AbortController()
    const executor = openExecutor(plans, { lane: createLane(plans, new Map()), workers: n })
    let kept = 0
    await executor.execute([{ run: 0, from: 0, to: 5000 }], {
      keep(result) {
        kept += result.to - result.from
        if (kept > 3) controller.abort()
      },
      signal: controller.signal,
    })
    await executor.close()
    expect(kept).toBeGreaterThan(3)
    expect(kept).toBeLessThan(5000)
  })
})

describe('a path that is stopped while it is compared', () => {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-executor-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('is kept for this result and left out of the journal', async () => {
    const lane = createLane([planOf(1, { cuts: ['feedLag'] })], new Map())
    const { names, world } = await lane.ready(0)
    const result = await lane.work({ run: 0, from: 0, to: 5 }, (path, tick) => {
      if (path === 2 && tick > world.spec.ticks) throw new InterruptedError('interrupted')
    })
    expect([result.to, result.uncompared]).toEqual([3, 1])
    const [cut, loss] = ['cut.feedLag', 'loss'].map((name) =>
      [0, 1, 2].map((path) => result.values[path * names.length + names.indexOf(name)]!),
    )
    expect(cut!.map(Number.isNaN)).toEqual([false, false, true])
    expect(loss!.map(Number.isNaN)).toEqual([false, false, false])
    const run = { identity: 'a', width: names.length, command: '' }
    const journal = openJournal(folder, run, () => undefined)
    journal.append(result)
    journal.close()
    const table = createTable(names.length, 0, 5)
    openJournal(folder, run, table.put).close()
    expect(table.finished()).toBe(2)
    expect([...table.column(names.indexOf('loss'), 2)]).toEqual(loss!.slice(0, 2))
  })
})
