import { describe, expect, it } from 'vitest'
import { createStepper, hashWorld } from '../../../engine/index.ts'
import { eventCode, margin } from '../../../world/index.ts'
import { MarketFundingError } from '../funding.ts'
import { PositionError } from '../layout.ts'
import { REFUSALS } from '../refusals.ts'
import {
  type AaveWorldSpec,
  type Account,
  aaveWorld,
  type LendingWorld,
} from '../testWorld.conformance.ts'
import { compoundedInterest, linearInterest, SECONDS_PER_YEAR } from './kernel.ts'

const borrower: Account = { collateral: { ETH: 1 }, debt: { USDC: 1500 } }
const result = { repaid: NaN, seized: NaN, event: -1 }

/** HealthFactor of a row at oracle prices. */
function health({ lender }: LendingWorld, row: number): number {
  const { book, liability } = lender
  const values = lender.coordinates()
  let debt = 0
  for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++)
    if (liability[book.coordinate[k]!] === 1) debt -= book.amount[k]! * values[book.coordinate[k]!]!
  return (margin(book, values, row) + debt) / debt
}

/** Units of a row on a coordinate, in tokens now. */
function tokens({ lender }: LendingWorld, row: number, coordinate: number): number {
  const { book } = lender
  for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++)
    if (book.coordinate[k] === coordinate) {
      const price = lender.price(lender.assetOf(coordinate))
      return (Math.abs(book.amount[k]!) * lender.value(coordinate)) / price
    }
  return NaN
}

function take(from: LendingWorld, row: number, debt: string, collateral: string, repay: number) {
  const [owed, held] = [from.debt(debt), from.collateral(collateral)]
  return from.lender.liquidate(row, owed, held, repay, from.holder, result)
}

describe('a liquidation by the deployed contracts (core v1.19.3 on anvil, EDR and ethereumjs)', () => {
  it('takes 750 of 1,500 USDC at a health of 0.99 and leaves 1.11375', () => {
    const terms = { liquidationThreshold: 0.825, liquidationBonus: 0.05, liquidationProtocolFee: 0 }
    const from = aaveWorld({ accounts: [borrower], reserves: { ETH: terms } })
    expect(health(from, 0)).toBeCloseTo(1.1, 14)
    from.setPrice('ETH', 1800)
    expect(health(from, 0)).toBeCloseTo(0.99, 14)
    expect(from.lender.maxRepay(0, from.debt('USDC'), from.collateral('ETH'))).toBeCloseTo(750, 11)
    expect(take(from, 0, 'USDC', 'ETH', 750)).toBeNull()
    expect(tokens(from, 0, from.collateral('ETH')) * 1800).toBeCloseTo(1012.5, 10)
    expect(tokens(from, 0, from.debt('USDC'))).toBeCloseTo(750, 10)
    expect(health(from, 0)).toBeCloseTo(1.11375, 14)
    expect(result.seized * 1800).toBeCloseTo(787.5, 10)
  })
})

describe('close factor of a position', () => {
  /** The healthFactor at which 10 ETH at 2,000 USD and threshold 0.8 stand against this debt. */
  const owing = (at: number) => 16000 / at
  const limit = (at: number, rules: AaveWorldSpec['rules']) => {
    const accounts: Account[] = [{ collateral: { ETH: 10 }, debt: { USDC: owing(at) } }]
    const from = aaveWorld({ accounts, rules: rules! })
    return from.lender.maxRepay(0, from.debt('USDC'), from.collateral('ETH')) / owing(at)
  }

  it.each(['v3', 'v3.3'] as const)(
    'is a half above 0.95 and one from there on, under %s',
    (rules) => {
      expect(limit(0.9501, rules)).toBeCloseTo(0.5, 12)
      expect(limit(0.95, rules)).toBeCloseTo(1, 12)
      expect(limit(0.9499, rules)).toBeCloseTo(1, 12)
    },
  )

  it('is a half in v2', () => {
    expect(limit(0.9499, 'v2')).toBeCloseTo(0.5, 12)
    expect(limit(0.9, 'v2')).toBeCloseTo(0.5, 12)
  })
})

