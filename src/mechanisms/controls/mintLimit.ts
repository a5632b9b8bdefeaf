import {
  type Assets,
  asset,
  fraction,
  type Lender,
  type Model,
  number,
  ref,
  seconds,
} from '../../world/index.ts'
import { control } from './control.ts'
import { HALT, halt, haltParams, haltSlots, resumeParams } from './halt.ts'
import { extreme, remember, windowColumns } from './window.ts'

const params = {
  ...haltParams(['supplying']),
  ...resumeParams,
  calmFor: { ...resumeParams.calmFor, default: 1 },
  lender: ref('lender', 'where it watches how much is supplied'),
  asset: asset('what may be minted without backing'),
  share: fraction('growth within the window that halts, share of the least seen in it', {
    default: 0.1,
    max: 1e6,
  }),
  amount: number('growth that never halts', 'tokens', { default: 0, min: 0 }),
  window: seconds('length of the window', { default: 3600 }),
}

const SUPPLIED = { of: 0, count: 1 }

/**
 * A limit on the rate at which an asset arrives in a lender: the sign of a mint without backing that a
 * lender can see. When more than a share has been added within a rolling window, supplying it halts
 * until the window has passed.
 */
export const mintLimit: Model = control({
  kind: 'controls/mintLimit',
  doc: 'halts the supply of an asset that grows too fast, as after a mint without backing',
  params,
  columns: (p, _: Assets, tickSeconds) => ({
    ...HALT,
    ...windowColumns(1, p.window, Math.max(p.interval, tickSeconds)),
  }),
  slots: haltSlots,
  create(p, s, _, desk) {
    let lender: Lender
    return {
      link(use) {
        lender = use('lender', p.lender)
      },
      observe({ time }) {
        const supplied = lender.claims(p.asset)
        remember(s, time, [supplied])
        const least = s.seen[extreme(s, SUPPLIED, time, p.window, -1)]!
        const isOver = supplied - least > p.share * least + p.amount
        halt(p, s, desk, time, isOver ? () => -1 : null)
      },
    }
  },
})
