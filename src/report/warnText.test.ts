import { describe, expect, it } from 'vitest'
import type { CliffDistance } from '../experiments/index.ts'
import { burstText, distanceText } from './warnText.ts'

const FOUND: CliffDistance = {
  ...{ shock: 'ethDrop', unit: 'fraction', measure: 'badDebt', kind: 1, asset: 'ETH' },
  ...{ jump: null, measureUnit: 'USD' },
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

  it('tells how large a jump is, and when it is one of the book', () => {
    const note = '3 accounts: a jump of this book, not of the system'
    const size = { value: 1.07e6, low: 0.9e6, high: 1.2e6 }
    const jump = { size, accounts: size, paths: [0, 1], of: 'accounts', note } as const
    expect(distanceText({ ...FOUND, jump })).toBe(
      'distance to the cliff: ETH -11.20 % +- 0.60 (a jump of badDebt by $1.07M [$900.00k .. $1.20M] at ethDrop = 0.1120 [0.1060 .. 0.1180]: 3 accounts: a jump of this book, not of the system)',
    )
  })

  it('tells the parameter where no asset falls, and that there is none where there is none', () => {
    expect(distanceText({ ...FOUND, move: null })).toContain('cliff: a jump of badDebt at ethDrop')
    const none = { ...FOUND, cliff: null, kind: null, move: null, note: 'no peak' }
    expect(distanceText(none)).toContain('none found for ethDrop from 0 to 0.8 (badDebt): no peak')
  })
})

describe('burstText', () => {
  it('tells mean and tail of bursts of a subcritical ratio (validation C3)', () => {
    const text = burstText({ value: 0.5, low: 0.4, high: 0.6 })
    expect(text).toContain('brings 2.000 [1.667 .. 2.500] in all')
    // P(>= 10) = .0136, P(>= 11) < .01.
    expect(text).toContain('more than 10')
  })

  it('tells the chance of no end of a supercritical one (validation C4)', () => {
    expect(burstText({ value: 1.5, low: 1.4, high: 1.6 })).toContain('without end in 58 % of cases')
  })

  it('has nothing to tell of events more regular than chance, and no upper end where bursts may not end', () => {
    expect(burstText({ value: -0.2, low: -0.5, high: 0.1 })).toBeNull()
    expect(burstText({ value: 0.9, low: 0.8, high: 1.1 })).toContain('10 [5 or more]')
  })

  it('tells a distance without an interval as one', () => {
    const move = { value: -0.112, low: Number.NaN, high: Number.NaN }
    expect(distanceText({ ...FOUND, move })).toContain('ETH -11.20 % (no interval)')
  })
})
