import { describe, expect, it } from 'vitest'
import { touchProbability, watchedBarrier } from './firstPassage.ts'

describe('validation B2 and B3: first passage of geometric Brownian motion', () => {
  it.each([
    [0.9, 1 / 52, 0.3604929768],
    [0.5, 1 / 12, 0.003778926128],
    [0.8, 1 / 12, 0.3720619891],
  ])('touches %d of the start within %d years', (barrier, years, probability) => {
    expect(Math.abs(touchProbability(barrier, 0, 0.8, years) - probability)).toBeLessThan(1e-10)
  })

  it('is touched less often when it is looked at every hour', () => {
    const barrier = watchedBarrier(0.8, 0.8, 1 / (365 * 24))
    expect(touchProbability(barrier, 0, 0.8, 1 / 12)).toBeCloseTo(0.3610485079, 9)
  })

  it('is sure at the start and rarer the lower the barrier is', () => {
    expect(touchProbability(1, 0, 0.8, 1)).toBe(1)
    let last = 1
    for (let barrier = 0.99; barrier > 0.1; barrier -= 0.01) {
      const next = touchProbability(barrier, 0.3, 0.5, 0.5)
      expect(next).toBeLessThan(last)
      last = next
    }
  })
})
