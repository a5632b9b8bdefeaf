import { runScenario } from '../experiments/index.ts'
import { PACKAGE_VERSION } from '../experiments/version.ts'
import { philox4x32 } from '../math/index.ts'
import { MODELS } from '../mechanisms/index.ts'
import { parseScenario } from '../scenario/index.ts'

type Check = { readonly name: string; readonly run: () => Promise<string> | string }

/** A world small enough to run at once, and real enough to touch every floor. */
const TINY = `
name: doctor
title: doctor
time: { tick: 12, duration: 120 }
assets: { X: { price: 100 } }
sources:
  book: { kind: identicalPositions, group: X, collateral: 1, debtAsset: USD, debt: 70 }
instances:
  fall: { kind: prices/schedule, shocks: [{ assets: [X], drop: 0.2, over: 60 }] }
  market: { kind: prices/referenceMarket, drivers: [fall] }
  lender:
    kind: lending/compoundV2
    oracle: market
    positions: '@book.positions'
    markets: { X: { collateralFactor: 0.8, cash: 1 }, USD: { collateralFactor: 0 } }
  liquidator: { kind: agents/liquidator, lenders: [lender], venue: market, capital: 1000, minProfit: 0, gas: 0 }
order: { asset: X }
`

const CHECKS: readonly Check[] = [
  {
    name: 'node',
    run: () => {
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
      if (major < 22 || (major === 22 && minor < 18))
        throw new Error(`${process.versions.node} is too old; install Node 22.18 or later`)
      return process.versions.node
    },
  },
  {
    name: 'arithmetic',
    run: () => {
      const out = new Uint32Array(4)
      philox4x32(0, 0, 0, 0, 0, 0, out)
      if (out[0] !== 0x6627e8d5) throw new Error('Philox4x32-10 differs from its known answer')
      return 'Philox4x32-10 gives its known answer'
    },
  },
  { name: 'models', run: () => `${MODELS.length} kinds` },
  {
    name: 'engine',
    run: async () => {
      const { document } = await runScenario(parseScenario(TINY, 'doctor.yaml'), { checked: true })
      const liquidations = document.measures.find((m) => m.name === 'liquidations')?.value ?? 0
      if (liquidations < 1) throw new Error('the test world liquidated nobody')
      return `test world ran in checked mode, ${liquidations} liquidations`
    },
  },
  {
    name: 'workers',
    run: async () => {
      const scenario = parseScenario(TINY, 'doctor.yaml')
      const [one, two] = await Promise.all(
        [1, 2].map((workers) => runScenario(scenario, { paths: 4, workers })),
      )
      if (JSON.stringify(one!.document) !== JSON.stringify(two!.document))
        throw new Error('two worker threads give other results than none')
      return 'two worker threads give the results of none'
    },
  },
  {
    name: 'parquet',
    run: async () => {
      const { version } = await import('@duckdb/node-api')
      return `DuckDB ${version()}`
    },
  },
]

/**
 * Check that this installation can run.
 * @returns the exit code: 0 when all is well, 2 when something must be mended.
 */
export async function doctorCommand(): Promise<number> {
  process.stdout.write(`breakwater ${PACKAGE_VERSION}\n`)
  let code = 0
  for (const { name, run } of CHECKS) {
    try {
      process.stdout.write(`ok    ${name}: ${await run()}\n`)
    } catch (error) {
      code = 2
      const text = error instanceof Error ? error.message : String(error)
      process.stdout.write(`FAIL  ${name}: ${text}\n`)
    }
  }
  return code
}
