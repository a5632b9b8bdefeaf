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

  it('never loses from a trade, whatever its size', () => {
    fc.assert(
      fc.property(coins, amplification, fc.nat(7), amount, (balances, a, at, dx) => {
        fc.pre(isPool(balances))
        const i = at % balances.length
        const j = (i + 1) % balances.length
        const { pool } = exchange(poolOf(balances, a), i, j, dx)
        expect(getD(pool.balances, a) + 2n >= getD(balances, a)).toBe(true)
      }),
      { seed: 8, numRuns: 300 },
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
