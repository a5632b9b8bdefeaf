import { measureInfo } from '../measures/index.ts'
import { InputError } from '../world/index.ts'
import type { Estimate, Statistic } from './estimate.ts'
import { statisticOf } from './statistics.ts'

/** Thrown when a condition cannot be read. */
export class ConditionError extends InputError {
  override readonly name = 'ConditionError'
}

/** weight * measure.statistic */
export type Term = {
  readonly weight: number
  readonly measure: string
  readonly name: string
  readonly statistic: Statistic
}

/** Terms joined by + or -, such as `badDebt.es99 + 0.1*capitalCost`. */
export type Objective = {
  readonly text: string
  readonly terms: readonly Term[]
  /** Names of the measures that it asks for. */
  readonly measures: readonly string[]
  /**
   * @param values per measure, one number per path.
   * @throws {ConditionError} when a measure has no value on any path.
   */
  readonly value: (values: (measure: string) => Float64Array) => number
}

/** A condition on measures over paths, such as `badDebt.p99 > 1e6`. */
export type Condition = {
  readonly text: string
  /** Names of the measures that it asks for. */
  readonly measures: readonly string[]
  /** What is compared, and with which number. */
  readonly left: Objective
  readonly bound: number
  readonly compare: (left: number, bound: number) => boolean
  /**
   * @param values per measure, one number per path.
   * @returns whether the condition holds.
   * @throws {ConditionError} when a measure has no value on any path.
   */
  readonly holds: (values: (measure: string) => Float64Array) => boolean
  /**
   * Value of the expression less the number it is compared with, negated where small values hold.
   * @throws {ConditionError} when a measure has no value on any path.
   */
  readonly excess: (values: (measure: string) => Float64Array) => number
}

const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '==': (a, b) => a === b,
}

const EXAMPLE = 'write for example "badDebt.p99 within 5%"'

/** Read measure[.statistic]. */
function readStatistic(measure: string, statistic: string, measures: readonly string[]): Statistic {
  if (!measures.includes(measure))
    throw new ConditionError(`"${measure}" is no measure; there are ${measures.join(', ')}`)
  const estimate = statisticOf(statistic)
  if (estimate === null)
    throw new ConditionError(
      `"${statistic}" is no statistic; there are mean, sd, min, max, pNN, varNN, esNN`,
    )
  const info = measureInfo(measure)
  return (values, options) =>
    estimate(values, info ? { better: info.better, unit: info.unit, ...options } : options)
}

function readTerm(text: string, sign: number, measures: readonly string[]): Term {
  const match =
    /^(?:([0-9.eE+-]+)\s*\*\s*)?([A-Za-z]\w*(?:\[[^\]]+\])?)(?:\.([a-z]+[0-9.]*))?$/.exec(
      text.trim(),
    )
  if (!match)
    throw new ConditionError(`"${text.trim()}" is no term; write [number *] measure[.statistic]`)
  const weight = match[1] === undefined ? 1 : Number(match[1])
  if (!Number.isFinite(weight)) throw new ConditionError(`"${match[1]}" is no number`)
  const name = match[3] ?? 'mean'
  const statistic = readStatistic(match[2]!, name, measures)
  return { weight: sign * weight, measure: match[2]!, name, statistic }
}

/** Split at + and - that stand between terms, not inside numbers such as 1e-3. */
function readTerms(text: string, measures: readonly string[]): readonly Term[] {
  const parts = text.split(/(?<![0-9.][eE])([+-])(?=\s*[A-Za-z0-9.])(?![^[]*\])/)
  const terms: Term[] = []
  let sign: 1 | -1 | null = null
  for (const part of parts.map((text) => text.trim())) {
    if (part === '') continue
    const isSign = part === '+' || part === '-'
    if (isSign && sign !== null)
      throw new ConditionError(`"${text.trim()}" has two signs in a row; leave one of them`)
    if (!isSign) terms.push(readTerm(part, sign ?? 1, measures))
    sign = isSign ? (part === '-' ? -1 : 1) : null
  }
  return terms
}

