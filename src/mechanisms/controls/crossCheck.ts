import {
  asset,
  assets,
  choice,
  fraction,
  InputError,
  type Lender,
  type Model,
  number,
  optionalRef,
  type PriceSource,
  refs,
} from '../../world/index.ts'
import { control, slotsOf } from './control.ts'
import { createExposure, leverage, listedBy } from './exposure.ts'
import { checkWatch, HALT, halt, resumeParams, type Sight } from './halt.ts'

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
  source: optionalRef(
    'priceSource',
    'whose prices count; what it does not price, and all without it: as the lenders do',
  ),
  term: choice('what is set to 0 at an alarm', ['ltv', 'borrowing'], 'ltv'),
  debts: {
    ...assets('assets that may not be borrowed at an alarm, for the term "borrowing"'),
    default: [] as readonly number[],
  },
}

/** Thrown when something that accounts may hold or owe has no price. */
export class UnpricedExposureError extends InputError {
  override readonly name = 'UnpricedExposureError'
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
    let lenders: readonly Lender[]
    let source: PriceSource | null = null
    const prices = new Float64Array(context.assets.length)
    checkWatch(
      context,
      'watches neither the asset nor accounts: set `limit` or `accountLimit`',
      p.limit + p.accountLimit > 0,
    )
    /** The source's price; without one, that of the first lender that has it. */
    function priceOf(a: number): number {
      const stated = source?.price(a) ?? Number.NaN
      if (!Number.isNaN(stated)) return stated
      return lenders.map((lender) => lender.price(a)).find((price) => price >= 0) ?? Number.NaN
    }
    function look(): Sight {
      let isSeen = true
      for (const a of lenders.flatMap(listedBy)) {
        prices[a] = priceOf(a)
        if (Number.isNaN(prices[a]!)) isSeen = false
      }
      if (!isSeen) return 'unseen'
      const { pledged, equity, account } = exposure(prices, p.least)
      const isAsset = p.limit > 0 && leverage(pledged, equity) > p.limit
      if (!isAsset && !(p.accountLimit > 0 && account > p.accountLimit)) return null
      return () => source?.cause(p.asset, -1) ?? -1
    }
    return {
      link(use) {
        lenders = p.targets.map((name) => use('lender', name))
        exposure = createExposure(lenders, p.asset)
        source = p.source === '' ? null : use('priceSource', p.source)
      },
      refresh(cause) {
        if (cause !== 'build') return
        for (const a of lenders.flatMap(listedBy))
          if (!source?.covers(a) && Number.isNaN(priceOf(a)))
            throw new UnpricedExposureError(
              `"${context.name}" has no price of ${context.assets[a]!.name}, which ` +
                `${p.targets.join(', ')} list; name a \`source\` that covers it`,
            )
      },
      observe: ({ time }) => halt(p, s, desk, time, look()),
    }
  },
})
