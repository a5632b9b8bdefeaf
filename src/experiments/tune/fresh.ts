import type { Overrides } from '../../scenario/index.ts'
import type { Survey } from '../survey.ts'
import { askEach, keptOf, type Question, type Setting, valuesOf } from './ground.ts'
import { differenceOf, estimateOf, settled, type Values } from './interval.ts'
import { frontierOf, type Measured } from './knee.ts'
import { type Frontier, type Marginal, type Place, type Rival, TuneError } from './types.ts'

/** A place with its objective on the paths of the search. */
export type Chosen = { readonly at: Setting; readonly searched: number }

/** What is to be estimated on paths that the search has not seen. */
export type FreshTask = {
  readonly question: Question
  readonly base: Overrides
  readonly best: Chosen
  readonly asItIs: Chosen
  readonly bySearch: Chosen | null
  readonly atRandom: Chosen | null
  readonly front: readonly Setting[]
  /** Size of the step of a parameter. */
  readonly stepOf: (name: string) => number
  readonly paths: number
  readonly differ: boolean
}

/** What fresh paths say. */
export type FreshAnswer = {
  readonly best: Place
  readonly asItIs: Rival
  readonly bySearch: Rival | null
  readonly atRandom: Rival | null
  readonly marginals: readonly Marginal[]
  readonly frontier: Frontier | null
}

/** Both ends of a step, which stays in the range. */
function stepEnds({ vary }: Question, at: Setting, name: string, step: number) {
  const { high } = vary.find((own) => own.name === name)!
  const from = at[name]! + step > high ? at[name]! - step : at[name]!
  return [
    { ...at, [name]: from },
    { ...at, [name]: from + step },
  ] as const
}

/** Estimate places again on fresh paths, all on the same ones. */
export async function estimateFresh(survey: Survey, task: FreshTask): Promise<FreshAnswer> {
  const { question, base, best, asItIs, bySearch, atRandom, front, stepOf, paths, differ } = task
  const steps = question.vary.map(({ name }) => ({
    ...{ name, step: stepOf(name), ends: stepEnds(question, best.at, name, stepOf(name)) },
  }))
  const settings: readonly Setting[] = [
    ...[best, asItIs, bySearch, atRandom].flatMap((chosen) => (chosen ? [chosen.at] : [])),
    ...steps.flatMap(({ ends }) => [...ends]),
    ...front,
  ]
  const samples = await askEach(survey, settings, paths)
  const known = new Map<Setting, Values>()
  settings.forEach((at, k) => {
    const sample = samples[k]
    if (sample) known.set(at, valuesOf(sample, { ...base, ...at }, paths))
  })
  const own = known.get(best.at) ?? impossible('the best point')
  const unchanged = known.get(asItIs.at) ?? impossible('the scenario as it is')
  const placeOf = ({ at, searched }: Chosen, values: Values): Place => ({
    ...{ at, searched, fresh: settled(estimateOf(question.objective, values), differ) },
    constraints: question.constraints.map((condition) => keptOf(condition, values, differ)),
  })
  const against = (chosen: Chosen, values: Values): Rival => ({
    ...placeOf(chosen, values),
    more: settled(differenceOf(question.objective, values, own), differ),
  })
  const rivalOf = (chosen: Chosen | null): Rival | null => {
    const values = chosen && known.get(chosen.at)
    return chosen && values ? against(chosen, values) : null
  }
  const measured = front.flatMap((at): Measured[] => {
    const values = known.get(at)
    return values ? [{ at, values }] : []
  })
  return {
    best: placeOf(best, own),
    asItIs: against(asItIs, unchanged),
    bySearch: rivalOf(bySearch),
    atRandom: rivalOf(atRandom),
    marginals: steps.flatMap(({ name, step, ends: [from, to] }): Marginal[] => {
      const [below, above] = [known.get(from), known.get(to)]
      if (!below || !above) return []
      return [{ name, step, change: settled(differenceOf(question.loss, above, below), differ) }]
    }),
    frontier:
      question.efficiency &&
      frontierOf(question, { points: measured, tuned: own, asItIs: unchanged }, paths, differ),
  }
}

function impossible(what: string): never {
  throw new TuneError(`no fresh path of ${what} can be run; use another seed`)
}
