import { describe, expect, it } from 'vitest'
import { ETH, modelConformance, smallWorld } from '../../../test/conformance/model.ts'
import { hashWorld, startPath } from '../../engine/index.ts'
import type { World } from '../../world/index.ts'
import { gbm } from '../prices/index.ts'
import { openings } from './openings.ts'
import { account, type Given, lenderOf, marketOf } from './testWorld.conformance.ts'

const RANGE = 0.4

/** Evenly laid positions: row i of n triggers at a log distance of RANGE x quantile below the price. */
function make(n: number, params: Given | null): World {
  const isRising = params?.density === 'rising'
  const accounts = Array.from({ length: n }, (_, i) => {
    const u = (i + 0.5) / n
    return account(1, 2000 * 0.8 * Math.exp(-RANGE * (isRising ? Math.sqrt(u) : u)))
  })
  return smallWorld({
    noise: [gbm, { assets: [ETH], vol: 0.5 }],
    market: marketOf(1e9, ['noise']),
    lender: lenderOf(accounts),
    ...(params && { openings: [openings, { lender: 'lender', range: RANGE, ...params }] }),
  })
}

/** Log distance of each row's trigger price below the start price. */
function distances(world: World): number[] {
  const { book, liability } = world.port('lender', 'lender')
  return Array.from({ length: book.rows }, (_, row) => {
    let [debt, eth] = [0, 0]
    for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++)
      if (liability[book.coordinate[k]!] === 1) debt = -book.amount[k]!
      else eth = book.amount[k]!
    return Math.log((2000 * 0.8 * eth) / debt)
  })
}

/** Kolmogorov-Smirnov distance of a sample from a distribution function. */
function ksDistance(sample: readonly number[], cdf: (x: number) => number): number {
  const sorted = [...sample].sort((a, b) => a - b)
  const n = sorted.length
  return sorted.reduce(
    (most, x, i) => Math.max(most, Math.abs(cdf(x) - i / n), Math.abs(cdf(x) - (i + 1) / n)),
    0,
  )
}

modelConformance('random openings', () => make(50, { placement: 'random' }))

describe('openings', () => {
  it('leave an even book as it is, to the bit', () => {
    const plain = make(100, null)
    const even = make(100, { placement: 'even' })
    expect([...even.books[0]!.amount]).toEqual([...plain.books[0]!.amount])
    startPath(even, 7, 3)
    expect([...even.books[0]!.amount]).toEqual([...plain.books[0]!.amount])
  })

  it.each(['uniform', 'rising'] as const)('draw trigger prices of %s density', (density) => {
    const n = 4000
    const sample = distances(make(n, { placement: 'random', density }))
    const share = (x: number): number => Math.min(1, Math.max(0, x / RANGE))
    const cdf = (x: number): number => (density === 'rising' ? share(x) ** 2 : share(x))
    const other = (x: number): number => (density === 'rising' ? share(x) : share(x) ** 2)
    // At the level of 1 %; even rows would be a hundred times nearer.
    expect(ksDistance(sample, cdf)).toBeLessThan(1.63 / Math.sqrt(n))
    expect(ksDistance(sample, cdf)).toBeGreaterThan(1 / n)
    expect(ksDistance(sample, other)).toBeGreaterThan(0.2)
    expect(Math.max(...sample)).toBeLessThanOrEqual(RANGE + 1e-12)
    expect(Math.min(...sample)).toBeGreaterThanOrEqual(0)
  })

  it('are others on every path and with every seed, and the same on the same', () => {
    const world = make(50, { placement: 'random' })
    const hashes = new Set<string>()
    for (let path = 0; path < 10; path++) {
      startPath(world, 1, path)
      hashes.add(hashWorld(world))
    }
    startPath(world, 2, 0)
    hashes.add(hashWorld(world))
    expect(hashes.size).toBe(11)
    const again = hashes.size
    startPath(world, 1, 4)
    hashes.add(hashWorld(world))
    expect(hashes.size).toBe(again)
  })
})
