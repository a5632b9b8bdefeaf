import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const ROOT = new URL('../', import.meta.url)
const folder = mkdtempSync(join(tmpdir(), 'breakwater-contributing-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Code blocks of CONTRIBUTING.md that say which file they are. */
const examples = [
  ...readFileSync(new URL('CONTRIBUTING.md', ROOT), 'utf8').matchAll(
    /<!-- file: (\S+) -->\n```ts\n([\s\S]*?)```/g,
  ),
].map(([, path, code]) => ({ path: path!, code: code! }))

const SPEC = `{
  assets: [{ name: 'USD', price: 1, kind: 'numeraire' }, { name: 'X', price: 100, kind: 'volatile' },
    { name: 'D', price: 1, kind: 'stable' }],
  tickSeconds: 12,
  ticks: 50,
  chains: [{ name: 'main', kind: 'test', chain: 'main', params: {} }],
  instances: [
    { name: 'market', kind: 'prices/referenceMarket', chain: 'main',
      params: { drivers: [], depth: [{ asset: 1, value: 1e4 }, { asset: 2, value: 1e9 }], depthUnit: 1, permanent: 1, halfLife: 60, fee: 0, newsMove: 0.001 } },
    { name: 'drip', kind: 'agents/drip', chain: 'main', params: { venue: 'market', asset: 1, amount: 10, gas: 0 } },
    { name: 'smoothed', kind: 'oracles/smoothed', chain: 'main', params: { source: 'market', halfLife: 120 } },
    { name: 'pair', kind: 'lending/isolatedPair', chain: 'main',
      params: { oracle: 'market', collateralAsset: 1, loanAsset: 2, lltv: 0.86, borrowRate: 0.1, cash: 500,
        positions: { accounts: ['thin', 'thick'], assets: ['X', 'D'], start: Int32Array.of(0, 2, 4),
          asset: Int32Array.of(0, 1, 0, 1), debt: Uint8Array.of(0, 1, 0, 1),
          amount: Float64Array.of(1, 84, 1, 60), threshold: new Float64Array(4).fill(NaN) } } },
    { name: 'liquidator', kind: 'agents/liquidator', chain: 'main',
      params: { lenders: ['pair'], venue: 'market', capital: 1e4, settlement: 0, detectionDelay: 0, gas: 0, bid: 0,
        minProfit: 0.1, when: 'profitable' } },
  ],
}`

/** A script that builds a world with the example models, steps it and prints what came of it. */
function script(): string {
  const root = (path: string): string => JSON.stringify(new URL(path, ROOT).href)
  return `
    import { buildWorld, createStepper } from ${root('src/engine/index.ts')}
    import { MODELS } from ${root('src/mechanisms/index.ts')}
    import { EVENT_NAMES } from ${root('src/world/index.ts')}
    import { smoothed } from './smoothed.ts'
    import { drip } from './drip.ts'
    import { isolatedPair } from './model.ts'
    const chain = { kind: 'test', phase: 'chain', doc: '', params: {}, external: false, columns: () => ({}),
      create: () => ({ ports: { chain: { name: 'main', blockSeconds: 12, order: 'bid', rounds: 1, gasLimit: 1e9,
        number: () => 0, due: () => true, baseFee: () => 0, gasUsd: () => 0, close() {} } } }) }
    const world = buildWorld(${SPEC}, [...MODELS, smoothed, drip, isolatedPair, chain], { seed: 1, checked: true })
    const step = createStepper(world)
    for (let k = 0; k < 50; k++) step()
    const price = name => world.port('priceSource', name).price(1)
    const pair = world.port('lender', 'pair')
    const c = world.trace.columns
    const liquidated = []
    for (let e = 0; e < world.trace.length; e++)
      if (EVENT_NAMES[c.kind[e]] === 'liquidation') liquidated.push([c.row[e], c.x[e], c.y[e]])
    console.log(JSON.stringify({ market: price('market'), smoothed: price('smoothed'), liquidated,
      claims: pair.claims(2), cash: pair.cash(2), left: [...pair.book.amount] }))
  `
}

type Found = {
  readonly market: number
  readonly smoothed: number
  /** Row, USD repaid and USD seized of each liquidation. */
  readonly liquidated: readonly (readonly [number, number, number])[]
  readonly claims: number
  readonly cash: number
  /** Entries of the book: collateral and debt of each row. */
  readonly left: readonly number[]
}

function runAll(): Found {
  for (const { path, code } of examples) {
    const absolute = code.replaceAll(
      /from '(\.\.\/[^']+)'/g,
      (_, to: string) => `from '${new URL(to, new URL(path, ROOT)).href}'`,
    )
    writeFileSync(join(folder, basename(path)), absolute)
  }
  const file = join(folder, 'run.ts')
  writeFileSync(file, script())
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const { stdout, stderr } = spawnSync(process.execPath, [pathToFileURL(file).pathname], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  return JSON.parse(stdout) as Found
}

describe('the worked examples of CONTRIBUTING.md', () => {
  it('are one file each, of the size of an example', () => {
    const lines = Object.fromEntries(
      examples.map(({ path, code }) => [basename(path), code.split('\n').length]),
    )
    expect(Object.keys(lines)).toEqual(['smoothed.ts', 'drip.ts', 'model.ts'])
    expect(lines['smoothed.ts']).toBeLessThan(50)
    expect(lines['drip.ts']).toBeLessThan(50)
    expect(lines['model.ts']).toBeLessThan(121)
  })

  it('run in a world: the seller pushes the price, the average follows, the thin loan is liquidated', () => {
    const { market, smoothed, liquidated, claims, cash, left } = runAll()
    // A depth of 10,000 USD per 1 % at 100 USD is 1e-4 in log price per token; 500 tokens are sold,
    // and what the liquidator seized.
    const [row, repaid, seized] = liquidated[0]!
    expect(liquidated).toHaveLength(1)
    expect(row).toBe(0)
    expect(market).toBeLessThan(100 * Math.exp(-50 * 10 * 1e-4))
    expect(market).toBeGreaterThan(100 * Math.exp(-(50 * 10 + 1) * 1e-4))
    expect(smoothed).toBeGreaterThan(market)
    expect(smoothed).toBeLessThan(100)
    // 84 of debt with 10 % a year, liquidated whole below 84 / 0.86 = 97.67 USD; bonus of Morpho Blue.
    expect(repaid).toBeGreaterThan(84)
    expect(repaid).toBeLessThan(84.01)
    expect(seized / repaid).toBeCloseTo(1 / (1 - 0.3 * 0.14), 9)
    expect(left[0]).toBeGreaterThan(0)
    expect(Math.abs(left[1]!)).toBe(0)
    expect(left[3]).toBe(-60)
    // What was repaid is in USD, and buying it moved the price of D a little.
    expect(cash).toBeCloseTo(500 + repaid, 5)
    expect(claims).toBeGreaterThan(644)
    expect(claims).toBeLessThan(644.01)
  })
})
