import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bought, decay, impactPerToken, proceeds, soldTo, spentTo } from './kernel.ts'

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const price = between(0.01, 1e5)
const depth = between(1e4, 1e9)
/** Log impact of a trade. */
const impact = between(1e-9, 3)

function near(actual: number, expected: number, relative = 1e-11): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(relative * Math.abs(expected))
}

describe('exponential impact', () => {
  it('moves the log price by 1 % for a sale of the depth', () => {
    expect(impactPerToken(30e6, 2000) * (30e6 / 2000)).toBeCloseTo(0.01, 16)
  })

  it('earns the integral of the falling price', () => {
    const lambda = impactPerToken(1e6, 2000)
    const [n, amount] = [100_000, 20_000]
    let sum = 0
    for (let k = 0; k < n; k++)
      sum += (2000 * Math.exp((-lambda * amount * (k + 0.5)) / n) * amount) / n
    near(proceeds(2000, lambda, amount), sum, 1e-9)
  })

  it('earns the same however a sale is cut', () => {
    fc.assert(
      fc.property(price, depth, impact, between(0.01, 0.99), (p, d, size, cut) => {
        const lambda = impactPerToken(d, p)
        const amount = size / lambda
        const first = proceeds(p, lambda, cut * amount)
        const second = proceeds(p * Math.exp(-lambda * cut * amount), lambda, (1 - cut) * amount)
        near(first + second, proceeds(p, lambda, amount))
      }),
    )
  })

  it('gives back exactly what a round trip started with', () => {
    fc.assert(
      fc.property(price, depth, impact, (p, d, size) => {
        const lambda = impactPerToken(d, p)
        const amount = size / lambda
        const usd = proceeds(p, lambda, amount)
        near(bought(p * Math.exp(-lambda * amount), lambda, usd), amount)
      }),
    )
  })

  it('sells and buys down and up to a target price', () => {
    fc.assert(
      fc.property(price, depth, impact, (p, d, size) => {
        const lambda = impactPerToken(d, p)
        near(soldTo(p, lambda, p * Math.exp(-size)) * lambda, size, 1e-6)
        const up = p * Math.exp(size)
        near(bought(p, lambda, spentTo(p, lambda, up)) * lambda, size, 1e-6)
      }),
    )
    expect(soldTo(100, 1e-3, 100)).toBe(0)
    expect(soldTo(100, 1e-3, 101)).toBe(0)
    expect(spentTo(100, 1e-3, 100)).toBe(0)
    expect(spentTo(100, 1e-3, 99)).toBe(0)
  })

  it('earns more for more, and never more than price / lambda', () => {
    const lambda = impactPerToken(1e6, 2000)
    let least = 0
    for (const amount of [1, 1e3, 1e6]) {
      const usd = proceeds(2000, lambda, amount)
      expect(usd).toBeGreaterThan(least)
      expect(usd).toBeLessThan(2000 * amount)
      least = usd
    }
    expect(proceeds(2000, lambda, 1e12)).toBe(2000 / lambda)
  })

  it('scales with money and with tokens', () => {
    const lambda = impactPerToken(1e6, 2000)
    near(proceeds(4000, impactPerToken(2e6, 4000), 70), 2 * proceeds(2000, lambda, 70))
    near(proceeds(1000, impactPerToken(1e6, 1000), 140), proceeds(2000, lambda, 70))
  })

  it('earns the plain price where there is no impact', () => {
    near(proceeds(2000, impactPerToken(1e30, 2000), 1e6), 2e9)
    near(bought(2000, impactPerToken(1e30, 2000), 2e9), 1e6)
  })
})

describe('decay', () => {
  it('halves in a half-life, however it is cut into ticks', () => {
    expect(decay(1800, 1800)).toBeCloseTo(0.5, 15)
    expect(decay(1800, 12) ** 150).toBeCloseTo(0.5, 13)
  })

  it('leaves nothing when the half-life is zero', () => {
    expect(decay(0, 12)).toBe(0)
  })
})
