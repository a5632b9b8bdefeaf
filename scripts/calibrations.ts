/**
 * Fit price processes to the histories in `data/` and write `data/calibrations/*.json`; with `--check`,
 * fit again and fail when a committed number has drifted; with `--check --quick`, take every sample again
 * but fit only what is quick (each process but heston at least once). Names choose some of the files.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  type Calibration,
  type CalibrationInput,
  calibrateFiles,
  type ProcessName,
} from '../src/calibration/index.ts'
import { createFiles } from '../src/sources/index.ts'

type Plan = CalibrationInput & {
  readonly name: string
  readonly processes: readonly ProcessName[]
  /** What `--quick` fits; left out: all. */
  readonly quick?: readonly ProcessName[]
}

const root = resolve(import.meta.dirname, '..')
const bars = (asset: string): string => `prices/${asset}USDT_1h.csv.gz`
const volatile: readonly ProcessName[] = ['gbm', 'jumpDiffusion', 'regimes', 'bootstrap', 'heston']
// A crisis lasts days, so that its variance has no long run of its own for heston to find.
const short: readonly ProcessName[] = ['gbm', 'jumpDiffusion', 'regimes', 'bootstrap']
const defi = ['ETH', 'BTC', 'LINK', 'AAVE', 'UNI', 'CRV'].map(bars)
const majors = ['ETH', 'BTC'].map(bars)
const stables = ['USDC', 'DAI', 'USDT', 'FRAX', 'LUSD', 'sUSD']
const wide = ['prices/defi_tokens_usd_1h_2021_2023.csv.gz']
const implied = ['crises/2023-03_svb_usdc_implied_1m.csv.gz']
const calm = { regime: 'calm', from: '2023-04-01', to: '2023-09-26' } as const

const PLANS: readonly Plan[] = [
  { name: 'majors-calm', files: majors, ...calm, processes: volatile, quick: short },
  { name: 'majors-stress', files: majors, regime: 'stress', processes: short },
  {
    ...{ name: 'majors-all', files: majors, from: '2020-01-01', regime: 'all' },
    ...{ processes: volatile, quick: ['gbm'] },
  },
  { name: 'defi-calm', files: defi, ...calm, processes: volatile, quick: ['gbm', 'regimes'] },
  { name: 'defi-stress', files: defi, regime: 'stress', processes: short },
  {
    name: 'stables-calm',
    files: wide,
    assets: stables,
    regime: 'calm',
    processes: ['ou'],
    quick: [],
  },
  { name: 'stables-stress', files: wide, assets: stables, regime: 'stress', processes: ['ou'] },
  {
    ...{ name: 'stables-svb', files: implied, regime: 'all', step: 300, processes: ['ou'] },
    assets: ['implied_usdc_usd', 'implied_usdt_usd'],
    rename: { implied_usdc_usd: 'USDC', implied_usdt_usd: 'USDT' },
  },
]

/** Where two JSON values differ by more than 1e-4 of a number, or in anything else; null: nowhere. */
function difference(a: unknown, b: unknown, path: string): string | null {
  if (typeof a === 'number' && typeof b === 'number')
    return Math.abs(a - b) <= 1e-4 * Math.max(Math.abs(a), Math.abs(b), 1e-9)
      ? null
      : `${path}: committed ${a}, now ${b}`
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return a === b ? null : `${path}: committed ${JSON.stringify(a)}, now ${JSON.stringify(b)}`
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  for (const key of keys) {
    const found = difference(
      (a as Record<string, unknown>)[key],
      (b as Record<string, unknown>)[key],
      `${path}.${key}`,
    )
    if (found) return found
  }
  return null
}

/** Where a committed calibration differs from what its data give now, among the fits made; null: nowhere. */
function drift(path: string, found: Calibration, name: string): string | null {
  const committed = JSON.parse(readFileSync(path, 'utf8')) as Calibration
  const fitted = found.fits.map((fit) => fit.process)
  const fits = committed.fits.filter((fit) => fitted.includes(fit.process))
  return difference({ ...committed, fits }, found, name)
}

async function main(args: readonly string[]): Promise<number> {
  const known = ['--check', '--quick', ...PLANS.map(({ name }) => name)]
  const unknown = args.find((arg) => !known.includes(arg))
  if (unknown !== undefined) throw new RangeError(`"${unknown}"; use ${known.join(', ')}`)
  const isCheck = args.includes('--check')
  const isQuick = args.includes('--quick')
  if (isQuick && !isCheck) throw new RangeError('--quick fits too little to write; add --check')
  const names = args.filter((arg) => !arg.startsWith('--'))
  const folder = join(root, 'data', 'calibrations')
  mkdirSync(folder, { recursive: true })
  let code = 0
  for (const { name, processes, quick = processes, ...input } of PLANS) {
    if (names.length > 0 && !names.includes(name)) continue
    const files = input.files.map((path) => join(root, 'data', path))
    const chosen = isQuick ? quick : processes
    const found = await calibrateFiles({ ...input, files }, chosen, createFiles())
    const path = join(folder, `${name}.json`)
    const text = `${JSON.stringify(found, null, 1)}\n`
    if (!isCheck) writeFileSync(path, text)
    const wrong = isCheck ? drift(path, JSON.parse(text) as Calibration, name) : null
    if (wrong) code = 1
    const verdicts = found.fits.map(
      ({ process, fits }) => `${process} ${fits ? 'fits' : 'rejected'}`,
    )
    console.log(
      `${name}: ${[`${found.rows} rows`, ...verdicts, ...(wrong ? [wrong] : [])].join(', ')}`,
    )
  }
  return code
}

process.exitCode = await main(process.argv.slice(2))
