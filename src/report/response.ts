import type { RunOptions, RunOutcome } from '../experiments/index.ts'
import { COMPARISONS } from '../measures/index.ts'
import type { Order, Parameter } from '../scenario/index.ts'
import { findingsOf, type ResponsePoint, type ToldMeasure } from './findings.ts'
import { exact, inUnit, short } from './format.ts'
import { shockGrid } from './grid.ts'
import { type Measured, runLanes } from './lanes.ts'
import { type NoKnob, parameterNamed } from './vary.ts'

/** What grows with the shock, for every option of a compared parameter. Same seed, path 0. */
export type Response = {
  /** Parameter that is the shock, and its unit. */
  readonly shock: string
  readonly unit: string
  /** Parameter whose options are compared. */
  readonly compare: string
  readonly options: readonly string[]
  /** What is told of every point, the main measure first. */
  readonly told: readonly ToldMeasure[]
  /** Where the scenario itself stands. */
  readonly own: { readonly shock: number; readonly option: string }
  /** Option by option, the shock ascending. */
  readonly points: readonly ResponsePoint[]
  /** What happens, in sentences made from the points. */
  readonly findings: readonly string[]
}

/** Measures told beside the main one. */
const TOLD = ['loss', 'dealerLoss', 'badDebt', 'liquidatedDebt', 'accountsInsolvent']

/** The shock and what it is compared over, with the values to run. */
type Plan = Omit<Response, 'told' | 'points' | 'findings'> & {
  readonly grid: readonly number[]
  readonly at: (shock: number, option: string) => Readonly<Record<string, number | string>>
}

function usualOf({ value }: Parameter): number {
  return typeof value === 'number' ? value : 0
}

/** What is compared, as texts, with the value that each stands for. */
function choicesOf(
  compared: Parameter | undefined,
  { values }: Order,
  own: number | string,
): ReadonlyMap<string, number | string> {
  if (values === undefined) return new Map(compared?.options?.map((text) => [text, text]))
  const unit = compared?.unit ?? ''
  const all = [...new Set([...values, Number(own)])].sort((a, b) => b - a)
  const label = (value: number): string => (value === 1 ? inUnit(1, unit) : exact(value, unit))
  return new Map(all.map((value) => [label(value), value]))
}

function planOf(
  { shock, compare }: Required<Pick<Order, 'shock' | 'compare'>>,
  outcome: RunOutcome,
  options: RunOptions,
): Plan | NoKnob {
  const { scenario, document } = outcome
  const knob = parameterNamed(shock, outcome, options)
  if ('reason' in knob) return knob
  const declared = scenario.parameters.find((p) => p.name === shock)!
  const compared = scenario.parameters.find((p) => p.name === compare)
  const grid = shockGrid(knob.value, usualOf(declared), knob.range)
  if (grid.length === 0)
    return { reason: `${shock} is 0, and nothing says how large it may be; set it with --set` }
  const own = document.parameters[compare]!
  const choices = choicesOf(compared, scenario.order, own)
  const option = [...choices].find(([, value]) => value === own)?.[0] ?? String(own)
  return {
    ...{ shock, unit: declared.unit, compare, options: [...choices.keys()], grid },
    own: { shock: knob.value, option },
    at: (value, text) => ({ ...options.set, [shock]: value, [compare]: choices.get(text)! }),
  }
}

/** Keep the measures that the report tells. */
function keep(measures: Measured | null, told: readonly ToldMeasure[]): Measured | null {
  if (measures === null) return null
  const known = told.filter(({ name }) => measures[name] !== undefined)
  return Object.fromEntries(known.map(({ name }) => [name, measures[name]!]))
}

/** Whether the main measure needs every path to be run again with something cut. */
function isComparing({ scenario: { order } }: RunOutcome): boolean {
  return COMPARISONS.some(({ name }) => order.measure.replace(/\[.*$/, '') === name)
}

/** The main measure and the usual ones, as far as the runs have them: they cut no channels of `--cut`. */
function toldOf(
  { document, scenario }: RunOutcome,
  results: readonly { readonly measures: Measured | null }[],
): readonly ToldMeasure[] {
  const names = [...new Set([scenario.order.measure, ...TOLD])].filter((name) =>
    results.some(({ measures }) => measures?.[name] !== undefined),
  )
  return names.map((wanted) => {
    const { name, unit, better } = document.measures.find((m) => m.name === wanted)!
    return { name, unit, better }
  })
}

/**
 * Run the scenario at about nine values of its shock, with every option of the parameter that
 * `order.compare` names: one path each, same seed.
 * @returns null when the scenario compares nothing.
 */
export async function responseOf(
  outcome: RunOutcome,
  options: RunOptions,
): Promise<Response | NoKnob | null> {
  const { shock, compare } = outcome.scenario.order
  if (shock === undefined || compare === undefined) return null
  const plan = planOf({ shock, compare }, outcome, options)
  if ('reason' in plan) return plan
  const { grid, at, ...about } = plan
  const asked = plan.options.flatMap((option) => grid.map((value) => ({ shock: value, option })))
  const results = await runLanes(
    outcome,
    asked.map((a) => ({
      label: `${shock} = ${short(a.shock)}, ${compare} = ${a.option}`,
      variant: { set: at(a.shock, a.option) },
      ...(isComparing(outcome) ? { worlds: 'compared' as const } : {}),
    })),
    options,
  )
  const told = toldOf(outcome, results)
  const points = asked.map((a, k): ResponsePoint => {
    const { measures, reason } = results[k]!
    return { ...a, measures: keep(measures, told), reason }
  })
  return { ...about, told, points, findings: findingsOf({ ...about, points }, told) }
}
