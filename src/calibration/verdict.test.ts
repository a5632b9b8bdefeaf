import { describe, expect, it } from 'vitest'
import { calibrate } from './calibrate.ts'
import { type Check, criteria, judge, type ProcessName } from './fit.ts'
import { KNOWN, type KnownName } from './processes.conformance.ts'
import { sampleOf, single } from './sample.ts'

describe('the check rejects a wrong family', () => {
  it.each<[ProcessName, KnownName, number]>([
    ['gbm', 'jumpDiffusion', 2000],
    ['gbm', 'regimes', 2000],
    ['gbm', 'bootstrap', 3000],
    ['jumpDiffusion', 'regimes', 3000],
    ['regimes', 'ou', 2000],
    ['ou', 'bootstrap', 2000],
    ['bootstrap', 'ou', 2000],
  ])('%s is no fit for data of %s', (process, name, rows) => {
    const one = single(sampleOf(KNOWN[name].draw(rows, 1)), 0)
    const fit = calibrate(one, process)
    expect(fit.fits, fit.verdict).toBe(false)
    expect(fit.verdict).toMatch(/^rejected because A1: .*\((shape|tails|clustering|memory)/)
  })

  it('heston is no fit for jumps that come alone', () => {
    const fit = calibrate(sampleOf(KNOWN.jumpDiffusion.draw(8760, 1)), 'heston')
    expect(fit.verdict).toMatch(/moments/)
  })
})

describe('a verdict', () => {
  const check = (pValue: number, name: Check['name'] = 'tails'): Check => ({
    ...{ asset: 'ETH', name, statistic: 1, degrees: 2, pValue },
  })
  const fitted = (checks: readonly Check[]) => ({
    ...{ process: 'gbm' as const, parameters: [], logLikelihood: 10, counted: 2, checks },
    ...{ settings: {}, notes: [] },
  })

  it('shares 5 % between the checks', () => {
    expect(judge(fitted([check(0.011), ...new Array(4).fill(check(0.5))])).fits).toBe(true)
    expect(judge(fitted([check(0.009), ...new Array(4).fill(check(0.5))])).fits).toBe(false)
    expect(judge(fitted([check(0.04)])).fits).toBe(false)
  })

  it('names the worst first, and fails without checks or with a broken one', () => {
    const { verdict } = judge(fitted([check(0.001), check(1e-9, 'shape')]))
    expect(verdict).toMatch(
      /^rejected because ETH: the distribution .*p < 0.0001\); ETH: the share/,
    )
    expect(judge(fitted([])).fits).toBe(false)
    expect(judge(fitted([check(Number.NaN)])).fits).toBe(false)
  })

  it('weighs likelihood against parameters', () => {
    expect(criteria({ logLikelihood: 10, counted: 2 }, 100)).toEqual({
      aic: -16,
      bic: 2 * Math.log(100) - 20,
    })
    expect(criteria({ logLikelihood: null, counted: 2 }, 100)).toBeNull()
  })
})