describe('protocol fee', () => {
  it('goes to the treasury out of the bonus, and stays as its supply', () => {
    const terms = { liquidationBonus: 0.05, liquidationProtocolFee: 0.2 }
    const from = aaveWorld({ accounts: [borrower], reserves: { ETH: terms } })
    from.setPrice('ETH', 1800)
    const { lender, world } = from
    const claims = lender.claims(from.asset('ETH'))
    expect(take(from, 0, 'USDC', 'ETH', 700)).toBeNull()
    // 735 USD seized, 35 of it bonus, a fifth of that the treasury's.
    expect(result.seized * 1800).toBeCloseTo(728, 10)
    expect(from.column('treasury')[0]! * 1800).toBeCloseTo(7, 10)
    expect(world.trace.columns.y[result.event]).toBeCloseTo(735, 10)
    expect((claims - lender.claims(from.asset('ETH'))) * 1800).toBeCloseTo(735, 5)
    expect(lender.seizeFor(700, from.debt('USDC'), from.collateral('ETH')) * 1800).toBeCloseTo(728)
  })

  it('is none in v2', () => {
    const terms = { liquidationBonus: 0.05, liquidationProtocolFee: 0.2 }
    const from = aaveWorld({ accounts: [borrower], reserves: { ETH: terms }, rules: 'v2' })
    from.setPrice('ETH', 1800)
    expect(take(from, 0, 'USDC', 'ETH', 700)).toBeNull()
    expect(result.seized * 1800).toBeCloseTo(735, 10)
    expect(from.column('treasury')[0]).toBe(0)
  })
})

describe('interest', () => {
  const terms = { optimalUtilization: 0.8, baseRate: 0.02, slope1: 0.08, slope2: 1, cash: 500 }
  const accounts: Account[] = [{ collateral: { ETH: 10 }, debt: { USDC: 1500 } }]
  const open = () => aaveWorld({ accounts, reserves: { USDC: { ...terms, reserveFactor: 0.2 } } })
  const year = SECONDS_PER_YEAR / 12

  it('grows debts and claims by the closed formulas, before anybody touches the reserve', () => {
    const from = open()
    // 1,500 of 2,000 lent out: 0.02 + 0.08 x 0.75 / 0.8.
    const rate = 0.02 + (0.08 * 0.75) / 0.8
    expect(from.column('variableBorrowRate')[1]).toBeCloseTo(rate, 15)
    expect(from.column('liquidityRate')[1]).toBeCloseTo(rate * 0.75 * 0.8, 15)
    from.mine(year)
    const owed = 1500 * compoundedInterest(rate, SECONDS_PER_YEAR)
    const claims = 2000 * linearInterest(rate * 0.75 * 0.8, SECONDS_PER_YEAR)
    expect(tokens(from, 0, from.debt('USDC'))).toBeCloseTo(owed, 9)
    expect(from.lender.claims(from.asset('USDC'))).toBeCloseTo(claims, 9)
    expect(from.column('variableBorrowIndex')[1]).toBe(1)
  })

  it('is written by a touch, with the treasury at its factor, and sets the rates anew', () => {
    const from = open()
    from.mine(year)
    const owed = tokens(from, 0, from.debt('USDC'))
    expect(from.lender.repay(0, from.debt('USDC'), 100, from.holder)).toBeNull()
    const index = from.column('liquidityIndex')[1]!
    expect(from.column('treasury')[1]! * index).toBeCloseTo(0.2 * (owed - 1500), 9)
    expect(from.column('lastUpdate')[1]).toBe(SECONDS_PER_YEAR)
    const used = (owed - 100) / (600 + owed - 100)
    expect(from.column('variableBorrowRate')[1]).toBeCloseTo(0.02 + (0.08 * used) / 0.8, 12)
    const assets = 600 + owed - 100
    const owedToOthers = (from.column('scaledSupply')[1]! + from.column('treasury')[1]!) * index
    // Simple interest for suppliers leaves a little of what borrowers paid to nobody.
    expect(owedToOthers).toBeLessThan(assets)
    expect(owedToOthers).toBeGreaterThan(assets * (1 - 5e-3))
  })

  it('makes a position liquidatable by itself', () => {
    const from = aaveWorld({
      accounts: [{ collateral: { ETH: 1 }, debt: { USDC: 1590 } }],
      reserves: { USDC: terms },
    })
    expect(from.lender.maxRepay(0, from.debt('USDC'), from.collateral('ETH'))).toBe(0)
    from.mine(year)
    expect(health(from, 0)).toBeLessThan(1)
    expect(from.lender.maxRepay(0, from.debt('USDC'), from.collateral('ETH'))).toBeGreaterThan(0)
  })

  it('follows the clock of the world', () => {
    const from = open()
    const step = createStepper(from.world)
    for (let k = 0; k < 50; k++) step()
    expect(from.column('clock')[0]).toBe(600)
    const rate = 0.02 + (0.08 * 0.75) / 0.8
    expect(tokens(from, 0, 1)).toBeCloseTo(1500 * compoundedInterest(rate, 600), 12)
    expect(hashWorld(from.world)).not.toBe(hashWorld(open().world))
  })
})

