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
import { rivalsOf, standsText, VERDICTS } from './tuneTold.ts'

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

function keptLine({ text, left, verdict }: Kept): string {
  return `  ${text}: ${VERDICTS[verdict]}, ${told(left, text)}`
}

/** Say how a place compares with the tuned one. */
function againstLine(what: string, rival: Rival | null, { objective, best }: Tuned): string {
  if (rival === null) return `${what}: no feasible point`
  return `${what}: ${told(rival.fresh, objective)}, more than tuned by ${told(rival.more, objective)}: ${standsText(rival, best)}`
}

function marginalLine({ name, step, change }: Marginal, loss: string): string {
  const { low, high, approximate, n } = change
  const seen = approximate && low === high ? ` on all ${count(n, 'path')}` : ''
  return `  ${name} +${short(Number(step.toPrecision(3)))}: ${told(change, loss)}${seen}`
}

function cliffLine({ name, cliff, distance, share, isNear, note }: NearCliff): string {
  if (cliff === null || share === null) return `  ${name}: no cliff (${note})`
  const halves = distance === null ? '' : `, ${short(distance)} half-widths of its interval`
  const away = `${(100 * share).toFixed(1)} % of the range from the cliff at ${withInterval(cliff)}`
  return `  ${isNear ? 'WARNING: ' : ''}${name}: ${away}${halves}`
}

function frontierLines({ frontier, isRandom }: Tuned): readonly string[] {
  if (frontier === null) return []
  const { efficiency, loss, points, knee, note, tuned, asItIs } = frontier
  const beside = (name: string, own: Frontier['tuned']): string =>
    `  ${name}: ${told(own.efficiency, efficiency)}: ${told(own.loss, loss)}`
  return [
    '',
    `frontier of ${efficiency} against ${loss}${isRandom ? ', on fresh paths' : ''}`,
    ...points.map(({ efficiency: e, loss: l, slope, at }) => {
      const steep =
        slope === null ? '' : `, ${amount(slope, unitOf(loss))} more for 1 more of ${efficiency}`
      return `  ${told(e, efficiency)}: ${told(l, loss)}${steep}  (${settingText(at)})`
    }),
    beside('tuned', tuned),
    beside('as it is', asItIs),
    knee === null ? note : `knee at ${efficiency} = ${told(knee, efficiency)}: ${note}`,
  ]
}

function noneLines({ note, nearest }: Tuned): readonly string[] {
  if (nearest === null) return [note]
  const missed = nearest.missed.map(({ text, by }) => `${text} by ${amount(by, unitOf(text))}`)
  return [note, `best violation: ${missed.join(', ')} at ${settingText(nearest.at)}`]
}

function foundLines(found: Tuned): readonly string[] {
  const { best, objective, marginals, cliffs, lossMeasure, note, isRandom } = found
  if (best === null) return noneLines(found)
  const searched = amount(best.searched, unitOf(objective))
  const where = isRandom ? ` on fresh paths (${searched} on those of the search)` : ''
  return [
    settingText(best.at),
    note,
    '',
    `${objective}: ${told(best.fresh, objective)}${where}`,
    ...best.constraints.map(keptLine),
    ...rivalsOf(found).map(({ name, rival }) => againstLine(name, rival, found)),
    ...(marginals.length > 0 ? ['', `a step more, in ${lossMeasure}:`] : []),
    ...marginals.map((own) => marginalLine(own, lossMeasure)),
    ...(cliffs.length > 0 ? ['', 'cliffs:'] : []),
    ...cliffs.map(cliffLine),
  ]
}

function costLine({ paths, freshPaths, runs, isRandom }: Tuned | SizedCap): string {
  if (!isRandom) return `${runs} runs in all; nothing depends on chance, so numbers are exact`
  return `${count(paths, 'path')} a point, ${freshPaths} fresh, ${runs} runs in all; intervals are 95 %`
}

/** Tell a tuning on a terminal: where, how good on fresh paths, against what, and how near a cliff. */
export function tuneText(found: Tuned): string {
  const { impossible } = found
  return [
    ...foundLines(found),
    ...frontierLines(found),
    '',
    ...(impossible > 0
      ? [`${count(impossible, 'point')} could not be run, or gave no value of what is asked`]
      : []),
    costLine(found),
  ].join('\n')
}

/** Tell a sized cap on a terminal. */
export function capText(found: SizedCap): string {
  const { cap, vary, note, fresh, isRandom } = found
  return [
    cap === null ? note : `${vary.name} = ${withInterval(cap)}: ${note}`,
    ...(fresh && isRandom ? ['on fresh paths'] : []),
    ...(fresh ? [keptLine(fresh)] : []),
    '',
    costLine(found),
  ].join('\n')
}
