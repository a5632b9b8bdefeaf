import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Account, positionTable } from '../lending/testWorld.conformance.ts'
import { type Pool, takeApart } from './cells.ts'

const NAMES = ['USD', 'A', 'B', 'C']
const THRESHOLD = [0, 0.8, 0.6, 0]
const PRICES = [1, 100, 10, 1]

/** A pool of A, B (collateral) and C; assets are numbered as their names stand. */
function poolOf(accounts: readonly Account[], cash: readonly number[], closingCost = 0.01): Pool {
  return {
    markets: [1, 2, 3].map((asset, m) => ({
      asset,
      threshold: THRESHOLD[asset]!,
      cash: cash[m]!,
      reserves: 0,
    })),
    positions: positionTable(accounts, NAMES),
    assetOf: [0, 1, 2, 3],
    prices: PRICES,
    categoryThreshold: () => NaN,
    closingCost,
  }
}

/** An account of a table by name: whole tokens by asset, collateral positive, debt negative. */
function entries(positions: Pool['positions'], account: string): Record<string, number> {
  const row = positions.accounts.indexOf(account)
  const out: Record<string, number> = {}
  for (let k = positions.start[row]!; k < positions.start[row + 1]!; k++)
    out[`${positions.debt[k] === 1 ? '-' : ''}${NAMES[positions.asset[k]!]}`] = positions.amount[k]!
  return out
}

function health(held: Record<string, number>): number {
  let [weighted, debt] = [0, 0]
  for (const [name, amount] of Object.entries(held)) {
    const a = NAMES.indexOf(name.replace('-', ''))
    if (name.startsWith('-')) debt += amount * PRICES[a]!
    else weighted += amount * PRICES[a]! * THRESHOLD[a]!
  }
  return weighted / debt
}

