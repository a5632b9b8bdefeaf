import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exchange, getD, getY, type StablePool, StableSwapRevert, scaled } from './exact.ts'
import { amountOut, bendOf, invariantOf } from './kernel.ts'

const E18 = 10n ** 18n

function poolOf(
  balances: readonly bigint[],
  a: bigint,
  terms: Partial<StablePool> = {},
): StablePool {
  const rates = balances.map(() => E18)
  return { balances, rates, a, aPrecision: 1n, fee: 0n, adminFee: 0n, ...terms }
}

/** What the contract pays before it takes one unit off. */
function roundOut(balances: readonly bigint[], a: bigint, dx: bigint): bigint {
  return balances[1]! - getY(0, 1, balances[0]! + dx, balances, a)
}

/**
 * Bound what rounding may pay beside the root of y^2 + (b - d) y = c, in units of coin j: every division
 * of a product loses a unit, which later factors enlarge, and D is off by two and what its product lost.
 */
function slackOf(balances: readonly bigint[], a: bigint, i: number, j: number, dx: bigint): number {
  const n = balances.length
  const ann = Number(a) * n
  const d = Number(getD(balances, a))
  const through = (held: readonly bigint[]): readonly [product: number, lost: number] => {
    let [product, lost] = [d, 0]
    for (const x of held) {
      const factor = d / (Number(x) * n)
      product *= factor
      lost = lost * factor + 1
    }
    return [product, lost]
  }
  const [all, lostOfD] = through(balances)
  const offD = 2 + lostOfD / (ann - 1 + ((n + 1) * all) / d)
  const paid = balances.map((x, k) => (k === i ? x + dx : x))
  const [product, lost] = through(paid.filter((_, k) => k !== j))
  const c = (product * d) / (ann * n)
  const y = Number(getY(i, j, paid[i]!, balances, a))
  const lostOfC = (lost * d) / (ann * n) + 1
  // Derivative of the left side: 2 y + b - d = y + c / y.
  return (lostOfC + offD * (y + ((n + 1) * c) / d)) / (y + c / y)
}