describe('opening', () => {
  it('refuses collateral beyond cash and debts, and says what is missing', () => {
    const open = (cash: number) => aaveWorld({ accounts: [borrower], reserves: { ETH: { cash } } })
    expect(() => open(0.9)).toThrow(MarketFundingError)
    expect(() => open(0.9)).toThrow(/market ETH.*raise its "cash" to at least 1$/)
    expect(open(1).lender.claims(1)).toBe(1)
  })

  it('refuses accounts in eModes that do not exist, and any in v2', () => {
    const accounts: Account[] = [{ ...borrower, category: 3 }]
    expect(() => aaveWorld({ accounts })).toThrow(PositionError)
    expect(() => aaveWorld({ accounts })).toThrow(/account 0: eMode 3 is not in eModes/)
    expect(() => aaveWorld({ accounts, rules: 'v2' })).toThrow(/rules "v2" have none/)
  })

  it('gives every reserve, threshold and eMode a coordinate of its own', () => {
    const eModes = [{ category: 1, ltv: 0.9, liquidationThreshold: 0.93, liquidationBonus: 0.01 }]
    const accounts: Account[] = [
      { collateral: { ETH: 1, WBTC: 1 }, debt: { USDC: 1 } },
      { collateral: { ETH: 1, WBTC: 1 }, debt: { USDC: 1 }, category: 1 },
      { collateral: { ETH: 1 }, debt: { USDC: 1 }, threshold: { ETH: 0.5 } },
      { collateral: { ETH: 1 }, debt: { USDC: 1 }, threshold: { ETH: 0.5 }, category: 1 },
      { collateral: { ETH: 1 }, debt: { USDC: 1 }, threshold: { ETH: 0.93 } },
    ]
    const from = aaveWorld({ accounts, eModes, reserves: { ETH: { eMode: 1 } } })
    const { book, coordinates, seizeFor } = from.lender
    // ETH in eMode 1, at 0.5, in eMode 1 at 0.5, at 0.93 on its own terms.
    expect(book.coordinates).toBe(6 + 4)
    const values = coordinates()
    expect([6, 7, 8, 9].map((c) => Math.round(values[c]!))).toEqual([1860, 1000, 1000, 1860])
    const seized = [3, 6, 7, 8, 9].map((c) => seizeFor(2000, from.debt('USDC'), c))
    const net = (bonus: number) => 1 + bonus - 0.1 * bonus
    for (const [i, bonus] of [0.08, 0.01, 0.08, 0.01, 0.08].entries())
      expect(seized[i]).toBeCloseTo(net(bonus), 14)
  })
})

describe('collateral at threshold 0', () => {
  it('is neither counted nor seized, and does not keep a position from being written off', () => {
    const accounts: Account[] = [
      { collateral: { ETH: 1, WBTC: 1 }, debt: { USDC: 1500 }, threshold: { WBTC: 0 } },
    ]
    const from = aaveWorld({ accounts, rules: 'v3.3' })
    from.setPrice('ETH', 1000)
    const repay = from.lender.maxRepay(0, from.debt('USDC'), from.collateral('ETH'))
    expect(from.lender.liquidate(0, 1, 6, 10, from.holder, result)).toBe(REFUSALS.notCollateral)
    expect(take(from, 0, 'USDC', 'ETH', repay)).toBeNull()
    expect(from.lender.deficit(from.asset('USDC'))).toBeCloseTo(1500 - 1000 / 1.08, 9)
    const { kind, length } = {
      kind: from.world.trace.columns.kind,
      length: from.world.trace.length,
    }
    expect(kind[length - 1]).toBe(eventCode('deficit'))
  })
})
