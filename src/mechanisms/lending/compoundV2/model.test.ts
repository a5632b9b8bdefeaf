import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashWorld } from '../../../engine/index.ts'
import { margin } from '../../../world/index.ts'
import { MarketFundingError } from '../funding.ts'
import { PositionError } from '../layout.ts'
import { REFUSALS } from '../refusals.ts'
import { type Account, type LendingWorld, lendingWorld } from '../testWorld.conformance.ts'
import { OpeningError } from '../verbs.ts'
import { accrue, borrowRate, ratesPerBlock, utilization } from './kernel.ts'

const borrower: Account = { collateral: { ETH: 10 }, debt: { USDC: 15000 } }
const result = { repaid: NaN, seized: NaN, event: -1 }

function take(from: LendingWorld, row: number, debt: string, collateral: string, repay?: number) {
  const [owed, held] = [from.debt(debt), from.collateral(collateral)]
  const amount = repay ?? from.lender.maxRepay(row, owed, held)
  return from.lender.liquidate(row, owed, held, amount, from.holder, result)
}

function cash(from: LendingWorld, market: number): number {
  return from.world.ledger.balance(from.self, market + 1)
}

function rateOf(from: LendingWorld, market: number): number {
  const owned =
    cash(from, market) +
    from.column('totalBorrows')[market]! -
    from.column('totalReserves')[market]!
  return owned / from.column('totalSupply')[market]!
}

/** Sum over rows of one coordinate's amounts, in units of the coordinate. */
function amountOn(from: LendingWorld, coordinate: number): number {
  const { book } = from.lender
  let sum = 0
  for (let k = 0; k < book.start[book.rows]!; k++)
    if (book.coordinate[k] === coordinate) sum += book.amount[k]!
  return sum
}

describe('opening of a market', () => {
  it('holds its cash in the ledger and has the stated exchange rate', () => {
    const from = lendingWorld({ accounts: [borrower], markets: { ETH: { cash: 50, reserves: 3 } } })
    expect(cash(from, 0)).toBe(50)
    expect(rateOf(from, 0)).toBeCloseTo(0.02, 15)
    expect(from.column('totalBorrows')[1]).toBe(15000)
    expect(from.lender.value(from.collateral('ETH'))).toBeCloseTo(40, 9)
  })

  it('refuses to hold more collateral than cash and borrows fund, and says how much is missing', () => {
    const open = (amount: number) =>
      lendingWorld({ accounts: [borrower], markets: { ETH: { cash: amount } } })
    expect(() => open(9.999)).toThrow(MarketFundingError)
    expect(() => open(9.999)).toThrow(/market ETH.*raise its "cash" to at least 10$/)
    expect(rateOf(open(10), 0)).toBeCloseTo(0.02, 15)
  })

  it('refuses positions without a market and amounts that are none', () => {
    const open = (account: Account) => lendingWorld({ accounts: [account], prices: { ETH: 1 } })
    expect(() => open({ debt: { USDC: 1 } })).toThrow(PositionError)
    expect(() => open({ collateral: { ETH: -1 } })).toThrow(PositionError)
    expect(() => open({ debt: { ETH: NaN } })).toThrow(PositionError)
  })

  it('keeps one coordinate per market and threshold', () => {
    const accounts: Account[] = [
      { collateral: { ETH: 1 }, debt: { USDC: 1 } },
      { collateral: { ETH: 1 }, debt: { USDC: 1 }, threshold: { ETH: 0.8 } },
      { collateral: { ETH: 1 }, debt: { USDC: 1 }, threshold: { ETH: 0.5 } },
      { collateral: { ETH: 1, USDC: 1 }, threshold: { ETH: 0.5, USDC: 0.5 } },
    ]
    const { lender, collateral, asset } = lendingWorld({ accounts })
    expect(lender.book.coordinates).toBe(3 + 3 + 2)
    expect(lender.book.coordinate[0]).toBe(collateral('ETH'))
    expect(lender.book.coordinate[2]).toBe(collateral('ETH'))
    expect(lender.book.coordinate[4]).toBe(6)
    expect(lender.book.coordinate[6]).toBe(6)
    expect(lender.assetOf(6)).toBe(asset('ETH'))
    expect(lender.assetOf(7)).toBe(asset('USDC'))
    const values = lender.coordinates()
    expect(values[6]! / values[collateral('ETH')]!).toBeCloseTo(0.5 / 0.8, 14)
  })

  it('runs, checked, without anybody acting', () => {
    const { world, column } = lendingWorld({ accounts: [borrower] })
    expect(column('borrowIndex')[0]).toBe(1)
    expect(hashWorld(world)).toBe(hashWorld(lendingWorld({ accounts: [borrower] }).world))
  })
})

