import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LendingWorld } from '../testWorld.conformance.ts'
import * as exact from './exact.ts'
import { toAssetsUp } from './exactMath.ts'
import { marketWorld } from './testMarket.conformance.ts'

const WAD = 10n ** 18n
const scaled = (x: number): bigint => BigInt(Math.round(x * 1e18))
const ROWS = 4
const CASH = 20_000
const COLLATERAL = [10, 20, 5, 8]
const DEBT = [12_000, 9000, 7000, 11_000]
const LLTV = 0.86

/** One step: which, of whom, how much of the limit, how long before. */
type Step = { kind: Kind; row: number; part: number; blocks: number }
type Kind = 'supply' | 'withdraw' | 'borrow' | 'repay' | 'liquidate' | 'price'

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('supply', 'withdraw', 'borrow', 'repay', 'liquidate', 'liquidate', 'price'),
  row: fc.nat(ROWS - 1),
  // Below the limit or clearly above it, so that rounding cannot decide.
  part: fc.oneof(fc.double({ min: 1e-6, max: 0.999, noNaN: true }), fc.constant(1.01)),
  blocks: fc.oneof(fc.constant(0), fc.nat(100), fc.nat(100_000)),
})

/** The same market twice: as a model of a world, and in integers. */
function both(fee: number) {
  const accounts = COLLATERAL.map((ETH, i) => ({ collateral: { ETH }, debt: { USDC: DEBT[i]! } }))
  const terms = { lltv: LLTV, fee, cash: CASH, irm: 'adaptiveCurve' }
  const world = marketWorld({ accounts, terms })
  const time = { now: 0n, price: 2000 }
  const outside: exact.Outside = {
    send: () => null,
    take: () => null,
    price: () => (scaled(time.price) * 10n ** 36n) / WAD,
  }
  const as = (sender: string): exact.Caller => ({ sender, time: time.now, outside })
  const morpho = exact.createMorpho('owner')
  exact.enableIrm(morpho, as('owner'), 'irm')
  exact.enableLltv(morpho, as('owner'), scaled(LLTV))
  const params = {
    loanToken: 'l',
    collateralToken: 'c',
    oracle: 'o',
    irm: 'irm',
    lltv: scaled(LLTV),
  }
  exact.createMarket(morpho, as('owner'), 'm', params)
  if (fee > 0) exact.setFee(morpho, as('owner'), 'm', scaled(fee))
  const supplied = scaled(CASH) + DEBT.reduce((sum, d) => sum + scaled(d), 0n)
  exact.supply(morpho, as('s'), 'm', assets(supplied), 's', null)
  COLLATERAL.forEach((held, i) => {
    const who = `${i}`
    exact.supplyCollateral(morpho, as(who), 'm', scaled(held), who, null)
    exact.borrow(morpho, as(who), 'm', assets(scaled(DEBT[i]!)), who, who)
  })
  return { world, time, morpho, as, market: morpho.markets.get('m')! }
}

type Both = ReturnType<typeof both>

const assets = (amount: bigint): exact.Amount => ({ assets: amount, shares: 0n })

function entries({ lender }: LendingWorld, row: number): { owed: number; held: number } {
  const { book } = lender
  const at = (c: number): number => {
    for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++)
      if (book.coordinate[k] === c) return book.amount[k]!
    return 0
  }
  return { owed: -at(0) * lender.value(0), held: at(3) }
}

/** Do a step on both sides. @returns whether each did it. */
function act(from: Both, { kind, row, part, blocks }: Step): [boolean, boolean] {
  const { world, time, morpho, as } = from
  world.mine(blocks)
  time.now += 12n * BigInt(blocks)
  const { lender, holder } = world
  const [debt, collateral] = [world.debt('USDC'), world.collateral('ETH')]
  const who = `${row}`
  const { owed, held } = entries(world, row)
  if (kind === 'price') {
    time.price = 900 + 1800 * Math.min(1, part)
    world.setPrice('ETH', time.price)
    return [true, true]
  }
  if (kind === 'supply') {
    const amount = part * 10
    const done = exact.supplyCollateral(morpho, as(who), 'm', scaled(amount), who, null)
    return [lender.supply(row, collateral, amount, holder) === null, done.ok]
  }
  if (kind === 'withdraw') {
    const spare = Math.max(0, held - owed / (LLTV * time.price))
    const amount = spare > 1e-6 ? part * spare : held + 1
    const done = exact.withdrawCollateral(morpho, as(who), 'm', scaled(amount), who, who)
    return [lender.withdraw(row, collateral, amount, holder) === null, done.ok]
  }
  if (kind === 'borrow') {
    const room = Math.min(held * time.price * LLTV - owed, lender.cash(world.asset('USDC')))
    const amount = room > 1e-3 ? part * room : 1e6
    const done = exact.borrow(morpho, as(who), 'm', assets(scaled(amount)), who, who)
    return [world.act('borrow', [row, debt, amount]) === null, done.ok]
  }
  if (kind === 'repay') {
    const amount = owed > 1e-3 ? part * owed : 1
    const done = exact.repay(morpho, as(who), 'm', assets(scaled(amount)), who, null)
    return [lender.repay(row, debt, amount, holder) === null, done.ok]
  }
  return liquidate(from, row, part)
}

