import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { aave } from './endToEnd/aave.ts'
import { runCourse } from './endToEnd/check.ts'
import { morpho } from './endToEnd/morpho.ts'
import type { EndToEnd } from './endToEnd/plan.ts'
import {
  createRecorder,
  type Outcome,
  readOutcomes,
  readRecorded,
  readScenarioFile,
} from './endToEnd/record.ts'
import { formatSection, isPassed } from './endToEnd/report.ts'
import { coversAll, toText, toUnits, toWhole } from './endToEnd/units.ts'

const { date, outcomes } = readOutcomes()
const outcomeOf = (name: string): Outcome => outcomes.find(({ protocol }) => protocol === name)!

function recordedRun<State extends { readonly time: bigint; readonly users: readonly string[] }>(
  side: EndToEnd<State>,
): void {
  describe(`${side.name}, from the state of the contracts as it was read`, () => {
    it('does what the contracts did, and floats keep to the limit', async () => {
      const recorded = readRecorded<State>(side.name)
      const { follower, rows, all, reasons } = createRecorder()
      const course = await runCourse(side, recorded.state, recorded.seed, follower)
      expect(rows).toEqual(recorded.rows)
      expect(reasons).toEqual(recorded.reasons)
      expect(all).toEqual(recorded.all)
      const { gaps, ...counts } = course
      expect(outcomeOf(side.name)).toMatchObject(counts)
      expect(isPassed({ ...outcomeOf(side.name), gaps })).toBe(true)
      expect(isPassed(outcomeOf(side.name))).toBe(true)
      expect(recorded.state.users.length).toBeGreaterThanOrEqual(200)
      expect(course.borrowers).toBeGreaterThanOrEqual(190)
      expect(course.liquidations - course.further).toBeGreaterThan(50)
    }, 120_000)

    it('is a scenario that anybody can run', () => {
      const { state } = readRecorded<State>(side.name)
      const files = side.scenario(state, side.shocks(state).run)
      for (const [file, text] of Object.entries(files)) expect(readScenarioFile(file)).toBe(text)
    })

    it('notices a state that is one unit off', async () => {
      const recorded = readRecorded<State>(side.name)
      const { follower, all } = createRecorder()
      const exact = side.start(disturbed(recorded.state))
      await follower.all(exact, recorded.state.time)
      expect(all[0]).not.toBe(recorded.all[0])
    })
  })
}

/** Add a unit to the first account's first balance that is not 0. */
function disturbed<State>(state: State): State {
  let isDone = false
  const text = JSON.stringify(state, (key, x: unknown) => {
    if (typeof x !== 'bigint') return x
    const isHit: boolean = !isDone && (key === 'scaledDebt' || key === 'totalBorrowShares')
    isDone ||= isHit
    return `${isHit ? x + 1n : x}n`
  })
  return JSON.parse(text, (_, x: unknown) =>
    typeof x === 'string' && /^-?\d+n$/.test(x) ? BigInt(x.slice(0, -1)) : x,
  ) as State
}

recordedRun(aave)
recordedRun(morpho)

describe('what is stated apart', () => {
  it('stays within what the contract cuts off: a basis point of the average threshold', () => {
    // The lowest threshold of the pool's collaterals is 0.7.
    const { stated } = outcomeOf(aave.name).gaps
    expect(stated['averagedThresholds:health']?.count).toBeGreaterThan(50)
    expect(stated['averagedThresholds:health']?.largest).toBeLessThan(1e-4 / 0.7)
    // A unit or two of the fewest that a debt has: 2 decimals, some 1,000 USD.
    expect(stated['fewDecimals:health']?.largest).toBeLessThan(2e-5)
  })
})

describe('the end-to-end section of the ledger', () => {
  it('is generated from the recorded outcomes', () => {
    const file = join(import.meta.dirname, 'results/sections/endToEnd.md')
    expect(readFileSync(file, 'utf8')).toBe(formatSection(outcomes, date))
  })
})

describe('units and whole tokens', () => {
  it('convert into each other without loss, to the nearest unit', () => {
    expect(toText(1_234_500_000_000_000_000n, 18)).toBe('1.2345')
    expect(toText(5n, 2)).toBe('0.05')
    expect(toText(700n, 0)).toBe('700')
    expect(toWhole(123_456_789n, 8)).toBe(1.23456789)
    expect(toUnits(0.1, 18)).toBe(100_000_000_000_000_006n)
    expect(toUnits(1.006, 2)).toBe(101n)
    expect(toUnits(2 ** 60, 6)).toBe(2n ** 60n * 1_000_000n)
    expect(() => toUnits(Number.NaN, 18)).toThrow(RangeError)
  })

  it('are all of a balance when they miss it by a rounding', () => {
    expect(coversAll(1_000_001n, 1_000_000n)).toBe(true)
    expect(coversAll(999_998n, 1_000_000n)).toBe(false)
    expect(coversAll(10n ** 18n + 10n ** 8n, 10n ** 18n)).toBe(true)
  })
})
