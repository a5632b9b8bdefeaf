import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concentrate, debtConcentration } from './concentration.ts'
import type { PositionTable } from './data.ts'

const PRICES = [2000, 30, 1]
const FACTORS = [0.8, 0.6, 0.9]

type Account = {
  readonly held: readonly number[]
  readonly owed: readonly number[]
  category?: number
}

function tableOf(accounts: readonly Account[]): PositionTable {
  const entries = accounts.map(({ held, owed }) => [
    ...held.map((amount, asset) => ({ asset, amount, debt: 0 })),
    ...owed.map((amount, asset) => ({ asset, amount, debt: 1 })),
  ])
  const flat = entries.flat()
  const start = new Int32Array(accounts.length + 1)
  entries.forEach((own, row) => {
    start[row + 1] = start[row]! + own.length
  })
  return {
    accounts: accounts.map((_, row) => `a${row}`),
    assets: ['A', 'B', 'C'],
    start,
    asset: Int32Array.from(flat, (e) => e.asset),
    debt: Uint8Array.from(flat, (e) => e.debt),
    amount: Float64Array.from(flat, (e) => e.amount),
    threshold: new Float64Array(flat.length).fill(Number.NaN),
    category: Int32Array.from(accounts, (a) => a.category ?? 0),
  }
}

function countedOf({ asset, debt, amount }: PositionTable): Float64Array {
  return amount.map(
    (own, k) => own * PRICES[asset[k]!]! * (debt[k] === 1 ? 1 : FACTORS[asset[k]!]!),
  )
}

const turn = (table: PositionTable, factor: number): PositionTable =>
  concentrate(table, { counted: countedOf(table) }, factor)

const hhi = (table: PositionTable): number =>
  debtConcentration(table, { counted: countedOf(table) })

function totals({ asset, debt, amount }: PositionTable): number[] {
  const sums = new Array<number>(6).fill(0)
  for (const [k, own] of amount.entries()) sums[2 * asset[k]! + debt[k]!]! += own
  return sums
}

/** Counted backing and debt of every row. */
function sides(
  table: PositionTable,
): readonly { readonly backing: number; readonly debt: number }[] {
  const counted = countedOf(table)
  return table.accounts.map((_, row) => {
    let [backing, debt] = [0, 0]
    for (let k = table.start[row]!; k < table.start[row + 1]!; k++)
      if (table.debt[k] === 1) debt += counted[k]!
      else backing += counted[k]!
    return { backing, debt }
  })
}

const amount = fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 1e3, noNaN: true }))
const account = fc.record({
  held: fc.tuple(amount, amount, amount),
  owed: fc.tuple(amount, amount, amount),
  category: fc.constantFrom(0, 0, 0, 1),
})
const book = fc.array(account, { minLength: 1, maxLength: 30 }).map(tableOf)