describe('StableSwap in integers', () => {
  // Golden: validation F8, integer Newton of an independent program (the form of
  // curvefi/curve-contract tests/simulation.py).
  it.each([
    [3, 2000n, 100_000n, 99994952327521979899952n],
    [2, 100n, 500_000n, 496752702498812842530007n],
    [2, 85n, 100_000n, 99882713034694587175552n],
  ])('pays to the unit what others computed: %i coins, A = %i', (n, a, dx, paid) => {
    const balances = Array.from({ length: n }, () => 1_000_000n * E18)
    const off = roundOut(balances, a, dx * E18) - paid
    expect(off >= -1n && off <= 1n).toBe(true)
    expect(exchange(poolOf(balances, a), 0, 1, dx * E18).out).toBe(
      roundOut(balances, a, dx * E18) - 1n,
    )
  })

  // Golden: 3pool at block 24,407,242, balances, A, supply and virtual price as read from the chain
  // (data/dex/curve_pools_2026.json, from BowTiedDevil/degenbot): D = virtual price x supply.
  it('finds the invariant that the deployed 3pool has', () => {
    const balances = [27137121100372139339642768n, 27662471158553n, 108298644409129n]
    const rates = [E18, 10n ** 30n, 10n ** 30n]
    const d = getD(scaled({ balances, rates }), 4000n)
    expect((d * E18) / 156839057351449476746953842n).toBe(1039823717075901888n)
  })

  it('takes its fee from what it pays and sets the share of the DAO aside', () => {
    const free = exchange(poolOf([E18 * 500n, E18 * 900n], 50n), 0, 1, E18 * 20n)
    const terms = { fee: 4_000_000n, adminFee: 5_000_000_000n }
    const paid = exchange(poolOf([E18 * 500n, E18 * 900n], 50n, terms), 0, 1, E18 * 20n)
    const fee = (free.out * 4_000_000n) / 10n ** 10n
    expect(paid.out).toBe(free.out - fee)
    expect(paid.adminFee).toBe(fee / 2n)
    expect(paid.pool.balances).toEqual([E18 * 520n, E18 * 900n - paid.out - paid.adminFee])
  })

  it('gives the same with A stored in hundredths, to a few units', () => {
    const balances = [E18 * 40n, E18 * 3000n, E18 * 77n]
    const coarse = exchange(poolOf(balances, 30n), 1, 0, E18 * 100n).out
    const fine = exchange(poolOf(balances, 3000n, { aPrecision: 100n }), 1, 0, E18 * 100n).out
    const off = coarse - fine
    expect(off >= -2n && off <= 2n).toBe(true)
  })

  it('refuses a pool that lacks a coin', () => {
    expect(() => exchange(poolOf([0n, E18], 10n), 1, 0, E18)).toThrow(StableSwapRevert)
    expect(() => exchange(poolOf([E18, E18], 10n), 0, 1, 0n)).toThrow(StableSwapRevert)
    expect(getD([0n, 0n], 10n)).toBe(0n)
  })

  const amount = fc.bigInt({ min: 10n ** 20n, max: 10n ** 28n })
  const coins = fc.array(amount, { minLength: 2, maxLength: 8 })
  const amplification = fc.bigInt({ min: 1n, max: 20_000n })

  /** Skips what no pool of stable assets is: one coin a millionth of another. */
  const isPool = (balances: readonly bigint[]): boolean => {
    const sorted = [...balances].sort((a, b) => (a < b ? -1 : 1))
    return sorted.at(-1)! < 1_000_000n * sorted[0]!
  }

  it('leaves the root of the invariant, to its own rounding, whatever the size of the trade', () => {
    const fine = 10n ** 30n
    fc.assert(
      fc.property(coins, amplification, fc.nat(7), amount, (balances, a, at, dx) => {
        fc.pre(isPool(balances))
        const i = at % balances.length
        const j = (i + 1) % balances.length
        const left = exchange(poolOf(balances, a), i, j, dx).pool.balances[j]!
        const whole = balances.map((balance) => balance * fine)
        const root = getY(i, j, (balances[i]! + dx) * fine, whole, a)
        const excess = Number(left * fine - root) / Number(fine)
        const slack = slackOf(balances, a, i, j, dx)
        // Against the trader: the unit that is taken, the last step, and what b is rounded by.
        expect(excess).toBeGreaterThanOrEqual(-slack)
        expect(excess).toBeLessThanOrEqual(slack + 3)
      }),
      {
        seed: 8,
        numRuns: 300,
        examples: [
          // One unit of a coin is worth 600 of D, and 1/270 of it is paid too much.
          [
            [
              26221512252775740801054474n,
              1029169742958925961621521057n,
              1649754193645282132379428220n,
              22293191396075452625530434n,
              491405394744339794403397223n,
            ],
            ...([4n, 0, 8661905969538498800999010201n] as const),
          ],
          // Three coins hold a hundred-thousandth of the others: 15,401 units, 1.5e-14 of a token.
          [
            [
              35816334977100720926418924n,
              2113195487000134339229402n,
              83293789608100689340642886n,
              122520800597697635518n,
              123463700202895243226n,
              178092500477525265651n,
              2538496600068838143806n,
            ],
            ...([1017n, 0, 376467866464400000000000000n] as const),
          ],
        ],
      },
    )
  })

  it('is what the floats say, to their rounding', () => {
    fc.assert(
      fc.property(coins, amplification, fc.nat(7), amount, (balances, a, at, dx) => {
        fc.pre(isPool(balances))
        const i = at % balances.length
        const j = (i + 1) % balances.length
        const whole = Float64Array.from(balances, (balance) => Number(balance) / 1e18)
        const ann = Number(a) * balances.length
        const d = Number(getD(balances, a)) / 1e18
        expect(invariantOf(whole, ann) / d).toBeCloseTo(1, 12)
        const { out } = exchange(poolOf(balances, a), i, j, dx)
        const x = Number(dx) / 1e18
        const float = amountOut(whole[i]!, whole[j]!, bendOf(whole, ann), x)
        // The contract stops within a unit of D and of y.
        expect(Math.abs(Number(out) / 1e18 - float)).toBeLessThanOrEqual(1e-9 * float + 1e-16)
      }),
      { seed: 9, numRuns: 300 },
    )
  })
})
