import { describe, expect, test } from 'vitest'
import { compare } from '../bench/compare.ts'
import { fuzz } from '../bench/detection/fuzz.ts'
import { measurePath } from '../bench/detection/path.ts'
import { createEngineSide } from '../bench/engine.ts'
import { createFusedLoop } from '../bench/reference/fusedLoop.ts'
import { loadWorkload, readFrozen, type Workload } from '../bench/workloads/crash.ts'
import { loadDetection, type PathName, readFrozenDetection } from '../bench/workloads/detection.ts'
import { WorkloadError } from '../bench/workloads/hash.ts'

const PATHS = Object.keys(readFrozenDetection().paths) as PathName[]
const BUDGET = { round: 60, path: 60 }

/** What a reference loop did, in a form that can be compared. */
function endOf(workload: Workload, finding: 'scan' | 'triggers', blocks: number): unknown {
  const loop = createFusedLoop(workload, finding)
  const { liquidations, row, block, failed, answers, baseFee } = loop.run('onChange', blocks)
  const rows = [...row.subarray(0, liquidations)]
  const badDebt = loop.badDebt()
  return { rows, blocks: [...block.subarray(0, liquidations)], failed, answers, baseFee, badDebt }
}

describe('the benchmark', () => {
  test('the reference loop does the liquidations of the engine, and leaves its bad debt', async () => {
    const workload = await loadWorkload('withBacklog')
    const agreement = compare(createEngineSide(workload), createFusedLoop(workload), 300)
    expect(agreement.difference).toBe('')
    expect(agreement.isSame).toBe(true)
    expect(agreement.liquidations).toBeGreaterThan(10)
    expect(agreement.badDebtGap).toBeLessThan(1e-9)
  })

  test('the reference loop ends the same when triggers find the rows', async () => {
    for (const weather of ['crash', 'quiet'] as const) {
      const workload = await loadWorkload('withBacklog', weather)
      expect(endOf(workload, 'triggers', 1200)).toEqual(endOf(workload, 'scan', 1200))
    }
  })

  test('triggers find what the scan finds on random books, and amounts decide', () => {
    const { difference, hits, books } = fuzz(40)
    expect(difference).toBe('')
    expect(books).toBe(40)
    expect(hits).toBeGreaterThan(1000)
  })

  test('both sides of the benchmark agree on the real books', async () => {
    for (const book of ['compound', 'wsteth'] as const) {
      const [workload] = await loadDetection(book, ['crash'])
      const found = measurePath(workload!, 1, BUDGET)
      expect(found.isSame).toBe(true)
      expect(found.followed).toBe(1441)
      expect(found.hits).toBeGreaterThan(50)
    }
  })
})

describe('frozen workloads', () => {
  test('books and paths are those whose hashes are committed', async () => {
    for (const book of ['compound', 'wsteth', 'loops5', 'synthetic5'] as const) {
      const workloads = await loadDetection(book, PATHS)
      expect(workloads.map((w) => w.pathName)).toEqual(PATHS)
    }
  })

  test('any change of a number is refused', async () => {
    const frozen = readFrozenDetection()
    await expect(loadDetection('wsteth', [], { ...frozen, floorEth: 0.2 })).rejects.toThrow(
      WorkloadError,
    )
    const sha256 = { ...frozen.sha256, wsteth: frozen.sha256.compound! }
    await expect(loadDetection('wsteth', [], { ...frozen, sha256 })).rejects.toThrow(/wsteth/)
  })

  test('the quiet day differs from the crash in its fall and length only', () => {
    const { sha256: _, ...crash } = readFrozen('crash')
    const { sha256: __, ...quiet } = readFrozen('quiet')
    expect({ ...quiet, logDrop: crash.logDrop, blocks: crash.blocks }).toEqual(crash)
  })
})
