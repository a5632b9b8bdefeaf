import { shockedPrices } from '../../measures/index.ts'
import type { Overrides, Scenario } from '../../scenario/index.ts'
import { checkVary, shockOf, type Vary } from '../cliff/order.ts'
import { readingOf } from '../cliff/reading.ts'
import { type CliffOptions, findCliff } from '../cliff/scenario.ts'
import { usualVary } from '../cliff/usual.ts'
import { prepareRun } from '../prepare.ts'
import type { Interval } from '../sensitivity/ranges.ts'
import { taskOf } from '../task.ts'
import type { CliffDistance } from './types.ts'

/** Options of `distanceToCliff`; those of `findCliff` mean the same. */
export type DistanceOptions = Omit<CliffOptions, 'vary'> & {
  /** Values of the shock that are looked at, when none is set; default: from calm weather to twice as far, then all. */
  readonly vary?: Vary
}

/** Values that are set beside one parameter. */
export function without(set: Overrides = {}, name: string | undefined): Overrides {
  return Object.fromEntries(Object.entries(set).filter(([own]) => own !== name))
}

/**
 * Ranges in which the cliff is looked for, one after the other, from calm weather away.
 * @throws {CliffError} when the scenario stands in calm weather and its shock has no end.
 */
function rangesOf(scenario: Scenario, options: DistanceOptions): readonly Vary[] {
  if (options.vary) return [options.vary]
  const shock = shockOf(scenario, options.shock, options.set)
  const { name, value, calm, range } = shock
  const [least, most] = range
  const isRise = value === calm ? calm < most : value > calm
  const beyond = (from: number): Vary =>
    isRise ? { name, low: from, high: most } : { name, low: least, high: from }
  const isRange = ({ low, high }: Vary): boolean => low < high && Number.isFinite(high - low)
  if (value === calm && isRange(beyond(calm))) return [beyond(calm)]
  const near = usualVary(shock)
  return [near, beyond(isRise ? near.high : near.low)].filter(isRange)
}

const rounded = (value: number): number => Number(value.toPrecision(6))

/** Notes of ranges that were looked at in vain; what holds in each of them need not hold in all. */
function notesOf(looked: readonly (Vary & { readonly note: string })[]): string {
  if (looked.length === 1) return looked[0]!.note
  return looked
    .map(({ low, high, note }) => `from ${rounded(low)} to ${rounded(high)} ${note}`)
    .join('; ')
}

/** Change of the price of the shocked asset when all scheduled shocks of a world come at once; null without. */
async function moveAt(
  scenario: Scenario,
  name: string,
  value: number,
  options: DistanceOptions,
): Promise<number | null> {
  const [least, most] = scenario.parameters.find((p) => p.name === name)?.range ?? []
  const inside = Math.min(most ?? Infinity, Math.max(least ?? -Infinity, value))
  if (Number.isNaN(value)) return Number.NaN
  const { seed, cache = new Map() } = options
  const set = { ...options.set, [name]: inside }
  const { plan } = taskOf(scenario, { set, ...(seed === undefined ? {} : { seed }) })
  const { world, focus } = await prepareRun({ ...plan, measures: [] }, cache)
  if (focus.asset < 0 || world.all('shock').length === 0) return null
  const ones = new Float64Array(world.spec.assets.length).fill(1)
  return shockedPrices(world, ones)[focus.asset]! - 1
}

/** The cliff as a change of price; null when the shock is no scheduled fall of the asset. */
async function moveOf(
  scenario: Scenario,
  name: string,
  cliff: Interval,
  options: DistanceOptions,
): Promise<Interval | null> {
  const value = await moveAt(scenario, name, cliff.value, options)
  const ends = [
    await moveAt(scenario, name, cliff.low, options),
    await moveAt(scenario, name, cliff.high, options),
  ]
  const [a, b] = ends
  if (value === null || value === 0 || a == null || b == null) return null
  return { value, low: Math.min(a, b), high: Math.max(a, b) }
}

/**
 * Check that the distance to a cliff can be looked for, before anything runs.
 * @throws {CliffError} when there is no such shock, range or measure.
 */
export function checkDistance(scenario: Scenario, options: DistanceOptions): void {
  const set = options.vary ? options.set : {}
  for (const vary of rangesOf(scenario, options)) checkVary(scenario, vary, set)
  readingOf(scenario, options.measure ?? scenario.order.measure)
}

/**
 * Find how large a shock turns loss from small to systemic, from the state as it is.
 * @returns the cliff of the first range from no shock on that has one: of jumps there that most paths share the
 *   first, else the steepest; null inside when there is none.
 * @throws {CliffError} when the scenario has no shock or measure, and what `findCliff` throws.
 */
export async function distanceToCliff(
  scenario: Scenario,
  options: DistanceOptions = {},
): Promise<CliffDistance> {
  checkDistance(scenario, options)
  const ranges = rangesOf(scenario, options)
  const shared = { ...options, cache: options.cache ?? new Map() }
  const looked: (Vary & { note: string })[] = []
  let runs = 0
  for (const [k, vary] of ranges.entries()) {
    const found = await findCliff(scenario, {
      ...{ ...shared, set: without(options.set, vary.name) },
      ...{ shock: vary.name, vary },
    })
    runs += found.runs
    looked.push({ ...vary, note: found.note })
    if (found.cliff === null && k + 1 < ranges.length) continue
    const { unit = '' } = scenario.parameters.find((p) => p.name === vary.name) ?? {}
    const { cliff, kind, jump, note, measure } = found
    return {
      ...{ shock: vary.name, unit, measure, cliff, kind, jump, measureUnit: found.unit, runs },
      note: cliff ? note : notesOf(looked),
      asset: scenario.order.asset ?? null,
      move: cliff && (await moveOf(scenario, vary.name, cliff, shared)),
      low: Math.min(...looked.map(({ low }) => low)),
      high: Math.max(...looked.map(({ high }) => high)),
    }
  }
  throw new Error('a shock has at least one range')
}
