import type { Overrides, Scenario } from '../../scenario/index.ts'
import { variableOf } from '../knobs.ts'
import { type Arm, CompareError } from './types.ts'

/** What is compared with the base. */
export type Asked = {
  /** `all`, or names of entries of `defences:`, alone, in pairs and together. */
  readonly defences?: 'all' | readonly string[]
  /** A parameter whose options, or stated values, are compared with its default; or a knob. */
  readonly each?: { readonly name: string; readonly values?: readonly (string | number)[] }
  /** Values of parameters that make one alternative. */
  readonly alternative?: Overrides
  /** Another scenario, on the same draws wherever its instances have the same names. */
  readonly with?: Scenario
}

const DEFENCES = 'defences'

function namesOf(scenario: Scenario, asked: 'all' | readonly string[]): readonly string[] {
  const known = Object.keys((scenario.document[DEFENCES] ?? {}) as object)
  if (known.length === 0)
    throw new CompareError(
      `${scenario.path} has no defences; list controls in its section "defences:", or compare with --each, --set or --with`,
    )
  const names = asked === 'all' ? known : [...new Set(asked)]
  const wrong = names.find((name) => !known.includes(name))
  if (wrong !== undefined)
    throw new CompareError(
      `${scenario.path} has no defence "${wrong}"; it has ${known.join(', ')}, and all`,
    )
  if (names.length === 0) throw new CompareError(`no defence is named; use ${known.join(', ')}`)
  return names
}

/** Each defence alone, in pairs, and all of them together. */
function defenceArms(scenario: Scenario, asked: 'all' | readonly string[]): readonly Arm[] {
  const names = namesOf(scenario, asked)
  const armOf = (kind: Arm['kind'], parts: readonly string[]): Arm => ({
    ...{ name: parts.join(' + '), kind, parts, scenario },
    set: { [DEFENCES]: parts.join(',') },
  })
  const pairs = names.flatMap((a, k) => names.slice(k + 1).map((b) => [a, b]))
  return [
    ...names.map((name) => armOf('defence', [name])),
    ...pairs.map((pair) => armOf('pair', pair)),
    ...(names.length > 2 ? [{ ...armOf('together', names), name: 'together' }] : []),
  ]
}

/** Values that a parameter may have, and the one that it has; a knob has none of its own. */
function choicesOf(scenario: Scenario, name: string) {
  const found = scenario.parameters.find((p) => p.name === name)
  if (found) return { options: found.options, value: found.value }
  if (variableOf(scenario, name)) return { options: undefined, value: undefined }
  const known = scenario.parameters.filter(({ options }) => options).map((p) => p.name)
  throw new CompareError(
    `${scenario.path} has no parameter "${name}"; those with options are ${known.join(', ') || 'none'}`,
  )
}

function alternativeArm(scenario: Scenario, set: Overrides): Arm {
  const name = Object.entries(set)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')
  return { name, kind: 'alternative', parts: [], set, scenario }
}

function eachArms(
  scenario: Scenario,
  { name, values }: NonNullable<Asked['each']>,
  common: Overrides,
): readonly Arm[] {
  const { options, value } = choicesOf(scenario, name)
  const present = common[name] ?? value
  if (!values && !options)
    throw new CompareError(
      `${name} is a number; say which values are compared, for example ${name}=0.1,0.2`,
    )
  const others = (values ?? options!).filter((other) => String(other) !== String(present))
  if (others.length === 0)
    throw new CompareError(`${name} is ${present} in the base, and no other value is given`)
  return others.map((other) => alternativeArm(scenario, { [name]: other }))
}

/**
 * List the worlds of a comparison, the base first. With defences the base has none of them.
 * @throws {CompareError} when something asked for does not exist, or nothing is.
 */
export function armsOf(scenario: Scenario, asked: Asked, common: Overrides): readonly Arm[] {
  const { defences, each, alternative } = asked
  const arms = [
    ...(defences === undefined ? [] : defenceArms(scenario, defences)),
    ...(each === undefined ? [] : eachArms(scenario, each, common)),
    ...(alternative === undefined ? [] : [alternativeArm(scenario, alternative)]),
  ]
  const set: Overrides = defences === undefined ? {} : { [DEFENCES]: 'none' }
  const name = defences === undefined ? 'as it is' : 'no defence'
  const base: Arm = { name, kind: 'base', parts: [], set, scenario }
  const other: readonly Arm[] = asked.with
    ? [{ name: asked.with.name, kind: 'alternative', parts: [], set: {}, scenario: asked.with }]
    : []
  return [base, ...arms.map((arm) => ({ ...arm, set: { ...set, ...arm.set } })), ...other]
}

/** Values of parameters in calm weather: those that the scenario states, else its shock at 0; null for neither. */
export function calmOf({ calm, order, parameters }: Scenario): Overrides | null {
  if (Object.keys(calm).length > 0) return calm
  const shock = parameters.find(({ name }) => name === order.shock)
  const [low, high] = shock?.range ?? [0, 0]
  return shock && low <= 0 && high >= 0 ? { [shock.name]: 0 } : null
}
