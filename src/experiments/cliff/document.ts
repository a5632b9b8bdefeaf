import type { Interval } from '../sensitivity/ranges.ts'
import { PACKAGE_VERSION } from '../version.ts'
import type { Hysteresis } from './hysteresis.ts'
import type { Vary } from './order.ts'
import type { ScenarioCliff } from './scenario.ts'
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
  readonly order: {
    readonly measure: string
    readonly unit: string
    readonly shock: string
    /** Extra shock behind the response: in units of the parameter where it is the shock, else a share of the shock. */
    readonly extra: number
  }
  readonly measures: readonly CliffMeasure[]
  readonly growth: ScenarioCliff['growth']
  readonly jump: ScenarioCliff['jump']
  readonly loopGain: ScenarioCliff['loopGain']
  readonly hysteresis: Hysteresis
  readonly curve: readonly CliffPoint[]
  /** A wider range to look in, where the response is largest at an end; else null. */
  readonly wider: ScenarioCliff['wider']
  readonly paths: number
  readonly runs: number
}

function measured(name: string, unit: string, at: Interval | null, note: string): CliffMeasure {
  const { value, low, high } = at ?? { value: null, low: null, high: null }
  const known = (v: number | null): number | null => (v === null || Number.isNaN(v) ? null : v)
  return { name, unit, value: known(value), low: known(low), high: known(high), note }
}

function changeNote({ changePoint }: ScenarioCliff): string {
  if (changePoint === null)
    return 'none: few paths or places, no scatter, or no broken line that a smooth curve with scatter would not look like'
  const { shape, left, chance } = changePoint
  const share = `${(100 * left).toPrecision(2)} % of the squares`
  return `a line with a ${shape} leaves ${share} that a cubic leaves, which scatter around a cubic makes in ${(100 * chance).toPrecision(2)} % of resamples`
}

/** Lay a found cliff out as plain data. */
export function cliffDocument(found: ScenarioCliff): CliffDocument {
  const { scenario, seed, vary, measure, shock, cliff, kind, note, unit } = found
  const { growth, jump, loopGain, hysteresis, curve, wider, paths, runs } = found
  // What is certain of a kind is the share of paths that jump.
  const told = kind === null ? null : { value: kind, low: Number.NaN, high: Number.NaN }
  const along = found.varyUnit
  const scatterNote =
    found.scatterPeak === null
      ? 'none: few paths, no scatter, or largest at an end of the range'
      : 'where sd over mean of the order parameter is largest'
  return {
    ...{ breakwater: PACKAGE_VERSION, experiment: 'cliff', scenario, seed, vary },
    order: { measure, unit, shock, extra: found.extra },
    measures: [
      measured('cliff', along, cliff, growth ? `${note}; ${growth.note}` : note),
      measured('kind', '1 jump, 0 continuous', told, jump ? `${note}; ${jump.note}` : note),
      measured('jumpShare', 'fraction of paths', found.share, kind === 1 ? note : 'no jump'),
      measured('cliffAtSize', along, found.atSize, note),
      measured('changePoint', along, found.changePoint?.at ?? null, changeNote(found)),
      measured('scatterPeak', along, found.scatterPeak, scatterNote),
    ],
    ...{ growth, jump, loopGain, hysteresis, curve, wider, paths, runs },
  }
}
