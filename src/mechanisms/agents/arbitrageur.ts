import {
  type Context,
  type Model,
  model,
  number,
  type Outcome,
  type Pool,
  type ReferenceMarket,
  ref,
  refs,
  USD,
  usd,
} from '../../world/index.ts'

const params = {
  pools: refs('pool', 'pools that are kept in line with the reference market'),
  market: ref('referenceMarket', 'where the other side of every trade is done'),
  capital: usd('money to trade with at the start', { default: 5e6 }),
  gas: number('gas per trade', 'gas', { default: 180_000, min: 0, integer: true }),
  minProfit: usd('least expected profit after all costs', { default: 5 }),
  bid: number('priority fee', 'gwei per gas', { default: 1, min: 0 }),
}

/** Thrown when a pool trades an asset that the reference market has no price for. */
export class UnpricedPoolError extends Error {
  override readonly name = 'UnpricedPoolError'
}

/** What an arbitrageur looks at: one pool and where the other side is traded. */
type Site = { readonly market: ReferenceMarket; readonly pool: Pool }

/** A trade found by `size`; overwritten by the next one. */
type Trade = { usd: number; amount: number; profit: number }

/** How often a trade may be halved in search of more profit. */
const HALVINGS = 12

/**
 * Tell which asset of a pool is dear there by more than its fee.
 * @returns 0 or 1, index into `pool.assets`; -1 when neither is, or a price is missing.
 */
function dearSide({ market, pool }: Site): -1 | 0 | 1 {
  const [base, quote] = pool.assets
  const over = (pool.price() * priceOf(market, quote)) / priceOf(market, base)
  const kept = 1 - pool.fee
  if (over * kept > 1) return 0
  return kept > over ? 1 : -1
}

function priceOf(market: ReferenceMarket, asset: number): number {
  return asset === USD ? 1 : market.price(asset)
}

/** Value a round trip: buy `sell` for USD, swap it in the pool, sell what comes out. */
function profitOf({ market, pool }: Site, sell: number, buy: number, spent: number): number {
  const amount = sell === USD ? spent : market.quote(USD, sell, spent)
  const bought = pool.quote(sell, buy, amount)
  return (buy === USD ? bought : market.quote(buy, USD, bought)) - spent
}

/**
 * Size a trade: until the pool's price after fee is the reference market's, as far as `capital`
 * goes. Halved while that gains more, because the reference market moves too.
 * @param out overwritten.
 * @returns whether there is anything to gain before gas.
 */
function size(site: Site, side: 0 | 1, capital: number, out: Trade): boolean {
  const { market, pool } = site
  const sell = pool.assets[side]
  const buy = pool.assets[side === 0 ? 1 : 0]
  const ask = sell === USD ? 1 : 1 / market.spot(USD, sell)
  const bid = buy === USD ? 1 : market.spot(buy, USD)
  const full = pool.amountTo(sell, buy, ask / bid) * ask
  out.usd = Math.min(full, capital)
  if (!(out.usd > 0)) return false
  out.profit = profitOf(site, sell, buy, out.usd)
  for (let k = 0; k < HALVINGS; k++) {
    const less = profitOf(site, sell, buy, out.usd / 2)
    if (!(less > out.profit)) break
    out.usd /= 2
    out.profit = less
  }
  out.amount = out.usd / ask
  return out.profit > 0
}

/** The latest event that made `sell` dear in the pool: there, or on the reference market. */
function causeOf({ market, pool }: Site, side: 0 | 1): number {
  const sell = pool.assets[side]
  const buy = pool.assets[side === 0 ? 1 : 0]
  return Math.max(
    sell === USD ? -1 : market.cause(sell, -1),
    buy === USD ? -1 : market.cause(buy, 1),
    pool.lastSwap(side === 0 ? 1 : -1),
  )
}

/** Trade the round trip through the ledger. @returns null, or why not; the engine takes all back. */
function trade(site: Site, side: 0 | 1, spent: number, holder: number): Outcome {
  const { market, pool } = site
  const sell = pool.assets[side]
  const buy = pool.assets[side === 0 ? 1 : 0]
  const cause = causeOf(site, side)
  const amount = sell === USD ? spent : market.swap(USD, sell, spent, holder, cause)
  if (!(amount > 0)) return 'reference market did not sell'
  const bought = pool.swap(sell, buy, amount, holder, cause)
  if (!(bought > 0)) return 'pool did not fill'
  const back = buy === USD ? bought : market.swap(buy, USD, bought, holder, cause)
  if (!(back > 0)) return 'reference market did not buy'
  return back > spent ? null : 'unprofitable'
}

function checkSites(sites: readonly Site[], { name, assets }: Context): void {
  for (const { market, pool } of sites)
    for (const asset of pool.assets)
      if (asset !== USD && !market.covers(asset))
        throw new UnpricedPoolError(
          `"${name}" watches a pool of "${assets[asset]?.name}", which its reference market does ` +
            'not price; add the asset to the market or take the pool from `pools`',
        )
}

/** Ties pools to the reference market: trades wherever the gap pays for fee, impact and gas. */
export const arbitrageur: Model = model({
  kind: 'agents/arbitrageur',
  phase: 'agent',
  doc: 'ties pools to the reference market where the gap pays for fee, impact and gas',
  params,
  create(p, _, context) {
    const { ledger, self, chain } = context
    const sites: Site[] = []
    const plan: Trade = { usd: 0, amount: 0, profit: 0 }
    ledger.endow(self, USD, p.capital)
    return {
      link(use) {
        const market = use('referenceMarket', p.market)
        for (const name of p.pools) sites.push({ market, pool: use('pool', name) })
      },
      refresh(cause) {
        if (cause === 'build') checkSites(sites, context)
      },
      observe(_block, submit) {
        for (let i = 0; i < sites.length; i++) {
          const side = dearSide(sites[i]!)
          if (side === -1) continue
          const gas = chain.gasUsd(p.gas, p.bid)
          const capital = ledger.balance(self, USD) - gas
          if (!size(sites[i]!, side, capital, plan)) continue
          if (plan.profit - gas <= p.minProfit) continue
          const action = { kind: 'arbitrage', args: [i, side, plan.amount], gas: p.gas }
          submit({ actions: [action], bid: p.bid, key: i })
        }
      },
      actions: {
        arbitrage: {
          doc: 'args [pool, side sold (0 base, 1 quote), amount planned]; sized again at current prices',
          execute([at, side], sender) {
            const site = sites[at!]
            if (sender !== self || !site) return 'not an own trade'
            // Gas is spent by now, so any gain is better than none.
            if (!size(site, side === 0 ? 0 : 1, ledger.balance(self, USD), plan))
              return 'gap closed'
            return trade(site, side === 0 ? 0 : 1, plan.usd, self)
          },
        },
      },
    }
  },
})
