import type { Overrides } from '../../scenario/index.ts'
import type { Quantity } from '../quantity.ts'
import type { Survey } from '../survey.ts'
import { SensitivityError } from './ranges.ts'

/** Most groups of paths that are left out in turn. */
const GROUPS = 8

/** The response of one point, by its paths. */
function readOf({ statistic }: Quantity): (values: Float64Array) => number {
  return (values) => statistic(values).value ?? Number.NaN
}

/**
 * The response at all points: with all paths, and with one group of them left out each; null where a point
 * has no value without that group.
 */
export type Answers = {
  readonly all: Float64Array
  readonly left: readonly (Float64Array | null)[]
}

/** What is estimated from the answers with each group left out. */
export function each<T>(
  { left }: Answers,
  from: (values: Float64Array) => T,
): readonly (T | null)[] {
  return left.map((values) => values && from(values))
}

/** A number of each estimate; NaN where there is none. */
export function numbersOf<T>(
  all: readonly (T | null)[],
  of: (own: T) => number,
): readonly number[] {
  return all.map((own) => (own === null ? Number.NaN : of(own)))
}

/**
 * Ask for the response at points.
 * @throws {SensitivityError} when it has no value at one of them.
 */
export async function answersTo(
  survey: Survey,
  sets: readonly Overrides[],
  paths: number,
  response: Quantity,
): Promise<Answers> {
  const { measure, text } = response
  const read = readOf(response)
  const samples = await survey.ask(sets, paths)
  const rows = samples.map((sample) => sample.values(measure))
  const groups = paths < 2 ? 0 : Math.min(GROUPS, paths)
  const all = Float64Array.from(rows, read)
  const bad = all.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) {
    const at = Object.entries(sets[bad]!).map(([name, value]) => `${name}=${value}`)
    throw new SensitivityError(
      `${text} has no value at ${at.join(' ')}; take a measure that has one everywhere, such as loss`,
    )
  }
  const left = Array.from({ length: groups }, (_, g) => {
    const own = rows.map((values) => read(values.filter((__, path) => path % groups !== g)))
    return own.every(Number.isFinite) ? Float64Array.from(own) : null
  })
  return { all, left }
}
