import { describe, expect, it } from 'vitest'
import { philoxDraws } from '../../math/index.ts'
import { parseObjective } from '../condition.ts'
import type { Values } from './interval.ts'
import { frontierOf } from './knee.ts'

const QUESTION = {
  ...{
    vary: [],
    counts: new Set<string>(),
    constraints: [],
    objective: parseObjective('loss', ['loss']),
  },
  ...{ efficiency: parseObjective('gain', ['gain']), loss: parseObjective('loss', ['loss']) },
}

const draws = philoxDraws(1, 0, 'knee')

/** Loss is nothing up to a gain of 6, and rises by 1 for each beyond; every path adds its own chance. */
const placeAt =
  (gain: number, paths: number, noise: number): Values =>
  (name) =>
    Float64Array.from({ length: paths }, (_, k) =>
      name === 'gain' ? gain : Math.max(0.001 * gain, gain - 6) + noise * draws.normal(k, 0),
    )

const told = (paths: number, noise: number, differ: boolean) => {
  const points = Array.from({ length: 11 }, (_, k) => ({
    ...{ at: { gain: k }, values: placeAt(k, paths, noise) },
  }))
  const [tuned, asItIs] = [placeAt(3, paths, noise), placeAt(8, paths, noise)]
  return frontierOf(QUESTION, { points, tuned, asItIs }, paths, differ)
}

describe('the knee of a frontier', () => {
  it('lies where losses begin, between the neighbours on the frontier', () => {
    expect(told(1, 0, false).knee).toEqual({ value: 6, low: 5, high: 7 })
    expect(told(16, 0.1, true).knee).toEqual({ value: 6, low: 5, high: 7 })
  })

  it('has no interval, so that it cannot be told, from one path of many that differ', () => {
    const { knee, note } = told(1, 0.1, true)
    expect(knee).toBeNull()
    expect(note).toContain('one fresh path')
  })

  it('stands beside the tuned place and the world as it is, in the same numbers', () => {
    const { tuned, asItIs } = told(1, 0, false)
    expect([tuned.efficiency.value, tuned.loss.value]).toEqual([3, 0.003])
    expect([asItIs.efficiency.value, asItIs.loss.value]).toEqual([8, 2])
  })
})
