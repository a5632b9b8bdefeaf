import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AaveWorldSpec,
  type Account,
  aaveWorld,
  type LendingWorld,
} from '../testWorld.conformance.ts'

const NAMES = ['ETH', 'USDC', 'WBTC'] as const
const RESERVES = [0, 1, 2]

type Verb = {
  readonly kind: string
  readonly row: number
  readonly reserve: number
  readonly other: number
  readonly part: number
}

const kinds = ['liquidate', 'liquidate', 'supply', 'withdraw', 'repay', 'borrow', 'cover', 'price']
const verbs = (more: readonly string[]): fc.Arbitrary<Verb[]> =>
  fc.array(
    fc.record({
      kind: fc.constantFrom(...kinds, ...more),
      row: fc.nat(3),
      reserve: fc.nat(2),
      other: fc.nat(6),
      part: fc.double({ min: 0, max: 1.2, noNaN: true }),
    }),
    { maxLength: 50 },
  )

const rules = fc.constantFrom('v2', 'v3', 'v3.3')
const eModes = [{ category: 1, ltv: 0.9, liquidationThreshold: 0.93, liquidationBonus: 0.02 }]

function open(version: string, rates: object): LendingWorld {
  const isV2 = version === 'v2'
  const accounts: readonly Account[] = [
    { collateral: { ETH: 10, WBTC: 1 }, debt: { USDC: 30000, WBTC: 0 } },
    { collateral: { WBTC: 2 }, debt: { ETH: 20, USDC: 5000 }, ...(isV2 ? {} : { category: 1 }) },
    { collateral: { USDC: 40000, ETH: 1 }, debt: { WBTC: 1, ETH: 0.5 } },
    { collateral: { ETH: 5 }, debt: { USDC: 1500 }, threshold: { ETH: 0.7 } },
  ]
  const own = { reserveFactor: 0.15, ...rates }
  return aaveWorld({
    accounts,
    rules: version as NonNullable<AaveWorldSpec['rules']>,
    eModes,
    reserves: {
      ETH: { ...own, cash: 8, eMode: 1 },
      USDC: { ...own, cash: 30000, borrowableInIsolation: 1 },
      WBTC: { ...own, cash: 5, eMode: 1, supplyCap: 9 },
    },
  })
}

/** Do one verb. @returns what a liquidation paid out beyond what it repaid, USD; 0 for others. */
function act(from: LendingWorld, { kind, row, reserve, other, part }: Verb): number {
  const { lender } = from
  const name = NAMES[reserve]!
  const held = 3 + (other % (lender.book.coordinates - 3))
  if (kind === 'mine') from.mine(Math.ceil(part * 50000))
  if (kind === 'price') from.setPrice(name, lender.price(1 + reserve) * (0.6 + part * 0.6))
  if (kind === 'repay') from.act('repay', [row, reserve, part * 10])
  if (kind === 'supply') from.act('supply', [row, held, part])
  if (kind === 'withdraw') from.act('withdraw', [row, held, part * 5])
  if (kind === 'borrow') from.act('borrow', [row, reserve, part])
  if (kind === 'cover') from.act('coverDeficit', [reserve, part * lender.deficit(1 + reserve)])
  if (kind !== 'liquidate') return 0
  const events = from.world.trace.length
  const repay = part * lender.maxRepay(row, reserve, held)
  if (from.act('liquidate', [row, reserve, held, repay]) !== null) return 0
  const { x, y } = from.world.trace.columns
  return y[events]! - x[events]!
}

/** Debt beyond full collateral over all rows, and deficits, USD. */
function badDebt({ lender }: LendingWorld): number {
  const { book, liability } = lender
  let total = 0
  for (const m of RESERVES) total += lender.deficit(1 + m) * lender.price(1 + m)
  for (let row = 0; row < book.rows; row++) {
    let net = 0
    for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++)
      net += book.amount[k]! * lender.value(book.coordinate[k]!)
    total += Math.max(0, -net)
  }
  expect(liability.length).toBe(book.coordinates)
  return total
}

