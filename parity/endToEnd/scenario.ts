/** Writes scenarios that `breakwater run` takes. */
import type { Move } from './plan.ts'

/** Seconds between blocks of the run: an hour, so that interest matters. */
export const TICK = 3600
/** Blocks of the run; the shock comes with the first. */
export const TICKS = 12

type Entry = { readonly asset: string; readonly amount: string; readonly threshold?: string }

/** An account of a table of positions; amounts in whole tokens. */
export type Row = {
  readonly account: string
  readonly market: string
  readonly collateral: readonly Entry[]
  readonly debt: readonly Entry[]
}

/** Write a table of positions (source `positionsTable`). */
export function bookOf(rows: readonly Row[]): string {
  const list = (entries: readonly Entry[]): string =>
    entries.map(({ asset, amount }) => `${asset}:${amount}`).join(';')
  const thresholds = (entries: readonly Entry[]): string =>
    entries
      .flatMap(({ asset, threshold }) => (threshold ? [`${asset}:${threshold}`] : []))
      .join(';')
  const lines = rows
    .filter(({ collateral, debt }) => collateral.length + debt.length > 0)
    .map((r) =>
      [r.account, r.market, list(r.collateral), list(r.debt), thresholds(r.collateral)].join(','),
    )
  return `account,market,collateral,debt,threshold\n${lines.join('\n')}\n`
}

/** Everything before the instances. @param sources name and file of each table; markets are named alike. */
export function head(
  name: string,
  prices: readonly (readonly [string, string])[],
  sources: readonly (readonly [string, string])[],
): string[] {
  return [
    `name: ${name}`,
    'title: accounts read from a node, a fall of prices, liquidations',
    'description: >',
    '  Written by parity/endToEnd: the state of the real contracts at one block.',
    'parameters:',
    `  hours: { value: ${TICKS}, unit: hours, doc: length of the run, range: [0, 10000] }`,
    '  capital: { value: 10000000000000, unit: USD, doc: money of the liquidator, range: [0, 1000000000000000] }',
    'short: {}',
    `time: { tick: ${TICK}, duration: { hours: $hours } }`,
    'assets:',
    ...prices.map(([asset, price]) => `  ${asset}: { price: ${price} }`),
    'sources:',
    ...sources.map(
      ([market, file]) => `  ${market}: { kind: positionsTable, file: ${file}, market: ${market} }`,
    ),
  ]
}

/** The instances: shock, a market that trades do not move, lenders, a liquidator who always acts. */
export function instances(
  lenders: readonly (readonly [string, readonly string[]])[],
  shock: readonly Move[],
): string[] {
  const names = lenders.map(([name]) => name).join(', ')
  return [
    'instances:',
    '  shock:',
    '    kind: prices/schedule',
    '    shocks:',
    ...shock.map(
      ({ source, from, to, tick }) =>
        `      - { assets: [${source}], drop: ${lossOf(from, to)}, at: ${tick * TICK} }`,
    ),
    '  market: { kind: prices/referenceMarket, drivers: [shock] }',
    ...lenders.flatMap(([name, lines]) => [`  ${name}:`, ...lines]),
    `  liquidator: { kind: agents/liquidator, lenders: [${names}], venue: market, capital: $capital, gas: 0, minProfit: 0, when: always }`,
    'measures: [totalDebt, liquidatedDebt, liquidations, badDebt]',
  ]
}

/** Share of a price that is lost. */
function lossOf(from: bigint, to: bigint): number {
  return Number(from - to) / Number(from)
}
