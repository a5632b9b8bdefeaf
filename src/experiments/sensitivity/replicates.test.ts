import { expect, it } from 'vitest'
import { scramblingOf } from './replicates.ts'
import { shapleyEffects } from './shapley.ts'
import { sobolIndices } from './sobolIndices.ts'

const MOST = Number.MAX_SAFE_INTEGER
const REPLICATES = Array.from({ length: 16 }, (_, r) => r)

it('every replicate of every seed has a scrambling of its own', () => {
  const large = [2 ** 49, 2 ** 50 + 3, 2 ** 52 + 1, MOST - 1, MOST]
  const seeds = [0, 1, 2, 15, 16, 2 ** 49 - 1, ...large, ...large.map((seed) => -seed)]
  const all = seeds.flatMap((seed) => REPLICATES.map((r) => `${scramblingOf(seed, r)}`))
  expect(new Set(all).size).toBe(seeds.length * REPLICATES.length)
})

it('seeds whose multiples are exact keep the points that they had', () => {
  expect(REPLICATES.map((r) => scramblingOf(3, r))).toEqual(REPLICATES.map((r) => 48 + r))
  expect(scramblingOf(-2, 5)).toBe(-27)
  expect(scramblingOf(2 ** 49 - 1, 15)).toBe(MOST)
})

// Replicates that are one another's copies scatter by nothing, and promise an error of 0.
it.each([1, 2 ** 52 + 1, MOST, -MOST])('seed %d tells the error of shares', (seed) => {
  const f = (x: ArrayLike<number>): number => x[0]! + x[0]! * x[1]!
  const ranges = [
    [0, 1],
    [0, 1],
  ] as const
  const { first } = sobolIndices(f, ranges, { samples: 256, seed })
  const { effects } = shapleyEffects(f, ranges, { samples: 256, seed })
  // By hand: V(E[f|x]) = 9/4 x 1/12, and V(f) = 7/9 - 9/16.
  const { value, low, high } = first[0]!
  expect(high - low).toBeGreaterThan(1e-4)
  expect(Math.abs(value - 9 / 48 / (7 / 9 - 9 / 16))).toBeLessThan(high - low)
  for (const effect of effects) expect(effect.high - effect.low).toBeGreaterThan(1e-4)
})
