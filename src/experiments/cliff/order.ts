import type { Overrides, Scenario } from '../../scenario/index.ts'
import { PathFailedError } from '../errors.ts'
import { settable, type Variable, variableOf, variablesHint } from '../knobs.ts'
import { openSurvey, type Sample, type Survey, type SurveyOptions } from '../survey.ts'
import type { Reading } from './reading.ts'
import { CliffError, type Place, type Respond } from './types.ts'

/** What is varied, and between which values. */
export type Vary = { readonly name: string; readonly low: number; readonly high: number }

/** A shock with its value where nothing varies it, and in calm weather. */
export type Shock = {
  readonly name: string
  readonly value: number
  readonly calm: number
  readonly range: readonly [number, number]
}

/** Whether a shock is none, to which nothing answers. */
export const isCalm = ({ value, calm }: Pick<Shock, 'value' | 'calm'>): boolean => value === calm

/**
 * Check that a parameter can be varied over a range.
 * @param set values that hold at every place; one of the parameter itself would hold nowhere.
 * @throws {CliffError} when there is no such number, the range is empty or leaves that of the parameter, or
 *   the parameter is set too.
 */
export function checkVary(
  scenario: Scenario,
  { name, low, high }: Vary,
  set: Overrides = {},
): void {
  const variable = variableOf(scenario, name)
  if (!variable) throw new CliffError(variablesHint(scenario, name))
  const [least, most] = variable.range
  if (!(low < high)) throw new CliffError(`${name}=${low}..${high} is empty; write low..high`)
  if (low < least || high > most)
    throw new CliffError(
      `${name}=${low}..${high} leaves the range of "${name}"; use values from ${least} to ${most}`,
    )
  const [first, last] = [Math.ceil(low), Math.floor(high)]
  if (variable.isWhole && !(first === low && last === high))
    throw new CliffError(
      `${name}=${low}..${high}: "${name}" takes whole numbers only; ${
        first < last ? `use ${first}..${last}` : 'use a range from one of them to another'
      }`,
    )
  if (set[name] !== undefined)
    throw new CliffError(
      `${name} is set to ${set[name]} and varied, ${name}=${low}..${high}: nothing would run at the value that is set; leave one of them out`,
    )
}

/** Value in calm weather: what the scenario says, else the one that changes nothing. */
function calmOf({ calm }: Scenario, { name, neutral }: Variable): number {
  const told = calm[name]
  return typeof told === 'number' ? told : neutral
}

/**
 * Find the shock of a scenario: a numeric parameter, or a knob that is given a value.
 * @param given its name; without it that of the `order:` block.
 * @param varied what is varied: when the shock itself is, it needs no value of its own.
 * @throws {CliffError} when there is none, or it is no number, or has no value.
 */
export function shockOf(
  scenario: Scenario,
  given: string | undefined,
  set: Overrides = {},
  varied: readonly string[] = [],
): Shock {
  const name = given ?? scenario.order.shock
  if (name === undefined)
    throw new CliffError('the scenario names no shock; name a parameter or a knob with --shock')
  const variable = variableOf(scenario, name)
  if (!variable) throw new CliffError(`the shock: ${variablesHint(scenario, name)}`)
  const raw = set[name] ?? variable.value
  const value = raw === null || raw === '' ? Number.NaN : Number(raw)
  if (!Number.isFinite(value) && !varied.includes(name))
    throw new CliffError(
      `the shock "${name}" has no number of its own; give it one with --set ${name}=number`,
    )
  if (variable.isWhole && Number.isFinite(value) && !Number.isInteger(value))
    throw new CliffError(`the shock "${name}" is ${value}; it takes whole numbers only`)
  return { name, value, calm: calmOf(scenario, variable), range: variable.range }
}

/** What is read of a path beside the measure: who falls, and what does not come back. */
const TOLD = ['accountsLiquidated', 'liquidations', 'loss'] as const

/**
 * Open a survey that runs no other worlds than the one measure needs, whatever the scenario shows, and tells
 * its progress over all that was asked so far. Its `askEach` throws what refuses the first world as long as
 * there was none: then it is no place that is wrong, but what is asked.
 */
export function surveyOf(scenario: Scenario, options: SurveyOptions, { measure }: Reading): Survey {
  let before = 0
  const survey = openSurvey(
    { ...scenario, measures: [] },
    {
      ...options,
      measures: [measure],
      only: [measure, ...TOLD],
      onProgress: ({ points, paths, of }) =>
        options.onProgress?.({ points, paths: before + paths, of: before + of }),
    },
  )
  let hasWorld = false
  return {
    ...survey,
    ask: (points, paths) => {
      before = survey.counts().run
      return survey.ask(points, paths)
    },
    async askEach(points, paths) {
      before = survey.counts().run
      const samples = await survey.askEach(points, paths)
      hasWorld ||= samples.some(({ refusal }) => !refusal || refusal instanceof PathFailedError)
      const [first] = samples
      if (!hasWorld && first?.refusal) throw first.refusal
      return samples
    },
  }
}

