import { describe, expect, it } from 'vitest'
import type { Compared, ScenarioCliff, Sweep, Tuned } from '../experiments/index.ts'
import { cliffText, withInterval } from './cliffText.ts'
import { compareText } from './compareText.ts'
import { COMPARED, SWEEP, SWEEP_OF_ONE, TUNED } from './experiment/documents.conformance.ts'
import { sweepText } from './sweepText.ts'
import { tuneText } from './tuneText.ts'

const point = (x: number, order: number, response: number) => ({
  ...{ x, order: { value: order, low: order, high: order }, relativeSd: 0.0123 },
  ...{ susceptibility: { value: response, low: response, high: response }, gap: null },
})

const CLIFF = {
  ...{ scenario: 'toy', seed: 1, vary: { name: 'ethDrop', low: 0, high: 1 }, varyUnit: 'fraction' },
  ...{ measure: 'interactionLoss', unit: 'USD', shock: 'ethDrop', cliff: null, kind: null },
  extra: 0.01,
  ...{ note: 'why', growth: null, atSize: null, jump: null, changePoint: null, scatterPeak: null },
  ...{ loopGain: { below: null, above: null }, steps: [], share: null, paths: 2, runs: 10 },
  ...{ hysteresis: { width: null, gap: null, note: 'not applicable', ways: [] }, wider: null },
  curve: [point(0, 2e6, -1), point(0.5, 1e6, -40), point(1, 1e3, -2)],
} satisfies ScenarioCliff

describe('cliffText', () => {
  it('draws a response that falls no longer than one that rises, and says so', () => {
    const text = cliffText(CLIFF)
    expect(text).toContain('response to ethDrop (░: falls)')
    const bars = text.match(/[█░]+/g)!.slice(1)
    expect(bars.map((own) => own.length)).toEqual([1, 30, 2])
    expect(cliffText({ ...CLIFF, curve: [point(0, 1, 0), point(1, 2, 4)] })).not.toContain('░')
  })

  it('tells places apart that are a step from each other', () => {
    const curve = [1.1939, 1.1985, 1.2031].map((x) => point(x, 1, 1))
    expect(cliffText({ ...CLIFF, curve })).toMatch(/1\.1939[\s\S]*1\.1985[\s\S]*1\.2031/)
  })

  it('names a place without a value, and draws the others all the same', () => {
    const none = { value: Number.NaN, low: Number.NaN, high: Number.NaN }
    const why = 'every path failed: no price'
    const gap = { x: 0.25, order: none, relativeSd: Number.NaN, susceptibility: none, gap: why }
    const text = cliffText({ ...CLIFF, curve: [CLIFF.curve[0]!, gap, ...CLIFF.curve.slice(1)] })
    expect(text).toMatch(/0\.25 +none {2}every path failed: no price\n/)
    expect(text.match(/[█░]+/g)!.slice(1)).toHaveLength(3)
  })

  it('gives the command that looks further, where a cliff may lie beyond the range', () => {
    const wider = { low: 0, high: 1.5 }
    const at = (range: string): string => `breakwater cliff toy.yaml --vary ${range}`
    expect(cliffText({ ...CLIFF, wider }, at)).toContain(
      '\nlook further: breakwater cliff toy.yaml --vary ethDrop=0..1.5\n',
    )
    expect(cliffText({ ...CLIFF, wider })).toContain('look further: --vary ethDrop=0..1.5')
    expect(cliffText(CLIFF)).not.toContain('look further')
  })

  it('says how large the longest bar is, and what made it', () => {
    expect(cliffText(CLIFF)).toContain('the longest bar: $0.40 by 0.01 more of ethDrop')
    expect(cliffText({ ...CLIFF, shock: 'vol' })).toContain(
      'the longest bar: $0.40 by 1.0 % more vol',
    )
  })

  it('takes a loop gain for a reason only where it crosses 1', () => {
    const cliff = { value: 0.3, low: 0.2, high: 0.4 }
    const of = (below: number, above: number): string =>
      cliffText({ ...CLIFF, cliff, kind: 1, loopGain: { below, above } })
    expect(of(0.4, 1.2)).toContain(
      'loop gain 0.400 below it at 0, 1.20 above it at 0.5 (it crosses 1',
    )
    expect(of(1.54, 1.51)).toContain('(above 1 on both sides: it does not say why')
    expect(of(0.3, 0.7)).toContain('(below 1 on both sides: it does not say why')
  })

  it('tells the measure in its unit', () => {
    expect(cliffText(CLIFF)).toMatch(/0\.5 +\$1\.00M/)
  })
})

