import {
  assets,
  type Context,
  createOwed,
  fraction,
  type Lender,
  type Model,
  optionalRef,
  type ParamsOf,
  type PriceSource,
  ref,
  USD,
  usd,
} from '../../world/index.ts'
import { control } from './control.ts'
import { listedBy } from './exposure.ts'
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
import { lastEvent } from './lastEvent.ts'
import { deviationOf } from './oracleGuard.ts'

const params = {
  ...haltParams(['borrowing']),
  ...resumeParams,
  lender: ref('lender', 'what it watches'),
  reference: optionalRef('priceSource', "who tells true prices; none: the lender's own oracle"),
  watched: { ...assets('assets whose gap and utilization it watches'), default: [] },
  gap: fraction('difference of the oracle from the true price that alarms; 0 = not watched', {
    default: 0,
    max: 1e6,
  }),
  utilization: fraction('share of an asset lent out that alarms; 0 = not watched', { default: 0 }),
  badDebt: usd('bad debt at true prices that alarms; 0 = not watched', { default: 0 }),
}

/** What a guardian looks at; the links are known only after linking. */
type Watch = {
  readonly p: ParamsOf<typeof params>
  readonly context: Context
  readonly prices: Float64Array
  lender: Lender
  reference: PriceSource | null
  owed: ReturnType<typeof createOwed>
}

/** Alarm for a gap of prices. */
function gapOf({ p, lender, reference }: Watch): Sight {
  if (p.gap === 0 || !reference) return null
  const look = (a: number): Sight => {
    const fair = reference.price(a)
    const gap = deviationOf(lender.price(a), fair)
    if (Number.isNaN(gap)) return 'unseen'
    return gap > p.gap ? () => reference.cause(a, fair < lender.price(a) ? -1 : 1) : null
  }
  return sightOf(...p.watched.map(look))
}

/** Alarm for a market that is lent out. */
function shortageOf({ p, context, lender }: Watch): Sight {
  const isLent = (a: number): boolean => {
    const claims = lender.claims(a)
    return claims > 0 && 1 - lender.cash(a) / claims >= p.utilization
  }
  if (p.utilization === 0 || !p.watched.some(isLent)) return null
  return () => lastEvent(context.trace, ['borrow', 'withdrawal'], context.indexOf(p.lender))
}

/** Alarm for bad debt at true prices; what has no true price is valued as the lender does. */
function badDebtOf({ p, context, lender, reference, prices, owed }: Watch): Sight {
  if (p.badDebt === 0) return null
  let booked = 0
  let isSeen = true
  for (const a of listedBy(lender)) {
    const fair = reference?.price(a) ?? Number.NaN
    if (Number.isNaN(fair) && reference?.covers(a)) isSeen = false
    prices[a] = Number.isNaN(fair) ? lender.price(a) : fair
    if (Number.isNaN(prices[a]!)) isSeen = false
    else booked += Math.max(0, lender.deficit(a)) * prices[a]! || 0
  }
  // Accounts with an asset that nobody prices count nothing.
  if (booked + owed(prices, -1).short < p.badDebt) return isSeen ? null : 'unseen'
  const kinds = ['borrow', 'deficit', 'insolvent'] as const
  return () => lastEvent(context.trace, kinds, context.indexOf(p.lender))
}

/**
 * A guardian: people who watch a lender and, once something alarms them, freeze it after the time that
 * people need. By default borrowing stops and all else goes on; a freeze of Aave stops supply as well,
 * `flags: [borrowing, supplying]`. While what it watches gives no answer it leaves things as they are.
 */
export const guardian: Model = control({
  kind: 'controls/guardian',
  doc: 'people who freeze a lender some time after a price gap, a shortage of cash or bad debt',
  params,
  rules: { interval: 60, latency: 4500 },
  columns: () => HALT,
  slots: haltSlots,
  create(p, s, context, desk) {
    checkWatch(context, 'sets `gap` without a `reference`', p.gap === 0 || p.reference !== '')
    checkWatch(
      context,
      'watches no asset: name those whose prices or utilization count',
      p.gap + p.utilization === 0 || p.watched.length > 0,
    )
    checkWatch(
      context,
      'watches nothing that can alarm it: set `gap` of an asset beside USD, `utilization` or `badDebt`',
      p.utilization + p.badDebt > 0 || (p.gap > 0 && p.watched.some((a) => a !== USD)),
    )
    const prices = new Float64Array(context.assets.length)
    let watch: Watch
    return {
      link(use) {
        const lender = use('lender', p.lender)
        const reference = p.reference === '' ? null : use('priceSource', p.reference)
        const owed = createOwed(lender)
        watch = { p, context, prices, lender, reference, owed }
      },
      observe: ({ time }) =>
        halt(p, s, desk, time, sightOf(gapOf(watch), shortageOf(watch), badDebtOf(watch))),
    }
  },
})
