import { hash64 } from '../../math/index.ts'
import { type Overrides, ScenarioError } from '../../scenario/index.ts'
import type { Vary } from '../cliff/order.ts'
import type { Condition, Objective } from '../condition.ts'
import { PathFailedError } from '../errors.ts'
import { settable } from '../knobs.ts'
import type { Sample, Survey } from '../survey.ts'
import type { Traded } from './frontier.ts'
import { estimateOf, settled, type Values, valueOrNaN } from './interval.ts'
import type { Kept } from './types.ts'

/** Parameters by name. */
export type Setting = Readonly<Record<string, number>>

/** What is asked of every point. */
export type Question = {
  readonly vary: readonly Vary[]
  /** Those of them that take whole numbers only. */
  readonly counts: ReadonlySet<string>
  readonly objective: Objective
  readonly constraints: readonly Condition[]
  readonly efficiency: Objective | null
  readonly loss: Objective
}

/** Least miss of a constraint that does not hold. */
const LEAST_MISS = 1e-12

/** Seed of paths that have nothing to do with those of another seed. */
export function freshSeedOf(seed: number): number {
  const [a, b] = hash64(`fresh paths ${seed}`)
  return a * 1048576 + (b >>> 12)
}

/** Values of the parameters at a point of the unit cube; the nearest at which they can stand. */
export function settingOf(
  { vary, counts }: Pick<Question, 'vary' | 'counts'>,
  at: Float64Array,
): Setting {
  return Object.fromEntries(
    vary.map(({ name, low, high }, k) => {
      const isWhole = counts.has(name)
      return [name, settable({ isWhole }, low + (high - low) * at[k]!)]
    }),
  )
}

/** Ask for points; null where a point cannot be run, because its world is refused or all paths fail. */
export async function askEach(
  survey: Survey,
  sets: readonly Overrides[],
  paths: number,
): Promise<readonly (Sample | null)[]> {
  const isImpossible = (error: unknown): boolean =>
    error instanceof PathFailedError || error instanceof ScenarioError
  try {
    return await survey.ask(sets, paths)
  } catch (error) {
    if (!isImpossible(error)) throw error
  }
  const found: (Sample | null)[] = []
  for (const set of sets)
    try {
      found.push(...(await survey.ask([set], paths)))
    } catch (error) {
      if (!isImpossible(error)) throw error
      found.push(null)
    }
  return found
}

/** Numbers per path of measures, and of parameters, which are equal on all paths. */
export function valuesOf(sample: Sample, setting: Overrides, paths: number): Values {
  return (name) => {
    const own = setting[name]
    if (sample.names.includes(name)) return sample.values(name)
    return new Float64Array(paths).fill(typeof own === 'number' ? own : Number.NaN)
  }
}

/** By how much a condition is missed; 0 where it holds, Infinity where it cannot be judged. */
export function missOf(condition: Condition, values: Values): number {
  if (Number.isNaN(valueOrNaN(condition.left, values))) return Infinity
  if (condition.holds(values)) return 0
  return Math.max(LEAST_MISS, -condition.excess(values))
}

const IMPOSSIBLE: Traded = {
  objective: Number.NaN,
  violation: Infinity,
  efficiency: Number.NaN,
  loss: Number.NaN,
}

/** Score a point. Misses of several constraints are added as shares of their bounds, or plain where those are 0. */
export function scoreOf(question: Question, values: Values | null): Traded {
  if (values === null) return IMPOSSIBLE
  const { objective, constraints, efficiency, loss } = question
  const value = valueOrNaN(objective, values)
  if (Number.isNaN(value)) return IMPOSSIBLE
  const violation = constraints.reduce(
    (sum, condition) => sum + missOf(condition, values) / (Math.abs(condition.bound) || 1),
    0,
  )
  return {
    ...{ objective: value, violation, loss: valueOrNaN(loss, values) },
    efficiency: efficiency ? valueOrNaN(efficiency, values) : Number.NaN,
  }
}

/** Judge a constraint by its interval; where paths do not differ, by its value. */
export function keptOf(condition: Condition, values: Values, differ: boolean): Kept {
  const { text, left: side, bound, compare } = condition
  const left = settled(estimateOf(side, values), differ)
  const verdictOf = (): Kept['verdict'] => {
    if (!differ) return condition.holds(values) ? 'kept' : 'missed'
    const { low, high } = left
    if (low === null || high === null) return 'cannot tell'
    const isKept = compare(low, bound)
    if (isKept !== compare(high, bound)) return 'cannot tell'
    // Of an equality both ends may fail around the bound.
    if (!isKept && low < bound && high > bound) return 'cannot tell'
    return isKept ? 'kept' : 'missed'
  }
  return { text, left, bound, verdict: verdictOf() }
}

/** The measures that some expressions ask for, without parameters. */
export function measuresIn(
  expressions: readonly Objective[],
  known: readonly string[],
): readonly string[] {
  return [...new Set(expressions.flatMap(({ measures }) => measures))].filter((name) =>
    known.includes(name),
  )
}

/** Where the scenario stands in the unit cube; the middle of a range that does not hold its value. */
export function standing(
  vary: readonly Vary[],
  valueOfName: (name: string) => number | null,
): Float64Array {
  return Float64Array.from(vary, ({ name, low, high }) => {
    const value = valueOfName(name)
    return value !== null && value >= low && value <= high ? (value - low) / (high - low) : 0.5
  })
}
