import {
  type Assets,
  assets,
  choice,
  fraction,
  list,
  type Model,
  type ParamsOf,
  type PriceSource,
  ref,
  refs,
} from '../../world/index.ts'
import { control, type Desk, slotsOf } from './control.ts'
import {
  dailyOf,
  follow,
  isStale,
  MANAGED,
  managerParams,
  volColumns,
  volParams,
  watchVols,
  within,
} from './riskManager.ts'
import type { Rules } from './rules.ts'

const TERMS = ['liquidationBonus', 'closeFactor'] as const

const params = {
  ...managerParams,
  ...volParams,
  targets: refs('governed', 'lenders whose liquidations follow volatility'),
  assets: assets('collateral whose volatility is measured; one where the bonus is for all'),
  terms: list('what follows', choice('one term', TERMS, 'liquidationBonus'), {
    default: TERMS,
  }),
  source: ref('priceSource', 'whose prices its volatility is measured from'),
  bonusLow: fraction('least bonus', { default: 0.02 }),
  bonusHigh: fraction('largest bonus', { default: 0.15 }),
  bonusStep: fraction('largest change of the bonus at once; 0 = no limit', { default: 0.01 }),
  closeLow: fraction('least close factor', { default: 0.25 }),
  closeHigh: fraction('largest close factor', { default: 1 }),
  closeStep: fraction('largest change of the close factor at once; 0 = no limit', {
    default: 0.25,
  }),
}

/** The value that a slot should have at a volatility relative to that of the start, within one step. */
function wantedOf(
  p: ParamsOf<typeof params> & Rules,
  desk: Desk,
  slot: number,
  scale: number,
): number {
  const now = desk.current(slot)
  const wanted = desk.opening(slot) * scale
  return desk.slots[slot]!.term === 'closeFactor'
    ? within(now, Math.min(p.closeHigh, Math.max(p.closeLow, wanted)), p.closeStep)
    : within(now, Math.min(p.bonusHigh, Math.max(p.bonusLow, wanted)), p.bonusStep)
}

/**
 * Bonus and close factor in proportion to volatility: what they are at the start holds at the
 * volatility of the start, so that liquidators are paid for the risk of the sale. The close factor
 * follows the most volatile of the assets.
 */
export const volatilityTerms: Model = control({
  kind: 'controls/volatilityTerms',
  doc: 'liquidation bonus and close factor in proportion to volatility (EWMA)',
  params,
  rules: MANAGED,
  columns: (p, _: Assets) => volColumns(p.assets.length, p.vol),
  slots: (p) => slotsOf(p.targets, p.terms, p.assets),
  create(p, s, _, desk) {
    let source: PriceSource
    const scales = new Float64Array(p.assets.length)
    return {
      link(use) {
        source = use('priceSource', p.source)
      },
      observe({ time }) {
        if (p.assets.some((asset) => isStale(source, asset, p.maxAge))) return
        let cause = -1
        watchVols(p, s, source, time, (k, vol, moved) => {
          cause = Math.max(cause, moved)
          scales[k] = vol / dailyOf(p.vol)
        })
        desk.slots.forEach(({ asset }, slot) => {
          const scale = asset < 0 ? Math.max(...scales) : scales[p.assets.indexOf(asset)]!
          follow(p, desk, slot, wantedOf(p, desk, slot, scale), time, cause)
        })
      },
    }
  },
})
