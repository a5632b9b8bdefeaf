import { describe, expect, it } from 'vitest'
import type { Estimate, Risk } from '../experiments/index.ts'
import { riskTable, withInterval } from './riskText.ts'

function estimate(value: number, low: number | null, high: number | null): Estimate {
  return { value, low, high, method: 'exact', n: 2000, approximate: false }
}

const doubted: Estimate = {
  ...estimate(3e6, 2e6, 5e6),
  ...{ method: '95 % some way; approximate: tail index 2.0', approximate: true },
}
const missing: Estimate = { ...estimate(2e6, null, null), method: 'too few paths: 8 of 368' }

function riskWith(change: Partial<Risk>): Risk {
  const none = estimate(0, 0, 0)
  return {
    ...{ measure: 'badDebt', unit: 'USD', tailIndex: null },
    valueAtRisk: [0.95, 0.99].map((level) => ({ level, ...estimate(1e6, 9e5, 1.2e6) })),
    expectedShortfall: [0.95, 0.99].map((level) => ({ level, ...estimate(2e6, 1e6, 3e6) })),
    liquidationsAtRisk: [0.95, 0.99].map((level) => ({ level, ...estimate(7e6, 6e6, 8e6) })),
    probabilityOfInsolvency: estimate(0.02, 0.01, 0.03),
    probabilityOfNewInsolvency: estimate(0.01, 0.005, 0.02),
    failed: null,
    timeToExit: {
      quantiles: [0.5, 0.95, 0.99].map((level) => ({ level, ...none })),
      censored: none,
    },
    ...change,
  }
}

describe('the risk table', () => {
  it('has one row per measure with both levels, and nothing to add where all is exact', () => {
    expect(riskTable(riskWith({}))).toEqual([
      'Risk over 2,000 paths, of badDebt [95 % interval]:',
      '                         95 %                                99 %',
      '  value at risk          $1.00M [$900.00k .. $1.20M]         $1.00M [$900.00k .. $1.20M]',
      '  expected shortfall     $2.00M [$1.00M .. $3.00M]           $2.00M [$1.00M .. $3.00M]',
      '  liquidations at risk   $7.00M [$6.00M .. $8.00M]           $7.00M [$6.00M .. $8.00M]',
      '  P(insolvency)          2.0 % [1.0 % .. 3.0 %] bad debt beyond reserves at the end',
      '  P(newly insolvent)     1.0 % [0.50 % .. 2.0 %] arose in the run',
    ])
  })

  it('says once why an interval is missing or doubtful', () => {
    const lines = riskTable(
      riskWith({
        valueAtRisk: [0.95, 0.99].map((level) => ({ level, ...missing })),
        expectedShortfall: [0.95, 0.99].map((level) => ({ level, ...doubted })),
      }),
    )
    expect(lines[2]).toMatch(/^ {2}value at risk +\$2\.00M +\$2\.00M$/)
    expect(lines[3]).toContain('[$2.00M .. $5.00M]~')
    expect(lines.slice(7)).toEqual([
      '  value at risk 95 %, value at risk 99 %: too few paths: 8 of 368',
      '  expected shortfall 95 %, expected shortfall 99 %: ~ approximate: tail index 2.0',
    ])
  })

  it('tells times to exit only where somebody waited, an end beyond the run as unknown', () => {
    const waited = [0.5, 0.95, 0.99].map((level) => ({ level, ...estimate(90, 60, null) }))
    const timeToExit = { quantiles: waited, censored: estimate(0.1, 0.05, 0.2) }
    expect(riskTable(riskWith({ timeToExit })).at(-1)).toBe(
      '  time to exit           p50 90 s [60 s .. ?], p99 90 s [60 s .. ?]; still locked at the end on 10.0 % [5.0 % .. 20.0 %] of the paths',
    )
  })

  it('says of times cut off by the end that they are at least so long', () => {
    const cut = { ...estimate(0, 0, null), method: 'at least; 95 % order statistics' }
    const timeToExit = {
      quantiles: [0.5, 0.95, 0.99].map((level) => ({ level, ...cut })),
      censored: estimate(1, 0.9, 1),
    }
    expect(riskTable(riskWith({ timeToExit })).at(-1)).toContain(
      'p50 >= 0 s (run ended), p99 >= 0 s (run ended); still locked',
    )
  })

  it('says what failed paths leave open', () => {
    const [first, last] = [
      { level: 0.95, ...estimate(4e6, 3e6, null) },
      { level: 0.99, ...missing, value: null },
    ]
    const failed = {
      ...{ count: 3, valueAtRisk: [first, last] },
      probabilityOfInsolvency: estimate(0.05, 0.03, 0.08),
    }
    expect(riskTable(riskWith({ failed })).at(-1)).toBe(
      '  statistics exclude 3 failed paths; counted as the worst: value at risk 95 % $4.00M, value at risk 99 % beyond every other path, P(insolvency) 5.0 % [3.0 % .. 8.0 %]',
    )
  })

  it('has no value where no path has one', () => {
    expect(withInterval({ ...missing, value: null }, 'USD')).toBe('none')
  })
})
