import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Loaded, Params, PositionTable } from '../world/index.ts'
import { finalDrop } from './cascade.ts'
import { syntheticBook } from './syntheticBook.ts'
import { loadWith, memoryFiles, problemsOf } from './testing.ts'

function load(params: Params): Promise<Loaded> {
  return loadWith(syntheticBook, params, memoryFiles({}))
}

/** Cascade into a constant-product pool, one position after the other, from the table alone. */
function cascade(table: PositionTable, reserve: number, price: number, shock: number): number {
  let base = reserve * Math.exp(shock / 2)
  let quote = reserve * price * Math.exp(-shock / 2)
  for (let i = 0; i < table.accounts.length; i++) {
    const [c, d] = [table.start[i]!, table.start[i]! + 1]
    const value = (table.amount[c]! * table.threshold[c]! * quote) / base
    if (value >= table.amount[d]!) break
    quote = (base * quote) / (base + table.amount[c]!)
    base += table.amount[c]!
  }
  return -Math.log(quote / base / price)
}

describe('final drop', () => {
  // validation.md C1: closed form in 25-30 digit arithmetic.
  test.each([
    [0.2, [0.001666481564, 0.01664823001, 0.08288038794, 0.1648929137]],
    [0.4, [0.004980184521, 0.04816742106, 0.2150092766, 0.3897776797]],
    [0.5, [0.0639139693, 0.2067214862, 0.4811498124, 0.700806512]],
    [0.6, [0.7146866221, 0.7678233174, 0.9590772832, 1.148125876]],
    [1.0, [2.515183401, 2.53598225, 2.626580247, 2.736066801]],
  ])('uniform density, r = %d', (r, expected) => {
    ;[0.001, 0.01, 0.05, 0.1].forEach((shock, i) => {
      expect(finalDrop('uniform', r, shock) / expected[i]! - 1).toBeCloseTo(0, 8)
    })
  })

  test('without a shock it is zero up to r = 1/2 and jumps to the upper root beyond', () => {
    expect(finalDrop('uniform', 0.5, 0)).toBe(0)
    expect(finalDrop('uniform', 0.6, 0)).toBeCloseTo(0.708398525, 8)
    expect(finalDrop('uniform', 1, 0)).toBeCloseTo(2.512862417, 8)
    expect(finalDrop('rising', 1, 0)).toBe(0)
  })

  // validation.md C8.
  test.each([
    [0.2, 0.27337, 5],
    [0.26, 0.46699, 5],
    [0.27, 6.41049, 5],
    [0.269092, Number(2 - Math.SQRT2), 2],
  ])('rising density, a = 1, shock %d', (shock, expected, digits) => {
    expect(finalDrop('rising', 1, shock)).toBeCloseTo(expected, digits)
  })

  test('is the smallest root, for any parameters', () => {
    const density = fc.constantFrom('uniform' as const, 'rising' as const)
    const r = fc.double({ min: 0, max: 5, noNaN: true })
    const shock = fc.double({ min: 1e-6, max: 3, noNaN: true })
    fc.assert(
      fc.property(density, r, shock, (kind, slope, s) => {
        const drop = finalDrop(kind, slope, s)
        const gap = (d: number): number =>
          s + 2 * Math.log1p(kind === 'uniform' ? slope * d : (slope * d * d) / 2) - d
        expect(Math.abs(gap(drop))).toBeLessThan(1e-9 * (1 + drop))
        for (let i = 0; i < 200; i++) expect(gap((drop * i) / 201)).toBeGreaterThan(-1e-9)
      }),
    )
  })
})

describe('the book', () => {
  test.each([
    ['uniform', 0.2, 0.05, 5e-5],
    ['uniform', 0.4, 0.05, 5e-5],
    ['uniform', 1, 0.001, 1e-5],
    ['rising', 1, 0.2, 5e-5],
    ['rising', 1, 0.27, 5e-5],
  ] as const)('%s, r %d, shock %d, falls to the closed form', async (density, r, shock, within) => {
    const loaded = await load({ density, r, shock })
    const table = loaded.outputs.positions as PositionTable
    const drop = cascade(table, 10000, 2000, shock)
    expect(Math.abs(drop / finalDrop(density, r, shock) - 1)).toBeLessThan(within)
  })

  test('holds equal collateral, its mass is the density over the range', async () => {
    const loaded = await load({ r: 0.4, shock: 0.1, positions: 1000, baseReserve: 500 })
    const { positions, range, collateralPerPosition, reserveAfter } = loaded.outputs
    const table = positions as PositionTable
    expect(reserveAfter).toBeCloseTo(500 * Math.exp(0.05), 9)
    expect(range).toBeCloseTo(1.02 * 0.3897776797 + 1e-6, 8)
    const mass = 0.4 * Number(reserveAfter) * Number(range)
    expect(Number(collateralPerPosition) * 1000).toBeCloseTo(mass, 9)
    expect(new Set(table.amount.filter((_, k) => table.debt[k] === 0)).size).toBe(1)
    expect(table.amount[1]! > table.amount[3]!).toBe(true)
  })

  test('takes a range of its own, as random placement needs', async () => {
    const loaded = await load({ r: 0.5, shock: 0.01, positions: 2000, range: 7 })
    expect(loaded.outputs.range).toBe(7)
    expect(loaded.outputs.collateralPerPosition).toBeCloseTo(
      (0.5 * 7 * 10000 * Math.exp(0.005)) / 2000,
      9,
    )
  })

  test('says so when the final drop is beyond all bounds', async () => {
    const problems = await problemsOf(() => load({ r: 1, shock: 600 }))
    expect(problems[0]).toMatch(/no final drop below 500 for r 1 and shock 600; lower them/)
  })
})
