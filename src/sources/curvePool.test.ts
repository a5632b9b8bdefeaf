import { expect, test } from 'vitest'
import { curvePool } from './curvePool.ts'
import { createFiles } from './files.ts'
import { dataPath, fact, loadWith, memoryFiles, problemsOf } from './testing.ts'

const FILE = dataPath('dex/curve_pools_2026.json')

const load = (pool: string) => loadWith(curvePool, { file: FILE, pool }, createFiles())

test('reads the 3pool in whole tokens and fractions', async () => {
  const { outputs, data, ...rest } = await load('3pool')
  expect(outputs).toEqual({
    balances: {
      DAI: expect.closeTo(27137121.100372, 5),
      USDC: expect.closeTo(27662471.158553, 5),
      USDT: expect.closeTo(108298644.409129, 5),
    },
    a: 4000,
    fee: expect.closeTo(0.00015, 12),
    adminFee: expect.closeTo(1, 12),
  })
  expect(fact({ outputs, data, ...rest }, 'invariant')).toBeCloseTo(163084971.6, 0)
  expect(data[0]!.date).toBe('block 24407242')
})

test('refuses pools on other curves, and names that fit none or several', async () => {
  expect((await problemsOf(() => load('Tricrypto')))[0]).toMatch(/no plain StableSwap pool/)
  expect((await problemsOf(() => load('RAI')))[0]).toMatch(/no plain StableSwap pool/)
  expect((await problemsOf(() => load('4pool')))[0]).toMatch(/0 pools.*choose one of Curve 3pool/)
  expect((await problemsOf(() => load('Curve')))[0]).toMatch(/3 pools/)
})

test('says which field of a broken file is wrong', async () => {
  const pool = { name: 'x', block: 1, fee: -1, tokens: [], balances: [1] }
  const broken = (own: object) =>
    problemsOf(() =>
      loadWith(
        curvePool,
        { file: '/p.json', pool: 'x' },
        memoryFiles({ '/p.json': JSON.stringify([own]) }),
      ),
    )
  expect((await broken(pool))[0]).toMatch(/as many balances as tokens/)
  const problems = await broken({ ...pool, balances: [] })
  expect(problems.some((text) => /fee.*-1.*below 0/.test(text))).toBe(true)
  expect(problems.some((text) => text.includes('a_coefficient'))).toBe(true)
})