describe('concentration', () => {
  it('keeps the totals of every asset and the health of every account', () => {
    fc.assert(
      fc.property(book, fc.double({ min: 0.05, max: 20, noNaN: true }), (table, factor) => {
        const after = turn(table, factor)
        totals(table).forEach((sum, k) => {
          expect(Math.abs(totals(after)[k]! - sum)).toBeLessThanOrEqual(1e-9 * (1 + sum))
        })
        const before = sides(table)
        const names = after.accounts.map((name) => table.accounts.indexOf(name.split('/')[0]!))
        sides(after).forEach(({ backing, debt }, row) => {
          const own = before[names[row]!]!
          // Cross-multiplied: what little may be left of a donor has no digits of its own.
          const scale = debt * Math.max(own.backing, own.debt) + 1e-9
          expect(Math.abs(backing * own.debt - own.backing * debt)).toBeLessThan(1e-6 * scale)
        })
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  it('makes debt less concentrated below 1 and never less above it', () => {
    fc.assert(
      fc.property(book, fc.double({ min: 0.05, max: 20, noNaN: true }), (table, factor) => {
        const before = hhi(table)
        fc.pre(!Number.isNaN(before))
        const after = hhi(turn(table, factor))
        if (factor < 1) expect(after).toBeLessThan(before)
        else expect(after).toBeGreaterThanOrEqual(before * (1 - 1e-9))
      }),
      { seed: 2, numRuns: 300 },
    )
  })

  it('lets every account keep its number, and its category', () => {
    fc.assert(
      fc.property(book, fc.constantFrom(0.1, 0.4, 3), (table, factor) => {
        const after = turn(table, factor)
        expect(after.accounts.slice(0, table.accounts.length)).toEqual(table.accounts)
        after.accounts.forEach((name, row) => {
          const own = table.accounts.indexOf(name.split('/')[0]!)
          expect(after.category![row]).toBe(table.category![own])
        })
      }),
      { seed: 3, numRuns: 50 },
    )
  })

  it('splits the fewest accounts that owe half of the debt into parts of the size asked for', () => {
    const owing = (debt: number): Account => ({ held: [debt, 0, 0], owed: [0, 0, debt] })
    const after = turn(tableOf([owing(100), owing(300), owing(50), owing(550)]), 0.4)
    expect(after.accounts).toEqual(['a0', 'a1', 'a2', 'a3', 'a3/2', 'a3/3'])
    expect(sides(after).map(({ debt }) => Math.round(debt))).toEqual([100, 300, 50, 220, 220, 110])
  })

  it('lets them grow by exactly what is asked for while there is debt on both sides of their health', () => {
    const at = (debt: number, health: number): Account => ({
      held: [(debt * health) / 1600, 0, 0],
      owed: [0, 0, debt],
    })
    const table = tableOf([at(1000, 1.2), at(100, 1.16), at(200, 1.24), at(300, 2), at(250, 1.15)])
    const after = sides(turn(table, 1.2))
    expect(after[0]!.debt).toBeCloseTo(1200, 9)
    expect(after[0]!.backing / after[0]!.debt).toBeCloseTo(1.2, 12)
    // The nearest in health first: 1.16 and 1.24, as much of both.
    expect(after.map(({ debt }) => Math.round(debt))).toEqual([1200, 0, 100, 300, 250])
  })

  it('pairs the accounts of a ladder of healths, though those at its ends cannot grow', () => {
    const at = (debt: number, health: number): Account => ({
      held: [(debt * health) / 1600, 0, 0],
      owed: [0, 0, debt],
    })
    const ladder = tableOf(Array.from({ length: 21 }, (_, k) => at(1000 - k, 1.1 * 1.008 ** k)))
    const after = sides(turn(ladder, 2)).map(({ debt }) => debt)
    expect(after[1]).toBeCloseTo(2 * 999, 9)
    expect(after[0]).toBeGreaterThan(450)
    expect(after[0]).toBeLessThan(550)
    expect(after.filter((debt) => debt > 1900)).toHaveLength(5)
    expect(hhi(turn(ladder, 2)) / hhi(ladder)).toBeCloseTo(1.5, 1)
  })

  it('does not let a large account that cannot grow give to a small one', () => {
    const at = (debt: number, health: number): Account => ({
      held: [(debt * health) / 1600, 0, 0],
      owed: [0, 0, debt],
    })
    const table = tableOf([at(1000, 1.24), at(900, 1.2), at(300, 1.16), at(5000, 1.25)])
    const after = sides(turn(table, 2)).map(({ debt }) => Math.round(debt))
    expect(after[3]).toBe(5000)
  })

  it('moves no debt by more than 5 % of its health', () => {
    fc.assert(
      fc.property(book, fc.double({ min: 1, max: 20, noNaN: true }), (table, factor) => {
        const owedAbove = (of: PositionTable, health: number): number =>
          sides(of).reduce((sum, s) => sum + (s.backing > health * s.debt ? s.debt : 0), 0)
        const after = turn(table, factor)
        for (const { backing, debt } of sides(table)) {
          if (debt === 0) continue
          const h = backing / debt
          const slack = 1e-9 * (1 + owedAbove(table, 0))
          expect(owedAbove(after, h * 1.06)).toBeLessThanOrEqual(owedAbove(table, h) + slack)
          expect(owedAbove(after, h)).toBeGreaterThanOrEqual(owedAbove(table, h * 1.06) - slack)
        }
      }),
      { seed: 4, numRuns: 100 },
    )
  })

  it('leaves an account that is healthier than all others as it is', () => {
    const at = (debt: number, health: number): Account => ({
      held: [(debt * health) / 1600, 0, 0],
      owed: [0, 0, debt],
    })
    const table = tableOf([at(1000, 5), at(100, 1.1), at(200, 1.3)])
    expect(hhi(turn(table, 2))).toBeCloseTo(hhi(table), 12)
  })

  it('of a book without debt is none', () => {
    const table = tableOf([{ held: [1, 2, 3], owed: [0, 0, 0] }])
    expect(hhi(table)).toBeNaN()
    expect(totals(turn(table, 0.5))).toEqual(totals(table))
  })
})
