import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunOptions, type RunOutcome, runScenario } from '../experiments/index.ts'
import { parseScenario, type Scenario } from '../scenario/index.ts'

/** What tests change in the small scenario. */
export type SmallCrash = {
  readonly title?: string
  readonly drop?: number
  readonly vol?: number
  /** Two protocols with the same forty accounts each. */
  readonly pair?: boolean
  /** Compare both price sources of the lenders over the shock. */
  readonly compare?: boolean
  readonly minutes?: number
  /** A breaker that halts liquidations for two minutes, and a margin that follows volatility. */
  readonly guarded?: boolean
}

function lender(name: string): string {
  return `  ${name}:
    kind: lending/compoundV2
    oracle: $prices
    closeFactor: 0.5
    liquidationBonus: $bonus
    protocolSeizeShare: 0
    positions: '@book.positions'
    markets:
      X: { collateralFactor: 0.8, exchangeRate: 1, cash: 1.0e+6 }
      USD: { collateralFactor: 0, exchangeRate: 1, cash: 0 }`
}

const DEFENCES = `
defences:
  breaker: { kind: controls/breaker, targets: [lender], flags: [liquidating], assets: [X], source: market, watched: [X], move: 0.1, latency: 24, resumeAfter: { minutes: 2 } }
  margin: { kind: controls/dynamicMargin, targets: [lender], assets: [X], terms: [liquidationThreshold], source: market, vol: 1, interval: 60, minDelay: 120 }
`

function textOf(change: SmallCrash): string {
  const { title = 'A small crash', drop = 0.45, vol = 0, minutes = 20 } = change
  return `
name: small-crash
title: ${JSON.stringify(title)}
description: Forty accounts, one market, one pool.
parameters:
  drop: { value: ${drop}, unit: fraction, doc: fall of X, range: [0, 0.9] }
  vol: { value: ${vol}, unit: 1/sqrt(year), doc: noise }
  depth: { value: 6000, unit: USD, doc: sale that moves X by 1 %, assumption: true, source: guessed }
  bonus: { value: 0.08, unit: fraction, doc: bonus, range: [0, 0.09], assumption: true, source: guessed }
  prices: { value: feed, unit: choice, options: [feed, slowFeed], doc: who tells the lenders the price }
  idle: { value: 0, unit: 1/hour, doc: nothing, assumption: true }${change.guarded ? '\n  defences: { value: all, unit: choice, doc: what is switched on }' : ''}
time: { tick: 12, duration: { minutes: ${minutes} } }
assets:
  X: { price: 100 }
sources:
  book: { kind: positionsTable, file: positions.csv, market: main }
chains:
  main: { gasPrice: $idle }
instances:
  fall: { kind: prices/schedule, shocks: [{ assets: [X], drop: $drop, over: { minutes: 4 } }] }
  noise: { kind: prices/gbm, assets: [X], vol: $vol }
  market: { kind: prices/referenceMarket, drivers: [fall, noise], depth: { X: $depth } }
  pool: { kind: liquidity/constantProduct, base: X, quote: USD, baseReserve: 100 }
  feed: { kind: oracles/feed, source: market, assets: [X], gas: 0 }
  slowFeed: { kind: oracles/feed, source: market, assets: [X], gas: 0, latency: 100000 }
${change.pair ? `${lender('lender')}\n${lender('other')}` : lender('lender')}
  liquidators:
    { kind: agents/liquidator, lenders: [${change.pair ? 'lender, other' : 'lender'}], venue: market, capital: 5000, gas: 0, minProfit: 0 }
order: { measure: badDebt, shock: drop, ${change.compare ? 'compare: prices, ' : ''}asset: X, source: market }
measures: [badDebt, liquidations${change.pair ? ', "badDebt[other]"' : ''}]
${change.guarded ? DEFENCES : ''}`
}

/** Ten large accounts and thirty small ones; health factors are spread from 1.07 to 1.6. */
function positions(): string {
  const rows = Array.from({ length: 40 }, (_, k) => {
    const size = k < 10 ? 50 : 5
    return `"<b>account ${k}</b>",main,X:${size},USD:${size * (50 + (k % 10) * 2.75)},`
  })
  return `account,market,collateral,debt,threshold\n${rows.join('\n')}\n`
}

/** Write the positions and give the scenario that reads them. */
function smallScenario(change: SmallCrash): Scenario {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-small-'))
  writeFileSync(join(folder, 'positions.csv'), positions())
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return parseScenario(textOf(change), join(folder, 'small-crash.yaml'))
}

/** Run a small scenario: forty accounts, X falling by 45 % in four minutes. */
export function smallCrash(change: SmallCrash = {}, options: RunOptions = {}): Promise<RunOutcome> {
  return runScenario(smallScenario(change), options)
}

// Started by a test, because a test runner rewrites the functions that are sent to the browser.
if (import.meta.main) {
  const { writeReportFiles } = await import('./index.ts')
  await writeReportFiles(await smallCrash(), process.argv[2]!)
}
