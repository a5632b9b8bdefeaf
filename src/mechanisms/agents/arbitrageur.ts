import { exp, log } from '../../math/index.ts'
import {
  type Context,
  f64,
  InputError,
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
export class UnpricedPoolError extends InputError {
  override readonly name = 'UnpricedPoolError'
}

/** What an arbitrageur looks at: one pool and where the other side is traded. */
type Site = { readonly market: ReferenceMarket; readonly pool: Pool }

/** A trade found by `size`; overwritten by the next one. `news` is the share that is no arbitrage. */
type Trade = { usd: number; amount: number; profit: number; news: number }

/** Rounding of ratios of prices, with room. */
const ROUNDING = 1e-9

/** How often a trade may be halved in search of more profit. */
const HALVINGS = 12

/** What a pool's base costs there and on the reference market, USD; overwritten by `read`. */
type Reading = { pool: number; market: number }

function read({ market, pool }: Site, out: Reading): void {
  const [base, quote] = pool.assets
  out.pool = pool.price() * priceOf(market, quote)
  out.market = priceOf(market, base)
}

/**
 * Tell which asset of a pool is dear there by more than its fee.
 * @returns 0 or 1, index into `pool.assets`; -1 when neither is, or a price is missing.
 */
function dearSide(at: Reading, fee: number): -1 | 0 | 1 {
  const over = at.pool / at.market
  const kept = 1 - fee
  if (over * kept > 1) return 0
  return kept > over ? 1 : -1
}

function priceOf(market: ReferenceMarket, asset: number): number {
  return asset === USD ? 1 : market.price(asset)
}

/** Log price of a pool's base in its quote at the market's fundamentals. */
function fundamentalOf({ market, pool }: Site): number {
  const value = (asset: number): number => (asset === USD ? 1 : market.fundamental(asset))
  return log(value(pool.assets[0]) / value(pool.assets[1]))
}

/** What of a late move is in the direction of selling one side: base sold is a price that falls. */
function towards(side: 0 | 1, late: number): number {
  return Math.max(0, side === 0 ? -late : late)
}

/** What of a late move the pool has still to make, at most the way to the market's price; log. */
function stillLate(late: number, at: Reading): number {
  const way = at.market / at.pool
  if (!(late > 0 ? way > 1 : late < 0 && way < 1)) return 0
  const gap = log(way)
  return Math.sign(gap) * Math.min(Math.abs(late), Math.abs(gap))
}

/** Quote a trade on the reference market of which a share does not move it. */
function quoteOf(
  { market }: Site,
  sell: number,
  buy: number,
  amount: number,
  news: number,
): number {
  const still = news > 0 ? news * amount * market.spot(sell, buy) : 0
  return news < 1 ? still + market.quote(sell, buy, (1 - news) * amount) : still
}

/** Trade on the reference market; the share that is news does not move it. @returns 0 on failure. */
function tradeOn(
  { market }: Site,
  sell: number,
  buy: number,
  amount: number,
  news: number,
  holder: number,
  cause: number,
): number {
  const still = news > 0 ? market.follow(sell, buy, news * amount, holder, cause) : 0
  const moving = news < 1 ? market.swap(sell, buy, (1 - news) * amount, holder, cause) : 0
  return (news > 0 && still === 0) || (news < 1 && moving === 0) ? 0 : still + moving
}

/** Value a round trip: buy `sell` for USD, swap it in the pool, sell what comes out. */
function profitOf(site: Site, sell: number, buy: number, spent: number, news: number): number {
  const amount = sell === USD ? spent : quoteOf(site, USD, sell, spent, news)
  const bought = site.pool.quote(sell, buy, amount)
  return (buy === USD ? bought : quoteOf(site, buy, USD, bought, news)) - spent
}

/**
 * Size a trade: until the pool's price after fee is the reference market's, as far as `capital`
 * goes. What moves the pool by `late` is how outside news reaches it: it does not move the reference
 * market, whose price holds it already. The rest came from trades and is carried to that market: it
 * is halved while that gains more, because the market moves too.
 * @param late what the fundamentals have moved in the direction of the trade and the pool has not, log.
 * @param floor gain that is not worth looking closer, USD, >= 0.
 * @param out overwritten.
 * @returns whether more than `floor` is to gain before gas.
 */
function size(
  site: Site,
  side: 0 | 1,
  late: number,
  capital: number,
  floor: number,
  out: Trade,
): boolean {
  const { market, pool } = site
  const sell = pool.assets[side]
  const buy = pool.assets[side === 0 ? 1 : 0]
  const ask = sell === USD ? 1 : 1 / market.spot(USD, sell)
  const bid = buy === USD ? 1 : market.spot(buy, USD)
  const target = ask / bid
  const spot = pool.spot(sell, buy)
  const edge = spot / target - 1
  // Most pools are within fees of the market: nothing can be sold, to be seen without solving for it.
  if (edge < -ROUNDING) return false
  out.usd = Math.min(pool.amountTo(sell, buy, target) * ask, capital)
  if (!(out.usd > 0)) return false
  // No part of it earns more than the first bit does at the spots.
  if (out.usd * edge < floor * (1 - 1e-9)) return false
  const told = late > 0 ? Math.max(target, spot * exp(-late)) : 0
  const still = late > 0 ? Math.min(pool.amountTo(sell, buy, told) * ask, out.usd) : 0
  const valueAt = (usd: number): number => profitOf(site, sell, buy, usd, still / usd)
  out.profit = valueAt(out.usd)
  for (let k = 0; k < HALVINGS && out.usd > still; k++) {
    const half = still + (out.usd - still) / 2
    const less = valueAt(half)
    if (!(less > out.profit)) break
    out.usd = half
    out.profit = less
  }
  out.news = still / out.usd
  out.amount = out.usd / ask
  return out.profit > floor
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
function trade(site: Site, side: 0 | 1, { usd: spent, news }: Trade, holder: number): Outcome {
  const { pool } = site
  const sell = pool.assets[side]
  const buy = pool.assets[side === 0 ? 1 : 0]
  const cause = causeOf(site, side)
  const amount = sell === USD ? spent : tradeOn(site, USD, sell, spent, news, holder, cause)
  if (!(amount > 0)) return 'reference market did not sell'
  const bought = pool.swap(sell, buy, amount, holder, cause)
  if (!(bought > 0)) return 'pool did not fill'
  const back = buy === USD ? bought : tradeOn(site, buy, USD, bought, news, holder, cause)
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
  columns: (p) => ({
    // Per pool: log fundamentals when last looked at, and their moves that the pool has yet to make.
    seen: f64(p.pools.length, 'log'),
    late: f64(p.pools.length, 'log'),
  }),
  create(p, s, context) {
    const { ledger, self, chain } = context
    const sites: Site[] = []
    const plan: Trade = { usd: 0, amount: 0, profit: 0, news: 0 }
    ledger.endow(self, USD, p.capital)
    const at: Reading = { pool: 0, market: 0 }
    /** Add what the fundamentals have moved; what the pool has made of it by itself is forgotten. */
    function watch(site: Site, i: number): void {
      read(site, at)
      const now = fundamentalOf(site)
      s.late[i] = stillLate(s.late[i]! + now - s.seen[i]!, at)
      s.seen[i] = now
    }
    return {
      link(use) {
        const market = use('referenceMarket', p.market)
        for (const name of p.pools) sites.push({ market, pool: use('pool', name) })
      },
      refresh(cause) {
        if (cause === 'build') checkSites(sites, context)
      },
      start() {
        sites.forEach((site, i) => {
          s.seen[i] = fundamentalOf(site)
        })
      },
      observe(_block, submit) {
        const gas = chain.gasUsd(p.gas, p.bid)
        for (let i = 0; i < sites.length; i++) {
          watch(sites[i]!, i)
          const side = dearSide(at, sites[i]!.pool.fee)
          if (side === -1) continue
          const capital = ledger.balance(self, USD) - gas
          const late = towards(side, s.late[i]!)
          if (!size(sites[i]!, side, late, capital, gas + p.minProfit, plan)) continue
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
            const sold = side === 0 ? 0 : 1
            const late = towards(sold, s.late[at!]!)
            if (!size(site, sold, late, ledger.balance(self, USD), 0, plan)) return 'gap closed'
            const before = site.pool.price()
            const refused = trade(site, sold, plan, self)
            const moved = Math.abs(log(site.pool.price() / before))
            s.late[at!]! -= Math.sign(s.late[at!]!) * Math.min(late, moved)
            return refused
          },
        },
      },
    }
  },
})
