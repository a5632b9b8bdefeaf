import { exp } from '../../math/index.ts'
import {
  assets,
  type Model,
  model,
  number,
  type PriceSource,
  ref,
  seconds,
} from '../../world/index.ts'
import { answerColumns, coverage, storeAnswer, storedAnswers } from './answers.ts'

/**
 * Exponential moving average of a source, moved once per block by the price that stands when the block
 * begins: a(t) = p + (a(t - dt) - p) e^(-dt / time). What is pushed and restored within a block counts
 * nothing; what is left standing counts for the time for which it stood.
 *
 * The average starts at the source's first price. With `cap`, what is above it counts as it, as
 * stableswap-ng averages at most 2 units of a pool's first coin; there the cap is in coins, here in USD. Source: curvefi/curve-stablecoin
 * contracts/price_oracles/EmaPriceOracle.vy, and `_calc_moving_average` of curvefi/stableswap-ng.
 */
export const ema: Model = model({
  kind: 'oracles/ema',
  phase: 'oracle',
  doc: 'exponential moving average of a source, moved once per block (Curve)',
  cuts: { feedLag: { become: 'oracles/direct' } },
  params: {
    source: ref('priceSource', 'what is averaged'),
    assets: assets('assets that it answers for'),
    cap: number(
      'highest price that is averaged; 0 = none. stableswap-ng: 2 units of its first coin',
      'USD',
      {
        default: 0,
        min: 0,
      },
    ),
    time: seconds('time constant, half-life / ln 2: 866 s for ten minutes', {
      default: 866,
      min: 1e-9,
    }),
  },
  columns: (_, all) => answerColumns(all.length),
  create(p, s, context) {
    const covered = coverage(p.assets, context)
    const { age: _, ...port } = storedAnswers(s, context, covered)
    let source: PriceSource
    const capped = (price: number): number => (p.cap > 0 ? Math.min(p.cap, price) : price)
    function move(a: number, weight: number): void {
      const seen = source.price(a)
      if (!(seen > 0)) return
      const price = capped(seen)
      const before = s.answer[a]! > 0 ? s.answer[a]! : price
      const average = price + (before - price) * weight
      if (s.answer[a] === 0) s.answer[a] = average
      else if (average !== before)
        storeAnswer(s, context, a, average, source.cause(a, average < before ? -1 : 1), 0)
    }
    return {
      ports: {
        priceSource: {
          ...port,
          // Before the first block the source has always said what it says.
          price: (a) =>
            covered[a] === 1 && s.answer[a] === 0 ? capped(source.price(a)) : port.price(a),
        },
      },
      link(use) {
        source = use('priceSource', p.source)
      },
      observe({ round, time }) {
        if (round > 0) return
        const weight = exp((s.now[0]! - time) / p.time)
        s.now[0] = time
        for (const a of p.assets) move(a, weight)
      },
    }
  },
})
