import {
  type Assets,
  assets,
  choice,
  fraction,
  list,
  type Model,
  number,
  type ParamsOf,
  type PriceSource,
  ref,
  refs,
  seconds,
} from '../../world/index.ts'
import { control, type Desk, slotsOf } from './control.ts'
import {
  dailyOf,
  follow,
  MANAGED,
  managerParams,
  marginThreshold,
  volColumns,
  volParams,
  watchVols,
  within,
} from './riskManager.ts'
import type { Rules } from './rules.ts'

const TERMS = ['ltv', 'liquidationThreshold', 'supplyCap', 'borrowCap'] as const

const params = {
  ...managerParams,
  ...volParams,
  targets: refs('governed', 'lenders whose terms follow volatility'),
  assets: assets('collateral whose terms follow its volatility'),
  terms: list('what follows', choice('one term', TERMS, 'liquidationThreshold'), {
    default: ['ltv', 'liquidationThreshold'] as const,
  }),
  source: ref('priceSource', 'whose prices its volatility is measured from'),
  k: number('standard deviations that collateral must survive', 'ratio', { default: 3, min: 0 }),
  horizon: seconds('time that a liquidation takes', { default: 86_400 }),
  impact: fraction('share lost to price impact and bonus', { default: 0.05 }),
  gap: fraction('distance of the loan-to-value limit below the threshold', { default: 0.03 }),
  floor: fraction('threshold below which it does not go', { default: 0.4 }),
  ceiling: fraction('threshold above which it does not go', { default: 0.85 }),
  step: fraction('largest change of threshold and limit at once; 0 = no limit', { default: 0.03 }),
  capStep: fraction('largest change of a cap at once, share of it; 0 = no limit', { default: 0.3 }),
}

type Own = ParamsOf<typeof params> & Rules

/** The value that a slot should have at a volatility, within one step. */
function wantedOf(p: Own, desk: Desk, slot: number, vol: number): number {
  const { term } = desk.slots[slot]!
  const now = desk.current(slot)
  const threshold = marginThreshold(p.k, vol, p.horizon, p.impact)
  const bounded = Math.min(p.ceiling, Math.max(p.floor, threshold))
  if (term === 'liquidationThreshold') return within(now, bounded, p.step)
  if (term === 'ltv') return within(now, Math.max(0, bounded - p.gap), p.step)
  // What a liquidation loses grows with the margin, so that the cap shrinks by as much.
  const margin = 1 - marginThreshold(p.k, dailyOf(p.vol), p.horizon, p.impact)
  const cap = desk.opening(slot) * Math.min(1, margin / (1 - threshold))
  return within(now, cap, p.capStep * now)
}

/**
 * Requirements that follow volatility: the liquidation threshold is 1 - k sigma sqrt(tau) - impact with
 * sigma an exponentially weighted average, the loan-to-value limit stays below it, and caps shrink as
 * the margin grows; all in bounded steps. For comparison, Aave's agent for eModes takes half a point a
 * day (ChaosLabsInc/chaos-agents, scripts/aave/EModeAgent.s.sol).
 */
export const dynamicMargin: Model = control({
  kind: 'controls/dynamicMargin',
  doc: 'thresholds and caps follow volatility (EWMA) in bounded steps',
  params,
  rules: MANAGED,
  columns: (p, _: Assets) => volColumns(p.assets.length, p.vol),
  slots: (p) => slotsOf(p.targets, p.terms, p.assets),
  create(p, s, _, desk) {
    let source: PriceSource
    return {
      link(use) {
        source = use('priceSource', p.source)
      },
      observe({ time }) {
        watchVols(p, s, source, time, (k, vol, cause) => {
          for (let slot = 0; slot < desk.slots.length; slot++)
            if (desk.slots[slot]!.asset === p.assets[k] && desk.current(slot) > 0)
              follow(p, desk, slot, wantedOf(p, desk, slot, vol), time, cause)
        })
      },
    }
  },
})