describe('liquidation test', () => {
  const decimal = (places: number, max: number) =>
    fc.integer({ min: 1, max: max * places }).map((n) => n / places)

  it('leaves equality alone, whatever the exchange rate, and takes a billionth less', () => {
    const rate = fc.constantFrom(0.02, 1, 0.0213, 0.3333, 200770000)
    fc.assert(
      fc.property(
        decimal(100, 5000),
        decimal(1000, 100),
        fc.integer({ min: 1, max: 95 }),
        rate,
        (price, amount, percent, exchangeRate) => {
          const owed = (amount * price * percent) / 100
          const from = lendingWorld({
            accounts: [{ collateral: { ETH: amount }, debt: { USDC: owed } }],
            prices: { ETH: price, USDC: 1 },
            markets: { ETH: { exchangeRate, collateralFactor: percent / 100 } },
          })
          expect(margin(from.lender.book, from.lender.coordinates(), 0)).toBeGreaterThanOrEqual(0)
          expect(take(from, 0, 'USDC', 'ETH', owed / 4)).toBe(REFUSALS.healthy)
          from.setPrice('ETH', price * (1 - 1e-9))
          expect(take(from, 0, 'USDC', 'ETH')).toBeNull()
        },
      ),
    )
  })

  it('uses stored indices, so that unpaid interest counts once somebody touches the market', () => {
    const account = { collateral: { ETH: 10 }, debt: { USDC: 15999 } }
    const rates = { baseRate: 0.1, multiplier: 0, jumpMultiplier: 0 }
    const from = lendingWorld({ accounts: [account], markets: { USDC: rates } })
    from.mine(10000)
    expect(margin(from.lender.book, from.lender.coordinates(), 0)).toBeGreaterThan(0)
    expect(from.lender.maxRepay(0, from.debt('USDC'), from.collateral('ETH'))).toBeGreaterThan(0)
    expect(from.lender.repay(0, from.debt('USDC'), 1e-6, from.holder)).toBeNull()
    expect(margin(from.lender.book, from.lender.coordinates(), 0)).toBeLessThan(0)
  })

  it('refuses without a price, changing nothing', () => {
    const from = lendingWorld({ accounts: [borrower] })
    from.setPrice('ETH', NaN)
    const before = hashWorld(from.world)
    expect(take(from, 0, 'USDC', 'ETH', 1)).toBe(REFUSALS.price)
    expect(from.lender.maxRepay(0, from.debt('USDC'), from.collateral('ETH'))).toBe(0)
    expect(hashWorld(from.world)).toBe(before)
  })
})

