import { ETH, type Member, smallWorld } from '../../../test/conformance/model.ts'
import { EVENT_NAMES, type World } from '../../world/index.ts'
import { referenceMarket, schedule } from '../prices/index.ts'

/** One move of ETH: a fraction lost at a time, over some seconds. */
export type Fall = readonly [drop: number, at: number, over?: number]

/** A world with a market whose ETH falls as stated, and oracles on it. */
export function oracleWorld(
  falls: readonly Fall[],
  oracles: Readonly<Record<string, Member>>,
  chain: Readonly<Record<string, unknown>> = {},
  tickSeconds = 12,
): World {
  const shocks = falls.map(([drop, at, over = 0]) => ({ assets: [ETH], drop, scale: 1, at, over }))
  return smallWorld(
    {
      falls: [schedule, { shocks }],
      market: [referenceMarket, { drivers: ['falls'] }],
      ...oracles,
    },
    { chain, tickSeconds },
  )
}

/** Ids of all events of one kind. */
export function eventsOf({ trace }: World, name: string): number[] {
  const ids = Array.from({ length: trace.length }, (_, id) => id)
  return ids.filter((id) => EVENT_NAMES[trace.columns.kind[id]!] === name)
}
