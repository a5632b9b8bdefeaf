import {
  type Driver,
  f64,
  fraction,
  governedFlag,
  i32,
  type Model,
  model,
  number,
  perAsset,
  refs,
  seconds,
  u8,
  usd,
} from '../../../world/index.ts'
import { decay, impactPerToken } from './kernel.ts'
import { advance, type Market, portOf } from './market.ts'

/** Depth that stands for a market without impact. */
const NO_IMPACT = 1e30

/** Log price move that a depth is stated for. */
const MOVE = 0.01

/** Impact, drivers' move and price of every asset, laid out as `MarketColumns`. */
const columns = (n: number) => ({
  fundamental: f64(n, 'log'),
  permanent: f64(n, 'log'),
  transient: f64(n, 'log'),
  price: f64(n, 'USD'),
  reported: f64(n, 'log'),
  cause: i32(2 * n, 'event', -1),
  trading: u8(1, 'flag', 1),
})

/**
 * The outside market of every asset against USD: fundamentals from drivers, and the impact of what
 * is traded here, part of it permanent, the rest decaying. A forced sale moves the price that the
 * oracles read next.
 */
export const referenceMarket: Model = model({
  kind: 'prices/referenceMarket',
  phase: 'market',
  doc: 'deep outside market per asset: drivers plus permanent and transient impact of trades',
  external: true,
  params: {
    drivers: refs('driver', 'what moves prices from outside; their log moves add up'),
    depth: perAsset(
      'USD whose sale moves the price by 1 %; assets not named have no impact',
      usd('depth', { min: 1e-9 }),
      { default: [] },
    ),
    depthUnit: number('multiplies every depth', 'factor', { default: 1, min: 1e-9 }),
    impact: number(
      'log price move per USD traded where depth is 1, in place of depthUnit; 0 = by depthUnit',
      '1/USD',
      { default: 0, min: 0 },
    ),
    permanent: fraction('share of the impact that never decays', { default: 0.3 }),
    halfLife: seconds('half-life of the transient impact', { default: 1800 }),
    fee: fraction('taker fee', { default: 0 }),
    newsMove: fraction('smallest log move from outside that is recorded as one event', {
      default: 0.001,
    }),
  },
  cuts: { priceImpact: { set: { depth: [] } } },
  columns: (_, all) => columns(all.length),
  create(p, s, context) {
    const { assets } = context
    const unit = p.impact > 0 ? MOVE / p.impact : p.depthUnit
    const depths = new Map(p.depth.map((d) => [d.asset, d.value * unit]))
    const lambda = Float64Array.from(assets, ({ price }, a) =>
      impactPerToken(depths.get(a) ?? NO_IMPACT, price),
    )
    const level = new Float64Array(assets.length)
    s.price.set(assets.map(({ price }) => price))
    const { permanent, fee, newsMove } = p
    const market: Market = { columns: s, context, lambda, permanent, fee, newsMove }
    const port = portOf(market)
    let drivers: readonly Driver[] = []
    return {
      ports: {
        priceSource: port,
        venue: port,
        referenceMarket: port,
        governed: governedFlag('trading', s.trading),
      },
      link(use) {
        drivers = p.drivers.map((name) => use('driver', name))
      },
      step({ dt }) {
        const left = decay(p.halfLife, dt)
        level.fill(0)
        for (const driver of drivers) for (const a of driver.assets) level[a]! += driver.shift(a)
        for (let a = 1; a < assets.length; a++) advance(market, a, level[a]!, left)
      },
    }
  },
})
