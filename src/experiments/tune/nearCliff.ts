import type { Overrides, Scenario } from '../../scenario/index.ts'
import { isCalm, orderAlong, shockOf, type Vary } from '../cliff/order.ts'
import type { Reading } from '../cliff/reading.ts'
import { CliffError } from '../cliff/types.ts'
import { locateAlong } from '../cliff/whole.ts'
import { PathFailedError } from '../errors.ts'
import { variableOf } from '../knobs.ts'
import type { Survey } from '../survey.ts'
import type { Setting } from './ground.ts'
import type { NearCliff } from './types.ts'

/** Nearer than this is near: halves of the cliff's interval, or a share of the range. */
const NEAR = { halves: 3, share: 0.05 } as const
/** Cells of the grid of each parameter. */
const CELLS = 8

/** Say how far a value is from a cliff. */
export function distanceOf(
  at: number,
  { low, high }: Pick<Vary, 'low' | 'high'>,
  cliff: NonNullable<NearCliff['cliff']>,
): Pick<NearCliff, 'distance' | 'share' | 'isNear'> {
  const half = (cliff.high - cliff.low) / 2
  const away = at - cliff.value
  const share = away / (high - low)
  const distance = half > 0 ? away / half : null
  const isNear =
    Math.abs(share) < NEAR.share || (distance !== null && Math.abs(distance) < NEAR.halves)
  return { distance, share, isNear }
}

/** Look for a cliff along every varied parameter from the tuned place. */
export async function nearCliffs(
  scenario: Scenario,
  survey: Survey,
  given: { vary: readonly Vary[]; at: Setting; reading: Reading; paths: number; set: Overrides },
): Promise<readonly NearCliff[]> {
  const { vary, at, reading, paths, set } = given
  if (scenario.order.shock === undefined) return []
  const found: NearCliff[] = []
  for (const { name, low, high } of vary) {
    const none = (note: string): NearCliff => ({
      ...{ name, cliff: null, distance: null, share: null, isNear: false, note },
    })
    try {
      const shock = shockOf(scenario, undefined, { ...set, ...at })
      const isShock = shock.name === name
      if (!isShock && isCalm(shock)) {
        found.push(none(`the shock is ${shock.value}, calm weather: nothing answers to it`))
        continue
      }
      const along = orderAlong(survey, name, shock, reading, at)
      const { cliff, note } = await locateAlong(along, {
        ...{ low, high, cells: CELLS, paths, isShock, summary: reading.summary, effort: 'coarse' },
        allowed: variableOf(scenario, name)!.range,
      })
      found.push(
        cliff ? { name, cliff, note, ...distanceOf(at[name]!, { low, high }, cliff) } : none(note),
      )
    } catch (error) {
      if (!(error instanceof PathFailedError || error instanceof CliffError)) throw error
      found.push(none(error.message))
    }
  }
  return found
}
