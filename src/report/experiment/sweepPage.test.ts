import { describe, expect, it } from 'vitest'
import type { Sweep } from '../../experiments/index.ts'
import { sweepText } from '../sweepText.ts'
import { SWEEP, SWEEP_OF_ONE, sampleAbout } from './documents.conformance.ts'
import { sweepPage } from './sweep.ts'

const about = sampleAbout()

const leadOf = (page: string): string => /<p class="lead">(.*?)<\/p>/s.exec(page)![1]!

describe('the page of a sweep', () => {
  it('says first where the cliff line is', () => {
    expect(leadOf(sweepPage(SWEEP, about))).toContain(
      'A cliff along ethDrop in 2 of 3 rows, at 41.0 % to 80.0 %: intervals by row below.',
    )
    const one = SWEEP.line.map((row, k) => (k === 0 ? row : SWEEP.line[1]!))
    expect(leadOf(sweepPage({ ...SWEEP, line: one }, about))).toContain(
      'in 1 of 3 rows, at 41 [38 to 90] %.',
    )
    const none = SWEEP.line.map(() => SWEEP.line[1]!)
    expect(leadOf(sweepPage({ ...SWEEP, line: none }, about))).toContain('No row has a cliff.')
    const along = [{ ...SWEEP.line[0]!, at: null }]
    expect(leadOf(sweepPage({ ...SWEEP_OF_ONE, line: along }, about))).toContain(
      'The cliff is at ethDrop 41 [38 to 90] %.',
    )
    expect(leadOf(sweepPage(SWEEP_OF_ONE, about))).not.toContain('liff')
  })

  it('promises no intervals of one path', () => {
    expect(sweepPage({ ...SWEEP_OF_ONE, paths: 1 }, about)).not.toContain('95 %')
    expect(sweepPage(SWEEP_OF_ONE, about)).toContain('bands are 95 % intervals')
    const found = { ...SWEEP_OF_ONE, ...SWEEP_OF_ONE.order, points: [], line: [] } as const
    const text = (paths: number): string => sweepText({ ...found, paths } as unknown as Sweep)
    expect(text(1)).not.toContain('95 %')
    expect(text(8)).toContain('95 %')
  })
})
