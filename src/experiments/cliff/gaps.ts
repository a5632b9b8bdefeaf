import { ScenarioError } from '../../scenario/index.ts'
import { PathFailedError } from '../errors.ts'
import type { Sample } from '../survey.ts'
import type { Located } from './types.ts'

/** Reasons that are named in a note; the curve has those of all places. */
const NAMED = 2

/** Where a value came from, which here is the search and nothing that anybody wrote. */
const ORIGIN = / \(from \w+=[^)]*\)/g

/** What refuses a world, in a line. */
function refusalText(refusal: Error): string {
  if (refusal instanceof ScenarioError) return refusal.problems[0]!.message.replace(ORIGIN, '')
  return refusal.message.trim().split('\n')[0]!
}

/** Why nothing was run at a place, in a line; null where something was. */
export function whyOf({ refusal }: Sample): string | null {
  if (!refusal) return null
  if (refusal instanceof PathFailedError)
    return `every path failed: ${refusal.reason.trim().split('\n')[0]}`
  return refusalText(refusal)
}

/**
 * Name why places have no value, at each of them and the first reasons in the note.
 * @param samples of the places of the curve, in order.
 */
export function named(
  note: string,
  curve: Located['curve'],
  samples: readonly Sample[],
): Pick<Located, 'note' | 'curve'> {
  const told = curve.map((point, k) => {
    const why = point.gap === null ? null : whyOf(samples[k]!)
    return why === null ? point : { ...point, gap: why }
  })
  const refused = told.filter((_, k) => samples[k]!.refusal)
  const reasons = [...new Set(refused.map(({ gap }) => gap))].slice(0, NAMED)
  const why = reasons.map(
    (reason) => `; at ${refused.find(({ gap }) => gap === reason)!.x} ${reason}`,
  )
  return { note: `${note}${why.join('')}`, curve: told }
}
