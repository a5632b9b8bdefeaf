import type { Interval } from '../sensitivity/ranges.ts'
import { PACKAGE_VERSION } from '../version.ts'
import type { Hysteresis, ScenarioCliff, Vary } from './scenario.ts'
import type { CliffPoint } from './types.ts'

/** One number of an experiment's document; null where there is none. */
export type CliffMeasure = {
  readonly name: string
  readonly unit: string
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
  readonly note: string
}

/** A cliff as plain data: what `breakwater cliff --json` prints. */
export type CliffDocument = {
  readonly breakwater: string
  readonly experiment: 'cliff'
  readonly scenario: string
  readonly seed: number
  readonly vary: Vary
  readonly order: { readonly measure: string; readonly shock: string }
  readonly measures: readonly CliffMeasure[]
  readonly loopGain: ScenarioCliff['loopGain']
  readonly hysteresis: Hysteresis
  readonly curve: readonly CliffPoint[]
  readonly paths: number
  readonly runs: number
}

function measured(name: string, unit: string, at: Interval | null, note: string): CliffMeasure {
  const { value, low, high } = at ?? { value: null, low: null, high: null }
  return { name, unit, value, low, high, note }
}

/** Lay a found cliff out as plain data. */
export function cliffDocument(found: ScenarioCliff): CliffDocument {
  const { scenario, seed, vary, measure, shock, cliff, kind, note } = found
  const { loopGain, hysteresis, curve, paths, runs } = found
  const sure = kind === null ? null : { value: kind, low: kind, high: kind }
  return {
    ...{ breakwater: PACKAGE_VERSION, experiment: 'cliff', scenario, seed, vary },
    order: { measure, shock },
    measures: [
      measured('cliff', `unit of ${vary.name}`, cliff, note),
      measured('kind', '1 jump, 0 continuous', sure, note),
    ],
    ...{ loopGain, hysteresis, curve, paths, runs },
  }
}