describe('taking a pool apart', () => {
  const mixed = { collateral: { A: 10, B: 50 }, debt: { C: 800 } }

  it('leaves the healthFactor, and closes the debt behind what cannot be carried over', () => {
    const pool = poolOf([mixed], [10, 50, 200])
    const { cells, closing } = takeApart(pool)
    expect(cells.map(({ asset }) => asset)).toEqual([1])
    // 800 of 1100 weighted USD stay: 8/11 of the debt.
    const carried = entries(cells[0]!.positions, 'account 0')
    expect(carried).toEqual({ A: 10, '-C': expect.closeTo((800 * 8) / 11, 9) })
    expect(health(carried)).toBeCloseTo(1100 / 800, 12)
    const closed = (800 * 3) / 11
    expect(closing.closedDebt).toBeCloseTo(closed, 9)
    expect(closing.closingCost).toBeCloseTo(closed / 0.99 - closed, 9)
    expect(closing.returned).toBeCloseTo(500 - closed / 0.99, 9)
    expect(closing.brought).toBe(0)
    expect(cells[0]!.cash[0]).toBeCloseTo(10, 12)
    expect(cells[0]!.cash[1]).toBe(0)
    expect(cells[0]!.cash[2]).toBeCloseTo(200 + closed, 9)
  })

  it('splits cash, and suppliers who owe nothing, by what is lent', () => {
    const accounts: Account[] = [
      { collateral: { A: 10 }, debt: { C: 300 } },
      { collateral: { B: 100 }, debt: { C: 100 } },
      { collateral: { C: 400 } },
    ]
    const { cells, closing } = takeApart(poolOf(accounts, [10, 100, 80]))
    expect(cells.map(({ asset }) => asset)).toEqual([1, 2])
    expect(entries(cells[0]!.positions, 'account 2')).toEqual({ C: 300 })
    expect(entries(cells[1]!.positions, 'account 2')).toEqual({ C: 100 })
    expect(cells.map(({ cash }) => cash[2])).toEqual([60, 20])
    expect(closing).toEqual({ closedDebt: 0, closingCost: 0, returned: 0, brought: 0 })
  })

  it('needs cash from outside where collateral of one cell had funded loans of another', () => {
    const accounts: Account[] = [
      { collateral: { A: 10 }, debt: { B: 30 } },
      { collateral: { B: 100 }, debt: { A: 2 } },
    ]
    const { cells, closing } = takeApart(poolOf(accounts, [8, 70, 0]))
    expect(cells[0]!.cash.slice(0, 2)).toEqual([10, 0])
    expect(cells[1]!.cash.slice(0, 2)).toEqual([0, 100])
    expect(closing.brought).toBeCloseTo(2 * 100 + 30 * 10, 9)
  })

  it('keeps an account with empty entries, and one that has lost its collateral', () => {
    const accounts: Account[] = [
      { collateral: { B: 0 }, debt: { C: 0 } },
      { debt: { C: 5 } },
      { collateral: { A: 1 }, debt: { C: 1 } },
    ]
    const { cells } = takeApart(poolOf(accounts, [1, 0, 0]))
    expect(entries(cells[1]!.positions, 'account 0')).toEqual({ B: 0, '-C': 0 })
    expect(entries(cells[0]!.positions, 'account 1')).toEqual({ '-C': 5 })
  })

  it('has no cells where nobody owes anything', () => {
    expect(takeApart(poolOf([{ collateral: { A: 1 } }], [1, 0, 0])).cells).toEqual([])
  })

  const amount = fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 100, noNaN: true }))
  const account = fc.record({
    collateral: fc.record({ A: amount, B: amount, C: amount }, { requiredKeys: [] }),
    debt: fc.record({ A: amount, B: amount, C: amount }, { requiredKeys: [] }),
  })

  it('loses no token and no debt, and every market of a cell can pay its rows', () => {
    const spare = fc.tuple(amount, amount, amount)
    fc.assert(
      fc.property(fc.array(account, { maxLength: 12 }), spare, (accounts, extra) => {
        const sum = (from: readonly Account[], side: 'collateral' | 'debt', name: string) =>
          from.reduce((total, a) => total + (a[side]?.[name] ?? 0), 0)
        const names = ['A', 'B', 'C']
        const cash = names.map(
          (name, m) =>
            Math.max(0, sum(accounts, 'collateral', name) - sum(accounts, 'debt', name)) +
            extra[m]!,
        )
        const pool = poolOf(accounts, cash)
        const { cells, closing } = takeApart(pool)
        if (cells.length === 0) return
        let [carried, usdAfter, usdBefore] = [0, 0, 0]
        names.forEach((name, m) => {
          usdBefore += cash[m]! * PRICES[m + 1]!
          for (const cell of cells) {
            usdAfter += cell.cash[m]! * PRICES[m + 1]!
            let [owed, held] = [0, 0]
            const { asset, debt, amount: amounts } = cell.positions
            asset.forEach((a, k) => {
              if (NAMES[a] !== name) return
              if (debt[k] === 1) owed += amounts[k]!
              else held += amounts[k]!
            })
            carried += owed * PRICES[m + 1]!
            expect(held).toBeLessThanOrEqual((cell.cash[m]! + owed) * (1 + 1e-12) + 1e-12)
          }
        })
        const debts = names.reduce((t, n, m) => t + sum(accounts, 'debt', n) * PRICES[m + 1]!, 0)
        expect(carried + closing.closedDebt).toBeCloseTo(debts, 6)
        // Collateral that was sold or went back has left the pool, repaid debt has come in.
        const left = closing.closedDebt + closing.closingCost + closing.returned
        expect(usdAfter).toBeCloseTo(usdBefore - left + closing.closedDebt + closing.brought, 5)
        for (const cell of cells)
          for (const name of cell.positions.accounts) {
            const before = entries(pool.positions, name)
            const after = entries(cell.positions, name)
            if (!(health(before) > 1 && health(before) < Infinity)) continue
            expect(health(after)).toBeCloseTo(health(before), 6)
          }
      }),
      { seed: 17, numRuns: 300 },
    )
  })
})
