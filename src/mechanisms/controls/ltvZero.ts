import {
  type Assets,
  asset,
  fraction,
  type Lender,
  type Model,
  optionalRef,
  type PriceSource,
  ref,
  refs,
  seconds,
} from '../../world/index.ts'
import { control } from './control.ts'
import { checkWatch, HALT, halt, resumeParams, type Sight } from './halt.ts'
import { deviationOf } from './oracleGuard.ts'
import { extreme, remember, windowColumns } from './window.ts'

const params = {
  ...resumeParams,
  targets: refs('governed', 'lenders in which the loan-to-value is set to 0'),
  asset: asset('collateral of which'),
  source: ref('priceSource', 'whose price of it is watched'),
  fall: fraction('fall from the highest price within the window that alarms; 0 = not watched', {
    default: 0.2,
  }),
  reference: optionalRef(
    'priceSource',
    'the price that the source is held against; none: no such test',
  ),
  deviation: fraction('difference from the reference that alarms', { default: 0.05, max: 1e6 }),
  lender: optionalRef('lender', 'where growth of what is supplied is watched; none: not watched'),
  growth: fraction('growth within the window that alarms, share of the least', {
    default: 0.5,
    max: 1e6,
  }),
  window: seconds('length of the window', { default: 3600 }),
}

const PRICE = { of: 0, count: 2 }
const SUPPLIED = { of: 1, count: 2 }

/**
 * The breaker that sets a collateral's loan-to-value to 0: nothing new can be borrowed against it, and
 * nobody is liquidated for it, as its liquidation threshold stays. It looks at a fall of the price, at
 * its difference from another price, and at how fast the supply grows.
 */
export const ltvZero: Model = control({
  kind: 'controls/ltvZero',
  doc: 'sets the loan-to-value of a collateral to 0 on a price fall, a price gap or a jump in supply',
  params,
  columns: (p, _: Assets, tickSeconds) => ({
    ...HALT,
    ...windowColumns(2, p.window, Math.max(p.interval, tickSeconds)),
  }),
  slots: ({ targets, asset: of }) => targets.map((target) => ({ target, term: 'ltv', asset: of })),
  create(p, s, context, desk) {
    checkWatch(
      context,
      'watches nothing: set `fall`, or name a `reference` other than `source`, or a `lender`',
      p.fall > 0 || p.lender !== '' || (p.reference !== '' && p.reference !== p.source),
    )
    let source: PriceSource
    let reference: PriceSource | null = null
    let lender: Lender | null = null
    function look(time: number): Sight {
      const price = source.price(p.asset)
      const supplied = lender?.claims(p.asset) ?? 0
      remember(s, time, [price > 0 ? price : 0, supplied])
      const highest = s.seen[2 * extreme(s, PRICE, time, p.window, 1)]!
      if (p.fall > 0 && price > 0 && 1 - price / highest >= p.fall)
        return () => source.cause(p.asset, -1)
      const fair = reference?.price(p.asset) ?? Number.NaN
      if (deviationOf(price, fair) > p.deviation)
        return () => reference!.cause(p.asset, fair < price ? -1 : 1)
      const least = s.seen[2 * extreme(s, SUPPLIED, time, p.window, -1) + 1]!
      if (supplied - least > p.growth * least) return () => -1
      const isSeen = price > 0 && (!reference || fair > 0)
      return isSeen ? null : 'unseen'
    }
    return {
      link(use) {
        source = use('priceSource', p.source)
        reference = p.reference === '' ? null : use('priceSource', p.reference)
        lender = p.lender === '' ? null : use('lender', p.lender)
      },
      observe: ({ time }) => halt(p, s, desk, time, look(time)),
    }
  },
})
