import { describe, expect, it } from 'vitest'
import { findingsOf, type ResponsePoint } from './findings.ts'

const TOLD = [
  { name: 'loss', unit: 'USD', better: 'lower' },
  { name: 'badDebt', unit: 'USD', better: 'lower' },
  { name: 'liquidatedDebt', unit: 'USD', better: 'lower' },
] as const

type Row = readonly [loss: number, badDebt: number, liquidatedDebt: number]

function curve(rows: Readonly<Record<string, readonly (Row | null)[]>>) {
  const points = Object.entries(rows).flatMap(([option, values]) =>
    values.map((row, k): ResponsePoint => {
      const shock = k / 10
      if (row === null) return { shock, option, measures: null, reason: 'interrupted' }
      const [loss, badDebt, liquidatedDebt] = row
      return { shock, option, measures: { loss, badDebt, liquidatedDebt }, reason: '' }
    }),
  )
  return { unit: 'fraction', options: Object.keys(rows), points }
}

describe('what a response says', () => {
  const told = curve({
    early: [
      [0, 0, 0],
      [5e6, 10, 4e7],
      [6e6, 20, 5e7],
    ],
    late: [
      [0, 0, 0],
      [0, 0, 0],
      [9e6, 9e6, 0],
    ],
  })

  it('tells from which shock on each option liquidates and has bad debt', () => {
    const [early, late] = findingsOf(told, TOLD)
    expect(early).toBe(
      'With early: liquidations from 10 % on ($40.00M), $50.00M at 20 %; bad debt of at most $20.00 up to 20 %.',
    )
    expect(late).toBe('With late: no liquidations up to 20 %; bad debt only at 20 %: $9.00M.')
  })

  it('tells which option is best where', () => {
    expect(findingsOf(told, TOLD).at(-1)).toBe(
      'The loss is lowest with late at 10 %, with early at 20 %; it is alike at 0 %.',
    )
    const better = [{ ...TOLD[0], better: 'higher' }] as const
    expect(findingsOf(told, better).at(-1)).toBe(
      'The loss is highest with early at 10 %, with late at 20 %; it is alike at 0 %.',
    )
  })

  it('moves its thresholds with the numbers', () => {
    const later = curve({
      early: [
        [0, 0, 0],
        [0, 0, 0],
        [6e6, 20, 5e7],
      ],
    })
    expect(findingsOf(later, TOLD)).toEqual([
      'With early: liquidations only at 20 %: $50.00M; bad debt only at 20 %: $20.00.',
    ])
  })

  it('says what is there already without a shock', () => {
    const found = curve({
      as: [
        [1, 8e6, 0],
        [2, 9e6, 0],
      ],
    })
    expect(findingsOf(found, TOLD)[0]).toContain('bad debt already at 0 %: $8.00M; $9.00M at 10 %')
  })

  it('says when options make no difference, and nothing of runs that are missing', () => {
    const alike = curve({ a: [[1, 0, 0]], b: [[1, 0, 0]] })
    expect(findingsOf(alike, TOLD).at(-1)).toBe('The loss is the same with all of them.')
    expect(findingsOf(curve({ a: [null], b: [null] }), TOLD)).toEqual([])
  })
})
