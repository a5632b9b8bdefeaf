import { describe, expect, it } from 'vitest'
import type { CliffDistance } from '../experiments/index.ts'
import { distanceText } from './warnText.ts'

const FOUND: CliffDistance = {
  ...{ shock: 'ethDrop', unit: 'fraction', measure: 'badDebt', kind: 1, asset: 'ETH' },
  cliff: { value: 0.112, low: 0.106, high: 0.118 },
  move: { value: -0.112, low: -0.118, high: -0.106 },
  ...{ low: 0, high: 0.8, note: '', runs: 100 },
}

describe('distanceText', () => {
  it('tells the fall of the asset with its error', () => {
    expect(distanceText(FOUND)).toBe(
      'distance to the cliff: ETH -11.20 % +- 0.60 (a jump of badDebt at ethDrop = 0.1120 [0.1060 .. 0.1180])',
    )
  })

  it('tells the parameter where no asset falls, and that there is none where there is none', () => {
    expect(distanceText({ ...FOUND, move: null })).toContain('cliff: a jump of badDebt at ethDrop')
    const none = { ...FOUND, cliff: null, kind: null, move: null, note: 'no peak' }
    expect(distanceText(none)).toContain('none found for ethDrop from 0 to 0.8 (badDebt): no peak')
  })
})
