import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { philoxDraws } from '../../math/index.ts'
import { AttributionError } from './errors.ts'
import { type Game, shapley } from './shapley.ts'

/** A game whose coalitions are worth the same on every path. */
function sure(worth: (has: (player: number) => boolean) => number, paths = 1): Game {
  return async (coalitions) =>
    coalitions.map((c) => new Float64Array(paths).fill(worth((p) => (c & (1 << p)) !== 0)))
}

const values = async (players: number, game: Game, options = {}): Promise<readonly number[]> =>
  (await shapley(players, game, options)).shares.map(({ share }) => share.value)

/** Who needs a runway pays for it: costs by length, known shares. Littlechild and Owen 1973. */
function airport(costs: readonly number[]): { readonly game: Game; readonly shares: number[] } {
  const game = sure((has) => Math.max(0, ...costs.filter((_, p) => has(p))))
  let before = 0
  let share = 0
  const shares = costs.map((cost, k) => {
    share += (cost - before) / (costs.length - k)
    before = cost
    return share
  })
  return { game, shares }
}

describe('shares of players', () => {
  it('are 2/3, 1/6 and 1/6 for one left and two right gloves', async () => {
    const gloves = sure((has) => Math.min(has(0) ? 1 : 0, (has(1) ? 1 : 0) + (has(2) ? 1 : 0)))
    const [left, right, other] = await values(3, gloves)
    expect(left).toBeCloseTo(2 / 3, 14)
    expect(right).toBeCloseTo(1 / 6, 14)
    expect(other).toBeCloseTo(1 / 6, 14)
  })

  it('are what each brings where nothing interacts, and nothing for who brings nothing', async () => {
    const worth = [3, -1, 0, 7.5]
    const game = sure((has) => worth.reduce((sum, w, p) => sum + (has(p) ? w : 0), 0), 3)
    const { shares, total } = await shapley(4, game)
    shares.forEach(({ share, alone, last, perPath }, p) => {
      for (const found of [share.value, share.low, share.high, alone.value, last.value, ...perPath])
        expect(found).toBeCloseTo(worth[p]!, 12)
    })
    expect(total.value).toBe(9.5)
  })

  it('split the cost of a runway as Littlechild and Owen say', async () => {
    const { game, shares } = airport([1, 3, 4, 10, 20])
    const found = await values(5, game)
    found.forEach((share, p) => {
      expect(share).toBeCloseTo(shares[p]!, 12)
    })
  })

  it('add up on every path, are equal for who is alike, and zero for who changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.nat(1e6), async (players, seed) => {
        const draws = philoxDraws(seed, 0, 'worth')
        // Two more players: one who changes nothing, and a twin of the first.
        const idle = 1 << players
        const twin = 1 << (players + 1)
        const worth = (coalition: number, path: number): number => {
          const known = coalition & (idle - 1)
          const both = (coalition & 1) + ((coalition & twin) === 0 ? 0 : 1)
          const own = known & ~1
          return own === 0 && both === 0 ? 0 : draws.normal(own * 3 + both, path)
        }
        const game: Game = async (coalitions) =>
          coalitions.map((c) => Float64Array.from([0, 1, 2], (path) => worth(c, path)))
        const { shares } = await shapley(players + 2, game)
        for (let path = 0; path < 3; path++) {
          const sum = shares.reduce((all, { perPath }) => all + perPath[path]!, 0)
          expect(sum).toBeCloseTo(worth(2 ** (players + 2) - 1, path), 12)
          expect(shares[players]!.perPath[path]).toBe(0)
          expect(shares[players + 1]!.perPath[path]).toBeCloseTo(shares[0]!.perPath[path]!, 12)
        }
      }),
      { seed: 1, numRuns: 40 },
    )
  })

  it('have the interval of a mean over paths, and span 0 where paths disagree', async () => {
    const draws = philoxDraws(5, 0, 'paths')
    const noise = Float64Array.from({ length: 12 }, (_, k) => draws.normal(k, 0))
    const game: Game = async (coalitions) =>
      coalitions.map((c) => noise.map((z) => ((c & 1) === 0 ? 0 : z) + ((c & 2) === 0 ? 0 : 5 + z)))
    const [unsure, certain] = (await shapley(2, game)).shares
    expect(unsure!.share.low).toBeLessThan(0)
    expect(unsure!.share.high).toBeGreaterThan(0)
    expect(certain!.share.low).toBeGreaterThan(0)
    expect(certain!.share.low).toBeLessThan(5)
    expect(certain!.share.high).toBeGreaterThan(5)
  })

  it('refuse what they cannot do', async () => {
    const nothing = sure(() => 0)
    await expect(shapley(0, nothing)).rejects.toThrowError(AttributionError)
    await expect(shapley(31, nothing)).rejects.toThrowError(AttributionError)
    await expect(shapley(9, nothing, { orders: 1 })).rejects.toThrowError(AttributionError)
  })
})

