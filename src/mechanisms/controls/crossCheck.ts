import {
  asset,
  assets,
  choice,
  fraction,
  type Lender,
  type Model,
  number,
  optionalRef,
  type PriceSource,
  refs,
} from '../../world/index.ts'
import { control, slotsOf } from './control.ts'
import { createExposure, leverage } from './exposure.ts'
import { HALT, halt, resumeParams } from './halt.ts'

const params = {
  ...resumeParams,
  targets: refs('lender', 'lenders whose accounts are looked at together'),
  asset: asset('collateral whose leverage is watched'),
  limit: number(
    'leverage of the asset over all lenders above which it alarms; 0 = not watched',
    'ratio',
    {
      default: 3,
      min: 0,
    },
  ),
  accountLimit: number('the same of one account; 0 = not watched', 'ratio', { default: 0, min: 0 }),
  least: fraction('share of all that is pledged of the asset that an account needs to be watched', {
    default: 0.05,
  }),
  source: optionalRef('priceSource', 'whose prices count; none: those of the first lender'),
  term: choice('what is set to 0 at an alarm', ['ltv', 'borrowing'], 'ltv'),
  debts: {
    ...assets('assets that may not be borrowed at an alarm, for the term "borrowing"'),
    default: [] as readonly number[],
  },
}

/**
 * Cross-protocol collateral check: looks at accounts and at a collateral over all lenders together, and
 * stops new debt in all of them while leverage is above a limit. It sees what accounts have in common by
 * name only: who splits up, or wraps a claim on one lender into collateral of another, stays hidden.
 */
export const crossCheck: Model = control({
  kind: 'controls/crossCheck',
  doc: 'stops new debt in several lenders while the leverage of a collateral or account over all is high',
  params,
  rules: { interval: 600 },
  columns: () => HALT,
  slots: (p) => slotsOf(p.targets, [p.term], p.term === 'ltv' ? [p.asset] : p.debts),
  create(p, s, context, desk) {
    let exposure: ReturnType<typeof createExposure>
    let first: Lender
    let source: PriceSource | null = null
    const prices = new Float64Array(context.assets.length)
    function isHigh(): boolean {
      for (let a = 0; a < prices.length; a++) prices[a] = (source ?? first).price(a) || 0
      const { pledged, equity, account } = exposure(prices, p.least)
      const isAsset = p.limit > 0 && leverage(pledged, equity) > p.limit
      return isAsset || (p.accountLimit > 0 && account > p.accountLimit)
    }
    return {
      link(use) {
        const lenders = p.targets.map((name) => use('lender', name))
        first = lenders[0]!
        exposure = createExposure(lenders, p.asset)
        source = p.source === '' ? null : use('priceSource', p.source)
      },
      observe({ time }) {
        halt(p, s, desk, time, isHigh() ? () => source?.cause(p.asset, -1) ?? -1 : null)
      },
    }
  },
})
