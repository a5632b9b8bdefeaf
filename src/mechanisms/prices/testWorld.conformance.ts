import { smallWorld } from '../../../test/conformance/model.ts'
import {
  asset,
  list,
  type Model,
  model,
  number,
  type Outcome,
  record,
  ref,
  type Venue,
  type World,
} from '../../world/index.ts'

/** Trades stated amounts in a venue at stated ticks; takes and gives without end. */
export const dealer: Model = model({
  kind: 'test/dealer',
  phase: 'agent',
  doc: 'stated trades',
  external: true,
  params: {
    venue: ref('venue', 'where'),
    trades: list(
      'what',
      record('one trade', {
        tick: number('when', 'ticks'),
        sell: asset('what is sold'),
        buy: asset('what is bought'),
        amount: number('how much is sold', 'tokens'),
      }),
    ),
  },
  create(p, _, { self }) {
    let venue: Venue
    const execute = ([k]: readonly number[]): Outcome => {
      const { sell, buy, amount } = p.trades[k!]!
      return venue.swap(sell, buy, amount, self, -1) > 0 ? null : 'no fill'
    }
    return {
      link(use) {
        venue = use('venue', p.venue)
      },
      observe({ tick }, submit) {
        p.trades.forEach((trade, k) => {
          if (trade.tick === tick)
            submit({ actions: [{ kind: 'deal', args: [k], gas: 0 }], bid: 0, key: k })
        })
      },
      actions: { deal: { doc: 'trade', execute } },
    }
  },
})

/** One driver alone in a world of `n` assets named A1, A2, ..., at 1 USD. */
export function driverWorld(
  model: Model,
  n: number,
  params: Readonly<Record<string, unknown>>,
  tickSeconds: number,
  seed = 1,
): { readonly world: World; readonly all: readonly number[]; shifts(): number[] } {
  const all = Array.from({ length: n }, (_, i) => i + 1)
  const assets = [
    { name: 'USD', price: 1, kind: 'numeraire' as const },
    ...all.map((i) => ({ name: `A${i}`, price: 1, kind: 'volatile' as const })),
  ]
  const world = smallWorld(
    { driver: [model, { assets: all, ...params }] },
    { assets, tickSeconds, seed },
  )
  const driver = world.port('driver', 'driver')
  return { world, all, shifts: () => all.map((a) => driver.shift(a)) }
}

/** Mean and variance, with their standard errors for normal samples. */
export function moments(sample: readonly number[]): {
  readonly mean: number
  readonly variance: number
  readonly meanError: number
  readonly varianceError: number
} {
  const n = sample.length
  const mean = sample.reduce((a, b) => a + b, 0) / n
  const variance = sample.reduce((a, b) => a + (b - mean) ** 2, 0) / (n - 1)
  return {
    mean,
    variance,
    meanError: Math.sqrt(variance / n),
    varianceError: variance * Math.sqrt(2 / (n - 1)),
  }
}
