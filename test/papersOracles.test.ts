import { describe, expect, it } from 'vitest'
import { run } from '../src/experiments/index.ts'
import { loadScenario } from '../src/scenario/index.ts'

type Values = Readonly<Record<string, number | string>>

/** Run a paper scenario and read its measures by name. */
async function measures(name: string, set: Values, options: { readonly paths?: number } = {}) {
  const url = new URL(`../scenarios/papers/${name}.yaml`, import.meta.url)
  const found = await run(loadScenario(url.pathname), { set, ...options })
  expect(found.failedPaths).toBe(0)
  expect(found.warnings).toEqual([])
  return (measure: string) => {
    const one = found.measures.find((m) => m.name === measure)!
    return { ...one, value: one.value ?? Number.NaN }
  }
}

describe('F6: loss versus rebalancing with a fee and blocks', () => {
  // Nezlobin and Tassy, arXiv 2505.05113, with one-side fees: sqrt(2 pi) / |zeta(1/2)|.
  const fixed = (s: number, f: number): number => 1 / (1 + (1.7164519 * f) / s)
  const poisson = (s: number, f: number): number => 1 / (1 + (Math.SQRT2 * f) / s)

  it('reproduces the table of F6 in closed form', () => {
    expect(fixed(0.001, 0.0005)).toBeCloseTo(0.538148, 6)
    expect(poisson(0.001, 0.0005)).toBeCloseTo(0.585786, 6)
  })

  it('leaves arbitrageurs 54 % of it by default, over four million blocks', async () => {
    const { value, low, high } = (await measures('lvr-with-fees', {}))('arbOverLvr')
    expect(Math.abs(value / fixed(0.001, 0.0005) - 1)).toBeLessThan(0.005)
    expect((high! - low!) / value).toBeLessThan(0.005)
  }, 60_000)

  it.each([
    ['fixed', 0.001, 0],
    ['fixed', 0.002, 0.0002],
    ['fixed', 0.0005, 0.001],
    ['poisson', 0.001, 0.0005],
    ['poisson', 0.01, 0.001],
    ['poisson', 0.003, 0.006],
  ])(
    'leaves what the formula says at %s blocks, volatility %f, fee %f',
    async (blocks, s, f) => {
      const set = { blocks, volPerBlock: s, fee: f, steps: 50_000 }
      const { value, low, high } = (await measures('lvr-with-fees', set))('arbOverLvr')
      const formula = (blocks === 'fixed' ? fixed : poisson)(s, f)
      // A 95 % interval of 8 paths is 2.36 standard errors to each side.
      const error = (high! - low!) / 2 / 2.36
      expect(error / formula).toBeLessThan(0.01)
      // At fixed blocks the formula itself is low by up to 0.7 % where f is a tenth of s.
      expect(Math.abs(value - formula)).toBeLessThan(0.007 * formula + 3 * error)
    },
    60_000,
  )
})
