import type { RunOptions, RunOutcome } from '../experiments/index.ts'
import type { Overrides, Parameter, Scenario } from '../scenario/index.ts'
import { SOURCES } from '../sources/index.ts'
import type { Assumption } from '../world/index.ts'

/** A scenario with one thing changed: a parameter by `set`, or a value in a source's entry. */
export type Variant = {
  readonly set: Overrides
  readonly entry?: { readonly source: string; readonly key: string; readonly value: number }
}

/** A number of the scenario that can be varied. */
export type Knob = {
  /** What is varied, as a reader would name it. */
  readonly name: string
  readonly value: number
  readonly range: readonly [number, number]
  readonly at: (value: number) => Variant
}

/** Why something cannot be varied. */
export type NoKnob = { readonly reason: string }

const EVERYTHING: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]

function parameterKnob(
  { name, range }: Parameter,
  outcome: RunOutcome,
  set: Overrides,
): Knob | NoKnob {
  const value = outcome.document.parameters[name]
  if (typeof value !== 'number') return { reason: `parameter "${name}" is no number` }
  return {
    ...{ name, value, range: range ?? EVERYTHING },
    at: (to) => ({ set: { ...set, [name]: to } }),
  }
}

/** Entry of a source in the scenario file. */
function entryOf(scenario: Scenario, source: string): Readonly<Record<string, unknown>> {
  const sources = scenario.document.sources as Readonly<Record<string, unknown>> | undefined
  return (sources?.[source] ?? {}) as Readonly<Record<string, unknown>>
}

/** Vary what a source assumed by changing the source's own parameter in its entry of the scenario. */
function entryKnob(assumption: Assumption, outcome: RunOutcome, set: Overrides): Knob | NoKnob {
  for (const [source, { assumptions }] of Object.entries(outcome.resolved.loaded)) {
    const own = assumptions.find((a) => a.name === assumption.name)
    const key = own?.parameter
    if (own === undefined || key === undefined) continue
    const entry = entryOf(outcome.scenario, source)
    const spec = SOURCES.find((s) => s.kind === entry.kind)?.params[key]
    const value = entry[key] ?? (typeof own.value === 'number' ? own.value : spec?.default)
    if (spec?.type !== 'number' || typeof value !== 'number') continue
    return {
      ...{ name: `${source}.${key}`, value },
      range: [spec.min ?? EVERYTHING[0], spec.max ?? EVERYTHING[1]],
      at: (to) => ({ set, entry: { source, key, value: to } }),
    }
  }
  return { reason: 'no parameter of the scenario or of its sources changes it' }
}

/** Find the number that stands behind an assumption. */
export function knobOf(
  assumption: Assumption,
  outcome: RunOutcome,
  options: RunOptions,
): Knob | NoKnob {
  const set = options.set ?? {}
  const parameter = outcome.scenario.parameters.find((p) => p.name === assumption.parameter)
  return parameter ? parameterKnob(parameter, outcome, set) : entryKnob(assumption, outcome, set)
}

/** Find the knob of a parameter by name. */
export function parameterNamed(
  name: string,
  outcome: RunOutcome,
  options: RunOptions,
): Knob | NoKnob {
  const parameter = outcome.scenario.parameters.find((p) => p.name === name)
  if (!parameter) return { reason: `the scenario has no parameter named "${name}"` }
  return parameterKnob(parameter, outcome, options.set ?? {})
}

/** A knob set to a multiple of its value, within its range. */
export type Setting = {
  readonly variant: Variant
  readonly value: number
  /** What had to be done to keep the range; '' when nothing. */
  readonly note: string
}

/** Set a knob to `factor` times its value, or say why that changes nothing. */
export function turn(knob: Knob, factor: number): Setting | NoKnob {
  const [low, high] = knob.range
  // Twelve digits: 0.8 x 12 is 9.6, not 9.600000000000001.
  const wanted = Number((knob.value * factor).toPrecision(12))
  const value = Math.min(high, Math.max(low, wanted))
  if (knob.value === 0) return { reason: 'it is zero: a share of it changes nothing' }
  if (value === knob.value) return { reason: `it stands at the end of its range` }
  const note = value === wanted ? '' : `kept within its range at ${value}`
  return { variant: knob.at(value), value, note }
}

/** Apply a variant's change of a source's entry to a scenario. */
export function variantScenario(scenario: Scenario, { entry }: Variant): Scenario {
  if (!entry) return scenario
  const sources = scenario.document.sources as Readonly<Record<string, unknown>>
  const changed = { ...entryOf(scenario, entry.source), [entry.key]: entry.value }
  const document = { ...scenario.document, sources: { ...sources, [entry.source]: changed } }
  return { ...scenario, document }
}
