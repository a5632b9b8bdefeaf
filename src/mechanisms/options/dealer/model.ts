import {
  asset,
  type Block,
  type Context,
  choice,
  f64,
  fraction,
  i32,
  list,
  type Model,
  model,
  number,
  type OptionBook,
  record,
  ref,
  type Submit,
  seconds,
  USD,
  usd,
} from '../../../world/index.ts'
import { TABLE_STATE } from '../bookTable.ts'
import { OptionInputError } from '../errors.ts'
import { executeHedge } from './execute.ts'
import { nextExpiry, openExpiries, settle } from './expiry.ts'
import { createExposure } from './exposure.ts'
import type { DealerColumns, DealerParams } from './params.ts'
import { planHedge, remember } from './plan.ts'
import { fillQuote, serve } from './quotes.ts'
import { rowCount } from './rows.ts'
import { type Dealer, receive } from './state.ts'
import { wealthOf } from './value.ts'

const PER_ROOT_YEAR = '1/sqrt(year)'

const option = record('options of one strike and expiry', {
  type: choice('right to buy or to sell', ['call', 'put'], 'call'),
  strike: number('strike', 'USD'),
  days: number('time to expiry', 'days'),
  quantity: number('units of the asset, negative = sold by the dealer', 'tokens'),
  vol: number("volatility; 0 = the dealer's, at this strike", PER_ROOT_YEAR, { default: 0 }),
})

const params = {
  asset: asset('underlying asset'),
  venue: ref('venue', 'where it hedges, against USD'),
  source: ref('priceSource', 'price that it hedges and settles at'),
  options: list('options that it holds, row by row', option, { default: [] }),
  gammaNotional: number(
    'what it must buy when the price rises by 1 %, at the opening; negative = long gamma',
    'USD',
    { default: 0 },
  ),
  spread: choice(
    'how that gamma is spread: over options of several strikes, or the same at every price for ever',
    ['strikes', 'constant'],
    'strikes',
  ),
  strikes: number('number of strikes', 'strikes', { default: 9, min: 1, integer: true }),
  width: number('log distance of the outermost strikes from the opening price', 'log', {
    default: 0.2,
    min: 0,
  }),
  daysToExpiry: number('time to expiry of those options', 'days', { default: 7 }),
  gammaDays: number(
    'days to expiry at which the same options would have that gamma; 0 = daysToExpiry',
    'days',
    { default: 0, min: 0 },
  ),
  quantityUnit: number('multiplies every quantity and the gamma', 'factor', { default: 1, min: 0 }),
  vol: number('volatility at the money', PER_ROOT_YEAR, { default: 0.6 }),
  skew: number('change of volatility per unit of log strike', PER_ROOT_YEAR, { default: 0 }),
  volRule: choice(
    'how volatilities answer to the price: fixed by strike, fixed by moneyness, or all by volSlope',
    ['stickyStrike', 'stickyDelta', 'spotVol'],
    'stickyStrike',
  ),
  volSlope: number('change of all volatilities per unit of log price, for spotVol', PER_ROOT_YEAR, {
    default: 0,
  }),
  rate: number('interest rate', '1/year', { default: 0 }),
  yield: number('what holding the asset earns', '1/year', { default: 0 }),
  opening: choice('whether it is hedged at the start', ['hedged', 'unhedged'], 'hedged'),
  policy: choice(
    'when it hedges: at every block, at intervals, or when delta leaves a band, stated or cost-aware',
    ['block', 'interval', 'band', 'costAware'],
    'block',
  ),
  every: seconds('time between hedges, for interval', { default: 3600 }),
  band: fraction('half-width of the band as a share of all options held, for band', {
    default: 0.1,
  }),
  riskAversion: number('risk aversion of exponential utility, for costAware', '1/USD', {
    default: 1e-6,
    min: 1e-30,
  }),
  lag: number('age of the price that it hedges by', 'blocks', {
    default: 0,
    min: 0,
    integer: true,
  }),
  minTrade: usd('smallest hedge', { default: 1 }),
  maxInventory: usd('largest hedge position, long or short; 0 = no limit', { default: 0 }),
  maxLoss: usd('loss at which it stops hedging and quoting; 0 = no limit', { default: 0 }),
  maxGap: number('log price move by its hedges of one block at which it stops for good', 'log', {
    default: 0.5,
    min: 1e-9,
  }),
  ordersPerDay: number('customers who ask for a quote', '1/day', { default: 0, min: 0 }),
  orderSize: number('what a customer asks for', 'tokens', { default: 1, min: 0 }),
  buyers: fraction('share of customers who buy options', { default: 0.5 }),
  reservation: number(
    'largest half-spread that any customer pays; theirs are uniform from 0 to this',
    PER_ROOT_YEAR,
    { default: 0.1, min: 0 },
  ),
  volSpread: number(
    'half-spread quoted at no inventory while realised volatility is at most vol',
    PER_ROOT_YEAR,
    {
      default: 0.01,
      min: 0,
    },
  ),
  vegaLimit: usd('vega per 1.00, long or short, at which quotes vanish; 0 = no limit', {
    default: 0,
  }),
  volHalfLife: seconds('half-life of the realised volatility that spreads answer to', {
    default: 3600,
  }),
  gas: number('gas per hedge', 'gas', { default: 0, min: 0 }),
  bid: number('priority fee', 'gwei per gas', { default: 1, min: 0 }),
}

