import { exact, inUnit, words } from './format.ts'
import type { Measured } from './lanes.ts'

/** One run of one path: the shock at one value, the compared parameter at one option. */
export type ResponsePoint = {
  readonly shock: number
  readonly option: string
  /** By name, the main measure among them; null when there was no run. */
  readonly measures: Measured | null
  /** Why there was none; '' when there was. */
  readonly reason: string
}

/** A measure as a response tells it. */
export type ToldMeasure = {
  readonly name: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
}

/** Share of the largest value of a measure below which it counts as nothing. */
export const NOTICED = 0.001

/** Points of all options over one shock. */
type Curve = {
  /** Unit of the shock. */
  readonly unit: string
  readonly options: readonly string[]
  readonly points: readonly ResponsePoint[]
}

function largestOf({ points }: Curve, name: string): number {
  return points.reduce((most, p) => Math.max(most, Math.abs(p.measures?.[name] ?? 0)), 0)
}

/** Points of one option that have a measure, the shock ascending. */
function pointsOf({ points }: Curve, option: string, name: string): readonly ResponsePoint[] {
  return points.filter((p) => p.option === option && p.measures?.[name] !== undefined)
}

/** From which shock on one option has a measure, and how much of it at the end; '' without runs. */
function onset(curve: Curve, option: string, { name, unit }: ToldMeasure, called: string): string {
  const run = pointsOf(curve, option, name)
  const [start, end] = [run[0], run.at(-1)]
  if (!start || !end) return ''
  const value = (p: ResponsePoint): number => p.measures![name]!
  const at = ({ shock }: ResponsePoint): string => exact(shock, curve.unit)
  const most = run.reduce((a, p) => Math.max(a, Math.abs(value(p))), 0)
  if (most === 0) return `no ${called} up to ${at(end)}`
  const noticed = NOTICED * largestOf(curve, name)
  const first = run.find((p) => Math.abs(value(p)) > noticed)
  if (!first) return `${called} of at most ${inUnit(most, unit)} up to ${at(end)}`
  const last = `${inUnit(value(end), unit)} at ${at(end)}`
  if (first === end) return `${called} only at ${at(end)}: ${inUnit(value(end), unit)}`
  if (first === start)
    return `${called} already at ${at(start)}: ${inUnit(value(start), unit)}; ${last}`
  return `${called} from ${at(first)} on (${inUnit(value(first), unit)}), ${last}`
}

/** The option that is best at each shock; '' where two are alike. */
function winners(
  curve: Curve,
  { name, better }: ToldMeasure,
): readonly (readonly [number, string])[] {
  const alike = NOTICED * largestOf(curve, name)
  const sign = better === 'lower' ? 1 : -1
  const shocks = [...new Set(curve.points.map((p) => p.shock))]
  return shocks.flatMap((shock): (readonly [number, string])[] => {
    const rivals = curve.points
      .filter((p) => p.shock === shock && p.measures?.[name] !== undefined)
      .map((p) => ({ option: p.option, cost: sign * p.measures![name]! }))
      .sort((a, b) => a.cost - b.cost)
    if (rivals.length < 2) return []
    return [[shock, rivals[1]!.cost - rivals[0]!.cost > alike ? rivals[0]!.option : '']]
  })
}

/** Where which option is the best one. */
function ranking(curve: Curve, measure: ToldMeasure): string {
  const runs: { option: string; from: number; to: number }[] = []
  for (const [shock, option] of winners(curve, measure)) {
    const last = runs.at(-1)
    if (last?.option === option) last.to = shock
    else runs.push({ option, from: shock, to: shock })
  }
  if (runs.length === 0) return ''
  const called = words(measure.name)
  const [only] = runs
  const won = runs.filter(({ option }) => option !== '')
  const even = runs.filter(({ option }) => option === '')
  if (runs.length === 1 && only!.option === '') return `The ${called} is the same with all of them.`
  const at = (v: number): string => exact(v, curve.unit)
  const place = ({ from, to }: (typeof runs)[number]): string =>
    from === to ? `at ${at(from)}` : `from ${at(from)} to ${at(to)}`
  const superlative = measure.better === 'lower' ? 'lowest' : 'highest'
  const parts = won.map((r) => `with ${r.option} ${place(r)}`).join(', ')
  const rest = even.length === 0 ? '' : `; it is alike ${even.map(place).join(', ')}`
  return `The ${called} is ${superlative} ${parts}${rest}.`
}

/**
 * Say from the numbers what happens as a shock grows: with which option who is liquidated from which
 * value on, where bad debt begins, and which option is best where.
 * @param measures the main one first.
 */
export function findingsOf(curve: Curve, measures: readonly ToldMeasure[]): readonly string[] {
  const [main] = measures
  const find = (name: string): ToldMeasure | undefined => measures.find((m) => m.name === name)
  const liquidated = find('liquidatedDebt')
  const bad = find('badDebt')
  const dealers = find('dealerLoss')
  const perOption = curve.options.flatMap((option) => {
    const parts = [
      liquidated ? onset(curve, option, liquidated, 'liquidations') : '',
      bad ? onset(curve, option, bad, 'bad debt') : '',
      dealers ? onset(curve, option, dealers, 'loss of dealers') : '',
    ].filter((text) => text !== '')
    return parts.length === 0 ? [] : [`With ${option}: ${parts.join('; ')}.`]
  })
  const best = main && curve.options.length > 1 ? ranking(curve, main) : ''
  return best === '' ? perOption : [...perOption, best]
}
