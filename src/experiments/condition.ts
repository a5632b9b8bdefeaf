import { statisticOf } from './statistics.ts'

/** Thrown when a condition cannot be read. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError'
}

/** weight * measure.statistic */
type Term = { readonly weight: number; readonly measure: string; readonly statistic: string }

/** A condition on measures over paths, such as `badDebt.p99 > 1e6`. */
export type Condition = {
  readonly text: string
  /** Names of the measures that it asks for. */
  readonly measures: readonly string[]
  /**
   * @param values per measure, one number per path.
   * @returns whether the condition holds.
   * @throws {ConditionError} when a measure has no value on any path.
   */
  readonly holds: (values: (measure: string) => Float64Array) => boolean
}

const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '==': (a, b) => a === b,
}

function readTerm(text: string, sign: number, measures: readonly string[]): Term {
  const match =
    /^(?:([0-9.eE+-]+)\s*\*\s*)?([A-Za-z]\w*(?:\[[^\]]+\])?)(?:\.([a-z]+[0-9.]*))?$/.exec(
      text.trim(),
    )
  if (!match)
    throw new ConditionError(`"${text.trim()}" is no term; write [number *] measure[.statistic]`)
  const weight = match[1] === undefined ? 1 : Number(match[1])
  const statistic = match[3] ?? 'mean'
  if (!Number.isFinite(weight)) throw new ConditionError(`"${match[1]}" is no number`)
  if (!measures.includes(match[2]!))
    throw new ConditionError(`"${match[2]}" is no measure; there are ${measures.join(', ')}`)
  if (statisticOf(statistic) === null)
    throw new ConditionError(
      `"${statistic}" is no statistic; there are mean, sd, min, max, pNN, varNN, esNN`,
    )
  return { weight: sign * weight, measure: match[2]!, statistic }
}

/** Split at + and - that stand between terms, not inside numbers such as 1e-3. */
function readTerms(text: string, measures: readonly string[]): readonly Term[] {
  const parts = text.split(/(?<![0-9.][eE])([+-])(?=\s*[A-Za-z0-9.])(?![^[]*\])/)
  const terms: Term[] = []
  let sign = 1
  for (const part of parts) {
    if (part === '+' || part === '-') sign = part === '-' ? -1 : 1
    else if (part.trim() !== '') terms.push(readTerm(part, sign, measures))
  }
  if (terms.length === 0) throw new ConditionError('there is no measure left of the comparison')
  return terms
}

/**
 * Read a condition: expression op number, where expression = terms joined by + or -,
 * term = [number *] measure[.statistic] and op is >, >=, <, <= or ==.
 * @throws {ConditionError} when it cannot be read or names an unknown measure or statistic.
 */
export function parseCondition(text: string, measures: readonly string[]): Condition {
  const match = /^(.*?)(>=|<=|==|>|<)(.*)$/.exec(text)
  if (!match)
    throw new ConditionError(`"${text}" has no comparison; write for example "badDebt > 1e6"`)
  const bound = Number(match[3])
  if (match[3]!.trim() === '' || !Number.isFinite(bound))
    throw new ConditionError(
      `"${match[3]!.trim()}" is no number; write for example "badDebt > 1e6"`,
    )
  const terms = readTerms(match[1]!, measures)
  const compare = COMPARE[match[2]!]!
  return {
    text,
    measures: terms.map(({ measure }) => measure),
    holds(values) {
      let total = 0
      for (const { weight, measure, statistic } of terms) {
        const known = values(measure).filter((v) => !Number.isNaN(v))
        if (known.length === 0)
          throw new ConditionError(`"${text}" cannot be judged: no path has a value of ${measure}`)
        total += weight * statisticOf(statistic)!(known)
      }
      return compare(total, bound)
    },
  }
}
