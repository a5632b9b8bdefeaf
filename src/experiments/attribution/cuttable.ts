import { COMPARISONS, measureInfo } from '../../measures/index.ts'
import { MODELS } from '../../mechanisms/index.ts'
import type { WorldSpec } from '../../world/index.ts'
import { CHANNELS, type Channel } from '../channels.ts'
import { AttributionError } from './errors.ts'

/** A channel that is not attributed to, and why. */
export type AbsentChannel = {
  readonly name: string
  readonly doc: string
  readonly reason: string
}

/** Units of measures of protocols that add up over protocols that run apart. */
const ADDITIVE = ['USD', 'count', 'accounts']

/** Measures that dealers alone bear, or bear too. */
const OF_DEALERS = ['dealerLoss', 'jointLoss']

/** Measures that have a meaning where nobody lends. */
const WITHOUT_LENDERS = ['dealerLoss', 'trough', 'gaps', 'timeToRecovery', 'maxPriceImpact']

/** Why a channel cannot be cut for a measure though the world has it; null when it can. */
function unsuited({ name }: Channel, measure: string): string | null {
  const base = measure.split('[')[0]!
  const info = measureInfo(base)
  if (name === 'hedging' && OF_DEALERS.includes(base))
    return `without dealers there is nobody whose ${base} could be told`
  if (name === 'lending' && !WITHOUT_LENDERS.includes(base))
    return `without lending there is nobody whose ${base} could be told`
  const isAdditive = info !== null && 'perLender' in info && ADDITIVE.includes(info.unit)
  if (name === 'sharedVenue' && !isAdditive)
    return `${base} of protocols that run apart does not add up; loss and badDebt do`
  return null
}

/**
 * Check that a measure is one of single paths.
 * @throws {AttributionError} when it compares with cut channels itself.
 */
export function checkAttributable(measure: string): void {
  const base = measure.split('[')[0]!
  const comparison = COMPARISONS.find(({ name }) => name === base)
  if (comparison)
    throw new AttributionError(
      `"${measure}" is itself a difference to a run with channels cut; attribute ${comparison.measures.join(' or ')}`,
    )
}

/** Tell channels that can be cut in a world, for a measure, from those that cannot, with the reason. */
export function cuttable(
  spec: WorldSpec,
  measure: string,
): { readonly present: readonly Channel[]; readonly absent: readonly AbsentChannel[] } {
  const present: Channel[] = []
  const absent: AbsentChannel[] = []
  for (const channel of CHANNELS) {
    const cut = channel.cut(spec, MODELS)
    const reason = 'reason' in cut ? cut.reason : unsuited(channel, measure)
    if (reason === null) present.push(channel)
    else absent.push({ name: channel.name, doc: channel.doc, reason })
  }
  return { present, absent }
}
