import { measureInfo } from '../measures/index.ts'
import type { Scenario } from '../scenario/index.ts'
import type { Statistic } from './estimate.ts'
import { measuresOf } from './names.ts'
import { statisticOf } from './statistics.ts'

/** What an experiment is about: a measure, and a statistic of it over paths. */
export type Quantity = {
  /** As it is written: the measure, and the statistic behind a dot when it is not the mean. */
  readonly text: string
  readonly measure: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
  /** `mean`, `sd`, `min`, `max`, `pNN`, `varNN` or `esNN`. */
  readonly name: string
  /** The statistic, which knows unit and bad end of the measure. */
  readonly statistic: Statistic
}

/**
 * Read `measure` or `measure.statistic`: the mean over paths when no statistic is named.
 * @param Refused what is thrown when the scenario has no such measure, or there is no such statistic.
 * @throws {Refused}
 */
export function quantityOf(
  scenario: Scenario,
  text: string,
  Refused: new (message: string) => Error,
): Quantity {
  const match = /^\s*([A-Za-z]\w*(?:\[[^\]]+\])?)(?:\.([a-z]+[0-9.]*))?\s*$/.exec(text)
  const known = measuresOf(scenario)
  const measure = match?.[1] ?? ''
  if (!known.includes(measure))
    throw new Refused(
      `"${text}" is no measure of "${scenario.name}"; write measure or measure.statistic with one of ${known.join(', ')}`,
    )
  const { unit = '', better = 'lower' } = measureInfo(measure) ?? {}
  const name = match?.[2] ?? 'mean'
  const statistic = statisticOf(name)
  if (statistic === null)
    throw new Refused(`"${name}" is no statistic; there are mean, sd, min, max, pNN, varNN, esNN`)
  return {
    ...{ text: name === 'mean' ? measure : `${measure}.${name}`, measure, unit, better, name },
    statistic: (values, options) => statistic(values, { better, unit, ...options }),
  }
}