const columns = (p: DealerParams) => ({
  quantity: f64(rowCount(p), 'tokens'),
  table: f64(TABLE_STATE, 'mixed'),
  version: f64(1, 'count'),
  seen: f64(Math.max(1, p.lag), 'USD'),
  greeks: f64(3, 'tokens, tokens per USD, USD'),
  viewed: f64(1, 'USD'),
  time: f64(1, 's'),
  lastHedge: f64(1, 's', -1e18),
  settledTo: f64(1, 's'),
  ownMove: f64(1, 'log'),
  moveTick: i32(1, 'ticks', -1),
  halted: i32(1, 'flag'),
  warnedTick: i32(1, 'ticks', -1),
  openingWealth: f64(1, 'USD'),
  variance: f64(1, '1/year'),
  marked: f64(1, 'USD'),
})

function portOf(dealer: Dealer): OptionBook {
  const { p, s, exposure } = dealer
  const out = new Float64Array(3)
  const at = (k: number, price: number): number => {
    exposure.exact(price, s.time[0]!, out)
    return out[k]!
  }
  return {
    asset: p.asset,
    get venue() {
      return dealer.venue
    },
    isHedged: () => s.halted[0] === 0,
    delta: (price) => at(0, price),
    gamma: (price) => at(1, price),
    vega: (price) => at(2, price),
    wealth: (price) => wealthOf(dealer, price),
    expiries: () => openExpiries(dealer),
  }
}

function checkLinks({ p, venue, source, context }: Dealer): void {
  const { name, assets } = context
  const asset = assets[p.asset]!.name
  const isTraded = p.asset !== USD && venue.has(p.asset, USD) && venue.has(USD, p.asset)
  if (!isTraded || !source.covers(p.asset))
    throw new OptionInputError(
      `"${name}" hedges ${asset}, but ${isTraded ? `"${p.source}" has no price of it` : `"${p.venue}" does not trade it against USD`}; name another asset, venue or source`,
    )
}

function createDealer(p: DealerParams, s: DealerColumns, context: Context): Dealer {
  const { name, assets, chain } = context
  try {
    const spot = assets[p.asset]!.price
    const exposure = createExposure(p, s, spot, chain.blockSeconds)
    return { p, s, context, exposure, venue: null as never, source: null as never }
  } catch (error) {
    if (!(error instanceof OptionInputError)) throw error
    throw new OptionInputError(`"${name}": ${error.message}`, { cause: error })
  }
}

function start(dealer: Dealer): void {
  const { p, s, exposure, source } = dealer
  const price = source.price(p.asset)
  s.seen.fill(price)
  s.viewed[0] = price
  s.marked[0] = price
  s.variance[0] = p.vol * p.vol
  exposure.exact(price, 0, s.greeks)
  if (p.opening === 'hedged') {
    receive(dealer, p.asset, -s.greeks[0]!)
    receive(dealer, USD, s.greeks[0]! * price)
  }
  s.openingWealth[0] = p.maxLoss > 0 ? wealthOf(dealer, price) : 0
}

function observe(dealer: Dealer, block: Block, submit: Submit): void {
  const { p, s } = dealer
  s.time[0] = block.time
  const view = remember(dealer, block)
  if (block.round === 0 && nextExpiry(dealer) <= block.time)
    submit({ actions: [{ kind: 'settle', args: [block.time], gas: p.gas }], bid: p.bid, key: 1 })
  if (s.halted[0] === 1) return
  serve(dealer, block, submit)
  if (!(view > 0)) return
  const units = planHedge(dealer, block, view)
  if (units === 0) return
  const action = { kind: 'hedge', args: [units, block.tick, view], gas: p.gas }
  submit({ actions: [action], bid: p.bid, key: 0 })
}

/** A dealer's book of options and its hedging; see README.md. */
export const dealer: Model = model({
  kind: 'options/dealer',
  phase: 'agent',
  doc: 'dealer in options: hedges the delta of its book in a venue, settles at expiry, stops at limits',
  external: true,
  params,
  columns,
  create(p, s, context) {
    const own = createDealer(p, s, context)
    return {
      ports: { optionBook: portOf(own) },
      link(use) {
        own.venue = use('venue', p.venue)
        own.source = use('priceSource', p.source)
      },
      refresh(cause) {
        if (cause === 'build') checkLinks(own)
      },
      start: () => start(own),
      observe: (block, submit) => observe(own, block, submit),
      actions: {
        hedge: {
          doc: 'args [tokens to buy (negative: sell), tick, price it was planned at, USD]',
          execute: ([units, tick, view], sender) =>
            sender === context.self ? executeHedge(own, units!, tick!, view!) : 'not an own hedge',
        },
        quote: {
          doc: 'args [row, tokens that the dealer buys (negative: sells), half-spread in vol]',
          execute: ([row, units, spread], sender) =>
            sender === context.self ? fillQuote(own, row!, units!, spread!) : 'not an own customer',
        },
        settle: {
          doc: 'args [time]; pay out what has expired by then',
          execute: ([time], sender) =>
            sender === context.self ? settle(own, time!) : 'not an own settlement',
        },
      },
    }
  },
})
