import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Account, type LendingWorld, lendingWorld } from '../testWorld.conformance.ts'

const borrower: Account = { collateral: { ETH: 10 }, debt: { USDC: 15000 } }
const result = { repaid: NaN, seized: NaN, event: -1 }

function take(from: LendingWorld, row: number, debt: string, collateral: string, repay?: number) {
  const [owed, held] = [from.debt(debt), from.collateral(collateral)]
  const amount = repay ?? from.lender.maxRepay(row, owed, held)
  return from.lender.liquidate(row, owed, held, amount, from.holder, result)
}

function markets(from: LendingWorld): number[] {
  return [...from.column('totalBorrows').keys()]
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

type Verb = {
  readonly kind: 'liquidate' | 'supply' | 'withdraw' | 'repay' | 'mine' | 'price'
  readonly row: number
  readonly market: number
  readonly other: number
  readonly part: number
}

const NAMES = ['ETH', 'USDC', 'WBTC']
const verb: fc.Arbitrary<Verb> = fc.record({
  kind: fc.constantFrom('liquidate', 'liquidate', 'supply', 'withdraw', 'repay', 'mine', 'price'),
  row: fc.nat(3),
  market: fc.nat(2),
  other: fc.nat(2),
  part: fc.double({ min: 0, max: 1.2, noNaN: true }),
})

function act(from: LendingWorld, { kind, row, market, other, part }: Verb): void {
  const { lender, holder, asset } = from
  const debt = market
  const collateral = 3 + other
  if (kind === 'mine') from.mine(Math.ceil(part * 1000))
  if (kind === 'price')
    from.setPrice(NAMES[market]!, lender.price(asset(NAMES[market]!)) * (0.6 + part * 0.6))
  if (kind === 'repay') lender.repay(row, debt, part * 10, holder)
  if (kind === 'supply') lender.supply(row, collateral, part, holder)
  if (kind === 'withdraw') lender.withdraw(row, collateral, part * 5, holder)
  if (kind === 'liquidate') {
    const repay = part * lender.maxRepay(row, debt, collateral)
    lender.liquidate(row, debt, collateral, repay, holder, result)
  }
}

describe('any sequence of verbs', () => {
  const rates = { baseRate: 0.05, multiplier: 0.3, jumpMultiplier: 4, reserveFactor: 0.15 }
  const accounts: readonly Account[] = [
    { collateral: { ETH: 10, WBTC: 1 }, debt: { USDC: 30000 } },
    { collateral: { WBTC: 2 }, debt: { ETH: 20, USDC: 5000 } },
    { collateral: { USDC: 40000, ETH: 1 }, debt: { WBTC: 1, ETH: 0.5 } },
    { collateral: { ETH: 5 } },
  ]

  function open(): LendingWorld {
    return lendingWorld({
      accounts,
      markets: {
        ETH: { ...rates, cash: 8, exchangeRate: 0.021 },
        USDC: { ...rates, cash: 30000, reserves: 500 },
        WBTC: { ...rates, cash: 5, exchangeRate: 1 },
      },
    })
  }

  it('keeps debts equal to borrows, exchange rates from falling, and tokens conserved', () => {
    fc.assert(
      fc.property(fc.array(verb, { maxLength: 60 }), (verbs) => {
        const from = open()
        const { ledger } = from.world
        const totals = markets(from).map((m) => cash(from, m) + ledger.balance(from.holder, m + 1))
        let before = markets(from).map((m) => rateOf(from, m))
        for (const v of verbs) {
          act(from, v)
          const after = markets(from).map((m) => rateOf(from, m))
          for (const m of markets(from)) {
            const index = from.column('borrowIndex')[m]!
            const borrows = from.column('totalBorrows')[m]!
            const owed = -amountOn(from, m) * index
            expect(Math.abs(owed - borrows)).toBeLessThanOrEqual(1e-9 * (1 + borrows))
            expect(after[m]! / before[m]!).toBeGreaterThan(1 - 1e-9)
            if (v.kind === 'price' || v.kind === 'mine') expect(after[m]).toBe(before[m])
            const supply = from.column('totalSupply')[m]!
            expect(amountOn(from, 3 + m)).toBeLessThanOrEqual(supply * (1 + 1e-9))
            const total = cash(from, m) + ledger.balance(from.holder, m + 1)
            expect(Math.abs(total - totals[m]!)).toBeLessThanOrEqual(
              1e-12 * totals[m]! * verbs.length,
            )
          }
          before = after
        }
      }),
      { numRuns: 200 },
    )
  })

  it('is the same in any unit of an asset', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 1e4, noNaN: true }), (unit) => {
        const plain = lendingWorld({ accounts: [borrower] })
        const scaled = lendingWorld({
          accounts: [{ collateral: { ETH: 10 * unit }, debt: { USDC: 15000 } }],
          prices: { ETH: 2000 / unit, USDC: 1 },
        })
        plain.setPrice('ETH', 1800)
        scaled.setPrice('ETH', 1800 / unit)
        expect(take(plain, 0, 'USDC', 'ETH')).toBeNull()
        const { seized } = result
        expect(take(scaled, 0, 'USDC', 'ETH')).toBeNull()
        expect(Math.abs(result.seized / unit / seized - 1)).toBeLessThan(1e-12)
      }),
    )
  })
})
