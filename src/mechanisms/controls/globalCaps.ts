import {
  assets,
  choice,
  fraction,
  type Governed,
  type Lender,
  type Model,
  number,
  type ParamsOf,
  ref,
  refs,
  USD,
  type Venue,
} from '../../world/index.ts'
import { control, type Desk, slotsOf } from './control.ts'
import { follow, usedOf } from './riskManager.ts'
import type { Rules } from './rules.ts'

const params = {
  targets: refs('lender', 'lenders that share one cap per asset'),
  assets: assets('assets that are capped'),
  term: choice('which cap', ['supplyCap', 'borrowCap'], 'supplyCap'),
  venue: ref('venue', 'where liquidators trade'),
  multiple: number('cap over all lenders, in terms of what the venue takes at the bonus', 'ratio', {
    default: 2,
    min: 0,
  }),
  bonus: fraction('bonus where a lender states none', { default: 0.05 }),
  minStep: fraction('smallest change that is worth a transaction, share of the cap', {
    default: 0.05,
  }),
}

/** A cap of 0 would be none: the least one, tokens. */
const LEAST = 1e-9

/**
 * Compute how much a venue takes before the last token costs a liquidator its bonus.
 * @param side 'supplyCap': collateral that is sold; 'borrowCap': debt asset that is bought.
 * @returns whole tokens; Infinity where the price does not give way, NaN while the venue is halted.
 */
export function depthAt(
  venue: Venue,
  asset: number,
  side: 'supplyCap' | 'borrowCap',
  bonus: number,
): number {
  const [sell, buy] = side === 'supplyCap' ? [asset, USD] : [USD, asset]
  if (!venue.has(sell, buy)) return 0
  const spot = venue.spot(sell, buy)
  if (!(spot > 0)) return Number.NaN
  const spent = venue.amountTo(sell, buy, spot / (1 + bonus))
  if (side === 'supplyCap' || !(spent > 0 && spent < Infinity)) return spent
  return venue.quote(USD, asset, spent)
}

/**
 * Split a cap over lenders in proportion to what each has of it now; equally while none has anything.
 * @returns tokens, >= `LEAST`.
 */
export function shareOf(cap: number, used: readonly number[], k: number): number {
  const total = used.reduce((sum, own) => sum + own, 0)
  return Math.max(LEAST, total > 0 ? (cap * used[k]!) / total : cap / used.length)
}

type Own = { readonly lender: Lender; readonly governed: Governed }

/** The cap of one lender's asset now; Infinity where the venue has no limit, NaN while it is halted. */
function capOf(
  p: ParamsOf<typeof params>,
  all: ReadonlyMap<string, Own>,
  venue: Venue,
  desk: Desk,
  slot: number,
): number {
  const { target, asset } = desk.slots[slot]!
  const bonuses = p.targets.map((name) => {
    const bonus = all.get(name)!.governed.term('liquidationBonus', asset)
    return bonus > 0 ? bonus : p.bonus
  })
  const cap = p.multiple * depthAt(venue, asset, p.term, Math.min(...bonuses))
  const used = p.targets.map((name) => usedOf(all.get(name)!.lender, p.term, asset))
  return cap >= 0 ? shareOf(cap, used, p.targets.indexOf(target)) : Number.NaN
}

/**
 * Caps per asset over all lenders together: as much as liquidators could sell (or buy) at their bonus,
 * times a multiple. What is above a cap stays; only new supply or debt is refused. A cap that follows
 * depth falls in a crash, when borrowers want to add collateral. While the venue is halted caps stay.
 */
export const globalCaps: Model = control({
  kind: 'controls/globalCaps',
  doc: 'one cap per asset over several lenders, by what the market takes at the liquidation bonus',
  params,
  // A largest change as that of capUpdater.
  rules: { interval: 600, maxChange: 0.3 },
  slots: (p) => slotsOf(p.targets, [p.term], p.assets),
  create(p: ParamsOf<typeof params> & Rules, _s, _context, desk) {
    const all = new Map<string, Own>()
    let venue: Venue
    return {
      link(use) {
        venue = use('venue', p.venue)
        for (const name of p.targets)
          all.set(name, { lender: use('lender', name), governed: use('governed', name) })
      },
      observe({ time }) {
        for (let slot = 0; slot < desk.slots.length; slot++) {
          const cap = capOf(p, all, venue, desk, slot)
          if (cap < Infinity) follow(p, desk, slot, cap, time, -1)
        }
      },
    }
  },
})
