import {
  asset,
  type Context,
  governedFlag,
  type Model,
  model,
  number,
  type ParamsOf,
  type Venue,
} from '../../world/index.ts'
import { pairOf, tradingFlag } from './pool.ts'
import { venueAtRate } from './rate.ts'

const params = {
  wrapped: asset('the share, such as wstETH'),
  underlying: asset('what it stands for, such as stETH'),
  rate: number('underlying per wrapped', 'underlying/wrapped', { min: 1e-12 }),
}

function wrapperOf(
  { wrapped, underlying, rate }: ParamsOf<typeof params>,
  trading: Uint8Array,
  context: Context,
): Venue {
  const { has, takes } = pairOf(wrapped, underlying, trading)
  const spot = (sell: number, buy: number): number => {
    if (!takes(sell, buy)) return 0
    return sell === wrapped ? rate : 1 / rate
  }
  return venueAtRate({ has, spot }, context)
}

/**
 * The contract of a wrapped token: it mints and burns at its rate, without fee, impact or limit.
 * Source: lidofinance/core v2.2.0 `contracts/0.6.12/WstETH.sol` (wrap, unwrap), in floats.
 */
export const wrapper: Model = model({
  kind: 'liquidity/wrapper',
  phase: 'venue',
  doc: 'converts a wrapped token to its underlying and back at a fixed rate (wstETH)',
  external: true,
  params,
  columns: () => ({ trading: tradingFlag() }),
  create: (p, s, context) => ({
    ports: {
      venue: wrapperOf(p, s.trading, context),
      governed: governedFlag('trading', s.trading),
    },
  }),
})
