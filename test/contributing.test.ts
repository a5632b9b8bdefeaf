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
  assets: [{ name: 'USD', price: 1, kind: 'numeraire' }, { name: 'X', price: 100, kind: 'volatile' }],
  tickSeconds: 12,
  ticks: 50,
  chains: [{ name: 'main', kind: 'test', chain: 'main', params: {} }],
  instances: [
    { name: 'market', kind: 'prices/referenceMarket', chain: 'main',
      params: { drivers: [], depth: [{ asset: 1, value: 1e4 }], depthUnit: 1, permanent: 1, halfLife: 60, fee: 0, newsMove: 0.001 } },
    { name: 'drip', kind: 'agents/drip', chain: 'main', params: { venue: 'market', asset: 1, amount: 10, gas: 0 } },
    { name: 'ema', kind: 'oracles/ema', chain: 'main', params: { source: 'market', halfLife: 120 } },
  ],
}`

/** A script that builds a world with the example models, steps it and prints two prices. */
function script(): string {
  const root = (path: string): string => JSON.stringify(new URL(path, ROOT).href)
  return `
    import { buildWorld, createStepper } from ${root('src/engine/index.ts')}
    import { MODELS } from ${root('src/mechanisms/index.ts')}
    import { ema } from './ema.ts'
    import { drip } from './drip.ts'
    const chain = { kind: 'test', phase: 'chain', doc: '', params: {}, external: false, columns: () => ({}),
      create: () => ({ ports: { chain: { name: 'main', blockSeconds: 12, order: 'bid', rounds: 1, gasLimit: 1e9,
        number: () => 0, due: () => true, baseFee: () => 0, gasUsd: () => 0, close() {} } } }) }
    const world = buildWorld(${SPEC}, [...MODELS, ema, drip, chain], { seed: 1, checked: true })
    const step = createStepper(world)
    for (let k = 0; k < 50; k++) step()
    const price = name => world.port('priceSource', name).price(1)
    console.log(JSON.stringify([price('market'), price('ema')]))
  `
}

describe('the worked examples of CONTRIBUTING.md', () => {
  it('are one file each, of the size of an example', () => {
    expect(examples.map(({ path }) => basename(path))).toEqual(['ema.ts', 'drip.ts'])
    for (const { code } of examples) expect(code.split('\n').length).toBeLessThan(50)
  })

  it('run in a world: the seller pushes the price, the average follows', () => {
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
    const [market, average] = JSON.parse(stdout) as [number, number]
    // A depth of 10,000 USD per 1 % at 100 USD is 1e-4 in log price per token; 500 tokens are sold.
    expect(market).toBeCloseTo(100 * Math.exp(-50 * 10 * 1e-4), 6)
    expect(average).toBeGreaterThan(market)
    expect(average).toBeLessThan(100)
  })
})
