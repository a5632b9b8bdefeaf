import { describe, expect, it } from 'vitest'
import { cholesky } from '../math/index.ts'
import { calibration } from './calibration.ts'
import { createFiles } from './files.ts'
import { SourceError } from './problems.ts'
import { dataPath, fact, loadWith, memoryFiles, problemsOf } from './testing.ts'

type Pair = { readonly a: string; readonly b: string; readonly correlation: number }

const pair = (a: string, b: string, correlation: number): Pair => ({ a, b, correlation })
const file = {
  version: 1,
  regime: 'calm',
  assets: ['X', 'Y', 'Z'],
  rows: 1000,
  from: '2023-01-01T00:00Z',
  to: '2023-02-01T00:00Z',
  fits: [
    {
      process: 'gbm',
      verdict: 'fits',
      parameters: [{ name: 'X.vol', value: 0.5, error: 0.01, unit: '1/sqrt(year)' }],
      settings: {
        vols: { X: 0.5, Y: 1, Z: 2 },
        pairs: [pair('X', 'Y', 0.8), pair('Z', 'X', 0.5), pair('Y', 'Z', 0.6)],
      },
    },
    {
      process: 'regimes',
      verdict: 'rejected because X: ...',
      parameters: [],
      settings: {
        regimes: [
          {
            name: 'calm',
            vols: { X: 1, Y: 2, Z: 3 },
            pairs: [pair('X', 'Y', 0.1)],
            jumpsPerYear: 0,
          },
          { name: 'stress', vols: { X: 4, Y: 5, Z: 6 }, pairs: [], jumpsPerYear: 9 },
        ],
        jumpMeans: { X: -0.1, Y: -0.2, Z: -0.3 },
        mixing: 3600,
      },
    },
  ],
}
const files = (content: unknown = file) =>
  memoryFiles({ '/c.json': typeof content === 'string' ? content : JSON.stringify(content) })
const load = (params: object = {}, content?: unknown) =>
  loadWith(calibration, { file: '/c.json', ...params }, files(content))

describe('a calibration as a source', () => {
  it('gives parameters under the names of the file, with errors and verdict beside them', async () => {
    const loaded = await load()
    expect(loaded.outputs.vols).toEqual({ X: 0.5, Y: 1, Z: 2 })
    expect(loaded.outputs.relative).toEqual({ X: 1, Y: 2, Z: 4 })
    const pairs = loaded.outputs.pairs as readonly Pair[]
    expect(pairs.map(({ a, b }) => a + b)).toEqual(['XY', 'XZ', 'YZ'])
    pairs.forEach(({ correlation }, i) => {
      expect(correlation).toBeCloseTo([0.8, 0.5, 0.6][i]!, 12)
    })
    expect([fact(loaded, 'X.vol'), fact(loaded, 'X.vol.error')]).toEqual([0.5, 0.01])
    expect(loaded.remarks).toEqual(['gbm on 1000 returns (calm): fits'])
    expect(loaded.assumptions).toEqual([])
  })

  it('takes other names for assets, at any depth, and says what is only like another', async () => {
    const assets = [
      { asset: 'P', like: 'Y' },
      { asset: 'X', like: 'X' },
    ]
    const { outputs, assumptions } = await load({ process: 'regimes', assets })
    expect(outputs.regimes).toEqual([
      { name: 'calm', vols: { P: 2, X: 1 }, pairs: [pair('P', 'X', 0.1)], jumpsPerYear: 0 },
      { name: 'stress', vols: { P: 5, X: 4 }, pairs: [pair('P', 'X', 0)], jumpsPerYear: 9 },
    ])
    expect([outputs.jumpMeans, outputs.jumpsPerYear]).toEqual([{ P: -0.2, X: -0.1 }, 9])
    expect(assumptions.map((a) => `${a.name} ${a.value}`)).toEqual(['P moves like Y'])
  })

  it('keeps correlations of a joint distribution when several assets are like one', async () => {
    const assets = ['X', 'Y', 'Z', 'X', 'X', 'Z'].map((like, i) => ({ asset: `A${i}`, like }))
    const pairs = (await load({ assets })).outputs.pairs as readonly Pair[]
    const matrix = new Float64Array(36)
    for (let i = 0; i < 6; i++) matrix[i * 7] = 1
    for (const { a, b, correlation } of pairs) {
      const [i, j] = [Number(a.slice(1)), Number(b.slice(1))]
      matrix[i * 6 + j] = matrix[j * 6 + i] = correlation
    }
    expect(cholesky(matrix, 6, new Float64Array(36))).toBe(true)
    // A further X has X's link to Y, and to X what Y and Z explain of it: R squared 0.6406.
    expect(matrix[3 * 6 + 1]).toBeCloseTo(0.8, 12)
    expect(matrix[3 * 6]).toBeCloseTo(0.640625, 12)
  })

  it.each([
    [
      'no such fit',
      file,
      { process: 'heston' },
      /no fit of "heston".*gbm, regimes.*--process heston/,
    ],
    ['another version', { ...file, version: 2 }, {}, /version 1/],
    ['an unknown asset', file, { assets: [{ asset: 'Q', like: 'W' }] }, /"Q" is like "W".*X, Y, Z/],
    ['no JSON', '{', {}, /not JSON/],
    ['a list', [], {}, /no JSON object/],
  ])('refuses %s', async (_, content, params, text) => {
    const problems = await problemsOf(() => load(params, content))
    expect(problems.join('\n')).toMatch(text)
    await expect(load(params, content)).rejects.toThrow(SourceError)
  })

  it('reads every calibration of data/', async () => {
    for (const name of ['majors-calm', 'defi-stress', 'stables-svb', 'stables-calm']) {
      const path = dataPath(`calibrations/${name}.json`)
      const process = name.startsWith('stables') ? 'ou' : 'regimes'
      const { outputs, facts } = await loadWith(calibration, { file: path, process }, createFiles())
      expect(Object.keys(outputs)).toContain(process === 'ou' ? 'pegs' : 'regimes')
      expect(facts.length).toBeGreaterThan(10)
      expect(facts.every(({ value }) => Number.isFinite(value))).toBe(true)
    }
  })
})
