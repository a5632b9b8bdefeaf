import { loadScenario, type Scenario } from '../../scenario/index.ts'
import { isRandom } from '../chance.ts'
import { whyOf } from '../cliff/gaps.ts'
import { checkVary, type Vary } from '../cliff/order.ts'
import { type Condition, parseCondition } from '../condition.ts'
import { type Variable, variableOf } from '../knobs.ts'
import { measuresOf } from '../names.ts'
import type { Survey, SurveyOptions } from '../survey.ts'
import { type Crossing, largestWithin } from './cap.ts'
import { openTuned } from './capital.ts'
import { askEach, freshSeedOf, keptOf, measuresIn, missOf, valuesOf } from './ground.ts'
import type { Values } from './interval.ts'
import { type SizedCap, TuneError } from './types.ts'
import { checkValued } from './valued.ts'

/** Options of `sizeCap`; those of runs mean the same. */
export type SizeOptions = SurveyOptions & {
  /** The cap, which is not set. */
  readonly vary: Vary
  /** Condition that must hold, such as `badDebt.p95 <= 4e5`. */
  readonly budget: string
  /** Paths at every cap; default 64, or 1 where paths do not differ. */
  readonly paths?: number
  /** Paths on which the budget at the cap is estimated again; default 4 times as many. */
  readonly freshPaths?: number
  /** Cells of the first grid; default 8. */
  readonly cells?: number
}

const PATHS = 64
const FRESH = 4
const CELLS = 8
/** Share of the range to which the cap is told, where paths do not differ and where they do. */
const TOLERANCE = { same: 1e-4, differ: 1e-3 } as const

/** Excess over a budget: above 0 exactly where it does not hold, NaN where it cannot be judged. */
function overOf(budget: Condition, values: Values): number {
  const miss = missOf(budget, values)
  if (miss > 0) return miss === Infinity ? Number.NaN : miss
  return Math.min(0, -budget.excess(values))
}

/** What was found at a cap; `why` nothing could be run there. */
type Looked = { readonly x: number; readonly values: Values | null; readonly why: string | null }

/**
 * Bound the cap: from the last place up to which the budget surely holds to the first from which on it
 * surely does not, by the interval of every place. Draws need not be common along the cap for it: where
 * neighbours scatter, halving ends at one of several crossings, and all of them lie inside.
 */
function capOf(
  { value, beyond }: Crossing,
  looked: readonly Looked[],
  budget: Condition,
  { low, high }: Vary,
  differ: boolean,
): SizedCap['cap'] {
  if (value === null) return null
  if (!differ) return { value, low: value, high: beyond ?? value }
  const verdicts = looked.map(({ values }) => values && keptOf(budget, values, true).verdict)
  const unsure = verdicts.findIndex((verdict) => verdict !== 'kept')
  const sure = verdicts.findLastIndex((verdict) => verdict !== 'missed')
  return {
    value,
    low: Math.min(value, unsure < 0 ? value : (looked[unsure - 1]?.x ?? low)),
    high: Math.max(value, looked[sure + 1]?.x ?? high),
  }
}

/** Say why there is no cap where places between the budget kept and used up cannot be judged. */
function gapNote(
  { at, upTo }: NonNullable<Crossing['gap']>,
  looked: readonly Looked[],
  { low, name }: Vary,
): string {
  const { why = null } = looked.find(({ x }) => x === at) ?? {}
  const cannot = `at ${name} = ${at} the budget cannot be judged (${why ?? 'it has no value'})`
  if (upTo === null) return `none: ${cannot}`
  const remedy = upTo > low ? `; look from ${low} to ${upTo}` : ''
  return `cannot tell: up to ${name} = ${upTo} the budget holds, ${cannot}${remedy}`
}

function noteOf(
  { value, beyond, isTwisted, gap }: Crossing,
  looked: readonly Looked[],
  vary: Vary,
): string {
  const { low, high, name } = vary
  if (gap) return gapNote(gap, looked, vary)
  if (value === null) return `none: at the lowest ${name} = ${low} the budget does not hold`
  if (beyond === null) return `the budget holds up to the end of the range, ${name} = ${high}`
  return isTwisted
    ? 'larger caps are within the budget again: this is the largest with all smaller ones within it'
    : 'largest cap within the budget, by halving'
}

