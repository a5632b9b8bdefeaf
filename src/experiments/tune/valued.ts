import { measureInfo } from '../../measures/index.ts'
import type { Overrides } from '../../scenario/index.ts'
import type { Survey } from '../survey.ts'
import { askEach } from './ground.ts'
import { TuneError } from './types.ts'

/** Paths on which a measure is looked for that has no value on the first. */
const PATHS = 4

/** Measures without a value on any path of any point; those of points that cannot be run are not judged. */
async function missing(
  survey: Survey,
  measures: readonly string[],
  sets: readonly Overrides[],
  paths: number,
): Promise<readonly string[]> {
  const samples = (await askEach(survey, sets, paths)).filter((sample) => sample !== null)
  if (samples.length === 0) return []
  return measures.filter((name) => samples.every((own) => own.values(name).every(Number.isNaN)))
}

/**
 * Check before a search that what it asks for has a value: one path of the scenario as it is, and where that has
 * none, some of other points.
 * @throws {TuneError} when a measure has no value anywhere.
 */
export async function checkValued(
  survey: Survey,
  measures: readonly string[],
  sets: readonly Overrides[],
): Promise<void> {
  const doubtful = await missing(survey, measures, [{}], 1)
  if (doubtful.length === 0) return
  const [name] = await missing(survey, doubtful, [{}, ...sets], PATHS)
  if (name === undefined) return
  const about = measureInfo(name)?.doc
  throw new TuneError(
    `${name} has no value in ${survey.scenario.path}${about ? ` (${about})` : ''}; leave it out, or set what it needs, such as --defences all`,
  )
}
