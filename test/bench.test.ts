import { describe, expect, test } from 'vitest'
import { compare } from '../bench/compare.ts'
import { createEngineSide } from '../bench/engine.ts'
import { createFusedLoop } from '../bench/reference/fusedLoop.ts'
import { loadWorkload } from '../bench/workloads/crash.ts'

describe('the benchmark', () => {
  test('the reference loop does the liquidations of the engine, and leaves its bad debt', async () => {
    const workload = await loadWorkload('withBacklog')
    const agreement = compare(createEngineSide(workload), createFusedLoop(workload), 300)
    expect(agreement.difference).toBe('')
    expect(agreement.isSame).toBe(true)
    expect(agreement.liquidations).toBeGreaterThan(10)
    expect(agreement.badDebtGap).toBeLessThan(1e-9)
  })
})
