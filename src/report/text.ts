import type { MeasureResult, RunOutcome } from '../experiments/index.ts'
import { inUnit } from './format.ts'
import { storyOf } from './story.ts'

/** Most measures printed on the terminal; `--json` has all. */
const SHOWN = 10

function measureLine(m: MeasureResult): string {
  const value = inUnit(m.value, m.unit)
  const range =
    m.low === null || m.high === null
      ? ''
      : `  [${inUnit(m.low, m.unit)} .. ${inUnit(m.high, m.unit)}]`
  return `  ${m.name.padEnd(22)} ${value}${range}`
}

/** Two measures per line, so that a run fits on one screen. */
function measureTable(measures: readonly MeasureResult[]): readonly string[] {
  if (measures.some(m => m.low !== null)) return measures.map(measureLine)
  const lines: string[] = []
  for (let k = 0; k < measures.length; k += 2)
    lines.push(measures.slice(k, k + 2).map(m => measureLine(m).padEnd(42)).join('').trimEnd())
  return lines
}

/**
 * Write the result of a run for the terminal.
 * @param highlights names of the measures to print first; all others only up to ten.
 */
export function textOf(outcome: RunOutcome): string {
  const { document, scenario } = outcome
  const lines = [`${scenario.name}: ${scenario.title}`, '']
  if (document.paths === 1)
    for (const { text, events } of storyOf(outcome))
      lines.push(events.length === 0 ? text : `${text} [${events.map(e => `#${e}`).join(' ')}]`)
  else
    lines.push(
      `${document.paths} paths${document.failedPaths ? `, ${document.failedPaths} failed` : ''}; mean [95 % interval of the mean].`,
    )
  const shown = document.measures.filter(m => m.value !== null).slice(0, SHOWN)
  lines.push('', ...measureTable(shown), '')
  for (const warning of document.warnings) lines.push(`warning: ${warning}`)
  if (document.assumptions.length > 0)
    lines.push(
      `${document.assumptions.length} assumptions stand behind this; --out DIR writes them with their effect on badDebt.`,
    )
  lines.push(`replay: ${document.replay}`)
  return lines.join('\n')
}
