import type { Change, Compared, Effect, Ranked } from '../experiments/index.ts'
import {
  compareLead,
  costNames,
  costSide,
  doubtText,
  isThere,
  placeText,
  sureLine,
  sureText,
} from './compareTold.ts'
import { inUnit } from './format.ts'

type Interval = Pick<Change, 'value' | 'low' | 'high'>

/** What stands behind a number that has no interval. */
const NONE = '(no interval)'

/** Write a number with its interval: `$2.33M [$2.30M .. $2.36M]`; one number where there is nothing between. */
export function withInterval({ value, low, high }: Interval, unit: string): string {
  if (value === null) return 'unknown'
  if (low === null || high === null) return `${inUnit(value, unit)} ${NONE}`
  const told = inUnit(value, unit)
  const [from, to] = [inUnit(low, unit), inUnit(high, unit)]
  return from === to && from === told ? told : `${told} [${from} .. ${to}]`
}

/** Pad cells to columns; the last is left as it is. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]!.map((_, k) => Math.max(...rows.map((row) => row[k]!.length)))
  return rows.map((row) =>
    row
      .map((cell, k) => cell.padEnd(widths[k]!))
      .join('  ')
      .trimEnd(),
  )
}

function doubtOf(entry: Ranked, effect: Effect | null, isCertain: boolean): string {
  const parts = [effect ? sureText(effect, isCertain) : '', doubtText(entry, isCertain)]
  return parts.filter((part) => part !== '').join('; ')
}

function rankingLines({ ranking, arms, measure, isCertain }: Compared): readonly string[] {
  const rows = ranking.map((entry) => {
    const arm = arms.find(({ name }) => name === entry.name)!
    const avoided = arm.avoided ? withInterval(arm.avoided, measure.unit) : ''
    const verdict = arm.avoided?.verdict ?? 'base'
    const level = inUnit(arm.level.value, measure.unit)
    return [
      placeText(entry),
      entry.name,
      level,
      avoided,
      verdict,
      doubtOf(entry, arm.avoided, isCertain),
    ]
  })
  return columns([['rank', '', 'under stress', 'better by', 'verdict', ''], ...rows])
}

function costText(cost: Change): string {
  const side = costSide(cost)
  const text = `${cost.measure} ${withInterval(cost, cost.unit)}`
  if (side === null) return text
  return text.endsWith(NONE) ? text.replace(NONE, `(${side}, no interval)`) : `${text} (${side})`
}

function costLines(found: Compared): readonly string[] {
  const { arms, calm } = found
  if (calm === null)
    return ['no calm weather: the scenario has no `calm:` section, and its shock cannot be 0']
  const set = Object.entries(calm).map(([name, value]) => `${name}=${value}`)
  const others = arms.filter(({ kind, costs }) => kind !== 'base' && costs !== null)
  const lines = others.flatMap(({ name, costs }) => {
    const told = costs!.filter((cost) => isThere(cost, cost.unit))
    return told.length === 0 ? [] : [[`  ${name}`, told.map(costText).join(', ')]]
  })
  const free = others.length - lines.length
  return [
    `cost in calm weather (${set.join(', ')}), beyond the base's:`,
    ...(lines.length > 0 ? columns(lines) : []),
    ...(free > 0 ? [`  ${lines.length > 0 ? `the other ${free}` : `all ${free}`}: none`] : []),
    `  looked at: ${costNames(found).all.join(', ')}`,
  ]
}

function payerLines({ arms }: Compared): readonly string[] {
  const lines = arms.flatMap(({ name, kind, payers }) => {
    if (kind === 'base') return []
    const text = payers
      .filter((payer) => isThere(payer, payer.unit))
      .map((payer) => {
        const isMore = (payer.value ?? 0) > 0
        return `${payer.who} ${isMore ? '+' : ''}${withInterval(payer, payer.unit)}`
      })
    return [[`  ${name}`, text.join(', ') || 'nobody pays more or less']]
  })
  return ['who pays more (+) or less (-) under stress:', ...columns(lines)]
}

function interactionLines({ interactions, measure }: Compared): readonly string[] {
  if (interactions.length === 0) return []
  const lines = interactions.map(({ pair, extra, verdict }) => [
    `  ${pair.join(' + ')}`,
    withInterval(extra, measure.unit),
    verdict,
  ])
  return ['', 'what pairs avoid beyond the sum of both:', ...columns(lines)]
}

/** Tell a comparison on a terminal: what was found, ranking, cost in calm weather, who pays, interactions. */
export function compareText(found: Compared): string {
  const { measure, statistic, scenario } = found
  const what = statistic === 'mean' ? measure.name : `${measure.name}.${statistic}`
  const text = (effect: Effect): string => withInterval(effect, measure.unit)
  const lead = compareLead(found, { what, text })
  return [
    `${what} in ${scenario}, ${measure.better} is better`,
    `${lead.subject}${lead.rest}`,
    '',
    ...rankingLines(found),
    '',
    ...costLines(found),
    '',
    ...payerLines(found),
    ...interactionLines(found),
    '',
    sureLine(found),
  ].join('\n')
}
