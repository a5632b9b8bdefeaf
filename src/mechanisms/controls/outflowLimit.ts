import {
  type Assets,
  asset,
  fraction,
  type Lender,
  type Model,
  ref,
  seconds,
} from '../../world/index.ts'
import { control } from './control.ts'
import { HALT, halt, haltParams, haltSlots, resumeParams } from './halt.ts'
import { lastEvent } from './lastEvent.ts'
import { extreme, remember, windowColumns } from './window.ts'

const params = {
  ...haltParams(['withdrawing', 'borrowing']),
  ...resumeParams,
  calmFor: { ...resumeParams.calmFor, default: 1 },
  lender: ref('lender', 'whose cash it watches'),
  asset: asset('of which asset'),
  share: fraction('outflow within the window that halts, share of what suppliers were owed', {
    default: 0.15,
  }),
  window: seconds('length of the window', { default: 3600 }),
}

const SERIES = 2
const CASH = { of: 0, count: SERIES }

/**
 * An outflow limit: when the cash of a market has fallen by more than a share of what its suppliers
 * were owed within a rolling window, withdrawals and loans halt until the window has drained.
 * It acts from the block after the one in which the limit is passed, so that block may take more; the
 * draft ERC-7265 (ikigai-labs-xyz/DeFi-Circuit-Breaker-EIPs, LimiterLib), which it follows, stops the
 * transfer itself and counts against liquidity instead of claims.
 */
export const outflowLimit: Model = control({
  kind: 'controls/outflowLimit',
  doc: 'halts withdrawals and loans while too much has left a market within a rolling window',
  params,
  columns: (p, _: Assets, tickSeconds) => ({
    ...HALT,
    ...windowColumns(SERIES, p.window, Math.max(p.interval, tickSeconds)),
  }),
  slots: haltSlots,
  create(p, s, { trace, indexOf }, desk) {
    let lender: Lender
    const self = indexOf(p.lender)
    return {
      link(use) {
        lender = use('lender', p.lender)
      },
      observe({ time }) {
        const cash = lender.cash(p.asset)
        remember(s, time, [cash, lender.claims(p.asset)])
        const peak = extreme(s, CASH, time, p.window, 1) * SERIES
        const outflow = s.seen[peak]! - cash
        const isOver = outflow > p.share * s.seen[peak + 1]!
        const last = () => lastEvent(trace, ['withdrawal', 'borrow'], self)
        halt(p, s, desk, time, isOver ? last : null)
      },
    }
  },
})