/** Look for the cap on the paths of the search. */
async function look(
  survey: Survey,
  budget: Condition,
  { isWhole, ...vary }: Vary & Pick<Variable, 'isWhole'>,
  {
    cells,
    paths,
    differ,
  }: Readonly<Record<'cells' | 'paths', number>> & { readonly differ: boolean },
) {
  const tolerance = differ ? TOLERANCE.differ : TOLERANCE.same
  const looked: Looked[] = []
  const overAt = async (places: readonly number[]): Promise<readonly number[]> => {
    const sets = places.map((x) => ({ [vary.name]: x }))
    const samples = await survey.askEach(sets, paths)
    return samples.map((sample, k) => {
      const why = whyOf(sample)
      const values = why === null ? valuesOf(sample, sets[k]!, paths) : null
      looked.push({ x: places[k]!, values, why })
      return values ? overOf(budget, values) : Number.NaN
    })
  }
  const { low, high } = vary
  const crossing = await largestWithin(overAt, { low, high, cells, tolerance, isWhole })
  return { crossing, looked: looked.sort((a, b) => a.x - b.x) }
}

/**
 * Size a cap to a loss budget: the largest value of a parameter up to which a condition holds, by halving
 * on the same draws, with the budget there estimated again on fresh paths.
 * @param scenario what `loadScenario` returned, or the path of a scenario file.
 * @throws {TuneError}, {CliffError}, {ConditionError} when the question cannot be read, and what
 *   `openSurvey` throws.
 * @example const { cap } = await sizeCap('scenarios/papers/leveraged-loop.yaml', { vary: { name: 'jump', low: 0, high: 0.3 }, budget: 'badDebt <= 1' })
 */
export async function sizeCap(from: Scenario | string, options: SizeOptions): Promise<SizedCap> {
  const scenario = typeof from === 'string' ? loadScenario(from) : from
  const { vary, cells = CELLS } = options
  checkVary(scenario, vary, options.set)
  const { isWhole } = variableOf(scenario, vary.name)!
  if (!(Number.isSafeInteger(cells) && cells >= 1))
    throw new TuneError(`${cells} cells are asked for; use a whole number from 1 on`)
  const known = measuresOf(scenario)
  const budget = parseCondition(options.budget, [...known, vary.name])
  const measures = measuresIn([budget.left], known)
  if (measures.length === 0)
    throw new TuneError(
      `"${budget.text}" asks for no measure; write for example "badDebt.p95 <= 4e5"`,
    )
  const survey = openTuned(scenario, { ...options, measures, only: measures })
  const seed = options.seed ?? scenario.seed
  const freshSeed = freshSeedOf(seed)
  const fresh = openTuned(scenario, { ...options, measures, only: measures, seed: freshSeed })
  try {
    const ends = [{ [vary.name]: vary.low }, { [vary.name]: vary.high }]
    await checkValued(survey, measures, ends)
    const differ = await isRandom(scenario, [{}, ...ends], options)
    const paths = options.paths ?? (differ ? PATHS : 1)
    const freshPaths = options.freshPaths ?? (differ ? FRESH * paths : 1)
    const { crossing, looked } = await look(
      survey,
      budget,
      { ...vary, isWhole },
      { cells, paths, differ },
    )
    const cap = capOf(crossing, looked, budget, vary, differ)
    const set = { [vary.name]: cap?.value ?? Number.NaN }
    const [again] = cap ? await askEach(fresh, [set], freshPaths) : [null]
    return {
      ...{ scenario: scenario.name, seed, freshSeed, vary, budget: budget.text, cap },
      isRandom: differ,
      note: noteOf(crossing, looked, vary),
      fresh: again ? keptOf(budget, valuesOf(again, set, freshPaths), differ) : null,
      ...{ points: crossing.points, paths, freshPaths },
      runs: survey.counts().run + fresh.counts().run,
    }
  } finally {
    await survey.close()
    await fresh.close()
  }
}
