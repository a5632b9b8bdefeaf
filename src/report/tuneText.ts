import type {
  Estimate,
  Frontier,
  Kept,
  Marginal,
  NearCliff,
  Rival,
  SizedCap,
  Tuned,
} from '../experiments/index.ts'
import { withInterval } from './cliffText.ts'
import { unitOf } from './expression.ts'
import { count, fine, inUnit, short } from './format.ts'

type Told = Pick<Estimate, 'value' | 'low' | 'high'>

function amount(value: number, unit: string): string {
  return unit === '' ? fine(value) : inUnit(value, unit)
}

/** Write an estimate of an expression with its interval. */
function told({ value, low, high }: Told, expression: string): string {
  if (value === null) return 'unknown'
  const unit = unitOf(expression)
  if (low === null || high === null) return `${amount(value, unit)} (no interval)`
  if (low === high) return amount(value, unit)
  return `${amount(value, unit)} [${amount(low, unit)} .. ${amount(high, unit)}]`
}

function settingText(at: Readonly<Record<string, number>>): string {
  const words = Object.entries(at).map(([name, value]) => `${name}=${Number(value.toPrecision(6))}`)
  return words.join(' ')
}

const VERDICTS: Readonly<Record<Kept['verdict'], string>> = {
  kept: 'holds',
  missed: 'does NOT hold',
  'cannot tell': 'cannot tell',
}

function keptLine({ text, left, verdict }: Kept): string {
  return `  ${text}: ${VERDICTS[verdict]}, ${told(left, text)}`
}

/** Say which of two places is better, where the interval of their difference settles it. */
function betterText({ low, high, approximate, n }: Estimate): string {
  if (low !== null && low > 0) return 'tuned is better'
  if (high !== null && high < 0) return 'tuned is WORSE'
  if (low === 0 && high === 0) return approximate ? `the same on all ${n} paths` : 'the same'
  return low === null ? 'cannot tell, too few paths for an interval' : 'cannot tell'
}

/** Say how a place compares with the tuned one. */
function againstLine(what: string, rival: Rival | null, objective: string): string {
  if (rival === null) return `${what}: no feasible point`
  const missed = rival.constraints.filter(({ verdict }) => verdict === 'missed')
  const misses = `misses ${missed.map(({ text }) => text).join(', ')}`
  const verdict = missed.length > 0 ? misses : betterText(rival.more)
  return `${what}: ${told(rival.fresh, objective)}, more than tuned by ${told(rival.more, objective)}: ${verdict}`
}

function marginalLine({ name, step, change }: Marginal, loss: string): string {
  return `  ${name} +${short(Number(step.toPrecision(3)))}: ${told(change, loss)}`
}

function cliffLine({ name, cliff, distance, share, isNear, note }: NearCliff): string {
  if (cliff === null || share === null) return `  ${name}: no cliff (${note})`
  const halves = distance === null ? '' : `, ${short(distance)} half-widths of its interval`
  const away = `${(100 * share).toFixed(1)} % of the range from the cliff at ${withInterval(cliff)}`
  return `  ${isNear ? 'WARNING: ' : ''}${name}: ${away}${halves}`
}

function frontierLines(frontier: Frontier | null): readonly string[] {
  if (frontier === null) return []
  const { efficiency, loss, points, knee, note } = frontier
  return [
    '',
    `frontier of ${efficiency} against ${loss}, on fresh paths`,
    ...points.map(({ efficiency: e, loss: l, slope, at }) => {
      const steep = slope === null ? '' : `, ${fine(slope)} a unit more`
      return `  ${told(e, efficiency)}: ${told(l, loss)}${steep}  (${settingText(at)})`
    }),
    knee === null ? note : `knee at ${efficiency} = ${told(knee, efficiency)}: ${note}`,
  ]
}

function noneLines({ note, nearest }: Tuned): readonly string[] {
  if (nearest === null) return [note]
  const missed = nearest.missed.map(({ text, by }) => `${text} by ${amount(by, unitOf(text))}`)
  return [note, `best violation: ${missed.join(', ')} at ${settingText(nearest.at)}`]
}

function foundLines(found: Tuned): readonly string[] {
  const { best, objective, asItIs, atRandom, marginals, cliffs, lossMeasure, note, points } = found
  if (best === null) return noneLines(found)
  return [
    settingText(best.at),
    note,
    '',
    `${objective}: ${told(best.fresh, objective)} on fresh paths (${amount(best.searched, unitOf(objective))} on those of the search)`,
    ...best.constraints.map(keptLine),
    againstLine('scenario as it is', asItIs, objective),
    againstLine(`best of ${points} points at random`, atRandom, objective),
    ...(marginals.length > 0 ? ['', `a step more, in ${lossMeasure}:`] : []),
    ...marginals.map((own) => marginalLine(own, lossMeasure)),
    ...(cliffs.length > 0 ? ['', 'cliffs:'] : []),
    ...cliffs.map(cliffLine),
  ]
}

function costLine({ paths, freshPaths, runs }: Tuned | SizedCap): string {
  return `${count(paths, 'path')} a point, ${freshPaths} fresh, ${runs} runs in all; intervals are 95 %`
}

/** Tell a tuning on a terminal: where, how good on fresh paths, against what, and how near a cliff. */
export function tuneText(found: Tuned): string {
  const { impossible } = found
  return [
    ...foundLines(found),
    ...frontierLines(found.frontier),
    '',
    ...(impossible > 0
      ? [`${count(impossible, 'point')} could not be run, or gave no value of what is asked`]
      : []),
    costLine(found),
  ].join('\n')
}

/** Tell a sized cap on a terminal. */
export function capText(found: SizedCap): string {
  const { cap, vary, note, fresh } = found
  return [
    cap === null ? note : `${vary.name} = ${withInterval(cap)}: ${note}`,
    ...(fresh ? ['on fresh paths', keptLine(fresh)] : []),
    '',
    costLine(found),
  ].join('\n')
}
