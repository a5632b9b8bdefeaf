import type { Checked, CheckRow } from '../experiments/index.ts'
import { inUnit } from './format.ts'

const MARKS = {
  ...{ worse: 'WORSE', better: 'better', same: 'same', 'cannot tell': 'cannot tell' },
} as const
/** Width of the longest mark. */
const MARK = 11

/** Least chance that is told as a number. */
const RARE = 0.001

/** Write the chance of a difference; nothing where none is left. */
export function chanceText({ adjusted }: Pick<CheckRow, 'adjusted'>): string {
  if (adjusted === 0) return ''
  return adjusted < RARE ? `p < ${RARE}` : `p ${adjusted.toPrecision(2)}`
}

function rowText({ measure, unit, verdict, before, after, ...row }: CheckRow): string {
  const values = `${inUnit(before, unit)} -> ${inUnit(after, unit)}`
  const head = `  ${MARKS[verdict].padEnd(MARK)} ${measure.padEnd(24)} ${values}`
  if (verdict === 'same') return head
  const { worsening, low, high, method } = row
  if (worsening === null) return `${head}; ${method}`
  const [way, sign] = worsening < 0 ? (['better', -1] as const) : (['worse', 1] as const)
  const ends = [low, high]
    .flatMap((end) => (end === null ? [] : [sign * end]))
    .sort((a, b) => a - b)
  const range = ends.length === 2 ? ` [${ends.map((end) => inUnit(end, unit)).join(' .. ')}]` : ''
  const chance = chanceText(row)
  return `${head}; ${way} by ${inUnit(sign * worsening, unit)}${range}${chance && `, ${chance}`}; ${method}`
}

/** Say which measures lost numbers from which nothing follows; null for none. */
export function unjudgedText(rows: readonly CheckRow[]): string | null {
  const lost = rows.filter((row) => row.lost > 0 && row.verdict === 'cannot tell')
  if (lost.length === 0) return null
  const names = lost.map(({ measure, scenario }) => `${measure} of ${scenario}`)
  return `numbers that were lost are not judged: ${names.join(', ')}; look whether that is meant, then make the baseline anew with --update`
}

/** Tell a check on a terminal: per scenario what worsened, and how sure that is. */
export function checkText({ scenarios, rows, worse, method }: Checked): string {
  const parts = scenarios.map(({ scenario, paths, seed, notes, failedBefore, failedNow }) =>
    [
      `${scenario}: ${paths} path${paths === 1 ? '' : 's'}, seed ${seed}`,
      ...notes.map((note) => `  ${note}`),
      ...(failedNow > failedBefore
        ? [
            `  ${MARKS.worse.padEnd(MARK)} ${failedNow} paths fail, ${failedBefore} did in the baseline`,
          ]
        : []),
      ...rows.filter((row) => row.scenario === scenario).map(rowText),
    ].join('\n'),
  )
  const end = worse === 0 ? 'nothing worsened' : `${worse} worsened`
  const unjudged = unjudgedText(rows)
  return [
    ...[...parts, '', `${end}: ${method}`],
    ...(unjudged === null ? [] : [`warning: ${unjudged}`]),
  ].join('\n')
}
