import type { KnobName, Model } from './model.ts'
import { modelOf } from './rewire.ts'
import type { WorldSpec } from './spec.ts'

/** What a knob means, the same in every world. */
export type KnobSpec = {
  readonly doc: string
  readonly unit: string
  readonly min: number
  readonly max: number
  /** Value at which the world stays as found; null where its parts have values of their own. */
  readonly found: number | null
}

/** Components that every world has in common, whatever it calls their parameters. */
export const KNOBS: Readonly<Record<KnobName, KnobSpec>> = {
  liquidationDelay: {
    doc: 'age of the prices that every liquidator acts on',
    unit: 's',
    min: 0,
    max: 86_400,
    found: null,
  },
  concentration: {
    doc: 'size of the fewest accounts that owe half of a debt, over that as found; totals and healths stay',
    unit: 'factor',
    min: 0.05,
    max: 20,
    found: 1,
  },
  oracleLatency: {
    doc: 'time from what a feed sees, or may read, to its transaction',
    unit: 's',
    min: 0,
    max: 86_400,
    found: null,
  },
  marginRequirement: {
    doc: 'multiplies 1 - liquidation threshold, which is 1 / largest leverage, at unchanged positions',
    unit: 'factor',
    min: 0,
    max: 10,
    found: 1,
  },
  bookSize: {
    doc: 'size of all accounts and of the cash of every lender, over that as found: what caps let in; healths stay',
    unit: 'factor',
    min: 0.001,
    max: 1000,
    found: 1,
  },
}

/** Names of all knobs. */
export const KNOB_NAMES: readonly KnobName[] = Object.keys(KNOBS) as KnobName[]

/** Tell whether a name is that of a knob. */
export function isKnob(name: string): name is KnobName {
  return Object.hasOwn(KNOBS, name)
}

/** Knobs that a world has something for. */
export function knobsIn(spec: WorldSpec, models: readonly Model[]): readonly KnobName[] {
  const kinds = new Set(spec.instances.map(({ kind }) => kind))
  const turns = [...kinds].map((kind) => modelOf(models, kind)?.knobs ?? {})
  return KNOB_NAMES.filter((name) => turns.some((own) => own[name] !== undefined))
}

/**
 * Turn a knob in every instance that it means something to.
 * @returns the world with other parameters; the same one when nothing in it has the knob.
 */
export function turnKnob(
  spec: WorldSpec,
  models: readonly Model[],
  name: KnobName,
  value: number,
): WorldSpec {
  const instances = spec.instances.map((instance) => {
    const turn = modelOf(models, instance.kind)?.knobs[name]
    if (!turn) return instance
    const changed = turn(instance.params, value, spec.assets)
    return { ...instance, params: { ...instance.params, ...changed } }
  })
  return { ...spec, instances }
}
