import { exp, log } from '../../math/index.ts'
import {
  asset,
  InputError,
  type Model,
  model,
  moverOf,
  number,
  type PriceSource,
  ref,
  USD,
} from '../../world/index.ts'

/** Thrown when the source of a linear claim has no price of its base. */
export class ClaimBaseError extends InputError {
  override readonly name = 'ClaimBaseError'
}

/**
 * Value of a linear claim per unit: max(0, price of `base` - `entry`), USD. A holding of n units is
 * the gain of a long position of n tokens entered at `entry`, as a lender sees it that takes it as
 * collateral and does not ask who would pay it out; a loss is another account's matter.
 */
export const linearClaim: Model = model({
  kind: 'oracles/linearClaim',
  phase: 'oracle',
  doc: 'value of a claim to the rise of a price above an entry, per unit: max(0, price - entry)',
  params: {
    source: ref('priceSource', 'what prices the base'),
    base: asset('asset whose rise is claimed'),
    asset: asset('the claim'),
    entry: number('price of the base at which the claim is worth nothing', 'USD', { min: 0 }),
  },
  create(p, _, { name, assets }) {
    let source: PriceSource
    /** NaN without an answer, so Math.max keeps it. */
    const worth = (price: number): number => Math.max(0, price - p.entry)
    /** What the claim's price would have been without an event, all else as it is now. */
    function moveOf(event: number, a: number): number {
      const move = a === p.asset ? source.moveOf(event, p.base) : 0
      if (move === 0) return 0
      const price = source.price(p.base)
      const [now, without] = [worth(price), worth(price * exp(-move))]
      return now === without ? 0 : log(now / without)
    }
    return {
      ports: {
        priceSource: {
          covers: (a) => a === p.asset || a === USD,
          price(a) {
            if (a === p.asset) return worth(source.price(p.base))
            return a === USD ? 1 : Number.NaN
          },
          cause: (a, direction) => (a === p.asset ? source.cause(p.base, direction) : -1),
          moveOf,
          moverBefore: (event, a) => (a === p.asset ? moverOf(source, event, p.base) : -1),
          age: (a) => (a === p.asset ? (source.age?.(p.base) ?? 0) : 0),
        },
      },
      link(use) {
        source = use('priceSource', p.source)
      },
      refresh(cause) {
        if (cause === 'build' && !source.covers(p.base))
          throw new ClaimBaseError(
            `"${name}" needs a price of "${assets[p.base]!.name}", which source "${p.source}" does ` +
              'not cover; name another source or base',
          )
      },
    }
  },
})