/** Sum of the rows' units on the coordinates of one reserve. */
function unitsOf({ lender }: LendingWorld, m: number, isDebt: boolean): number {
  const { book, liability } = lender
  let sum = 0
  for (let k = 0; k < book.start[book.rows]!; k++) {
    const c = book.coordinate[k]!
    if (lender.assetOf(c) === 1 + m && (liability[c] === 1) === isDebt) sum += book.amount[k]!
  }
  return Math.abs(sum)
}

/** What suppliers and the treasury own beyond what there is, in whole tokens; 0 without interest. */
function gap(from: LendingWorld, m: number): number {
  const index = from.column('liquidityIndex')[m]!
  const debt = from.column('scaledDebt')[m]! * from.column('variableBorrowIndex')[m]!
  const owned = from.lender.cash(1 + m) + debt + from.lender.deficit(1 + m)
  return (from.column('scaledSupply')[m]! + from.column('treasury')[m]!) * index - owned
}

describe('any sequence of verbs', () => {
  const rates = { baseRate: 0.03, slope1: 0.1, slope2: 2 }

  it('keeps totals equal to entries, indices from falling, and tokens conserved', () => {
    fc.assert(
      fc.property(rules, verbs(['mine', 'mine']), (version, list) => {
        const from = open(version, rates)
        const { ledger } = from.world
        const all = (m: number) => from.lender.cash(1 + m) + ledger.balance(from.holder, 1 + m)
        const totals = RESERVES.map(all)
        const indices = () =>
          ['liquidityIndex', 'variableBorrowIndex'].flatMap((name) => [...from.column(name)])
        let before = indices()
        for (const verb of list) {
          act(from, verb)
          const after = indices()
          after.forEach((index, i) => {
            expect(index).toBeGreaterThanOrEqual(before[i]!)
          })
          before = after
          for (const m of RESERVES) {
            const scaled = from.column('scaledDebt')[m]!
            expect(Math.abs(unitsOf(from, m, true) - scaled)).toBeLessThan(1e-9 * (1 + scaled))
            const supply = from.column('scaledSupply')[m]!
            expect(unitsOf(from, m, false)).toBeLessThanOrEqual(supply * (1 + 1e-9) + 1e-9)
            expect(Math.abs(all(m) - totals[m]!)).toBeLessThan(1e-6)
            expect(from.lender.cash(1 + m)).toBeGreaterThanOrEqual(0)
          }
        }
      }),
      { numRuns: 100 },
    )
  })

  it('lets suppliers and treasury own no more than cash, debts and deficits', () => {
    fc.assert(
      fc.property(rules, verbs(['mine']), fc.boolean(), (version, list, hasInterest) => {
        const from = open(version, hasInterest ? rates : {})
        for (const verb of list) {
          act(from, verb)
          for (const m of RESERVES) {
            const size = 1e-9 * (1 + from.column('scaledSupply')[m]!)
            expect(gap(from, m)).toBeLessThan(size)
            if (!hasInterest) expect(gap(from, m)).toBeGreaterThan(-size)
          }
        }
      }),
      { numRuns: 100 },
    )
  })

  it('makes no bad debt or deficit from nothing: at constant prices it grows by bonuses only', () => {
    fc.assert(
      fc.property(rules, verbs([]), (version, list) => {
        const from = open(version, {})
        for (const verb of list) {
          const before = badDebt(from)
          const bonus = act(from, verb)
          if (verb.kind === 'price') continue
          expect(badDebt(from)).toBeLessThanOrEqual(before + bonus + 1e-6)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('makes no deficit but of debt that was taken off accounts', () => {
    fc.assert(
      fc.property(verbs([]), (list) => {
        const from = open('v3.3', {})
        for (const verb of list) {
          const owedBefore = RESERVES.map((m) => unitsOf(from, m, true))
          const deficits = RESERVES.map((m) => from.lender.deficit(1 + m))
          act(from, verb)
          for (const m of RESERVES) {
            const booked = from.lender.deficit(1 + m) - deficits[m]!
            if (verb.kind !== 'liquidate') expect(booked).toBeLessThanOrEqual(0)
            const gone = owedBefore[m]! - unitsOf(from, m, true)
            expect(booked).toBeLessThanOrEqual(Math.max(0, gone) + 1e-9 * (1 + owedBefore[m]!))
          }
        }
      }),
      { numRuns: 100 },
    )
  })
})
