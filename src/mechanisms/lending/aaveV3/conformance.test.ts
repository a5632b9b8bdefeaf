import { lenderConformance } from '../../../../test/conformance/lender.ts'
import { aaveWorld, CONFORMANCE_ACCOUNTS } from '../testWorld.conformance.ts'

const accounts = CONFORMANCE_ACCOUNTS

for (const rules of ['v2', 'v3', 'v3.3'] as const) {
  lenderConformance(`Aave ${rules}`, () => {
    const from = aaveWorld({ accounts, rules })
    from.setPrice('ETH', 1820)
    const pair = { debt: from.debt('USDC'), collateral: from.collateral('ETH') }
    return { ...from, unhealthy: { row: 0, ...pair }, healthy: { row: 1, ...pair } }
  })

  lenderConformance(`Aave ${rules} below the health of full closing`, () => {
    const from = aaveWorld({ accounts, rules })
    from.setPrice('ETH', 1700)
    const pair = { debt: from.debt('USDC'), collateral: from.collateral('ETH') }
    return { ...from, unhealthy: { row: 0, ...pair }, healthy: { row: 1, ...pair } }
  })

  lenderConformance(`Aave ${rules} after interest`, () => {
    const terms = { baseRate: 0.05, slope1: 0.1, slope2: 2, cash: 1e5 }
    const from = aaveWorld({ accounts, rules, reserves: { USDC: terms, ETH: terms, WBTC: terms } })
    from.mine(50_000)
    from.setPrice('ETH', 1700)
    const pair = { debt: from.debt('USDC'), collateral: from.collateral('ETH') }
    from.lender.repay(1, from.debt('USDC'), 1e-6, from.holder)
    from.lender.supply(1, from.collateral('ETH'), 1e-6, from.holder)
    // The suite scales openings, so the chain stands before its first block; the indices stay.
    const number = from.world.columns['chain/number'] as Float64Array
    number[0] = 0
    return { ...from, unhealthy: { row: 0, ...pair }, healthy: { row: 1, ...pair } }
  })
}

lenderConformance('Aave v3 with debt and collateral in one reserve', () => {
  const from = aaveWorld({
    accounts: [
      { collateral: { ETH: 10 }, debt: { ETH: 5, USDC: 5000 } },
      { collateral: { ETH: 10 }, debt: { ETH: 2 } },
    ],
    reserves: { ETH: { cash: 1000 } },
  })
  from.setPrice('ETH', 1500)
  const pair = { debt: from.debt('ETH'), collateral: from.collateral('ETH') }
  return { ...from, unhealthy: { row: 0, ...pair }, healthy: { row: 1, ...pair } }
})

lenderConformance('Aave v3 in an eMode', () => {
  const from = aaveWorld({
    accounts: [
      { collateral: { WBTC: 10 }, debt: { ETH: 130 }, category: 1 },
      { collateral: { WBTC: 10, USDC: 1000 }, debt: { ETH: 100 }, category: 1 },
      { collateral: { WBTC: 10 }, debt: { ETH: 100 } },
    ],
    reserves: { ETH: { eMode: 1 }, WBTC: { eMode: 1 } },
    eModes: [{ category: 1, ltv: 0.9, liquidationThreshold: 0.93, liquidationBonus: 0.01 }],
  })
  from.setPrice('ETH', 2200)
  const pair = { debt: from.debt('ETH'), collateral: 6 }
  return { ...from, unhealthy: { row: 0, ...pair }, healthy: { row: 1, ...pair } }
})

for (const rules of ['v3', 'v3.3'] as const)
  lenderConformance(
    `Aave ${rules} with staged Dutch liquidation that stops at the frontier`,
    () => {
      const liquidation = { targetHealth: 1.05, bonusPerShortfall: 0.8, stopAtFrontier: 1 }
      const from = aaveWorld({ accounts, rules, liquidation })
      from.setPrice('ETH', 1800)
      const pair = { debt: from.debt('USDC'), collateral: from.collateral('ETH') }
      return { ...from, unhealthy: { row: 0, ...pair }, healthy: { row: 1, ...pair } }
    },
  )
