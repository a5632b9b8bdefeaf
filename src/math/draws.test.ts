import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Draws, hash64, philoxDraws } from './draws.ts'
import { inverseNormalCdf, normalCdf } from './normal.ts'

const N = 100_000

/** Kolmogorov-Smirnov distance times sqrt(n); above 1.95 with probability 0.001. */
function kolmogorov(values: Float64Array, cdf: (x: number) => number): number {
  values.sort()
  let distance = 0
  for (let i = 0; i < values.length; i++) {
    const p = cdf(values[i]!)
    distance = Math.max(distance, p - i / values.length, (i + 1) / values.length - p)
  }
  return distance * Math.sqrt(values.length)
}

/** Chi-square of 1,000 equal bins as a standard normal score. */
function chiSquareScore(values: Float64Array): number {
  const bins = new Float64Array(1000)
  for (const u of values) bins[Math.floor(u * 1000)]! += 1
  const expected = values.length / 1000
  const chi = bins.reduce((total, count) => total + (count - expected) ** 2 / expected, 0)
  return (chi - 999) / Math.sqrt(2 * 999)
}

function fill(f: (i: number) => number): Float64Array {
  return Float64Array.from({ length: N }, (_, i) => f(i))
}

/** Correlation times sqrt(n): a standard normal score for independent streams. */
function correlationScore(a: Float64Array, b: Float64Array): number {
  const centred = a.map((x, i) => (x - 0.5) * (b[i]! - 0.5))
  return (12 * centred.reduce((s, x) => s + x, 0)) / Math.sqrt(a.length)
}

const draws: Draws = philoxDraws(2026, 0, 'venue:pool')

describe('distribution', () => {
  it('uniform passes chi-square and Kolmogorov-Smirnov along slots and along blocks', () => {
    for (const values of [fill((i) => draws.uniform(0, i)), fill((i) => draws.uniform(i, 3))]) {
      expect(Math.abs(chiSquareScore(values))).toBeLessThan(3.3)
      expect(kolmogorov(values, (u) => u)).toBeLessThan(1.95)
    }
  })

  it('uniform has even low bits', () => {
    let ones = 0
    for (let i = 0; i < N; i++) ones += ((draws.uniform(i, 9) * 2 ** 52 - 0.5) % 2) as 0 | 1
    expect(Math.abs(ones - N / 2) / Math.sqrt(N / 4)).toBeLessThan(3.3)
  })

  it('normal passes Kolmogorov-Smirnov and has mean 0, variance 1', () => {
    const values = fill((i) => draws.normal(7, i))
    const mean = values.reduce((s, x) => s + x, 0) / N
    const variance = values.reduce((s, x) => s + x * x, 0) / N
    expect(Math.abs(mean) * Math.sqrt(N)).toBeLessThan(3.3)
    expect(Math.abs(variance - 1) * Math.sqrt(N / 2)).toBeLessThan(3.3)
    expect(kolmogorov(values, normalCdf)).toBeLessThan(1.95)
  })

  it('normal is the quantile of uniform, and uniform is a midpoint inside 0..1', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), fc.integer({ min: 0, max: 2 ** 32 - 1 }), (block, slot) => {
        const u = draws.uniform(block, slot)
        expect(u > 0 && u < 1).toBe(true)
        expect((u * 2 ** 52) % 1).toBe(0.5)
        expect(draws.normal(block, slot)).toBe(inverseNormalCdf(u))
      }),
    )
  })
})

describe('addressing', () => {
  it('does not depend on the order of calls or on other streams', () => {
    const forward = fill((i) => draws.uniform(i >> 8, i & 255))
    const other = philoxDraws(2026, 0, 'venue:pool')
    const noise = philoxDraws(2026, 0, 'added:later')
    for (let i = N - 1; i >= 0; i--) {
      noise.normal(i, 0)
      expect(other.uniform(i >> 8, i & 255)).toBe(forward[i])
    }
  })

  it('tells blocks and slots apart over the whole uint32 range', () => {
    const edge = [0, 1, 255, 2 ** 16, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]
    const seen = new Set(edge.flatMap((b) => edge.map((s) => draws.uniform(b, s))))
    expect(seen.size).toBe(edge.length ** 2)
  })

  it('gives uncorrelated streams for neighbouring names, paths and seeds', () => {
    const base = fill((i) => draws.uniform(0, i))
    const variants: [number, number, string][] = [
      [2026, 0, 'venue:pooL'],
      [2026, 0, 'venue:pool '],
      [2026, 1, 'venue:pool'],
      [2026, -1, 'venue:pool'],
      [2027, 0, 'venue:pool'],
      [2026 + 2 ** 32, 0, 'venue:pool'],
      [2026, 2 ** 32, 'venue:pool'],
      [-2026, 0, 'venue:pool'],
      [0, 2026, 'venue:pool'],
    ]
    for (const [seed, path, name] of variants) {
      const stream = philoxDraws(seed, path, name)
      const values = fill((i) => stream.uniform(0, i))
      expect(Math.abs(correlationScore(base, values)), `${seed} ${path} ${name}`).toBeLessThan(3.5)
      const shifted = fill((i) => stream.uniform(0, i + 1))
      expect(Math.abs(correlationScore(base, shifted))).toBeLessThan(3.5)
    }
    const later = fill((i) => draws.uniform(1, i))
    expect(Math.abs(correlationScore(base, later))).toBeLessThan(3.5)
  })

  it('is uniform across paths at one address', () => {
    const values = fill((path) => philoxDraws(1, path, 'price:eth').uniform(0, 0))
    expect(Math.abs(chiSquareScore(values))).toBeLessThan(3.3)
    expect(kolmogorov(values, (u) => u)).toBeLessThan(1.95)
  })

  it('rejects seeds and paths that are no safe integers', () => {
    for (const bad of [0.5, NaN, Infinity, 2 ** 53]) {
      expect(() => philoxDraws(bad, 0, 'a')).toThrow(RangeError)
      expect(() => philoxDraws(0, bad, 'a')).toThrow(RangeError)
    }
  })
})

describe('hash64', () => {
  const join = ([a, b]: readonly [number, number]): string => `${a}:${b}`

  it('gives two uint32 and never repeats among 200,000 similar names', () => {
    const seen = new Set<string>()
    for (let i = 0; i < 100_000; i++) {
      const hash = hash64(`position:${i}`)
      expect(hash.every((word) => Number.isInteger(word) && word >= 0 && word < 2 ** 32)).toBe(true)
      seen.add(join(hash)).add(join(hash64(`${i}:position`)))
    }
    expect(seen.size).toBe(200_000)
  })

  it('flips each of the 64 bits half of the time when one input bit changes', () => {
    const flips = new Float64Array(64)
    const trials = 20_000
    for (let i = 0; i < trials; i++) {
      const text = `name-${i}`
      const at = i % text.length
      const changed = String.fromCharCode(text.charCodeAt(at) ^ (1 << (i % 7)))
      const [a, b] = hash64(text)
      const [c, d] = hash64(text.slice(0, at) + changed + text.slice(at + 1))
      for (let bit = 0; bit < 32; bit++) {
        flips[bit]! += ((a ^ c) >>> bit) & 1
        flips[bit + 32]! += ((b ^ d) >>> bit) & 1
      }
    }
    for (const count of flips) {
      expect(Math.abs(count - trials / 2) / Math.sqrt(trials / 4)).toBeLessThan(4.5)
    }
  })
})
