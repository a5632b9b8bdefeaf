import { expect, it } from 'vitest'
import { scramblingOf } from './replicates.ts'

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
