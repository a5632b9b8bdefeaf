import {
  assets,
  type Context,
  f64,
  fraction,
  governedFlag,
  InputError,
  i32,
  type Model,
  model,
  number,
  type ParamsOf,
  perAsset,
} from '../../../world/index.ts'
import { tradingFlag } from '../pool.ts'
import { basketOf } from './basket.ts'

/** Thrown when coins, rates or balances of a StableSwap pool do not make a pool. */
export class StableSwapCoinsError extends InputError {
  override readonly name = 'StableSwapCoinsError'
}

const MOST_COINS = 8

const params = {
  assets: assets('its coins, 2 to 8; the price of the first in the second is that of port pool'),
  a: number('amplification as the contract states it: Ann = a n', 'factor', { min: 1, max: 1e6 }),
  fee: fraction('fee on the amount bought', { default: 0.0001, max: 0.5 }),
  adminFee: fraction("share of the fee that is the DAO's and leaves the curve", { default: 0 }),
  rates: perAsset(
    'what one coin counts for, such as ETH per rETH; coins not named count 1',
    number('rate', 'unit/coin', { min: 1e-12 }),
    { default: [] },
  ),
  size: number('all coins times their rates at the start; 0: `balances` says it', 'units', {
    default: 0,
    min: 0,
  }),
  shares: perAsset(
    'shares of coins in `size`; those not named share the rest equally',
    fraction('share'),
    { default: [] },
  ),
  balances: perAsset(
    'coins at the start, in place of `size` and `shares`',
    number('coins', 'tokens', { min: 0 }),
    { default: [] },
  ),
}

type Params = ParamsOf<typeof params>
type Named = Params['rates']

function valueFor(values: Named, asset: number): number | undefined {
  return values.find((entry) => entry.asset === asset)?.value
}

/** Decide how many whole tokens of each coin the pool starts with. */
function openingOf(p: Params, rate: Float64Array): Float64Array {
  const stated = p.assets.map((asset) => valueFor(p.shares, asset))
  const rest = stated.reduce<number>((left, share) => left - (share ?? 0), 1)
  const unnamed = stated.filter((share) => share === undefined).length
  return Float64Array.from(p.assets, (asset, k) =>
    p.size > 0
      ? (p.size * (stated[k] ?? rest / unnamed)) / rate[k]!
      : (valueFor(p.balances, asset) ?? 0),
  )
}

function check(p: Params, opening: Float64Array, { name, assets: all }: Context): void {
  const fail = (message: string): never => {
    throw new StableSwapCoinsError(`"${name}" ${message}`)
  }
  const { length } = p.assets
  if (length < 2 || length > MOST_COINS) fail(`has ${length} coins; list 2 to ${MOST_COINS}`)
  for (const { asset } of [...p.rates, ...p.shares, ...p.balances])
    if (!p.assets.includes(asset))
      fail(`has no coin ${all[asset]?.name}; add it to assets or take it from the other lists`)
  opening.forEach((amount, k) => {
    if (!(amount > 0))
      fail(
        `starts with ${amount} ${all[p.assets[k]!]!.name}; state a size and shares that leave some of ` +
          'every coin, or all balances',
      )
  })
}

/** A pool of like assets on the StableSwap curve (Curve): almost par until one coin is scarce. */
export const stableswap: Model = model({
  kind: 'liquidity/stableswap',
  phase: 'venue',
  doc: 'pool of 2 to 8 like assets, near par until one is scarce (Curve StableSwap)',
  params,
  columns: (p) => ({
    // Taken out of the curve but not out of the contract.
    adminFees: f64(p.assets.length, 'tokens'),
    // By two coins: the last swap that made the first cheaper in the second, and its move.
    lastSwap: i32(p.assets.length * p.assets.length, 'event id', -1),
    lastMove: f64(p.assets.length * p.assets.length, 'log'),
    trading: tradingFlag(),
  }),
  create(p, s, context) {
    const rate = Float64Array.from(p.assets, (asset) => valueFor(p.rates, asset) ?? 1)
    const opening = openingOf(p, rate)
    check(p, opening, context)
    opening.forEach((amount, k) => {
      context.ledger.endow(context.self, p.assets[k]!, amount)
    })
    const { assets, fee, adminFee } = p
    const basket = basketOf({ assets, rate, ann: p.a * assets.length, fee, adminFee }, s, context)
    const pool = basket.pair(assets[0]!, assets[1]!)
    const governed = governedFlag('trading', s.trading)
    return { ports: { venue: basket, basket, pool, governed } }
  },
})
