import { describe, expect, it } from 'vitest'
import { log, philoxDraws } from '../../math/index.ts'
import { lastParticle } from './lastParticle.ts'

/** Exponential scores: what is left above a level is exponential again. */
function draw(above: number, uniform: number): number {
  return Math.max(0, above) - log(uniform)
}

describe('validation G6: ideal last-particle splitting', () => {
  it.each([
    [1e-6, 1000, 500],
    [1e-3, 200, 500],
  ])(
    'P = %d with %d particles: mean and relative variance over %d runs',
    (truth, particles, runs) => {
      const threshold = -log(truth)
      const found = Array.from({ length: runs }, (_, run) => {
        const draws = philoxDraws(12, run, 'last particle')
        return lastParticle({ particles, threshold, draw, draws }).probability / truth
      })
      const mean = found.reduce((a, b) => a + b, 0) / runs
      const variance = found.reduce((a, b) => a + (b - mean) ** 2, 0) / (runs - 1)
      const expected = truth ** (-1 / particles) - 1
      expect(Math.abs(variance / expected - 1)).toBeLessThan(0.2)
      expect(Math.abs(mean - 1)).toBeLessThan(3 * Math.sqrt(expected / runs))
    },
  )
})
