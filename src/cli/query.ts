import { type Answer, type Cell, queryResults } from '../stores/index.ts'

/** How `breakwater query` prints. */
export type QueryArguments = { readonly json?: boolean; readonly csv?: boolean }

/** Most rows of a table; --json and --csv print all. */
const SHOWN = 1000

/** Text of a value in a table: six digits of a fraction are enough to read. */
function cellText(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number')
    return Number.isInteger(cell) ? String(cell) : String(Number(cell.toPrecision(6)))
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell)
}

function csvText(cell: Cell): string {
  const text = typeof cell === 'object' && cell !== null ? JSON.stringify(cell) : String(cell ?? '')
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Lay out an answer in columns, numbers to the right, as many as the width has room for. */
export function tableOf({ columns, rows }: Answer, width: number): readonly string[] {
  const shown = rows.slice(0, SHOWN)
  const cells = shown.map((row) => row.map(cellText))
  const widths = columns.map((name, k) =>
    cells.reduce((most, row) => Math.max(most, row[k]!.length), name.length),
  )
  const isNumber = columns.map((_, k) =>
    shown.every((row) => row[k] === null || typeof row[k] === 'number'),
  )
  let used = 0
  let fit = 0
  while (fit < columns.length && (fit === 0 || used + widths[fit]! <= width))
    used += widths[fit++]! + 2
  const line = (row: readonly string[]): string =>
    row
      .slice(0, fit)
      .map((text, k) => (isNumber[k] ? text.padStart(widths[k]!) : text.padEnd(widths[k]!)))
      .join('  ')
      .trimEnd()
  const rule = widths.slice(0, fit).map((n) => '─'.repeat(n))
  const notes = [
    ...(rows.length > SHOWN ? [`${rows.length - SHOWN} more rows; --csv prints all`] : []),
    ...(fit < columns.length ? [`not shown: ${columns.slice(fit).join(', ')}; see --json`] : []),
  ]
  return [line(columns), rule.join('  '), ...cells.map(line), ...notes]
}

/** Text of an answer in the form that is asked for. */
function textOf(answer: Answer, { json, csv }: QueryArguments): string {
  const { columns, rows } = answer
  if (json) {
    const objects = rows.map((row) => Object.fromEntries(columns.map((name, k) => [name, row[k]])))
    return JSON.stringify(objects, null, 2)
  }
  if (csv) return [columns, ...rows].map((row) => row.map(csvText).join(',')).join('\n')
  return tableOf(answer, process.stdout.columns ?? Number.POSITIVE_INFINITY).join('\n')
}

/**
 * Query the results in a folder for the command line.
 * @returns the exit code.
 */
export async function queryCommand(
  dir: string,
  sql: string | undefined,
  args: QueryArguments,
): Promise<number> {
  process.stdout.write(`${textOf(await queryResults(dir, sql), args)}\n`)
  return 0
}
