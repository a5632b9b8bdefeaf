import { exp } from '../../math/index.ts'
import {
  asset,
  InputError,
  type Model,
  model,
  number,
  type Pool,
  ref,
  seconds,
  USD,
  u8,
} from '../../world/index.ts'

/** Thrown when a trader is to sell an asset into a pool that does not trade it. */
export class TraderAssetError extends InputError {
  override readonly name = 'TraderAssetError'
}

/** A seller from outside who pushes a pool's price by a stated log move at a stated time. */
export const trader: Model = model({
  kind: 'agents/trader',
  phase: 'agent',
  doc: 'one sale from outside that moves a pool by a stated log price',
  external: true,
  params: {
    pool: ref('pool', 'where it sells'),
    asset: asset('what it sells'),
    move: number('fall of the log price', 'log', { min: 0 }),
    at: seconds('time of the sale; 0 = the first block', { default: 0 }),
    gas: number('gas of the sale', 'gas', { default: 0, min: 0 }),
  },
  columns: () => ({ done: u8(1, 'flag') }),
  create(p, s, { self, name, assets }) {
    let pool: Pool
    let other = USD
    return {
      link(use) {
        pool = use('pool', p.pool)
        const [base, quote] = pool.assets
        if (p.asset !== base && p.asset !== quote)
          throw new TraderAssetError(
            `"${name}" sells ${assets[p.asset]!.name}, which pool "${p.pool}" does not trade; ` +
              'name another pool or asset',
          )
        other = base === p.asset ? quote : base
      },
      observe({ time }, submit) {
        if (s.done[0] === 1 || time < p.at || p.move === 0) return
        submit({ actions: [{ kind: 'sell', args: [], gas: p.gas }], bid: 0, key: 0 })
      },
      actions: {
        sell: {
          doc: 'sell until the price has moved',
          execute() {
            const target = pool.spot(p.asset, other) * exp(-p.move)
            const amount = pool.amountTo(p.asset, other, target)
            s.done[0] = 1
            return pool.swap(p.asset, other, amount, self, -1) > 0 ? null : 'the pool is too thin'
          },
        },
      },
    }
  },
})
