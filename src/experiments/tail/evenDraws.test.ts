import { describe, expect, it } from 'vitest'
import { exp, type MakeDraws, philoxDraws } from '../../math/index.ts'
import { evenDraws } from './evenDraws.ts'

const TICKS = 100
const columns = [
  { instance: 'noise', slot: 1 },
  { instance: 'noise', slot: 2 },
]

/** Mean over 256 paths of what two correlated prices lose below 90 % at the end. */
function loss(make: MakeDraws, seed: number): number {
  let total = 0
  for (let path = 0; path < 256; path++) {
    const draws = make(seed, path, 'noise')
    let [a, b] = [0, 0]
    for (let tick = 1; tick <= TICKS; tick++) {
      a += 0.02 * draws.normal(tick, 1)
      b += 0.012 * draws.normal(tick, 1) + 0.016 * draws.normal(tick, 2)
    }
    total += Math.max(0, 0.9 - (exp(a) + exp(b)) / 2) / 256
  }
  return total
}

function spread(make: MakeDraws): { mean: number; variance: number } {
  const all = Array.from({ length: 20 }, (_, seed) => loss(make, seed))
  const mean = all.reduce((a, b) => a + b, 0) / all.length
  return { mean, variance: all.reduce((a, b) => a + (b - mean) ** 2, 0) / (all.length - 1) }
}

describe('evenDraws', () => {
  it('spreads paths evenly: a smooth loss has a far smaller error, and the same mean', () => {
    const even = spread(evenDraws(columns, TICKS))
    const plain = spread(philoxDraws)
    expect(plain.variance / even.variance).toBeGreaterThan(20)
    expect(Math.abs(plain.mean - even.mean)).toBeLessThan(3 * Math.sqrt(plain.variance / 20))
  })

  it('leaves decisions, other instances and other slots to the stream', () => {
    const even = evenDraws(columns, TICKS)(3, 5, 'noise')
    const plain = philoxDraws(3, 5, 'noise')
    expect(even.uniform(7, 1)).toBe(plain.uniform(7, 1))
    expect(even.normal(7, 9)).toBe(plain.normal(7, 9))
    expect(even.normal(TICKS + 1, 1)).toBe(plain.normal(TICKS + 1, 1))
    expect(even.normal(7, 1)).not.toBe(plain.normal(7, 1))
  })
})