describe('withInterval', () => {
  it('writes large numbers in full, with the digits that the interval tells apart', () => {
    const cap = { value: 9_994_800, low: 9_994_800, high: 10_002_800 }
    expect(withInterval(cap)).toBe('9,994,800 [9,994,800 .. 10,002,800]')
    expect(withInterval({ value: 0.15244, low: 0.1366, high: 0.1683 })).toBe(
      '0.1524 [0.1366 .. 0.1683]',
    )
  })
})

describe('sweepText', () => {
  const found = (document: typeof SWEEP): Sweep => ({
    ...{ ...document, measure: 'badDebt', unit: 'USD', shock: 'ethDrop', line: [] },
    points: document.points.map(({ at, n, value, low, high }) => ({
      ...{ at, n },
      value: { value: value ?? Number.NaN, low: low ?? Number.NaN, high: high ?? Number.NaN },
    })),
  })

  it('says it in words where there is nothing to draw', () => {
    const flat = { ...SWEEP, points: SWEEP.points.map((own) => ({ ...own, value: 0 })) }
    expect(sweepText(found(flat))).toContain('it is $0.00 everywhere')
    expect(sweepText(found(SWEEP))).toContain('from $')
    expect(sweepText(found(SWEEP_OF_ONE))).toContain('█')
  })
})

describe('tuneText', () => {
  const text = tuneText(TUNED as Tuned)

  it('tells sums of measures of one unit in it', () => {
    expect(text).toContain('badDebt.es99 + 0.1*capitalCost: $240.00k [$216.00k .. $264.00k]')
    expect(text).toContain('badDebt < 4e5: holds, $300.00k [')
    expect(text).toContain('knee at totalDebt = $2.00M [$1.50M .. $2.50M]')
  })

  it('calls a tie the same only on the paths that were seen, where they differ', () => {
    const tuned = TUNED as Tuned
    const more = { ...tuned.asItIs!.more, value: 0, low: 0, high: 0, n: 64, approximate: true }
    const of = (own: typeof more): string =>
      tuneText({ ...tuned, asItIs: { ...tuned.asItIs!, constraints: [], more: own } })
    expect(of(more)).toMatch(/as it is: .*: the same on all 64 paths$/m)
    expect(of({ ...more, approximate: false })).toMatch(/as it is: .*: the same$/m)
    expect(of({ ...more, low: -1, high: 1 })).toMatch(/as it is: .*: cannot tell$/m)
  })
})

describe('compareText', () => {
  const compared = COMPARED as unknown as Compared

  it('says how sure a 0 or a missing interval is, unless there is no chance', () => {
    const method = '0 on all 8 paths; with 95 % at most 31 % of paths differ'
    const [base, other] = compared.arms
    const of = (low: number | null, isCertain: boolean): string => {
      const avoided = { ...other!.avoided!, value: 0, low, high: low, method }
      const arms = [base!, { ...other!, avoided }, ...compared.arms.slice(2)]
      return compareText({ ...compared, arms, isCertain })
    }
    expect(of(0, false)).toContain(method)
    expect(of(null, false)).toContain(method)
    expect(of(0, true)).not.toContain(method)
  })

  it('leaves out what rounding leaves, and no cents of gas', () => {
    const [base, breaker, caps] = COMPARED.arms
    const tiny = { ...base!.level, value: 1e-9, low: -1e-9, high: 3e-9 }
    const payers = [
      { ...tiny, who: 'dealers', measure: 'dealerLoss', unit: 'USD' },
      { ...tiny, value: 0.31, who: 'liquidators', measure: 'liquidatorProfit', unit: 'USD' },
    ]
    const arms = [base!, breaker!, { ...caps!, payers }]
    const told = compareText({ ...(COMPARED as unknown as Compared), arms })
    expect(told).not.toContain('dealers')
    expect(told).toContain('liquidators +$0.31')
  })
})
