import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ImpactTable, Loaded, Params } from '../world/index.ts'
import { createFiles } from './files.ts'
import { poolFalling } from './isotonic.ts'
import { quoteCurve } from './quoteCurve.ts'
import { dataPath, fact, loadWith, memoryFiles, problemsOf } from './testing.ts'

const file = dataPath('dex/1inch_quotes_crvusd_collateral.csv.gz')
const files = createFiles()

function load(params: Params): Promise<Loaded> {
  return loadWith(quoteCurve, { file, ...params }, files)
}

/** Impact of a curve at a size, linear between its sizes. */
function impactAt({ size, impact }: ImpactTable, at: number): number {
  const next = size.findIndex((s) => s >= at)
  if (next <= 0) return next === 0 ? (impact[0]! * at) / size[0]! : Number.NaN
  const share = (at - size[next - 1]!) / (size[next]! - size[next - 1]!)
  return impact[next - 1]! + share * (impact[next]! - impact[next - 1]!)
}

describe('the quotes of 20 November 2023', () => {
  test('WETH into USDC: 17 hours, half a percent on average at the depth of the calibration', async () => {
    const loaded = await load({ sell: 'WETH', buy: 'USDC' })
    const curve = loaded.outputs.curve as ImpactTable
    expect(fact(loaded, 'snapshots')).toBe(17)
    expect(curve.spot).toBeCloseTo(2009.61, 1)
    // calibration.test.ts: 11.3 M USD move the marginal price by 1 %, so the average by 0.5 %.
    expect(impactAt(curve, 11.3e6 / curve.spot)).toBeCloseTo(0.005, 3)
    expect(fact(loaded, 'movedByPooling.max')).toBeLessThan(2e-4)
    expect(loaded.lists![0]!.rows).toHaveLength(curve.size.length)
  })

  test.each([
    ['wstETH', 'WETH'],
    ['TUSD', 'USDC'],
    ['USDC', 'WETH'],
    ['sfrxETH', 'WBTC'],
  ])('%s into %s: sizes rise, impact never falls and stays within 0 and 1', async (sell, buy) => {
    const curve = (await load({ sell, buy })).outputs.curve as ImpactTable
    expect(curve.spot).toBeGreaterThan(0)
    curve.size.forEach((size, i) => {
      expect(size).toBeGreaterThan(i === 0 ? 0 : curve.size[i - 1]!)
      expect(curve.impact[i]).toBeGreaterThanOrEqual(i === 0 ? 0 : curve.impact[i - 1]!)
      expect(curve.impact[i]).toBeLessThan(1)
    })
  })

  test('one hour has the sizes of its own quotes', async () => {
    const loaded = await load({
      sell: 'WETH',
      buy: 'USDC',
      at: '2023-11-20T05:30',
      assets: ['E', 'U'],
    })
    const curve = loaded.outputs.curve as ImpactTable
    expect([curve.sell, curve.buy]).toEqual(['E', 'U'])
    expect(fact(loaded, 'snapshots')).toBe(1)
    expect(curve.size).toHaveLength(20)
    expect(loaded.data[0]!.date).toBe('2023-11-20T05')
  })

  test('an address stands for its symbol, whatever its case', async () => {
    const sell = '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2'
    const [a, b] = [await load({ sell, buy: 'USDC' }), await load({ sell: 'WETH', buy: 'USDC' })]
    expect((a.outputs.curve as ImpactTable).impact).toEqual((b.outputs.curve as ImpactTable).impact)
  })
})

const A = `0x${'a'.repeat(40)}`
const B = `0x${'b'.repeat(40)}`
const PAIR = { sell: A, buy: B, sellDecimals: 2, buyDecimals: 1 }

function loadRows(rows: readonly (readonly [number, number, number])[], params: Params = {}) {
  const lines = rows.map(
    ([time, sold, bought]) => `${A},${B},${100 * sold},${10 * bought},${time}\n`,
  )
  const text = `src,dst,in_amount,out_amount,timestamp\n${lines.join('')}`
  const given = { file: '/q.csv', ...PAIR, ...params }
  return loadWith(quoteCurve, given, memoryFiles({ '/q.csv': text }))
}

describe('any quotes', () => {
  test('a pool without noise is found again at the sizes that were quoted', async () => {
    const reserve = fc.double({ min: 1e4, max: 1e9, noNaN: true })
    await fc.assert(
      fc.asyncProperty(
        reserve,
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        async (x, price) => {
          const sizes = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.3].map((share) => share * x)
          const bought = (s: number): number => (price * x * s) / (x + s)
          const rows = [0, 3600, 7200].flatMap((t) => sizes.map((s) => [t, s, bought(s)] as const))
          const { curve } = (await loadRows(rows)).outputs as { curve: ImpactTable }
          expect(curve.spot / price).toBeCloseTo(1, 3)
          curve.size.forEach((s, i) => {
            expect(s / sizes[i]!).toBeCloseTo(1, 9)
            expect(curve.impact[i]).toBeCloseTo(s / (x + s), 3)
          })
        },
      ),
      { numRuns: 50 },
    )
  })

  test('a size that fewer than half of the hours reach is left out', async () => {
    const rows = [0, 1, 2].flatMap(
      (h) =>
        [
          [3600 * h, 1, 2],
          [3600 * h, 10, 19],
        ] as const,
    )
    const { curve } = (await loadRows([...rows, [0, 100, 150]])).outputs as { curve: ImpactTable }
    expect([...curve.size]).toEqual([1, 10])
  })

  test('pooling keeps the mean and the order, and changes nothing that is in order', () => {
    const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1 })
    fc.assert(
      fc.property(values, (given) => {
        const pooled = poolFalling(given)
        const mean = (of: readonly number[]): number => of.reduce((s, x) => s + x, 0) / of.length
        expect(mean(pooled)).toBeCloseTo(mean(given), 6)
        for (let i = 1; i < pooled.length; i++)
          expect(pooled[i]! - pooled[i - 1]!).toBeLessThanOrEqual(1e-9)
        const sorted = given.toSorted((a, b) => b - a)
        expect(poolFalling(sorted)).toEqual(sorted)
      }),
    )
    expect(poolFalling([3, 1, 2, 2, 5, 0])).toEqual([3, 2.5, 2.5, 2.5, 2.5, 0])
  })
})

describe('refused with the value and what to do', () => {
  test.each([
    ['an unknown symbol', { sell: 'XYZ' }, 'sell: "XYZ" is not known; write one of WETH'],
    ['an address without decimals', { buyDecimals: -1 }, 'or an address and "buyDecimals"'],
    ['a pair without quotes', { sell: 'WETH' }, '/q.csv: has no quote of WETH for 0xbb'],
    ['another hour', { at: '1970-01-01T09:00' }, 'write "median" or an hour of 1970-01-01T00'],
    ['no time', { at: 'noon' }, 'at "noon" there is no quote'],
    ['three names', { assets: ['a', 'b', 'c'] }, 'assets: 3 names; give 2 or none'],
  ])('%s', async (_, params, problem) => {
    const problems = await problemsOf(() => loadRows([[0, 1, 2]], params))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(problem)
  })

  test('quotes that buy nothing', async () => {
    const problems = await problemsOf(() => loadRows([[0, 1, 0]]))
    expect(problems[0]).toMatch(/small quotes .* buy nothing/)
  })

  test('an amount that is no number, with line and column', async () => {
    const problems = await problemsOf(() => loadRows([[0, Number.NaN, 1]]))
    expect(problems[0]).toContain('/q.csv:2:3: "NaN" is no amount')
  })
})
