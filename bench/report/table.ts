/** Lay rows out as a Markdown table; the first row is the head. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, c) => cell.padEnd(widths[c]!)).join(' | ')} |`
  const rule = `|${widths.map((w) => '-'.repeat(w + 2)).join('|')}|`
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join('\n')
}

/** A count with separators of thousands. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** Seconds as microseconds. */
export function micro(time: number): string {
  const us = time * 1e6
  return us.toFixed(us < 10 ? 2 : 1)
}

/** A ratio in about three figures. */
export function times(value: number): string {
  return `${value >= 100 ? Math.round(value) : value.toFixed(value >= 10 ? 1 : 2)}x`
}
