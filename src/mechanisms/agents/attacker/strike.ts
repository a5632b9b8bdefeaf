import { type Lender, type Liquidated, margin, type Outcome } from '../../../world/index.ts'
import { costOf, largestPair, type Prospect } from '../liquidator/kernel.ts'
import { AT, type Desk, moneyOf } from './desk.ts'

/** What is left for rounding when all that there is is borrowed. */
const ALL = 1 - 1e-12
/** Share of an amount that is tried next when limits stricter than the health test refuse it. */
const LESS = 0.99
const TRIES = 500
/** Rounding of sums of values. */
const ROUNDING = 1e-9

/** Value of the collateral of its own account in the eyes of its lender, USD. */
export function pledgedValue({ lender, row }: Desk): number {
  if (!lender) return 0
  const { start, count, coordinate, amount } = lender.book
  let total = 0
  for (let k = start[row]!; k < start[row]! + count[row]!; k++)
    if (amount[k]! > 0) total += amount[k]! * lender.value(coordinate[k]!)
  return total
}

/** Coordinate in its own account under which it can pledge what it pushed; -1 when there is none. */
function pledgeOf({ row, asset }: Desk, lender: Lender): number {
  const { start, count, coordinate } = lender.book
  for (let k = start[row]!; k < start[row]! + count[row]!; k++) {
    const c = coordinate[k]!
    if (lender.assetOf(c) === asset && lender.liability[c] === 0) return c
  }
  return -1
}

/** Whether the lender still believes that its collateral, with what it would pledge, is worth more. */
export function isOvervalued(desk: Desk): boolean {
  const { context, asset, money, s } = desk
  const lender = desk.lender!
  const held = context.ledger.balance(context.self, asset)
  const canPledge = held > 0 && pledgeOf(desk, lender) >= 0
  const paid = s.sums[AT.tied]! * context.assets[money]!.price
  const gain = canPledge ? Math.max(0, held * lender.price(asset) - paid) : 0
  const opening = s.sums[AT.opening]!
  return pledgedValue(desk) + gain > opening * (1 + ROUNDING)
}

/** Whether an account beside its own is below its thresholds now. */
export function findsVictim({ lender, row: own }: Desk): boolean {
  const { book } = lender!
  const coordinates = lender!.coordinates()
  for (let row = 0; row < book.rows; row++)
    if (row !== own && margin(book, coordinates, row) < 0) return true
  return false
}

/** Pledge what it holds of what it pushed, where its account takes it. */
function pledge(desk: Desk, lender: Lender): Outcome {
  const { context, row, asset, s } = desk
  const amount = context.ledger.balance(context.self, asset)
  const c = pledgeOf(desk, lender)
  if (!(amount > 0) || c < 0) return null
  s.taken[asset]! -= amount
  return lender.supply(row, c, amount, context.self)
}

/** Borrow as much of one debt as cash, health and other limits let it. @returns whole tokens. */
function borrowMost(desk: Desk, lender: Lender, debt: number): number {
  const { context, row, s } = desk
  const room = margin(lender.book, lender.coordinates(), row) / lender.coordinates()[debt]!
  let amount = Math.min(lender.cash(lender.assetOf(debt)), ALL * room)
  for (let k = 0; k < TRIES && amount > 0; k++, amount *= LESS)
    if (lender.borrow(row, debt, amount, context.self, s.cause[0]!) === null) return amount
  return 0
}

/** Pledge what it bought and borrow everything that it can against all its collateral. */
export function borrowAll(desk: Desk): Outcome {
  const { s, row } = desk
  const lender = desk.lender!
  s.sums[AT.gain] = pledgedValue(desk) - s.sums[AT.opening]!
  const refused = pledge(desk, lender)
  if (refused !== null) return refused
  const { start, count, coordinate } = lender.book
  let borrowed = 0
  for (let k = start[row]!; k < start[row]! + count[row]!; k++) {
    const c = coordinate[k]!
    if (lender.liability[c] !== 1) continue
    const amount = borrowMost(desk, lender, c)
    s.taken[lender.assetOf(c)]! += amount
    borrowed += amount
  }
  return borrowed > 0 ? null : 'nothing to borrow'
}

/** Liquidate one row with own money. @returns whether it was done. */
function liquidateRow(desk: Desk, lender: Lender, pair: Prospect, row: number): boolean {
  const { context, money, s } = desk
  const { ledger, self } = context
  const [owed, seized] = [lender.assetOf(pair.debt), lender.assetOf(pair.collateral)]
  let repay = lender.maxRepay(row, pair.debt, pair.collateral)
  if (owed === money) repay = Math.min(repay, moneyOf(desk))
  if (!(repay > 0)) return false
  const cost = costOf(desk.exit!, owed, repay, money)
  if (owed !== money) {
    // Less costs less than in proportion, so this can be paid.
    if (cost > moneyOf(desk)) repay *= (LESS * moneyOf(desk)) / cost
    const spend = Math.min(cost, moneyOf(desk))
    if (!(desk.exit!.swap(money, owed, spend, self, s.cause[0]!) > 0)) return false
    repay = Math.min(repay, ledger.balance(self, owed))
  }
  const done: Liquidated = { repaid: 0, seized: 0, event: -1 }
  const refused = lender.liquidate(row, pair.debt, pair.collateral, repay, self, done, s.cause[0]!)
  if (refused !== null) return false
  s.taken[owed]! -= done.repaid
  s.taken[seized]! += done.seized
  return true
}

/** Liquidate up to `most` other accounts that are below their thresholds now, in row order. */
export function liquidateOthers(desk: Desk, most: number): Outcome {
  const lender = desk.lender!
  const { book } = lender
  const values = new Float64Array(book.coordinates)
  const prices = Float64Array.from(desk.context.assets, (_, a) => lender.price(a))
  lender.coordinatesAt(prices, 'value', values)
  const pair: Prospect = { debt: 0, collateral: 0, owed: 0, repay: 0, cost: 0, gain: 0 }
  let done = 0
  for (let row = 0; row < book.rows && done < most; row++) {
    if (row === desk.row || !(margin(book, lender.coordinates(), row) < 0)) continue
    if (!largestPair(lender, values, row, pair)) continue
    if (liquidateRow(desk, lender, pair, row)) done++
  }
  return done > 0 ? null : 'nobody to liquidate'
}
