import { MODELS } from '../mechanisms/index.ts'
import {
  didYouMean,
  isCount,
  type Overrides,
  type ResolvedScenario,
  type ResolveOptions,
  resolveScenario,
  type Scenario,
} from '../scenario/index.ts'
import {
  InputError,
  isKnob,
  KNOB_NAMES,
  KNOBS,
  type KnobName,
  knobsIn,
  turnKnob,
} from '../world/index.ts'

/** Thrown when a knob is turned to what it cannot be, or in a world that has nothing for it. */
export class KnobError extends InputError {
  override readonly name = 'KnobError'
}

/** Something that an experiment can vary: a numeric parameter of a scenario, or a knob. */
export type Variable = {
  readonly name: string
  readonly unit: string
  readonly doc: string
  /** As the file or an override gives it, or as found; null where that is not one number. */
  readonly value: number | null
  /** Lowest and highest value allowed. */
  readonly range: readonly [low: number, high: number]
  /** Value at which it changes nothing: 1 for a factor and for a knob that multiplies, else 0; within the range. */
  readonly neutral: number
  /** Whether it takes whole numbers only, as what counts accounts or blocks. */
  readonly isWhole: boolean
}

/** Unit of parameters that multiply. */
const FACTOR = 'factor'

/** Names of the knobs that a name may mean: parameters of the scenario come first. */
function knobOf(scenario: Scenario, name: string): KnobName | null {
  return isKnob(name) && !scenario.parameters.some((p) => p.name === name) ? name : null
}

/**
 * Find what an experiment can vary by name.
 * @returns null when neither a numeric parameter nor a knob has that name.
 */
export function variableOf(scenario: Scenario, name: string): Variable | null {
  const knob = knobOf(scenario, name)
  if (knob) {
    const { doc, unit, min, max, found } = KNOBS[knob]
    return {
      name,
      unit,
      doc,
      value: found,
      range: [min, max],
      neutral: found ?? min,
      isWhole: false,
    }
  }
  const parameter = scenario.parameters.find((p) => p.name === name)
  if (!parameter) return null
  const { unit, doc, value, range, options } = parameter
  if (options || (typeof value === 'string' && !value.startsWith('@'))) return null
  const number = typeof value === 'number' ? value : null
  const [least, most] = range ?? [-Infinity, Infinity]
  const neutral = Math.min(most, Math.max(least, unit === FACTOR ? 1 : 0))
  const isWhole = isCount(scenario, name)
  return { name, unit, doc, value: number, range: [least, most], neutral, isWhole }
}

/** The value nearest to one that was computed at which a variable can stand. */
export function settable({ isWhole }: Pick<Variable, 'isWhole'>, value: number): number {
  return isWhole ? Math.round(value) : value
}

function settingOf(name: KnobName, raw: string | number): number {
  const { min, max, unit } = KNOBS[name]
  const value = typeof raw === 'string' && raw.trim() === '' ? Number.NaN : Number(raw)
  if (!(value >= min && value <= max))
    throw new KnobError(`${name} is "${raw}"; use a number from ${min} to ${max} (${unit})`)
  return value
}

/** Turn the knobs of a resolved scenario. @throws {KnobError} when nothing in the world has one. */
function turned(resolved: ResolvedScenario, knobs: ReadonlyMap<KnobName, number>) {
  const has = knobsIn(resolved.spec, MODELS)
  let { spec } = resolved
  // In the order of the table, so that accounts are merged by their thresholds as found.
  for (const name of KNOB_NAMES) {
    const value = knobs.get(name)
    if (value === undefined) continue
    if (!has.includes(name))
      throw new KnobError(
        `${name}=${value}: nothing in this world has it (${KNOBS[name].doc}); ${
          has.length > 0 ? `it has ${has.join(', ')}` : 'it has no knobs'
        }`,
      )
    spec = turnKnob(spec, MODELS, name, value)
  }
  return { ...resolved, spec, parameters: { ...resolved.parameters, ...Object.fromEntries(knobs) } }
}

/**
 * Resolve a scenario for a run: overrides of parameters, and of knobs that all worlds share, by name.
 * @throws {KnobError} when a knob cannot be turned, and what `resolveScenario` throws.
 */
export async function resolveRun(
  scenario: Scenario,
  { set = {}, ...options }: ResolveOptions,
): Promise<ResolvedScenario> {
  const knobs = new Map<KnobName, number>()
  const own: Record<string, string | number> = {}
  for (const [name, raw] of Object.entries(set satisfies Overrides)) {
    const knob = knobOf(scenario, name)
    if (knob) knobs.set(knob, settingOf(knob, raw))
    else own[name] = raw
  }
  const resolved = await resolveScenario(scenario, { ...options, set: own })
  return knobs.size === 0 ? resolved : turned(resolved, knobs)
}

/** Say why a name cannot be varied in a scenario, and what can be. */
export function variablesHint(scenario: Scenario, name: string): string {
  const known = scenario.parameters.map((p) => p.name)
  const numbers = [...known.filter((own) => variableOf(scenario, own)), ...KNOB_NAMES]
  const what = known.includes(name) ? 'is no number' : 'is neither a parameter nor a knob'
  return `"${name}" ${what}; ${didYouMean(name, numbers)}`
}
