import { describe, expect, it } from 'vitest'
import type { TailResult } from '../experiments/index.ts'
import { tailLine } from './tailText.ts'

const TAIL: TailResult = {
  ...{ condition: 'badDebt > 5e6', method: 'importance', dimension: 240, interval: '95 %' },
  ...{ probability: 1.2345e-5, low: 1.1e-5, high: 1.4e-5, standardError: 1e-6 },
  ...{ coefficientOfVariation: 0.081, effectiveSampleSize: 152.4, maxWeightShare: 0.031 },
  ...{ evaluations: 2000, reason: '' },
}

describe('the line of a tail', () => {
  it('tells the probability, its interval and how good the sample was', () => {
    expect(tailLine(TAIL)).toBe(
      'tail: P(badDebt > 5e6) = 0.0000123 [0.000011, 0.000014] (importance sampling, 2000 paths; 8.1 % variation, effective sample 152, largest weight 3.1 %)',
    )
  })

  it('prints no probability where there is none', () => {
    const none = { probability: null, standardError: null, coefficientOfVariation: null }
    const line = tailLine({ ...TAIL, ...none, low: 0, high: 0.05, reason: 'it is too far' })
    expect(line).toContain('cannot be told: it is too far; at most 0.05')
  })
})
