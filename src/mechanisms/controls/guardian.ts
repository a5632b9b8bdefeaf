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
  usd,
} from '../../world/index.ts'
import { control } from './control.ts'
import { HALT, halt, haltParams, haltSlots, resumeParams } from './halt.ts'
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

/** Asks for the event behind an alarm. */
type Alarm = () => number

/** Alarm for a gap of prices; null when no watched asset has one. */
function gapOf({ p, lender, reference }: Watch): Alarm | null {
  if (p.gap === 0 || !reference) return null
  for (const a of p.watched) {
    const fair = reference.price(a)
    if (deviationOf(lender.price(a), fair) > p.gap)
      return () => reference.cause(a, fair < lender.price(a) ? -1 : 1)
  }
  return null
}

/** Alarm for a market that is lent out; null when none is. */
function shortageOf({ p, context, lender }: Watch): Alarm | null {
  const isLent = (a: number): boolean => {
    const claims = lender.claims(a)
    return claims > 0 && 1 - lender.cash(a) / claims >= p.utilization
  }
  if (p.utilization === 0 || !p.watched.some(isLent)) return null
  return () => lastEvent(context.trace, ['borrow', 'withdrawal'], context.indexOf(p.lender))
}

/** Alarm for bad debt at true prices; null while there is too little. */
function badDebtOf({ p, context, lender, reference, prices, owed }: Watch): Alarm | null {
  if (p.badDebt === 0) return null
  let booked = 0
  for (let a = 0; a < prices.length; a++) {
    const fair = reference?.price(a) ?? Number.NaN
    prices[a] = Number.isNaN(fair) ? lender.price(a) : fair
    const deficit = lender.deficit(a)
    if (deficit > 0) booked += deficit * prices[a]!
  }
  if (booked + owed(prices, -1).short < p.badDebt) return null
  const kinds = ['borrow', 'deficit', 'insolvent'] as const
  return () => lastEvent(context.trace, kinds, context.indexOf(p.lender))
}

/**
 * A guardian: people who watch a lender and, once something alarms them, freeze it after the time that
 * people need. By default borrowing stops and all else goes on, as in a freeze of Aave.
 */
export const guardian: Model = control({
  kind: 'controls/guardian',
  doc: 'people who freeze a lender some time after a price gap, a shortage of cash or bad debt',
  params,
  rules: { interval: 60, latency: 4500 },
  columns: () => HALT,
  slots: haltSlots,
  create(p, s, context, desk) {
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
        halt(p, s, desk, time, gapOf(watch) ?? shortageOf(watch) ?? badDebtOf(watch)),
    }
  },
})
