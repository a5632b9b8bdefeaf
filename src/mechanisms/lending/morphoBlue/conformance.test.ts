import { lenderConformance } from '../../../../test/conformance/lender.ts'
import type { Account } from '../testWorld.conformance.ts'
import { marketWorld } from './testMarket.conformance.ts'

const accounts: readonly Account[] = [
  { collateral: { ETH: 10 }, debt: { USDC: 15_000 } },
  { collateral: { ETH: 10 }, debt: { USDC: 9000 } },
  { collateral: { USDC: 40_000 } },
  { collateral: { ETH: 3, USDC: 500 }, debt: { USDC: 2000 } },
]

lenderConformance('Morpho Blue', () => {
  const from = marketWorld({ accounts })
  from.setPrice('ETH', 1820)
  const pair = { debt: from.debt('USDC'), collateral: from.collateral('ETH') }
  return { ...from, unhealthy: { row: 0, ...pair }, healthy: { row: 1, ...pair } }
})

lenderConformance('Morpho Blue just above the incentive', () => {
  const from = marketWorld({ accounts })
  from.setPrice('ETH', 1600)
  const pair = { debt: from.debt('USDC'), collateral: from.collateral('ETH') }
  return { ...from, unhealthy: { row: 0, ...pair }, healthy: { row: 1, ...pair } }
})

lenderConformance('Morpho Blue after interest', () => {
  const from = marketWorld({
    accounts,
    terms: { irm: 'adaptiveCurve', fee: 0.1, cash: 20_000, rateAtTarget: 0.2 },
  })
  from.mine(50_000)
  from.setPrice('ETH', 1820)
  const pair = { debt: from.debt('USDC'), collateral: from.collateral('ETH') }
  from.lender.repay(1, from.debt('USDC'), 1e-6, from.holder)
  // The suite scales openings, so the chain stands before its first block; the totals stay.
  const number = from.world.columns['chain/number'] as Float64Array
  number[0] = 0
  return { ...from, unhealthy: { row: 0, ...pair }, healthy: { row: 1, ...pair } }
})
