import type { ChannelResult, MeasureResult, RunOutcome } from '../experiments/index.ts'
import { defencesText } from './controls.ts'
import { count, inUnit } from './format.ts'
import { inInteraction, interactionRows, interactionText } from './interaction.ts'
import { DOUBT, riskTable } from './riskText.ts'
import { storyOf } from './story.ts'
import { tailLine } from './tailText.ts'

/** Most measures printed on the terminal; `--json` has all. */
const SHOWN = 10

/** Most columns of the left half of the measure table. */
const HALF = 44

function rangeOf(m: MeasureResult): string {
  const { low, high, unit } = m
  if (low === null || high === null) return ''
  if (low === high) return '  on every path'
  return `  [${inUnit(low, unit)} .. ${inUnit(high, unit)}]${isDoubted(m) ? DOUBT : ''}`
}

function measureLine(m: MeasureResult): string {
  const value = inUnit(m.value, m.unit)
  return `  ${m.name.padEnd(22)} ${value}${rangeOf(m)}`
}

/** Two measures per line, so that a run fits on one screen; one where there are intervals. */
function measureTable(measures: readonly MeasureResult[]): readonly string[] {
  const lines = measures.map(measureLine)
  if (measures.some((m) => m.low !== null) || lines.some((line) => line.length > HALF)) return lines
  return lines.flatMap((line, k) =>
    k % 2 === 0 ? [(line.padEnd(HALF) + (lines[k + 1] ?? '')).trimEnd()] : [],
  )
}

/** What goes when a channel of contagion is cut. */
function channelTable(channels: readonly ChannelResult[]): readonly string[] {
  if (channels.length === 0) return []
  const line = ({ name, value, low, high, note, doc }: ChannelResult): string => {
    const range =
      low === null || high === null ? '' : ` [${inUnit(low, 'USD')} .. ${inUnit(high, 'USD')}]`
    const told =
      value === null ? `cannot be cut: ${note}` : `${inUnit(value, 'USD')}${range}  ${doc}`
    return `  ${name.padEnd(22)} ${told}`
  }
  return ['Loss that goes when a channel is cut:', ...channels.map(line), '']
}

/** Whether the paths were enough. */
function untilOf({ until, paths }: RunOutcome['document']): readonly string[] {
  if (until === null) return []
  const enough = until.reached ? 'reached' : 'not reached'
  return [`${until.rule}: ${enough} with ${count(paths, 'path')}.`]
}

/** Whether the interval of a mean may cover too little. */
function isDoubted({ low, high, statistics }: MeasureResult): boolean {
  return low !== high && (statistics?.mean?.approximate ?? false)
}

/** The few words behind a run of many paths, or the story of its only one. */
function body(outcome: RunOutcome, shown: readonly MeasureResult[]): readonly string[] {
  const { document } = outcome
  if (document.paths === 1)
    return [
      ...(document.path === null ? [] : [`Path ${document.path} of the run.`]),
      ...storyOf(outcome).map(({ text, events }) =>
        events.length === 0 ? text : `${text} [${events.map((e) => `#${e}`).join(' ')}]`,
      ),
    ]
  const failed = document.failedPaths > 0 ? `, ${document.failedPaths} failed` : ''
  return [
    `${document.paths} paths${failed}; mean [95 % interval of the mean].`,
    ...(shown.some(isDoubted)
      ? [`${DOUBT} skewed: so few paths may miss what is rare; --json says how many are needed.`]
      : []),
    ...untilOf(document),
  ]
}

/** What the scenario lists; measures of one lender alone only where it lists them. */
function shownMeasures({ document, scenario }: RunOutcome): readonly MeasureResult[] {
  const isListed = ({ name }: MeasureResult): boolean => scenario.measures.includes(name)
  return document.measures
    .filter((m) => m.value !== null && (isListed(m) || !m.name.includes('[')))
    .slice(0, Math.max(SHOWN, scenario.measures.length))
}

/** Write the result of a run for the terminal: the story, the first measures, how to replay it. */
export function textOf(outcome: RunOutcome): string {
  const { document, scenario } = outcome
  const shown = shownMeasures(outcome)
  const apart = inInteraction(interactionRows(document.measures))
  const listed = shown.filter(({ name }) => !apart.has(name))
  const lines = [`${scenario.name}: ${scenario.title}`, '', ...body(outcome, shown)]
  const risk = document.risk === null ? [] : [...riskTable(document.risk), '']
  lines.push('', ...interactionText(document.measures), ...measureTable(listed), '')
  if (outcome.view !== null && document.paths === 1) lines.push(...defencesText(outcome.view.world))
  lines.push(...risk, ...channelTable(document.channels))
  for (const tail of document.tails ?? []) lines.push(tailLine(tail))
  for (const remark of document.remarks) lines.push(`note: ${remark}`)
  for (const warning of document.warnings) lines.push(`warning: ${warning}`)
  if (document.assumptions.length > 0)
    lines.push(
      `${count(document.assumptions.length, 'assumption')} behind this; --out DIR writes them with their effect on badDebt, the charts and the trace.`,
    )
  lines.push(`replay: ${document.replay}`)
  return lines.join('\n')
}
