import type { Interval } from '../sensitivity/ranges.ts'
import { PACKAGE_VERSION } from '../version.ts'
import type { Axis, MeshCell } from './mesh.ts'
import type { Sweep } from './scenario.ts'

/** A number with its interval; null where there is none. */
type Known = {
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
}

/** A sweep as plain data: what `breakwater sweep --json` prints. */
export type SweepDocument = {
  readonly breakwater: string
  readonly experiment: 'sweep'
  readonly scenario: string
  readonly seed: number
  readonly vary: readonly Axis[]
  readonly order: { readonly measure: string; readonly unit: string; readonly shock: string | null }
  /** `at`: value of each parameter, in the order of `vary`. */
  readonly points: readonly (Known & { readonly at: readonly number[]; readonly n: number })[]
  readonly cells: readonly MeshCell[]
  /** The cliff along the first parameter, by value of the second (null when there is one only). */
  readonly line: readonly (Known & {
    readonly at: number | null
    readonly kind: 1 | 0 | null
    readonly note: string
  })[]
  readonly paths: number
  readonly runs: number
}

const known = (v: number): number | null => (Number.isNaN(v) ? null : v)

function knownOf(interval: Interval | null): Known {
  if (interval === null) return { value: null, low: null, high: null }
  const { value, low, high } = interval
  return { value: known(value), low: known(low), high: known(high) }
}

/** Lay a sweep out as plain data. */
export function sweepDocument(found: Sweep): SweepDocument {
  const { scenario, seed, vary, measure, unit, shock, cells, paths, runs } = found
  return {
    ...{ breakwater: PACKAGE_VERSION, experiment: 'sweep', scenario, seed, vary },
    order: { measure, unit, shock },
    points: found.points.map(({ at, value, n }) => ({ at, ...knownOf(value), n })),
    cells,
    line: found.line.map(({ at, cliff, kind, note }) => ({ at, ...knownOf(cliff), kind, note })),
    ...{ paths, runs },
  }
}