describe('who leads', () => {
  const PATHS = 8
  const draws = philoxDraws(4, 0, 'leaders')
  const noise = (slot: number): Float64Array =>
    Float64Array.from({ length: PATHS }, (_, k) => draws.normal(k, slot))
  /** Players who bring their own, path by path, whoever else is there. */
  const game =
    (worth: readonly Float64Array[]): Game =>
    async (coalitions) =>
      coalitions.map((c) =>
        Float64Array.from({ length: PATHS }, (_, k) =>
          worth.reduce((sum, own, p) => sum + ((c & (1 << p)) === 0 ? 0 : own[k]!), 0),
        ),
      )
  const leaders = async (worth: readonly Float64Array[], options = {}) =>
    (await shapley(worth.length, game(worth), options)).leaders

  it.each([{}, { exactUpTo: 1, orders: 4 }])(
    'is one where the paired difference says so, whatever the intervals of both (%o)',
    async (options) => {
      const common = noise(0)
      const worth = [common.map((z) => 10 + 3 * z), common.map((z) => 10.5 + 3 * z)]
      const { shares } = await shapley(2, game(worth), options)
      expect(shares[0]!.share.high).toBeGreaterThan(shares[1]!.share.low)
      expect(await leaders([...worth, new Float64Array(PATHS)], options)).toEqual([1])
    },
  )

  it('are all that cannot be told from the largest, the largest first', async () => {
    const worth = [noise(1).map((z) => 10 + 3 * z), noise(2).map((z) => 10 + 3 * z), noise(3)]
    const found = await leaders(worth)
    expect(found.toSorted()).toEqual([0, 1])
    const { shares } = await shapley(3, game(worth))
    expect(shares[found[0]!]!.share.value).toBeGreaterThan(shares[found[1]!]!.share.value)
  })

  it('are twins both, though their sums round otherwise', async () => {
    const twins = [0.1, 0.1, 0.05].map((w) => new Float64Array(PATHS).fill(w))
    expect(await leaders(twins)).toEqual([0, 1])
  })
})

describe('shares over sampled orders', () => {
  const costs = Array.from({ length: 10 }, (_, k) => (k + 1) ** 2)

  it('ask for far fewer coalitions, still add up, and lie within their intervals', async () => {
    const { game, shares: truth } = airport(costs)
    let asked = 0
    const counted: Game = (coalitions) => {
      asked += coalitions.length
      return game(coalitions)
    }
    // Two equal paths: all that is left is the error over orders.
    const twice: Game = async (c) => (await counted(c)).map(([v]) => Float64Array.of(v!, v!))
    const { shares, method, orders } = await shapley(10, twice, { orders: 24 })
    expect([method, orders]).toEqual(['orders', 48])
    expect(asked).toBeLessThan(400)
    const sum = shares.reduce((all, { share }) => all + share.value, 0)
    expect(sum).toBeCloseTo(100, 9)
    const inside = shares.filter(
      ({ share }, p) => share.low - 1e-9 <= truth[p]! && truth[p]! <= share.high + 1e-9,
    )
    expect(inside.length).toBeGreaterThanOrEqual(9)
  })

  it('cover the truth about as often as they say', async () => {
    const { game, shares: truth } = airport(costs.slice(0, 9))
    const twice: Game = async (c) => (await game(c)).map(([v]) => Float64Array.of(v!, v!))
    let covered = 0
    for (let seed = 0; seed < 60; seed++) {
      const { shares } = await shapley(9, twice, { orders: 16, seed })
      const { low, high } = shares[8]!.share
      if (low <= truth[8]! && truth[8]! <= high) covered++
    }
    expect(covered / 60).toBeGreaterThan(0.88)
  })

  it('hold the error over paths too', async () => {
    const draws = philoxDraws(9, 0, 'paths')
    const scale = Float64Array.from({ length: 10 }, (_, k) => 1 + 0.3 * draws.normal(k, 0))
    const { game } = airport(costs)
    const noisy: Game = async (c) => (await game(c)).map(([v]) => scale.map((s) => s * v!))
    const { shares } = await shapley(10, noisy, { orders: 64 })
    const exact = await shapley(10, noisy, { exactUpTo: 10 })
    shares.forEach(({ share }, p) => {
      const { low, high } = exact.shares[p]!.share
      expect(share.high - share.low).toBeGreaterThanOrEqual((high - low) * 0.8)
    })
  })

  it('are exact where nothing interacts', async () => {
    const game = sure((has) => costs.reduce((sum, w, p) => sum + (has(p) ? w : 0), 0), 2)
    const { shares } = await shapley(10, game, { orders: 3 })
    shares.forEach(({ share }, p) => {
      expect(share.low).toBeCloseTo(costs[p]!, 9)
      expect(share.high).toBeCloseTo(costs[p]!, 9)
    })
  })
})
