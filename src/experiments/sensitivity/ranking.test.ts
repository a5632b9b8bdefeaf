import { describe, expect, it } from 'vitest'
import { type Claim, rankingOf } from './ranking.ts'

const CLAIMS = new Map<string, Claim>([
  ['delay', 'High'],
  ['whales', 'High'],
  ['feed', 'Medium'],
])

const totals = (of: Record<string, readonly [number, number]>) =>
  new Map(
    Object.entries(of).map(([name, [low, high]]) => [name, { value: (low + high) / 2, low, high }]),
  )

describe('a claimed ranking', () => {
  it('holds when every interval of the higher lies above every one of the lower', () => {
    const found = rankingOf(
      totals({ delay: [0.5, 0.6], whales: [0.3, 0.4], feed: [0, 0.2] }),
      CLAIMS,
    )
    expect(found.verdict).toBe('holds')
    expect(found.pairs.map(({ more, less }) => `${more} > ${less}`)).toEqual([
      'delay > feed',
      'whales > feed',
    ])
  })

  it('fails when one pair is the other way round', () => {
    const found = rankingOf(
      totals({ delay: [0.5, 0.6], whales: [0, 0.1], feed: [0.2, 0.3] }),
      CLAIMS,
    )
    expect(found.pairs.map(({ verdict }) => verdict)).toEqual(['holds', 'fails'])
    expect(found.verdict).toBe('fails')
  })

  it('cannot be told while intervals overlap, or are not known', () => {
    const overlapping = totals({ delay: [0.1, 0.6], whales: [0.3, 0.4], feed: [0, 0.2] })
    expect(rankingOf(overlapping, CLAIMS).verdict).toBe('untold')
    const unknown = totals({ delay: [NaN, NaN], whales: [0.3, 0.4], feed: [0, 0.2] })
    expect(rankingOf(unknown, CLAIMS).verdict).toBe('untold')
  })

  it('cannot be told between two that explain less than 1 % of the variance', () => {
    const tiny = totals({ delay: [1e-4, 2e-4], whales: [0.5, 1], feed: [1e-6, 2e-6] })
    expect(rankingOf(tiny, CLAIMS).pairs.map(({ verdict }) => verdict)).toEqual(['untold', 'holds'])
  })

  it('leaves out what a world does not have', () => {
    expect(rankingOf(totals({ delay: [0, 0.1], whales: [0, 0.1] }), CLAIMS)).toEqual({
      pairs: [],
      verdict: 'untold',
    })
  })
})
