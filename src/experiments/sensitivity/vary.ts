import type { Overrides, Parameter, Scenario } from '../../scenario/index.ts'
import { settable, variableOf, variablesHint } from '../knobs.ts'
import { type Drawn, drawnOf, type Law } from './laws.ts'
import { type Range, SensitivityError } from './ranges.ts'

/** A parameter or knob that is varied. */
export type Varied = {
  readonly name: string
  readonly unit: string
  readonly law: Law
  /** Value while it is not varied; null for a knob that is left as found, and for what data give. */
  readonly value: number | null
  /** Maps 0..1 to its values. */
  readonly drawn: Drawn
}

/** A parameter that is not varied, and why. */
export type Skipped = { readonly name: string; readonly reason: string }

/** Half of the range of a parameter that has no distribution, as a share of its value. */
const SPREAD = 0.2

/** @throws {SensitivityError} when the name is none, or its law has nothing within what it allows. */
export function variedOf(scenario: Scenario, name: string, law: Law, set: Overrides): Varied {
  const variable = variableOf(scenario, name)
  if (!variable) throw new SensitivityError(variablesHint(scenario, name))
  const { unit, range, value } = variable
  const given = set[name]
  const now = given === undefined ? value : Number(given)
  try {
    const drawn = drawnOf(law, range)
    const quantile = (u: number): number => settable(variable, drawn.quantile(u))
    return { name, unit, law, value: now, drawn: { ...drawn, quantile } }
  } catch (cause) {
    if (!(cause instanceof SensitivityError)) throw cause
    throw new SensitivityError(`${name}: ${cause.message}`, { cause })
  }
}

/** The law of a parameter that nobody has stated one for: its distribution, or 20 % around its value. */
function usualLaw({ distribution, range }: Parameter, value: number | null): Law | string {
  if (distribution) return distribution
  if (value === null) return 'its value comes from data and it has no distribution'
  if (value === 0) return 'it is 0, and 20 % of that is nothing'
  const [least, most] = range ?? [-Infinity, Infinity]
  const reach = SPREAD * Math.abs(value)
  const law: Range = [Math.max(least, value - reach), Math.min(most, value + reach)]
  return law[0] < law[1] ? law : `20 % around ${value} leaves its range`
}

/**
 * Choose what is varied: what is asked for, or else every number that the scenario assumes, over its
 * `distribution` or 20 % around its value, and every other one with a distribution.
 * @param set overrides: around those values, not around the file's.
 * @throws {SensitivityError} when nothing can be varied, or a law makes no sense.
 */
export function variedIn(
  scenario: Scenario,
  vary: Readonly<Record<string, Law>> | undefined,
  set: Overrides,
): { readonly varied: readonly Varied[]; readonly skipped: readonly Skipped[] } {
  if (vary) {
    const varied = Object.entries(vary).map(([name, law]) => variedOf(scenario, name, law, set))
    if (varied.length === 0) throw new SensitivityError('nothing to vary; name a parameter')
    return { varied, skipped: [] }
  }
  const varied: Varied[] = []
  const skipped: Skipped[] = []
  for (const parameter of scenario.parameters) {
    const { name } = parameter
    const variable = variableOf(scenario, name)
    if (!variable || !(parameter.assumption || parameter.distribution)) continue
    const given = set[name]
    const law = usualLaw(parameter, given === undefined ? variable.value : Number(given))
    if (typeof law === 'string') skipped.push({ name, reason: law })
    else varied.push(variedOf(scenario, name, law, set))
  }
  if (varied.length === 0)
    throw new SensitivityError(
      `"${scenario.name}" assumes no number that could be varied by itself; name a parameter and a range`,
    )
  return { varied, skipped }
}
