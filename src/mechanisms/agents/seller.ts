import {
  asset,
  type Block,
  f64,
  type Model,
  model,
  number,
  ref,
  seconds,
  type Venue,
} from '../../world/index.ts'
import { TraderAssetError } from './trader.ts'

/** Share of all a venue offers that an order may take: the rest is room for rounding on the way. */
const ALL = 1 - 1e-9
/** Fall of the price down to which a market order sells: no price is too low. */
const ANY_PRICE = 1e-12
/** Share of the whole sale that is not worth an order. */
const DUST = 1e-9

const params = {
  venue: ref('venue', 'where it sells'),
  asset: asset('what it sells'),
  buy: asset('what it takes for it'),
  amount: number('how much it sells', 'tokens', { min: 0 }),
  at: seconds('start of the sale; 0 = the first block', { default: 0 }),
  over: seconds('duration of the sale; 0 = one order', { default: 0 }),
  patience: seconds('how long after the sale what found nobody is sent again', { default: 0 }),
  gas: number('gas per order', 'gas', { default: 0, min: 0 }),
}

/**
 * A seller from outside who sends market orders on a schedule, whatever the price. An order that is
 * larger than what is offered takes all of it, records a gap, and its
 * rest is due in the next block, until the sale and its patience are over.
 */
export const seller: Model = model({
  kind: 'agents/seller',
  phase: 'agent',
  doc: 'sells an amount evenly over a time by market orders, whatever the price',
  external: true,
  params,
  columns: () => ({ sold: f64(1, 'tokens') }),
  create(p, s, { self, name, assets, trace }) {
    let venue: Venue
    function due({ time, dt }: Block): number {
      // The first order covers the first tick of the sale, so it ends `over` seconds after it began.
      const since = time - Math.max(p.at, dt) + dt
      if (since < dt || since > Math.max(p.over, dt) + p.patience) return 0
      const share = p.over > dt ? Math.min(1, since / p.over) : 1
      return p.amount * share - s.sold[0]!
    }
    function gap(unfilled: number, filled: number, bought: number, spot: number): void {
      trace.add('gap', {
        instance: self,
        parent: filled > 0 ? trace.length - 1 : -1,
        asset: p.asset,
        other: p.buy,
        x: unfilled,
        y: filled,
        z: filled > 0 ? bought / filled / spot - 1 : 0,
      })
    }
    return {
      link(use) {
        venue = use('venue', p.venue)
      },
      refresh(cause) {
        if (cause === 'build' && !venue.has(p.asset, p.buy))
          throw new TraderAssetError(
            `"${name}" sells ${assets[p.asset]!.name} for ${assets[p.buy]!.name}, which venue ` +
              `"${p.venue}" does not trade; name another venue or asset`,
          )
      },
      observe(block, submit) {
        const amount = due(block)
        if (amount > DUST * p.amount)
          submit({ actions: [{ kind: 'sell', args: [amount], gas: p.gas }], bid: 0, key: 0 })
      },
      actions: {
        sell: {
          doc: 'args [amount]: sell it, or all that is offered',
          execute([amount = 0], sender) {
            if (sender !== self) return 'not an own sale'
            const spot = venue.spot(p.asset, p.buy)
            const offered = spot > 0 ? ALL * venue.amountTo(p.asset, p.buy, spot * ANY_PRICE) : 0
            const order = Math.min(amount, offered)
            const bought = order > 0 ? venue.swap(p.asset, p.buy, order, self, -1) : 0
            const filled = bought > 0 ? order : 0
            s.sold[0]! += filled
            if (filled < amount) gap(amount - filled, filled, bought, spot)
            return null
          },
        },
      },
    }
  },
})
