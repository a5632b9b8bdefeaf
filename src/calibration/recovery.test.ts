import { describe, expect, it } from 'vitest'
import { calibrate } from './calibrate.ts'
import { KNOWN, type KnownName } from './processes.conformance.ts'
import { sampleOf } from './sample.ts'

/** Rows and seeds: enough to tell the parameters, few enough to be quick. */
const CASES: readonly (readonly [KnownName, rows: number, seeds: readonly number[]])[] = [
  ['gbm', 4000, [1, 2, 3]],
  ['jumpDiffusion', 2500, [1, 2]],
  ['regimes', 3000, [1, 2]],
  ['jumpingRegimes', 3000, [1, 2]],
  ['ou', 3000, [1, 2]],
  ['breakingPeg', 2500, [1, 2]],
  ['bootstrap', 4000, [1, 2]],
  ['heston', 13_140, [1]],
]

describe('a fit to simulated data gives the parameters back within 3 standard errors', () => {
  it.each(CASES)('%s, %i hours', (name, rows, seeds) => {
    const known = KNOWN[name]
    for (const seed of seeds) {
      const sample = sampleOf(known.draw(rows, seed))
      const { parameters, logLikelihood } = calibrate(sample, known.process)
      for (const [key, value] of Object.entries(known.truth)) {
        const found = parameters.find((p) => p.name === key)
        expect(found, `${key} of seed ${seed}`).toBeDefined()
        const error = found!.error ?? Number.NaN
        const away = Math.abs(found!.value - value) / error
        expect(away, `${key} of seed ${seed}: ${found!.value} +- ${error}`).toBeLessThan(3)
        // An error so wide that anything would pass is none.
        if (value !== 0 && !key.endsWith('drift'))
          expect(error, key).toBeLessThan(1.5 * Math.abs(value))
      }
      expect(parameters.every((p) => p.error === null || p.error >= 0)).toBe(true)
      if (known.process !== 'heston') expect(logLikelihood).toBeGreaterThan(0)
    }
  })
})

it('standard errors shrink with the root of the record', () => {
  const errorOf = (rows: number): number => {
    const { parameters } = calibrate(sampleOf(KNOWN.gbm.draw(rows, 5)), 'gbm')
    return parameters.find((p) => p.name === 'A1.vol')!.error!
  }
  expect(errorOf(1000) / errorOf(4000)).toBeCloseTo(2, 0)
})
