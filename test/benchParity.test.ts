import { describe, expect, test } from 'vitest'
import { createExactSide } from '../bench/parity/exactSide.ts'
import { createFloatSide } from '../bench/parity/floatSide.ts'
import { readRecorded } from '../bench/parity/recorded.ts'
import { loadWorkload, readFrozen, WorkloadError } from '../bench/parity/workload.ts'

describe('the benchmark against the contracts', () => {
  const workload = loadWorkload()
  const recorded = readRecorded()
  const exact = createExactSide(workload)

  test('the workload is the frozen one, and any change of it shows', () => {
    expect(workload.sha256).toBe(readFrozen().sha256)
    expect(recorded.workload).toBe(workload.sha256)
    const { frozen } = workload
    const changed = { ...frozen, highestUse: frozen.highestUse - 1 }
    expect(() => loadWorkload(changed)).toThrow(WorkloadError)
    expect(() => loadWorkload({ ...frozen, lastSeconds: 3599 })).toThrow(WorkloadError)
  })

  test('exact health factors are those that the contracts answered', () => {
    expect(recorded.health).toHaveLength(workload.frozen.users)
    expect(exact.health().map(String)).toEqual(recorded.health)
  })

  test('exact liquidations leave what the contracts left', () => {
    const { accounts, purse } = exact.aftermath()
    expect(exact.targets.map(({ user }) => user)).toEqual(recorded.liquidated)
    expect(recorded.liquidated.length).toBeGreaterThan(20)
    expect(accounts.map(String)).toEqual(recorded.accounts)
    expect(purse.map(String)).toEqual(recorded.purse)
  })

  test('a rehearsed pass of liquidations leaves nothing behind', () => {
    exact.liquidate()
    expect(exact.health().map(String)).toEqual(recorded.health)
    expect(exact.aftermath().accounts.map(String)).toEqual(recorded.accounts)
  })

  test('the float scan finds exactly the accounts that the contracts put below 1', () => {
    const float = createFloatSide(exact)
    const below = recorded.health.flatMap((health, row) =>
      BigInt(health) < 10n ** 18n ? [row] : [],
    )
    expect([...float.found.subarray(0, float.scan())]).toEqual(below)
    float.health()
    recorded.health.forEach((health, row) => {
      // The contract cuts the average threshold, here 0.75 at least, to basis points, and its amounts
      // to the smallest unit: 0.0003 USD of bitcoin in a debt of 550 USD at least.
      const gap = float.healths[row]! / (Number(health) / 1e18) - 1
      expect(gap).toBeGreaterThan(-0.0003 / 550)
      expect(gap).toBeLessThan(1e-4 / 0.75 + 0.0003 / 550)
    })
  })
})