describe('interest', () => {
  const yearly = { base: 0.02, multiplier: 0.1, jumpMultiplier: 3, kink: 0.8 }
  const rates = { ...yearly, baseRate: yearly.base, reserveFactor: 0.2, cash: 1000 }

  it('accrues on touch with the formula of the contract', () => {
    const from = lendingWorld({ accounts: [borrower], markets: { USDC: rates } })
    from.mine(5000)
    const now = { borrows: 15000, reserves: 0, index: 1 }
    const used = utilization(1000, 15000, 0)
    accrue(borrowRate(used, ratesPerBlock(yearly, 2102400)), 5000, 0.2, now)
    expect(from.column('borrowIndex')[1]).toBe(1)
    expect(from.lender.repay(0, from.debt('USDC'), 100, from.holder)).toBeNull()
    expect(from.column('borrowIndex')[1]).toBe(now.index)
    expect(from.column('totalReserves')[1]).toBe(now.reserves)
    expect(from.column('totalBorrows')[1]).toBeCloseTo(now.borrows - 100, 9)
    expect(from.column('accrualBlock')[1]).toBe(5000)
    expect(from.column('accrualBlock')[0]).toBe(0)
  })

  it('stops a market whose rate is above the maximum', () => {
    const absurd = { baseRate: 5e-6 * 2102400 * 1.01 }
    const from = lendingWorld({ accounts: [borrower], markets: { USDC: absurd } })
    expect(from.lender.repay(0, from.debt('USDC'), 1, from.holder)).toBeNull()
    from.mine(1)
    const before = hashWorld(from.world)
    expect(from.lender.repay(0, from.debt('USDC'), 1, from.holder)).toMatch(/rate/)
    expect(hashWorld(from.world)).toBe(before)
  })
})

describe('utilization', () => {
  /** 100 ETH supplied by the borrower, 94 of them lent out: 6 ETH of cash. */
  function drained(): LendingWorld {
    const from = lendingWorld({
      accounts: [
        { collateral: { ETH: 100 }, debt: { USDC: 155000 } },
        { collateral: { WBTC: 10 }, debt: { ETH: 94 } },
      ],
      markets: { ETH: { cash: 6 } },
    })
    return from
  }

  it('blocks withdrawals beyond the cash', () => {
    const from = drained()
    const held = from.collateral('ETH')
    expect(from.lender.repay(0, from.debt('USDC'), 155000, from.holder)).toBeNull()
    expect(from.lender.withdraw(0, held, 6.01, from.holder)).toBe(REFUSALS.cash)
    expect(from.lender.withdraw(0, held, 6, from.holder)).toBeNull()
    expect(from.lender.withdraw(0, held, 1e-6, from.holder)).toBe(REFUSALS.cash)
    expect(from.lender.repay(1, from.debt('ETH'), 94, from.holder)).toBeNull()
    expect(from.lender.withdraw(0, held, 94, from.holder)).toBeNull()
  })

  it('blocks liquidators, whose seized tokens cannot be redeemed', () => {
    const from = drained()
    from.setPrice('ETH', 1900)
    const before = hashWorld(from.world)
    expect(take(from, 0, 'USDC', 'ETH', 0.5 * 155000)).toBe(REFUSALS.cash)
    expect(hashWorld(from.world)).toBe(before)
    const limit = from.lender.maxRepay(0, from.debt('USDC'), from.collateral('ETH'))
    expect(limit).toBeCloseTo((6 * 1900) / (1.08 * (1 - 0.028)), 6)
    expect(take(from, 0, 'USDC', 'ETH')).toBeNull()
    expect(result.seized).toBeCloseTo(6, 9)
    expect(cash(from, 0)).toBeCloseTo(0, 9)
    expect(from.lender.maxRepay(0, from.debt('USDC'), from.collateral('ETH'))).toBeLessThan(1e-6)
  })
})

describe('causes', () => {
  it('names the last price that moved the wrong way, of any entry of the row', () => {
    const accounts = [{ collateral: { ETH: 10, WBTC: 0.5 }, debt: { USDC: 26000 } }]
    const from = lendingWorld({ accounts })
    expect(from.lender.trigger(0)).toBe(-1)
    from.setPrice('ETH', 1900)
    const fall = from.setPrice('WBTC', 25000)
    from.setPrice('ETH', 1950)
    expect(from.lender.trigger(0)).toBe(fall)
    expect(take(from, 0, 'USDC', 'ETH')).toBeNull()
    expect(from.world.trace.columns.parent[result.event]).toBe(fall)
    const rise = from.setPrice('USDC', 1.05)
    expect(from.lender.trigger(0)).toBe(rise)
  })
})

