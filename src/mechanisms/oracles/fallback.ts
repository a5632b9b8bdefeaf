import {
  choice,
  f64,
  type Model,
  model,
  moverOf,
  number,
  type PriceSource,
  ref,
  seconds,
} from '../../world/index.ts'
import { ageOf, answerOf } from './panel.ts'

/** Rounding of times that are multiples of the tick, s. */
const SLACK = 1e-6

/** Answer of a source that is not too old, USD; NaN otherwise. */
function freshAnswer(source: PriceSource, asset: number, maxAge: number): number {
  const answer = answerOf(source, asset)
  if (!(answer > 0)) return Number.NaN
  return maxAge > 0 && ageOf(source, asset) > maxAge + SLACK ? Number.NaN : answer
}

/**
 * A primary source and one that stands in for it. The primary is believed while it is fresh, positive
 * and within `guard` of what judges it; a judge without an answer does not object. When both fail
 * there is no answer: lenders then neither lend nor liquidate. Where the last accepted answer judges,
 * a true move beyond the guard is believed once the fallback has made it, too; until then the
 * fallback's old price stands, or none.
 * Source: the rule of Liquity v1's PriceFeed (liquity/dev, packages/contracts/contracts/PriceFeed.sol),
 * which returns its last good price where this has no answer.
 */
export const fallback: Model = model({
  kind: 'oracles/fallback',
  phase: 'oracle',
  doc: 'a primary source while it is fresh and credible, else a fallback',
  params: {
    primary: ref('priceSource', 'the source that is used while it can be'),
    fallback: ref('priceSource', 'the source that stands in'),
    maxAge: seconds('age above which the primary is not used; 0 = any age', { default: 0 }),
    fallbackMaxAge: seconds('age above which the fallback is not used; 0 = any age', {
      default: 0,
    }),
    guard: number(
      'distance from its judge beyond which the primary is not used; 0 = any',
      'fraction',
      {
        default: 0,
        min: 0,
      },
    ),
    judge: choice('what the primary is compared with', ['fallback', 'lastAccepted'], 'fallback'),
  },
  columns: (_, all) => ({ accepted: f64(all.length, 'USD') }),
  create(p, s, { assets }) {
    let primary: PriceSource
    let other: PriceSource
    function isCredible(answer: number, a: number): boolean {
      const judge =
        p.judge === 'fallback' ? freshAnswer(other, a, p.fallbackMaxAge) : s.accepted[a]!
      return p.guard === 0 || !(judge > 0) || Math.abs(answer - judge) <= p.guard * judge
    }
    /** The source that answers for an asset now; null when both fail. */
    function chosen(a: number): PriceSource | null {
      const answer = freshAnswer(primary, a, p.maxAge)
      if (answer > 0 && isCredible(answer, a)) return primary
      return freshAnswer(other, a, p.fallbackMaxAge) > 0 ? other : null
    }
    return {
      ports: {
        priceSource: {
          covers: (a) => primary.covers(a) || other.covers(a),
          price: (a) => chosen(a)?.price(a) ?? Number.NaN,
          cause: (a, direction) => chosen(a)?.cause(a, direction) ?? -1,
          moveOf: (event, a) => chosen(a)?.moveOf(event, a) ?? 0,
          moverBefore: (event, a) => Math.max(moverOf(primary, event, a), moverOf(other, event, a)),
          age(a) {
            const source = chosen(a)
            return source ? ageOf(source, a) : Number.NaN
          },
        },
      },
      link(use) {
        primary = use('priceSource', p.primary)
        other = use('priceSource', p.fallback)
      },
      // After all have stepped, so that it does not matter who steps first.
      observe({ round }) {
        if (round > 0 || p.judge === 'fallback') return
        for (let a = 0; a < assets.length; a++) {
          const answer = chosen(a)?.price(a)
          if (answer !== undefined) s.accepted[a] = answer
        }
      },
    }
  },
})
