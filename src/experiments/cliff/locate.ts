import { curveOf, sample, steps } from './curve.ts'
import { findJump } from './jump.ts'
import { locatePeak, standsOut } from './peak.ts'
import { CliffError, type Located, type Respond, type Search } from './types.ts'

const NO_PEAK = 'the peak of the response did not stand when it was looked at closely'

/**
 * Locate the point where loss turns from small to systemic: a jump of the order parameter, or the peak of
 * its response to a small extra shock, which marks a continuous transition; or none of both.
 * @throws {CliffError} when the range is empty or the measure has no value in it.
 */
export async function locate(respond: Respond, search: Search): Promise<Located> {
  const { low, high, cells } = search
  if (!(low < high)) throw new CliffError(`the range ${low} .. ${high} is empty; write low..high`)
  const grid = await sample(respond, steps(low, high, cells), 1, search)
  if (grid.order.some((own) => own.every(Number.isNaN)))
    throw new CliffError('the measure has no value on any path somewhere in the range')
  const curve = curveOf(grid)
  const jump = await findJump(respond, grid, search)
  if (jump) {
    const note = `${Math.round(100 * jump.share)} % of the paths looked at jump`
    return { cliff: jump.at, kind: 1, note, curve }
  }
  const best = standsOut(grid)
  if (typeof best === 'string') return { cliff: null, kind: null, note: best, curve }
  const cliff = await locatePeak(respond, grid, best, search)
  if (!cliff) return { cliff: null, kind: null, note: NO_PEAK, curve }
  const note = 'no jump: the response to a small extra shock peaks here'
  return { cliff, kind: 0, note, curve }
}
