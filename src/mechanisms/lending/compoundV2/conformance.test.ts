import { lenderConformance } from '../../../../test/conformance/lender.ts'
import { CONFORMANCE_ACCOUNTS, lendingWorld } from '../testWorld.conformance.ts'

const accounts = CONFORMANCE_ACCOUNTS

lenderConformance('Compound v2', () => {
  const from = lendingWorld({ accounts })
  from.setPrice('ETH', 1700)
  const pair = { debt: from.debt('USDC'), collateral: from.collateral('ETH') }
  return { ...from, unhealthy: { row: 0, ...pair }, healthy: { row: 1, ...pair } }
})

lenderConformance('Compound v2 with debt and collateral in one market', () => {
  const from = lendingWorld({
    accounts: [
      { collateral: { ETH: 10 }, debt: { ETH: 5, USDC: 5000 } },
      { collateral: { ETH: 10 }, debt: { ETH: 2 } },
    ],
    markets: { ETH: { exchangeRate: 0.31, cash: 1000, reserves: 2 } },
  })
  from.setPrice('ETH', 1500)
  const pair = { debt: from.debt('ETH'), collateral: from.collateral('ETH') }
  return { ...from, unhealthy: { row: 0, ...pair }, healthy: { row: 1, ...pair } }
})

lenderConformance('Compound v2 after interest', () => {
  const rates = { baseRate: 0.05, multiplier: 0.2, jumpMultiplier: 2 }
  const from = lendingWorld({ accounts, markets: { USDC: rates, ETH: rates, WBTC: rates } })
  for (const market of ['ETH', 'USDC', 'WBTC']) {
    from.mine(1000)
    from.lender.supply(1, from.collateral('ETH'), 1e-6, from.holder)
    from.lender.repay(1, from.debt('USDC'), 1e-6, from.holder)
    from.setPrice(market, from.lender.price(from.asset(market)) * 1.01)
  }
  from.setPrice('ETH', 1700)
  // Nothing waits to be accrued when all markets were touched in this block.
  from.lender.supply(1, from.collateral('ETH'), 1e-6, from.holder)
  from.lender.supply(1, from.collateral('WBTC'), 1e-6, from.holder)
  from.lender.repay(1, from.debt('USDC'), 1e-6, from.holder)
  const pair = { debt: from.debt('USDC'), collateral: from.collateral('ETH') }
  const number = from.world.columns['chain/number'] as Float64Array
  from.column('accrualBlock').fill(0)
  number[0] = 0
  return { ...from, unhealthy: { row: 0, ...pair }, healthy: { row: 1, ...pair } }
})

lenderConformance('Compound v2 with staged Dutch liquidation that stops at the frontier', () => {
  const rules = { targetHealth: 1.05, bonusPerShortfall: 0.8, stopAtFrontier: 1 }
  const from = lendingWorld({ accounts, terms: rules })
  from.setPrice('ETH', 1700)
  const pair = { debt: from.debt('USDC'), collateral: from.collateral('ETH') }
  return { ...from, unhealthy: { row: 0, ...pair }, healthy: { row: 1, ...pair } }
})
