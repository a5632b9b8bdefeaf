import { eventsOf, forestOf } from '../measures/index.ts'
import type { World } from '../world/index.ts'
import { percent } from './format.ts'

/** How far sales that liquidations led to moved the price of an asset on a venue. */
export type SalesMove = {
  /** Sum of the log moves of all of them, < 0. */
  readonly move: number
  /** The last of them. */
  readonly last: number
  /** Such as `sales moved ETH on pool down by 12 %`. */
  readonly text: string
}

/** Find the venue and asset that sales moved furthest; null when none moved a venue's price. */
export function salesMove({ trace, instances, spec }: World): SalesMove | null {
  const { instance, asset, z } = trace.columns
  const { depth } = forestOf(trace)
  const moves = new Map<string, { move: number; last: number }>()
  for (const e of eventsOf(trace, 'swap')) {
    if (!(depth[e]! > 0 && z[e]! < 0)) continue
    const key = `${instance[e]}:${asset[e]}`
    moves.set(key, { move: (moves.get(key)?.move ?? 0) + z[e]!, last: e })
  }
  const [worst] = [...moves.values()].sort((a, b) => a.move - b.move)
  if (!worst) return null
  const { move, last } = worst
  const what = `${spec.assets[asset[last]!]!.name} on ${instances[instance[last]!]!.name}`
  return { ...worst, text: `sales moved ${what} down by ${percent(-Math.expm1(move))}` }
}
