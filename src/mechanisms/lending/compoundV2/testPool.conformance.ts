import {
  type Caller,
  createPool,
  type ExactPool,
  MAX_UINT256,
  ONE,
  type Outside,
  openMarket,
} from './exact.ts'

/** What a market of the test's pool opens with; mantissas. */
export type TestMarket = {
  readonly name: string
  readonly rates: Parameters<typeof openMarket>[1]['rates']
  readonly initialExchangeRate: bigint
  readonly protocolSeizeShare: bigint
  readonly collateralFactor: bigint
  readonly liquidationThreshold: bigint
  readonly liquidationIncentive: bigint
  readonly reserveFactor: bigint
}

/** A pool with endless tokens outside, where nothing is paused or capped. */
export type TestPool = {
  readonly pool: ExactPool
  readonly prices: Record<string, bigint>
  block: bigint
  by(sender: string): Caller
}

/** Open a pool at block 0. Reserves never leave by themselves. */
export function openTestPool(markets: readonly TestMarket[], closeFactor: bigint): TestPool {
  const pool = createPool('admin', 'receiver')
  pool.closeFactor = closeFactor
  const prices: Record<string, bigint> = {}
  const held = new Map<string, bigint>()
  for (const terms of markets) {
    prices[terms.name] = ONE
    const market = openMarket(pool, { ...terms, block: 0n, reduceReservesBlockDelta: MAX_UINT256 })
    const { collateralFactor, liquidationThreshold, liquidationIncentive, reserveFactor } = terms
    Object.assign(market, {
      ...{ collateralFactor, liquidationThreshold, liquidationIncentive, reserveFactor },
      ...{ isListed: true, wasListed: true, isBorrowAllowed: true },
      ...{ supplyCap: MAX_UINT256, borrowCap: MAX_UINT256 },
    })
  }
  const move = (market: string, amount: bigint): null => {
    held.set(market, (held.get(market) ?? 0n) + amount)
    return null
  }
  const outside: Outside = {
    spot: (market) => prices[market]!,
    bounded: (market) => [prices[market]!, prices[market]!],
    take: (market, _, amount) => move(market, amount),
    send: (market, _, amount) => move(market, -amount),
    held: (market) => held.get(market) ?? 0n,
  }
  const test: TestPool = {
    pool,
    prices,
    block: 0n,
    by: (sender) => ({ sender, block: test.block, outside }),
  }
  return test
}