/** The order parameter of a scenario along one parameter. */
export type OrderAlong = {
  /** What is run at a place, or nearest to it where whole numbers only can be. */
  readonly setOf: (place: Place) => Overrides
  /** A place at which nothing can be run has a sample without values, which says why. */
  readonly samplesAt: (places: readonly Place[], paths: number) => Promise<readonly Sample[]>
  /** Between two whole numbers that can be run it is on a straight line. */
  readonly respond: Respond
  /** Where the parameter or the shock takes whole numbers only; else null. */
  readonly counts: {
    readonly axis: boolean
    readonly shock: boolean
    /** The response at what is nearest, which goes in steps. */
    readonly nearest: Respond
  } | null
}

/** A value and how much of it is taken. */
type Part = { readonly at: number; readonly weight: number }

/** The whole numbers around a value; the value itself where it can be run. */
function partsOf({ isWhole }: Pick<Variable, 'isWhole'>, value: number): readonly Part[] {
  if (!isWhole || Number.isInteger(value)) return [{ at: value, weight: 1 }]
  const low = Math.floor(value)
  return [
    { at: low, weight: low + 1 - value },
    { at: low + 1, weight: value - low },
  ]
}

/** Take what was read at some places together, by weight. */
function mixed(read: readonly Float64Array[], weights: readonly number[]): Float64Array {
  if (read.length === 1) return read[0]!
  return read[0]!.map((_, k) => read.reduce((sum, own, i) => sum + weights[i]! * own[k]!, 0))
}

/** What a place of an axis means for the parameter and for the shock. */
type Meaning = { readonly x: number; readonly value: number }

/** @throws {CliffError} when the shock leaves its range. */
function meaningOf({ x, shock: multiple }: Place, isShock: boolean, shock: Shock): Meaning {
  if (isShock) return { x, value: x }
  const value = shock.calm + multiple * (shock.value - shock.calm)
  const [least, most] = shock.range
  if (value < least || value > most)
    throw new CliffError(
      `the response needs a shock a little beyond ${shock.name}=${shock.value}, which leaves its range; set it nearer to ${shock.calm}, calm weather`,
    )
  return { x, value }
}

/**
 * Make the response of a scenario along one parameter.
 * @param base overrides beside the varied parameter and the shock.
 */
export function orderAlong(
  survey: Survey,
  name: string,
  shock: Shock,
  { measure, read }: Reading,
  base: Overrides = {},
): OrderAlong {
  const isShock = shock.name === name
  const [own, other] = [name, shock.name].map(
    (one) => variableOf(survey.scenario, one) ?? { isWhole: false },
  ) as [Pick<Variable, 'isWhole'>, Pick<Variable, 'isWhole'>]
  const setAt = (x: number, value: number): Overrides =>
    isShock ? { ...base, [name]: x } : { ...base, [name]: x, [shock.name]: value }
  const setOf = (place: Place): Overrides => {
    const { x, value } = meaningOf(place, isShock, shock)
    return setAt(settable(own, x), settable(other, value))
  }
  const samplesAt: OrderAlong['samplesAt'] = (places, paths) =>
    survey.askEach(places.map(setOf), paths)
  const readAt = async (sets: readonly Overrides[], paths: number) =>
    (await survey.askEach(sets, paths)).map((sample) => read(sample.values(measure)))
  const nearest: Respond = (places, paths) => readAt(places.map(setOf), paths)
  const between: Respond = async (places, paths) => {
    const corners = places.map((place) => {
      const { x, value } = meaningOf(place, isShock, shock)
      const across = isShock ? [{ at: value, weight: 1 }] : partsOf(other, value)
      return partsOf(own, x).flatMap((a) =>
        across.map((b) => ({ set: setAt(a.at, b.at), weight: a.weight * b.weight })),
      )
    })
    const found = await readAt(
      corners.flatMap((some) => some.map(({ set }) => set)),
      paths,
    )
    let next = 0
    return corners.map((some) => {
      const read = found.slice(next, next + some.length)
      next += some.length
      return mixed(
        read,
        some.map(({ weight }) => weight),
      )
    })
  }
  const isCounted = own.isWhole || other.isWhole
  return {
    ...{ setOf, samplesAt, respond: isCounted ? between : nearest },
    counts: isCounted ? { axis: own.isWhole, shock: other.isWhole, nearest } : null,
  }
}