describe('a trigger', () => {
  it('is the event that moved the row below its threshold, not a later one the same way', () => {
    const accounts = [{ collateral: { ETH: 10, WBTC: 0.5 }, debt: { USDC: 26000 } }]
    const from = lendingWorld({ accounts })
    from.setPrice('WBTC', 29900)
    const broken = from.setPrice('ETH', 1700)
    from.setPrice('WBTC', 29800)
    from.setPrice('ETH', 1690)
    expect(from.lender.trigger(0)).toBe(broken)
  })

  it('is none when the row stood below before the first event', () => {
    const from = lendingWorld({ accounts: [{ collateral: { ETH: 1 }, debt: { USDC: 1900 } }] })
    from.setPrice('ETH', 1990)
    expect(from.lender.trigger(0)).toBe(-1)
  })
})

describe('debts scaled before the first block', () => {
  it('are matched by suppliers: cash, exchange rate and collateral stay', () => {
    const from = lendingWorld({ accounts: [borrower, { ...borrower, debt: { USDC: 100 } }] })
    const held = amountOn(from, from.collateral('ETH'))
    from.lender.scaleDebt(0, 0.5)
    from.lender.scaleDebt(1, 3)
    expect(from.column('totalBorrows')[1]).toBeCloseTo(7800, 9)
    expect(-amountOn(from, from.debt('USDC'))).toBeCloseTo(7800, 9)
    expect(rateOf(from, 1)).toBeCloseTo(0.02, 15)
    expect(cash(from, 1)).toBe(1e7)
    expect(amountOn(from, from.collateral('ETH'))).toBe(held)
  })

  it('are refused later, and where they no longer fund the collateral', () => {
    const from = lendingWorld({
      accounts: [{ collateral: { ETH: 1 }, debt: { USDC: 100 } }, { collateral: { USDC: 90 } }],
      markets: { USDC: { cash: 0 } },
    })
    expect(() => from.lender.scaleDebt(0, 0.8)).toThrow(MarketFundingError)
    expect(() => from.lender.scaleDebt(0, NaN)).toThrow(OpeningError)
    from.mine(1)
    expect(() => from.lender.scaleDebt(0, 1.1)).toThrow(OpeningError)
  })
})

describe('what a liquidation would sell', () => {
  it('agrees with what it sells, less the protocol share', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1800, noNaN: true }), (price) => {
        const from = lendingWorld({ accounts: [borrower] })
        from.setPrice('ETH', price)
        const values = new Float64Array(from.lender.book.coordinates)
        from.lender.coordinatesAt([1, price, 1, 30000], 'value', values)
        const pair = [from.debt('USDC'), from.collateral('ETH')] as const
        const expected = from.lender.seizable(0, ...pair, values)
        expect(take(from, 0, 'USDC', 'ETH')).toBeNull()
        expect(Math.abs(result.seized / expected - 1)).toBeLessThan(1e-9)
      }),
    )
  })
})

describe('actions', () => {
  it('do for the sender what the port does, and refuse what is incomplete', () => {
    const from = lendingWorld({ accounts: [borrower] })
    const { actions } = from.world.instances.find((i) => i.name === 'lender')!.instance
    const [owed, held] = [from.debt('USDC'), from.collateral('ETH')]
    from.setPrice('ETH', 1800)
    expect(actions!.liquidate!.execute([0, owed, held, 100], from.holder)).toBeNull()
    expect(actions!.liquidate!.execute([0, owed], from.holder)).toBe(REFUSALS.entry)
    expect(actions!.supply!.execute([0, held, 1], from.holder)).toBeNull()
    expect(actions!.withdraw!.execute([0, held, 0.5], from.holder)).toBeNull()
    expect(actions!.repay!.execute([0, owed, 50], from.holder)).toBeNull()
    expect(-amountOn(from, owed)).toBeCloseTo(15000 - 150, 9)
  })
})