function objectiveOf(text: string, terms: readonly Term[]): Objective {
  return {
    ...{ text, terms, measures: terms.map(({ measure }) => measure) },
    value: (values) => {
      let sum = 0
      for (const { weight, measure, statistic } of terms) {
        const { value } = statistic(values(measure))
        if (value === null)
          throw new ConditionError(`"${text}" cannot be judged: no path has a value of ${measure}`)
        sum += weight * value
      }
      return sum
    },
  }
}

/**
 * Read an objective: terms joined by + or -, term = [number *] measure[.statistic].
 * @throws {ConditionError} when it cannot be read or names an unknown measure or statistic.
 */
export function parseObjective(text: string, measures: readonly string[]): Objective {
  const terms = readTerms(text, measures)
  if (terms.length === 0)
    throw new ConditionError(
      `"${text}" names no measure; write for example "badDebt.es99 + 0.1*capitalCost"`,
    )
  return objectiveOf(text, terms)
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
  if (terms.length === 0) throw new ConditionError('there is no measure left of the comparison')
  const compare = COMPARE[match[2]!]!
  const left = objectiveOf(text, terms)
  return {
    ...{ text, measures: left.measures, left, bound, compare },
    holds: (values) => compare(left.value(values), bound),
    excess: (values) => {
      const over = left.value(values) - bound
      if (match[2] === '==') return -Math.abs(over)
      return match[2]!.startsWith('<') ? -over : over
    },
  }
}

/** When enough paths have been run: `badDebt.p99 within 5%`. */
export type StopRule = {
  readonly text: string
  /** Name of the measure that it asks for, in a list as conditions have it. */
  readonly measures: readonly string[]
  /** The statistic with its 95 % interval; NaN rows do not count. */
  readonly estimate: (values: (measure: string) => Float64Array) => Estimate
  /**
   * Half the width of the interval over the size of the value; 0 when the interval is one point,
   * whatever the value; Infinity when the value is 0 and the interval is wider; null without an interval.
   */
  readonly halfWidth: (values: (measure: string) => Float64Array) => number | null
  /** Whether `halfWidth` is known and at most the stated share. */
  readonly reached: (values: (measure: string) => Float64Array) => boolean
}

function halfWidthOf({ value, low, high }: Estimate): number | null {
  if (value === null || low === null || high === null) return null
  return low === high ? 0 : (high - low) / 2 / Math.abs(value)
}

/**
 * Read a stop rule: measure[.statistic] within x%.
 *
 * It holds when half the width of the statistic's 95 % interval is at most x % of the size of its value;
 * never while there is no interval (too few paths). A value of 0 is reached only when its interval is one
 * point: every path that counts has it.
 * @throws {ConditionError} when it cannot be read, names an unknown measure, or a statistic without an
 *   interval (min, max).
 */
export function parseStopRule(text: string, measures: readonly string[]): StopRule {
  const match =
    /^\s*([A-Za-z]\w*(?:\[[^\]]+\])?)(?:\.([a-z]+[0-9.]*))?\s+within\s+(\S+?)\s*%\s*$/.exec(text)
  if (!match) throw new ConditionError(`"${text}" is no stop rule; ${EXAMPLE}`)
  const [, measure = '', name = 'mean', width = ''] = match
  const share = Number(width) / 100
  if (!(share > 0 && Number.isFinite(share)))
    throw new ConditionError(`"${width}" is no percentage above 0; ${EXAMPLE}`)
  if (name === 'min' || name === 'max')
    throw new ConditionError(`"${name}" has no interval, so that it is never reached; ${EXAMPLE}`)
  const statistic = readStatistic(measure, name, measures)
  const rule = {
    ...{ text, measures: [measure] },
    estimate: (values: (measure: string) => Float64Array) => statistic(values(measure)),
    halfWidth: (values: (measure: string) => Float64Array) => halfWidthOf(rule.estimate(values)),
    reached: (values: (measure: string) => Float64Array) =>
      (rule.halfWidth(values) ?? Infinity) <= share,
  }
  return rule
}
