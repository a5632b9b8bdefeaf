import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { smallWorld } from '../../test/conformance/model.ts'
import { concentrated, tablePrice } from '../mechanisms/liquidity/index.ts'
import type { Loaded, Params, Pool, TickTable } from '../world/index.ts'
import { depthPool } from './depthPool.ts'
import { loadWith, memoryFiles, problemsOf } from './testing.ts'

const given = { base: 'wstETH', quote: 'ETH', price: 1.15, depth: 5000 }
const BASE = 2
const QUOTE = 1

function load(params: Params = {}): Promise<Loaded> {
  return loadWith(depthPool, { ...given, ...params }, memoryFiles({}))
}

async function tableOf(params: Params = {}): Promise<TickTable> {
  return (await load(params)).outputs.ticks as TickTable
}

/** The real pool over a table, at a price, and a holder who can always pay. */
function poolOver(ticks: TickTable, price: number): { pool: Pool; outside: number } {
  const world = smallWorld({ pool: [concentrated, { ticks, base: BASE, quote: QUOTE, price }] })
  return { pool: world.port('pool', 'pool'), outside: world.ledger.holders - 1 }
}

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true })

describe('a pool of stated depth', () => {
  test('falls by exactly 1 % when the depth is sold, either asset, whatever the parameters', async () => {
    await fc.assert(
      fc.asyncProperty(
        between(1e-6, 1e6),
        between(1, 1e9),
        between(0.02, 0.99),
        between(0, 0.1),
        fc.constantFrom(1, 10, 60, 200),
        async (price, depth, range, fee, tickSpacing) => {
          const ticks = await tableOf({ price, depth, range, fee, tickSpacing })
          const sold = poolOver(ticks, price)
          expect(sold.pool.price() / price).toBeCloseTo(1, 12)
          sold.pool.swap(BASE, QUOTE, depth / price, sold.outside, -1)
          expect(sold.pool.price() / price).toBeCloseTo(0.99, 12)
          const bought = poolOver(ticks, price)
          bought.pool.swap(QUOTE, BASE, depth, bought.outside, -1)
          expect(price / bought.pool.price()).toBeCloseTo(0.99, 12)
        },
      ),
      { numRuns: 50 },
    )
  })

  test('keeps that depth with a narrow band, and is shallower beyond it', async () => {
    const narrow = await tableOf({ band: 0.03, tail: 0.05 })
    const { pool, outside } = poolOver(narrow, 1.15)
    const even = poolOver(await tableOf(), 1.15)
    pool.swap(BASE, QUOTE, 5000 / 1.15, outside, -1)
    expect(pool.price() / 1.15).toBeCloseTo(0.99, 12)
    even.pool.swap(BASE, QUOTE, 5000 / 1.15, even.outside, -1)
    for (const target of [0.9, 0.8]) {
      const [shallow, deep] = [pool, even.pool].map((p) => p.amountTo(BASE, QUOTE, target))
      expect(shallow).toBeLessThan(0.5 * deep!)
    }
    expect([...narrow.net].map((net) => net / narrow.liquidity)).toEqual(
      [0.05, 0.95, -0.95, -0.05].map((net) => expect.closeTo(net, 12)),
    )
  })

  test('ends at its range: what does not fit is not filled', async () => {
    const { pool } = poolOver(await tableOf({ range: 0.2 }), 1.15)
    const all = pool.amountTo(BASE, QUOTE, 1e-9)
    expect(pool.quote(BASE, QUOTE, all * 0.999)).toBeGreaterThan(0)
    expect(pool.quote(BASE, QUOTE, all * 1.001)).toBe(0)
    const end = pool.amountTo(BASE, QUOTE, 1.15 * 0.795)
    expect(end).toBeGreaterThan(0.99 * all)
  })

  test('has ticks on its spacing around the range, and a price of its own', async () => {
    const table = await tableOf({ tickSpacing: 60, range: 0.3 })
    expect([...table.ticks].every((tick) => tick % 60 === 0)).toBe(true)
    expect(1.0001 ** table.ticks[0]!).toBeLessThanOrEqual(1.15 * 0.7)
    expect(1.0001 ** table.ticks.at(-1)!).toBeGreaterThanOrEqual(1.15 * 1.3)
    expect(tablePrice(table)).toBeCloseTo(1.15, 12)
    expect(1.0001 ** table.tick).toBeLessThanOrEqual(1.15)
    expect(1.0001 ** (table.tick + 1)).toBeGreaterThan(1.15)
  })

  test('stays within the ticks that exist for every price that it takes', async () => {
    for (const price of [1e-18, 1e18]) {
      const { ticks } = await tableOf({ price, range: 0.999, tickSpacing: 16384 })
      for (const tick of ticks) expect(Math.abs(tick)).toBeLessThanOrEqual(887272)
    }
  })

  test('says that its depth is an assumption, and which parameter changes it', async () => {
    const { assumptions, data } = await load()
    expect(data).toEqual([])
    expect(assumptions[0]).toMatchObject({ value: 5000, unit: 'ETH per 1 %', parameter: 'depth' })
    expect((await load({ band: 0.05 })).assumptions[1]).toMatchObject({ parameter: 'band' })
  })
})

describe('a pool of stated depth is refused', () => {
  test.each([
    [{ quote: 'wstETH' }, /base and quote are both "wstETH"; name two assets/],
    [{ band: 0.01 }, /band 0.01 .* must be at least 0.02/],
    [{ band: 0.5 }, /end inside the range 0.5/],
    [{ band: 0.2, range: 0.1 }, /end inside the range 0.1/],
  ])('%j', async (params, message) => {
    const problems = await problemsOf(() => load(params))
    expect(problems.join()).toMatch(message)
  })
})
