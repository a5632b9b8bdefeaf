import type { Scenario } from '../../scenario/index.ts'
import { openSurvey, type Sample, type Survey, type SurveyOptions } from '../survey.ts'

const COST = 'capitalCost'
const POWER = 'openingBorrowingPower'

/** What a point costs path by path: less to borrow on from the start, and what its controls take later. */
function costOf(own: Sample, point: Sample): Float64Array {
  const [before, after, later] = [own.values(POWER), point.values(POWER), point.values(COST)]
  return before.map((power, k) => power - after[k]! + (later[k]! || 0))
}

/**
 * Open a survey in which `capitalCost` is told against the scenario as it is: the borrowing power that a
 * point's parameters take from its accounts at the opening, beside what controls take on the way. Below
 * zero where accounts can owe more. None where nobody lends.
 * @throws what `openSurvey` throws.
 */
export function openTuned(
  scenario: Scenario,
  options: SurveyOptions & { readonly measures: readonly string[] },
): Survey {
  if (!options.measures.includes(COST)) return openSurvey(scenario, options)
  const { only } = options
  const survey = openSurvey(scenario, { ...options, ...(only ? { only: [...only, POWER] } : {}) })
  const withCost = ([own, ...samples]: readonly Sample[]): readonly Sample[] =>
    samples.map((sample) => {
      const cost = costOf(own!, sample)
      return { ...sample, values: (name) => (name === COST ? cost : sample.values(name)) }
    })
  return {
    ...survey,
    ask: async (sets, paths) => withCost(await survey.ask([{}, ...sets], paths)),
    askEach: async (sets, paths) => withCost(await survey.askEach([{}, ...sets], paths)),
  }
}
