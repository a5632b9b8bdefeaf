import type { MeasureResult } from '../experiments/index.ts'
import { inUnit } from './format.ts'
import { withInterval } from './riskText.ts'

/** Who stands in the world: a row of losses. */
export type InteractionRow = {
  readonly world: string
  /** Losses of lenders with their borrowers, of dealers, and of both; null where there is none to tell. */
  readonly lending: MeasureResult | null
  readonly dealers: MeasureResult | null
  readonly together: MeasureResult | null
}

/** Names of the measures in the table, row by row. */
const ROWS: readonly (readonly [string, string, string, string])[] = [
  ['both', 'loss', 'dealerLoss', 'jointLoss'],
  ['dealers absent', 'lossWithoutDealers', '', 'lossWithoutDealers'],
  ['lending absent', '', 'dealerLossWithoutLending', 'dealerLossWithoutLending'],
  ['interaction', 'lossByDealers', 'dealerLossByLending', 'interactionLoss'],
]

/** Columns of the table. */
export const INTERACTION_COLUMNS = ['lending', 'dealers', 'together'] as const

/**
 * Lay out the losses with dealers absent, with lending absent, and with both.
 * @returns no rows where the run did not compare them.
 */
export function interactionRows(measures: readonly MeasureResult[]): readonly InteractionRow[] {
  const find = (name: string): MeasureResult | null => measures.find((m) => m.name === name) ?? null
  if (ROWS.some((row) => row.slice(1).some((name) => name !== '' && find(name)?.value == null)))
    return []
  return ROWS.map(([world, lending, dealers, together]) => ({
    ...{ world, lending: find(lending), dealers: find(dealers), together: find(together) },
  }))
}

/** Names of the measures that the table shows. */
export function inInteraction(rows: readonly InteractionRow[]): ReadonlySet<string> {
  return new Set(
    rows.flatMap((row) => INTERACTION_COLUMNS.flatMap((column) => row[column]?.name ?? [])),
  )
}

/** Write one loss with its interval. */
export function lossText(m: MeasureResult | null): string {
  if (m === null) return '-'
  const { value, low, high, statistics } = m
  const approximate = low !== high && (statistics?.mean?.approximate ?? false)
  if (low === high) return inUnit(value, 'USD')
  return withInterval({ value, low, high, approximate, n: m.n, method: '' }, 'USD')
}

/** Widths of the names and of a cell. */
const NAME = 16
const CELL = 36

/** The table for the terminal; no lines where there is nothing to compare. */
export function interactionText(measures: readonly MeasureResult[]): readonly string[] {
  const rows = interactionRows(measures)
  if (rows.length === 0) return []
  const line = (name: string, cells: readonly string[]): string =>
    `  ${name.padEnd(NAME)}${cells.map((cell) => cell.padEnd(CELL)).join('')}`.trimEnd()
  return [
    'Losses with both, with either absent, and what neither has alone:',
    line('', ['lenders and borrowers', 'dealers in options', 'together']),
    ...rows.map((row) =>
      line(
        row.world,
        INTERACTION_COLUMNS.map((column) => lossText(row[column])),
      ),
    ),
    '',
  ]
}
