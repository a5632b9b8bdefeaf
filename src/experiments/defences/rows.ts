import { costMeasures, type Measured, pursesOf, valuesOf } from './costs.ts'
import type { Observed, Runs } from './observe.ts'
import type { Arm, DifferenceRow, Weather } from './types.ts'

function rowsIn(
  arms: readonly Arm[],
  weather: Weather,
  { paths }: Observed,
  measures: readonly Measured[],
): readonly DifferenceRow[] {
  return arms.slice(1).flatMap((arm, k) =>
    measures.flatMap(({ measure, values }) =>
      paths.map((path, row) => ({
        ...{ path, weather, arm: arm.name, measure },
        ...{ base: values[0]![row]!, value: values[k + 1]![row]! },
      })),
    ),
  )
}

/** List the numbers of every path with each arm and without it: what all intervals are made of. */
export function rowsOf(
  arms: readonly Arm[],
  { stress, calm }: Runs,
  measure: string,
): readonly DifferenceRow[] {
  const values = valuesOf(stress, measure)
  const own = values ? [{ measure, values }] : []
  const purses = pursesOf(stress, arms[0]!.scenario)
  const paid = purses.filter((purse) => purse.measure !== measure)
  return [
    ...rowsIn(arms, 'stress', stress, [...own, ...paid]),
    ...(calm ? rowsIn(arms, 'calm', calm, costMeasures(calm, measure)) : []),
  ]
}
