import { ETH, type Member, smallWorld } from '../../../../test/conformance/model.ts'
import {
  type Asset,
  list,
  type Model,
  model,
  number,
  type Params,
  record,
  text,
  type World,
} from '../../../world/index.ts'
import { referenceMarket, schedule } from '../../prices/index.ts'
import { optimistic } from './model.ts'

/** Assets of these worlds; ETH keeps the place that it has in others. */
export const ASSETS: readonly Asset[] = [
  { name: 'USD', price: 1, kind: 'numeraire' },
  { name: 'ETH', price: 2000, kind: 'volatile' },
  { name: 'VOTE', price: 5, kind: 'volatile' },
  { name: 'USDC', price: 1, kind: 'stable' },
]

/** Index of the voting token, and of the bond asset. */
export const VOTE = 2
export const USDC = 3

/** An oracle for ETH with 1,000 staked tokens of ten voters, a window of 10 and votes of 20 minutes. */
export function oracleOf(params: Params = {}): Member {
  return [
    optimistic,
    {
      ...{ source: 'market', market: 'market', asset: ETH, bondAsset: USDC, bond: 1000 },
      ...{ window: 600, commit: 600, reveal: 600, votingToken: VOTE, participation: 500 },
      ...{ stakes: Array.from({ length: 10 }, () => 100), premium: 0.02, gas: 0 },
      ...params,
    },
  ]
}

/** A world in which ETH falls by `drop` at `at` seconds; a tick lasts a minute. */
export function disputeWorld(
  members: Readonly<Record<string, Member>>,
  fall: { readonly drop: number; readonly at: number } = { drop: 0, at: 0 },
  seed = 1,
): World {
  const shocks = [{ assets: [ETH], drop: fall.drop, scale: 1, at: fall.at, over: 0 }]
  return smallWorld(
    {
      falls: [schedule, { shocks }],
      market: [referenceMarket, { drivers: ['falls', 'oracle'] }],
      ...members,
    },
    { assets: ASSETS, tickSeconds: 60, seed },
  )
}

/** Sends stated actions to the oracle at stated ticks; it has money without end. */
const caller: Model = model({
  kind: 'test/caller',
  phase: 'agent',
  doc: 'sends actions by plan',
  external: true,
  params: {
    plan: list(
      'what it sends',
      record('one action', {
        tick: number('when', 'ticks'),
        kind: text('which'),
        args: list('arguments', number('argument', 'any')),
      }),
    ),
  },
  create(p) {
    return {
      observe({ tick, round }, submit) {
        p.plan.forEach(({ tick: at, kind, args }, key) => {
          const action = { to: 'oracle', kind, args, gas: 0 }
          if (tick === at && round === 0) submit({ actions: [action], bid: 1, key })
        })
      },
    }
  },
})

/** Somebody who does [tick, kind, ...args]. */
export function does(...plan: readonly (readonly [number, string, ...number[]])[]): Member {
  return [caller, { plan: plan.map(([tick, kind, ...args]) => ({ tick, kind, args })) }]
}
