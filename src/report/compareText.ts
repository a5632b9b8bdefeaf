import type { ArmResult, Compared, Ranked } from '../experiments/index.ts'
import { count, inUnit } from './format.ts'

type Effect = NonNullable<ArmResult['avoided']>
type Interval = Pick<Change, 'value' | 'low' | 'high'>
type Change = ArmResult['payers'][number]

/** Write a number with its interval: `$2.33M [$2.30M .. $2.36M]`; one number where there is nothing between. */
export function withInterval({ value, low, high }: Interval, unit: string): string {
  if (value === null) return 'unknown'
  if (low === null || high === null) return `${inUnit(value, unit)} (no interval)`
  const told = inUnit(value, unit)
  const [from, to] = [inUnit(low, unit), inUnit(high, unit)]
  return from === to && from === told ? told : `${told} [${from} .. ${to}]`
}

/** Least number of dollars that is told: below it is what is left of rounding. */
const DUST = 0.005

function isThere({ value, low, high }: Interval, unit: string): boolean {
  if (unit !== 'USD') return value !== 0 || low !== high
  return value === null || [value, low ?? 0, high ?? 0].some((own) => Math.abs(own) >= DUST)
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

/** Quote a name that reads like a sentence. */
function quoted(name: string): string {
  return name === 'as it is' ? `"${name}"` : name
}

/** Most others that are named one by one. */
const NAMED = 3

function others(names: readonly string[]): string {
  return names.length > NAMED ? `${names.length} others` : names.map(quoted).join(', ')
}

/** How sure a difference is where its interval does not say so. */
export function sureText(
  { value, low, high, method }: Interval & Pick<Change, 'method'>,
  isCertain: boolean,
): string {
  const isBare = low === null || high === null || (value === 0 && low === high)
  return isBare && !isCertain ? method : ''
}

function doubtOf({ cannotTell, same }: Ranked, effect: Effect | null, isCertain: boolean): string {
  const sure = effect && sureText(effect, isCertain)
  const parts = [
    ...(sure ? [sure] : []),
    ...(same.length > 0
      ? [`the same on ${isCertain ? 'every path' : 'these paths'} as ${others(same)}`]
      : []),
    ...(cannotTell.length > 0 ? [`cannot tell from ${others(cannotTell)}`] : []),
  ]
  return parts.join('; ')
}

function rankingLines({ ranking, arms, measure, isCertain }: Compared): readonly string[] {
  const rows = ranking.map((entry) => {
    const arm = arms.find(({ name }) => name === entry.name)!
    const avoided = arm.avoided ? withInterval(arm.avoided, measure.unit) : ''
    const verdict = arm.avoided?.verdict ?? 'base'
    const level = inUnit(arm.level.value, measure.unit)
    return [
      `${entry.rank}.`,
      entry.name,
      level,
      avoided,
      verdict,
      doubtOf(entry, arm.avoided, isCertain),
    ]
  })
  return columns([['', '', 'under stress', 'better by', 'verdict', ''], ...rows])
}

function costLines({ arms, calm }: Compared): readonly string[] {
  if (calm === null)
    return ['no calm weather: the scenario has no `calm:` section, and its shock cannot be 0']
  const set = Object.entries(calm).map(([name, value]) => `${name}=${value}`)
  const lines = arms.flatMap(({ name, kind, costs }) => {
    if (kind === 'base' || costs === null) return []
    const told = costs.filter((cost) => isThere(cost, cost.unit))
    const text = told.map((cost) => `${cost.measure} ${withInterval(cost, cost.unit)}`)
    return [[`  ${name}`, text.join(', ') || 'nothing']]
  })
  return [`cost in calm weather (${set.join(', ')}), beyond the base's:`, ...columns(lines)]
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

function footOf({ paths, compared, isCertain, runs, rankingConfidence, arms }: Compared): string {
  const dropped = paths - compared
  const left = dropped > 0 ? `, ${count(dropped, 'path')} without a number left out` : ''
  if (isCertain)
    return `no chance: ${count(paths, 'path')} of each tell${paths === 1 ? 's' : ''} all, ${runs} runs`
  const joint = Number((rankingConfidence * 100).toPrecision(4))
  const approximate = arms.some(({ avoided }) => avoided?.approximate && avoided.value !== 0)
  const doubt = approximate ? '; some are approximate, see "method" in --json' : ''
  return `${count(paths, 'path')} on the same draws${left}, ${runs} runs; intervals are 95 %, the order of the ranking holds as a whole with 95 % (${joint} % each)${doubt}`
}

/** Tell a comparison on a terminal: ranking, cost in calm weather, who pays, interactions. */
export function compareText(found: Compared): string {
  const { measure, statistic, scenario } = found
  const what = statistic === 'mean' ? measure.name : `${measure.name}.${statistic}`
  return [
    `${what} in ${scenario}, ${measure.better} is better`,
    ...rankingLines(found),
    '',
    ...costLines(found),
    '',
    ...payerLines(found),
    ...interactionLines(found),
    '',
    footOf(found),
  ].join('\n')
}
