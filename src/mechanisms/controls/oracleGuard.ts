import {
  assets,
  choice,
  fraction,
  type Model,
  type PriceSource,
  ref,
  USD,
} from '../../world/index.ts'
import { control } from './control.ts'
import {
  checkWatch,
  HALT,
  halt,
  haltParams,
  haltSlots,
  resumeParams,
  type Sight,
  sightOf,
} from './halt.ts'

const params = {
  ...haltParams(['borrowing']),
  ...resumeParams,
  calmFor: { ...resumeParams.calmFor, default: 300 },
  feed: ref('priceSource', 'the feed that is used'),
  reference: ref('priceSource', 'the feed that it is held against'),
  watched: assets('assets whose two prices are compared'),
  deviation: fraction('difference from the reference that halts, share of it', {
    default: 0.03,
    max: 1e6,
  }),
  silent: choice(
    'what a feed without an answer means: an alarm, or neither alarm nor calm',
    ['halt', 'ignore'],
    'ignore',
  ),
}

/**
 * Compare two prices.
 * @returns |feed / reference - 1|; NaN when one of them has no answer.
 */
export function deviationOf(feed: number, reference: number): number {
  return feed > 0 && reference > 0 ? Math.abs(feed / reference - 1) : Number.NaN
}

/**
 * An oracle guard: while two feeds differ by more than they should, new borrowing halts; with more
 * flags also what keeps borrowers safe, such as repaying, which is how such a guard does harm. A feed
 * that dies while they differ is no agreement: the halt stays.
 */
export const oracleGuard: Model = control({
  kind: 'controls/oracleGuard',
  doc: 'halts borrowing, or more, while two feeds differ',
  params,
  columns: () => HALT,
  slots: haltSlots,
  create(p, s, context, desk) {
    checkWatch(
      context,
      'watches no asset whose two prices can differ: name one beside USD in `watched`',
      p.watched.some((a) => a !== USD),
    )
    checkWatch(
      context,
      'compares a feed with itself: name another `reference`',
      p.feed !== p.reference,
    )
    let feed: PriceSource
    let reference: PriceSource
    const silent: Sight = p.silent === 'halt' ? () => -1 : 'unseen'
    function look(a: number): Sight {
      const gap = deviationOf(feed.price(a), reference.price(a))
      if (Number.isNaN(gap)) return silent
      if (gap <= p.deviation) return null
      const way = feed.price(a) > reference.price(a) ? 1 : -1
      return () => Math.max(feed.cause(a, way), reference.cause(a, way === 1 ? -1 : 1))
    }
    return {
      link(use) {
        feed = use('priceSource', p.feed)
        reference = use('priceSource', p.reference)
      },
      observe({ time }) {
        halt(p, s, desk, time, sightOf(...p.watched.map(look)))
      },
    }
  },
})
