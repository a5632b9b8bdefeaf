import { log } from '../math/index.ts'
import {
  type Built,
  eventCode,
  type Pool,
  type ReferenceMarket,
  USD,
  type World,
} from '../world/index.ts'
import type { ArbitrageSums, Measure } from './view.ts'

const SWAP = eventCode('swap')

/** One constant-product pool that arbitrageurs tie to a market, and what both have made so far. */
type Tied = {
  readonly pool: Pool
  readonly market: ReferenceMarket
  /** Log price of the base in the quote at the market, when last looked at. */
  price: number
}

function tiedBy(world: World, { spec }: Built): readonly Tied[] {
  const market = world.port('referenceMarket', spec.params.market as string)
  const pools = spec.params.pools as readonly string[]
  const isPlain = (name: string): boolean =>
    world.instances.some((i) => i.name === name && i.spec.kind === 'liquidity/constantProduct')
  return pools
    .filter(isPlain)
    .map((name) => ({ pool: world.port('pool', name), market, price: Number.NaN }))
}

function priceOf(market: ReferenceMarket, asset: number): number {
  return asset === USD ? 1 : market.price(asset)
}

/** Gain of a trader with a pool in one swap, USD at market prices. */
function gainOf({ trace }: World, { market }: Tied, event: number): number {
  const { asset, other, x, y } = trace.columns
  return y[event]! * priceOf(market, other[event]!) - x[event]! * priceOf(market, asset[event]!)
}

/**
 * Add up, tick by tick, what constant-product pools lose to arbitrage: the gain of every trade with
 * them at market prices, fees paid, and sigma^2 / 8 of realised variance (Milionis et al., arXiv
 * 2208.06046), both as shares of the pool's value, so that a pool that has shrunk counts like before.
 * @returns functions to call after every tick and at the end; null sums without such pools.
 */
export function createArbitrageWatch(world: World): {
  readonly look: () => void
  readonly sums: () => ArbitrageSums | null
} {
  const tied = world.instances
    .filter(({ spec }) => spec.kind === 'agents/arbitrageur')
    .flatMap((agent) => tiedBy(world, agent))
  let seen = 0
  let gained = 0
  let lost = 0
  function add(at: Tied, from: number): void {
    const { pool, market } = at
    const [base, quote] = pool.assets
    const { instance, kind } = world.trace.columns
    const worth = (asset: number): number =>
      world.ledger.balance(pool.self, asset) * priceOf(market, asset)
    const value = worth(base) + worth(quote)
    const price = log(priceOf(market, base) / priceOf(market, quote))
    const move = Number.isNaN(at.price) ? 0 : price - at.price
    at.price = price
    lost += (move * move) / 8
    for (let e = from; e < world.trace.length; e++)
      if (kind[e] === SWAP && instance[e] === pool.self) gained += gainOf(world, at, e) / value
  }
  return {
    look() {
      const from = seen
      seen = world.trace.length
      for (const at of tied) add(at, from)
    },
    sums: () => (tied.length > 0 ? { gained, lossVersusRebalancing: lost } : null),
  }
}

/** Measures of arbitrage. */
export const ARBITRAGE_MEASURES: readonly Measure[] = [
  {
    name: 'arbOverLvr',
    unit: 'ratio',
    better: 'lower',
    doc: 'what traders gained from constant-product pools, fees paid, over loss versus rebalancing (realised variance / 8), both as shares of pool value summed over ticks; none without an arbitrageur and such a pool',
    value: ({ watched: { arbitrage } }) =>
      arbitrage && arbitrage.lossVersusRebalancing > 0
        ? arbitrage.gained / arbitrage.lossVersusRebalancing
        : null,
  },
]
