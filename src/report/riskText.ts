import type { AtLevel, Estimate, Risk } from '../experiments/index.ts'
import { inUnit } from './format.ts'

/** Width of the names, and of one level's cell. */
const NAME = 22
const CELL = 36

/** Mark of an interval that may cover too little. */
export const DOUBT = '~'

/** Write a value with its interval: `$1.20M [$1.10M .. $1.31M]`. */
export function withInterval(estimate: Estimate, unit: string): string {
  const { value, low, high, approximate } = estimate
  if (value === null) return 'none'
  if (low === null && high === null) return inUnit(value, unit)
  const ends = [low === null ? '?' : inUnit(low, unit), high === null ? '?' : inUnit(high, unit)]
  return `${inUnit(value, unit)} [${ends.join(' .. ')}]${approximate ? DOUBT : ''}`
}

function row(name: string, estimates: readonly AtLevel[], unit: string): string {
  const cells = estimates.map((estimate) => withInterval(estimate, unit).padEnd(CELL))
  return `  ${name.padEnd(NAME)} ${cells.join('')}`.trimEnd()
}

/** What must be known of the numbers: which have no interval or a doubtful one, and why; each once. */
function remarksOf(risk: Risk): readonly string[] {
  const named: readonly (readonly [string, readonly AtLevel[]])[] = [
    ['value at risk', risk.valueAtRisk],
    ['expected shortfall', risk.expectedShortfall],
    ['liquidations at risk', risk.liquidationsAtRisk],
  ]
  const told = new Map<string, string[]>()
  for (const [name, estimates] of named)
    for (const { level, low, method, approximate } of estimates) {
      if (low !== null && !approximate) continue
      const why = low === null ? method : `${DOUBT} ${method.replace(/^.*?; /, '')}`
      told.set(why, [...(told.get(why) ?? []), `${name} ${level * 100} %`])
    }
  return [...told].map(([why, names]) => `  ${names.join(', ')}: ${why}`)
}

/** Write a time of which only a lower bound may be known: `>= 60 s (run ended)`. */
function timeAtLeast(estimate: Estimate): string {
  const { value, method } = estimate
  if (value === null || !method.startsWith('at least')) return withInterval(estimate, 's')
  return `>= ${inUnit(value, 's')} (run ended)`
}

/** What paths that failed leave open. */
function failedLine({ failed, unit }: Risk): readonly string[] {
  if (failed === null) return []
  const { count, valueAtRisk, probabilityOfInsolvency } = failed
  const ends = valueAtRisk.map(({ level, value }) => {
    const told = value === null ? 'beyond every other path' : inUnit(value, unit)
    return `value at risk ${level * 100} % ${told}`
  })
  const paths = `${count.toLocaleString('en-US')} failed ${count === 1 ? 'path' : 'paths'}`
  return [
    `  statistics exclude ${paths}; counted as the worst: ${ends.join(', ')}, P(insolvency) ${withInterval(probabilityOfInsolvency, 'fraction')}`,
  ]
}

/** Write the risk of a run of many paths as a table for the terminal. */
export function riskTable(risk: Risk): readonly string[] {
  const { measure, unit, probabilityOfInsolvency: insolvency, timeToExit } = risk
  const { n } = insolvency
  const [median, , longest] = timeToExit.quantiles
  const exit =
    longest?.value || timeToExit.censored.value
      ? [
          `  ${'time to exit'.padEnd(NAME)} p50 ${timeAtLeast(median!)}, p99 ${timeAtLeast(longest!)}; still locked at the end on ${withInterval(timeToExit.censored, 'fraction')} of the paths`,
        ]
      : []
  return [
    `Risk over ${n.toLocaleString('en-US')} paths, of ${measure} [95 % interval]:`,
    `  ${''.padEnd(NAME)} ${'95 %'.padEnd(CELL)}99 %`,
    row('value at risk', risk.valueAtRisk, unit),
    row('expected shortfall', risk.expectedShortfall, unit),
    row('liquidations at risk', risk.liquidationsAtRisk, 'USD'),
    `  ${'P(insolvency)'.padEnd(NAME)} ${withInterval(insolvency, 'fraction')} bad debt beyond reserves at the end`,
    `  ${'P(newly insolvent)'.padEnd(NAME)} ${withInterval(risk.probabilityOfNewInsolvency, 'fraction')} arose in the run`,
    ...exit,
    ...failedLine(risk),
    ...remarksOf(risk),
  ]
}
