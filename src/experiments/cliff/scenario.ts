import { loadScenario, type Scenario } from '../../scenario/index.ts'
import { openSurvey, type SurveyOptions } from '../survey.ts'
import { locate } from './locate.ts'
import { CliffError, type Located, type Place, type Respond } from './types.ts'

/** What is varied, and between which values. */
export type Vary = { readonly name: string; readonly low: number; readonly high: number }

/** Options of `findCliff`; those of runs mean the same. */
export type CliffOptions = SurveyOptions & {
  readonly vary: Vary
  /** Order parameter; default: that of the scenario's `order:` block. */
  readonly measure?: string
  /** Parameter that is the shock; default: that of the scenario's `order:` block. */
  readonly shock?: string
  /** Paths at every place; default: the scenario's, at least 8 where paths differ. */
  readonly paths?: number
  /** Cells of the first grid; default 16. */
  readonly cells?: number
}

/** Whether the end states of one place are the start of the next in both directions. */
export type Hysteresis = { readonly width: number | null; readonly note: string }

/** A cliff of a scenario, with everything that was asked to find it. */
export type ScenarioCliff = Located & {
  readonly scenario: string
  readonly seed: number
  readonly vary: Vary
  readonly measure: string
  readonly shock: string
  /** Mean largest loop gain of the paths at the places of the grid on both sides; null when unknown. */
  readonly loopGain: { readonly below: number | null; readonly above: number | null }
  readonly hysteresis: Hysteresis
  /** Paths at every place, and paths that were run in all. */
  readonly paths: number
  readonly runs: number
}

const IRREVERSIBLE: Hysteresis = {
  width: null,
  note: 'not applicable: what is liquidated or lost does not come back when the parameter goes back',
}

/** @throws {CliffError} when a parameter cannot be varied over the range. */
function checkVary(scenario: Scenario, { name, low, high }: Vary): void {
  const parameter = scenario.parameters.find((p) => p.name === name)
  const known = scenario.parameters.filter((p) => typeof p.value === 'number').map((p) => p.name)
  if (!parameter)
    throw new CliffError(`no parameter is named "${name}"; numbers are ${known.join(', ')}`)
  if (!known.includes(name))
    throw new CliffError(`parameter "${name}" is no number; numbers are ${known.join(', ')}`)
  const [least, most] = parameter.range ?? [-Infinity, Infinity]
  if (!(low < high)) throw new CliffError(`${name}=${low}..${high} is empty; write low..high`)
  if (low < least || high > most)
    throw new CliffError(
      `${name}=${low}..${high} leaves the range of "${name}"; use values from ${least} to ${most}`,
    )
}

function shockOf(scenario: Scenario, given: string | undefined, set: CliffOptions['set']) {
  const name = given ?? scenario.order.shock
  const parameter = scenario.parameters.find((p) => p.name === name)
  const value = set?.[name ?? ''] ?? parameter?.value
  if (name === undefined || parameter === undefined || typeof value !== 'number')
    throw new CliffError(
      name === undefined
        ? 'the scenario names no shock; name a parameter with --shock'
        : `shock "${name}" is no numeric parameter; name one with --shock`,
    )
  return { name, value, range: parameter.range ?? ([-Infinity, Infinity] as const) }
}

/** Paths at every place when nothing says otherwise and the paths differ. */
const PATHS = 8
const CELLS = 16

/** Whether a world without chance gives every path the same numbers. */
async function differ(respond: Respond, x: number): Promise<boolean> {
  const [values] = await respond([{ x, shock: 1 }], 2)
  return !Object.is(values![0], values![1])
}

function middleOf(values: Float64Array): number | null {
  const known = values.filter((value) => !Number.isNaN(value))
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length
}

/**
 * Find the cliff of a scenario along one parameter.
 * @param scenario what `loadScenario` returned, or the path of a scenario file.
 * @throws {CliffError} when there is nothing to vary or to measure, and what `openSurvey` throws.
 * @example const { cliff, kind } = await findCliff('scenarios/papers/constant-product-cascade.yaml', { vary: { name: 'r', low: 0.2, high: 0.9 } })
 */
export async function findCliff(
  from: Scenario | string,
  { vary, cells = CELLS, ...options }: CliffOptions,
): Promise<ScenarioCliff> {
  const scenario = typeof from === 'string' ? loadScenario(from) : from
  checkVary(scenario, vary)
  const shock = shockOf(scenario, options.shock, options.set)
  const measure = options.measure ?? scenario.order.measure
  const { name, low, high } = vary
  const isShock = shock.name === name
  const setOf = ({ x, shock: multiple }: Place) => {
    if (isShock) return { [name]: x }
    const value = shock.value * multiple
    if (value > shock.range[1])
      throw new CliffError(
        `the response needs a shock a little above ${shock.name}=${shock.value}, which leaves its range; set it lower`,
      )
    return { [name]: x, [shock.name]: value }
  }
  const survey = openSurvey(scenario, options)
  try {
    const samplesAt = (places: readonly Place[], paths: number) =>
      survey.ask(places.map(setOf), paths)
    const respond: Respond = async (places, paths) =>
      (await samplesAt(places, paths)).map((sample) => sample.values(measure))
    const paths = options.paths ?? ((await differ(respond, low)) ? PATHS : 1)
    const located = await locate(respond, { low, high, paths, cells, isShock })
    const at = located.cliff?.value ?? Number.NaN
    const gainAt = async (point: { readonly x: number } | undefined): Promise<number | null> => {
      if (!point) return null
      const [sample] = await samplesAt([{ x: point.x, shock: 1 }], paths)
      return middleOf(sample!.values('loopGain'))
    }
    const below = await gainAt(located.curve.findLast((point) => point.x < at))
    const above = await gainAt(located.curve.find((point) => point.x > at))
    return {
      ...located,
      ...{ scenario: scenario.name, seed: options.seed ?? scenario.seed, vary, measure },
      ...{ shock: shock.name, loopGain: { below, above }, hysteresis: IRREVERSIBLE },
      ...{ paths, runs: survey.counts().run },
    }
  } finally {
    await survey.close()
  }
}
