import {
  type Assets,
  asset,
  choice,
  f64,
  fraction,
  type Governed,
  type Model,
  type PriceSource,
  ref,
  seconds,
} from '../../world/index.ts'
import { control } from './control.ts'
import { follow, isStale, MANAGED, managerParams, within } from './riskManager.ts'
import { SLACK, YEAR } from './rules.ts'
import { remember, type WindowColumns, windowColumns } from './window.ts'

const RATIO = 0
const TIME = 1

/** Least time between remembered ratios, s, so that a week of them stays small. */
const EVERY = 3600

const params = {
  maxAge: managerParams.maxAge,
  target: ref('governed', 'the capped price'),
  asset: asset('whose cap it keeps'),
  source: ref('priceSource', 'what prices the asset without a cap'),
  base: asset('asset that the ratio is in'),
  bases: ref('priceSource', 'what prices that'),
  lookback: seconds('age of the ratio that becomes the snapshot', { default: 7 * 86_400 }),
  maxRise: fraction('largest change of the ratio at once, share of it; 0 = no limit', {
    default: 0.03,
  }),
  validate: choice(
    'cap: the time moves only where the cap stays above the ratio; none: ratio and time move apart',
    ['cap', 'none'],
    'cap',
  ),
}

/** The newest remembered ratio that is old enough. @returns its place; -1 when there is none. */
function snapshotAt(s: WindowColumns, before: number): number {
  let best = -1
  for (let place = 0; place < s.seenAt.length; place++) {
    const at = s.seenAt[place]!
    if (at < 0 || at > before + SLACK) continue
    if (best < 0 || at > s.seenAt[best]!) best = place
  }
  return best
}

/**
 * Whether the ratio in force, said to be of `since`, allows the true ratio now.
 * @param growth of the cap, 1/year.
 */
export function allows(
  ratio: number,
  growth: number,
  since: number,
  now: number,
  truth: number,
): boolean {
  return ratio * (1 + (growth * (now - since)) / YEAR) >= truth
}

/**
 * Keeps the snapshot of a ratio cap young: the ratio of some days ago, and its time. The step of the
 * ratio is bounded and that of the time is not; without validation a bounded ratio gets the time of the
 * full one, and the cap falls below the true ratio (Aave, 10 March 2026).
 *
 * Ratio and time are two terms here, so two transactions that can land apart. That is not the path of
 * Aave's steward, which sets both in one call (`setCapParameters`; `updates` of oracles/capped does so).
 * Source of the bounds: Aave governance 22601/7, "Dynamic Calibration of CAPO Parameters" (ratio 3 %,
 * 3 days between updates), for bgd-labs/aave-capo.
 */
export const ratioUpdater: Model = control({
  kind: 'controls/ratioUpdater',
  doc: 'keeps ratio and time of a capped price up to date, in bounded steps',
  params,
  rules: { ...MANAGED, minDelay: 3 * 86_400 },
  columns: (p, _: Assets, tickSeconds) => ({
    ...windowColumns(1, p.lookback + EVERY, Math.max(p.interval, tickSeconds, EVERY)),
    rememberedAt: f64(1, 's', -1e18),
  }),
  slots: (p) => [
    { target: p.target, term: 'ratio', asset: p.asset },
    { target: p.target, term: 'ratioTime', asset: p.asset },
  ],
  create(p, s, _, desk) {
    let source: PriceSource
    let bases: PriceSource
    let target: Governed
    const rule = { minDelay: p.minDelay, minStep: 0 }
    return {
      link(use) {
        target = use('governed', p.target)
        source = use('priceSource', p.source)
        bases = use('priceSource', p.bases)
      },
      observe({ time }) {
        if (isStale(source, p.asset, p.maxAge) || isStale(bases, p.base, p.maxAge)) return
        const truth = source.price(p.asset) / bases.price(p.base)
        if (time - s.rememberedAt[0]! >= EVERY - SLACK) {
          s.rememberedAt[0] = time
          remember(s, time, [truth])
        }
        const place = snapshotAt(s, time - p.lookback)
        if (place < 0) return
        const now = desk.current(RATIO)
        const since = Math.max(desk.current(TIME), s.seenAt[place]!)
        const cause = source.cause(p.asset, 1)
        follow(rule, desk, RATIO, within(now, s.seen[place]!, p.maxRise * now), time, cause)
        const growth = target.term('ratioGrowth', p.asset)
        if (p.validate === 'none' || allows(now, growth, since, time, truth))
          follow(rule, desk, TIME, since, time, cause)
      },
    }
  },
})
