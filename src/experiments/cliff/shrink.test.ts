import { describe, expect, it } from 'vitest'
import { loadScenario } from '../../scenario/index.ts'
import { findCliff } from './scenario.ts'
import { largestSteps, shrinks } from './shrink.ts'
import type { Respond, Search } from './types.ts'

const SEARCH: Search = { low: 0, high: 1, paths: 3, cells: 16, isShock: false }

/** Every path is the same function of the axis, moved by a little. */
const of =
  (f: (x: number) => number): Respond =>
  async (places, paths) =>
    places.map(({ x }) => Float64Array.from({ length: paths }, (_, path) => f(x + path * 1e-3)))

describe('the largest step of a path', () => {
  it('is that of a jump, whole, and hardly anything of a slope', async () => {
    const [jump] = await largestSteps(
      of((x) => x + (x > 0.4 ? 3 : 0)),
      SEARCH,
    )
    expect(jump).toBeCloseTo(3 / 4, 2)
    const [slope] = await largestSteps(
      of((x) => x * x),
      SEARCH,
    )
    expect(slope).toBeLessThan(2 / 16 / 32)
  })

  it('is that of one account where many fall one by one', async () => {
    const steps = (n: number) =>
      largestSteps(
        of((x) => Math.floor(x * n) / n),
        SEARCH,
      )
    const [small, large] = [await steps(10), await steps(40)]
    expect(small[0]).toBeCloseTo(1 / 10, 9)
    expect(large[0]).toBeCloseTo(1 / 40, 9)
    expect(shrinks({ small, large })).toBe(true)
  })

  it('of paths without a value or a change is none', async () => {
    expect(
      await largestSteps(
        of(() => Number.NaN),
        SEARCH,
      ),
    ).toHaveLength(0)
    expect(
      await largestSteps(
        of(() => 1),
        SEARCH,
      ),
    ).toHaveLength(0)
    expect(shrinks({ small: new Float64Array(), large: Float64Array.of(0.5) })).toBe(false)
  })
})

describe('steps', () => {
  it('shrink where that is more than their scatter, and not a little', () => {
    const small = Float64Array.of(0.3, 0.4, 0.35)
    expect(shrinks({ small, large: Float64Array.of(0.1, 0.12, 0.08) })).toBe(true)
    expect(shrinks({ small, large: Float64Array.of(0.05, 0.6, 0.1) })).toBe(false)
    expect(shrinks({ small, large: Float64Array.of(0.3, 0.31, 0.32) })).toBe(false)
    expect(shrinks({ small, large: Float64Array.of(0.5, 0.6, 0.7) })).toBe(false)
  })
})

describe('random thresholds of one density (validation C1, continuous at r = 1/2)', () => {
  it('are no jump, though most paths of a small system seem to have one', async () => {
    const cascade = loadScenario('scenarios/papers/constant-product-cascade.yaml')
    const found = await findCliff(cascade, {
      ...{ vary: { name: 'r', low: 0.2, high: 0.9 }, paths: 12, seed: 2, workers: 1 },
      set: { positions: 500, shock: 0.02, placement: 'random' },
    })
    expect(found.kind).not.toBe(1)
    expect(found.note).toMatch(/steps of few accounts, no jump/)
  })
})