/** Repay a part of what may be repaid, or seize everything, which leaves bad debt. */
function liquidate(
  { world, morpho, as, market }: Both,
  row: number,
  part: number,
): [boolean, boolean] {
  const { lender, holder } = world
  const [debt, collateral] = [world.debt('USDC'), world.collateral('ETH')]
  const most = lender.maxRepay(row, debt, collateral)
  const { owed, held } = entries(world, row)
  const who = `${row}`
  const result = { repaid: NaN, seized: NaN, event: -1 }
  if (most === 0) {
    const shares = held > 0 ? 10n ** 20n : 1n
    const asked = { seizedAssets: 0n, repaidShares: shares }
    const done = exact.liquidate(morpho, as('l'), 'm', who, asked, null)
    return [lender.liquidate(row, debt, collateral, 1e-4, holder, result) === null, done.ok]
  }
  exact.accrueInterest(morpho, as('l'), 'm')
  const isAll = part > 0.6 && most < owed * (1 - 1e-6)
  const repay = isAll ? most : Math.min(part, 0.999) * most
  const position = market.positions.get(who)!
  const shares = BigInt(Math.round((repay / owed) * 1e15)) * (position.borrowShares / 10n ** 15n)
  const asked = isAll
    ? { seizedAssets: position.collateral, repaidShares: 0n }
    : { seizedAssets: 0n, repaidShares: shares }
  const done = exact.liquidate(morpho, as('l'), 'm', who, asked, null)
  return [lender.liquidate(row, debt, collateral, repay, holder, result) === null, done.ok]
}

/** Compare totals, claims and positions. */
function compare({ world, market, as, morpho, time }: Both, steps: number): void {
  const { lender } = world
  const viewed = structuredClone({ ...market, params: market.params })
  const copy: exact.Morpho = { ...morpho, markets: new Map([['m', viewed]]), journal: null }
  exact.accrueInterest(copy, as('view'), 'm')
  const pool = Number(viewed.totalSupplyAssets) / 1e18
  const room = 1e-9 * pool + 2e-18 * steps
  const near = (float: number, integer: bigint): void => {
    expect(Math.abs(float - Number(integer) / 1e18)).toBeLessThanOrEqual(room)
  }
  near(lender.claims(world.asset('USDC')), viewed.totalSupplyAssets)
  for (let row = 0; row < ROWS; row++) {
    const { owed, held } = entries(world, row)
    const position = viewed.positions.get(`${row}`)!
    const { totalBorrowAssets, totalBorrowShares } = viewed
    near(owed, toAssetsUp(position.borrowShares, totalBorrowAssets, totalBorrowShares))
    // A gap of debt that is liquidated becomes one of collateral, at the price.
    const gap = Math.abs(held - Number(position.collateral) / 1e18)
    expect(gap * time.price).toBeLessThanOrEqual(room)
  }
}

describe('the model and the integers', () => {
  it('agree on outcomes and to 1e-9 of the pool through any sequence of steps', () => {
    const fees = fc.constantFrom(0, 0.1, 0.25)
    let done = 0
    let lost = 0
    fc.assert(
      fc.property(fees, fc.array(step, { minLength: 20, maxLength: 40 }), (fee, steps) => {
        const from = both(fee)
        steps.forEach((next, i) => {
          const [float, integer] = act(from, next)
          expect([next.kind, float]).toEqual([next.kind, integer])
          if (float) done++
          compare(from, i + 1)
        })
        lost += from.world.lender.deficit(from.world.asset('USDC')) > 0 ? 1 : 0
      }),
      // Shrinking forty steps of two markets takes minutes and shortens little.
      { numRuns: 60, endOnFailure: true },
    )
    // The sequences must reach what they are for.
    expect(done).toBeGreaterThan(600)
    expect(lost).toBeGreaterThan(5)
  })
})
