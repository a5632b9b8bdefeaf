import { assess, bestMargin, type Prospect } from '../mechanisms/agents/liquidator/kernel.ts'
import type { Lender } from '../world/index.ts'
import type { Desk } from './desks.ts'

/** Why an account in trouble is still there, from the furthest off to the nearest to a liquidation. */
export const REASONS = {
  nothing: 'nothing left to seize',
  healthy: 'not below its threshold at oracle prices',
  price: 'the oracle lacks a price',
  refused: 'the contract takes no repayment',
  venue: 'cannot be traded where the liquidators trade',
  spread: 'the seized collateral sells for less than the repayment costs, at any size',
  small: 'what it would earn does not pay the gas',
  slippage: 'slippage eats the bonus',
  cash: 'needs cash that the market lacks',
  pair: 'pays, but not with its largest debt and collateral, all that its liquidators try',
  capital: 'pays, but the liquidators lack the capital',
  unseen: 'pays, but the liquidators do not see it yet',
  pays: 'pays, and nobody has done it yet',
} as const

/** Code of a reason. */
export type Reason = keyof typeof REASONS

const RANK: ReadonlyMap<string, number> = new Map(Object.keys(REASONS).map((name, k) => [name, k]))

/** What liquidating one pair of a row would do now, and why nobody does it. USD. */
export type Finding = {
  readonly reason: Reason
  readonly desk: Desk
  /** Coordinates. */
  readonly debt: number
  readonly collateral: number
  /** Debt asset that would be repaid, whole tokens; 0 when nothing can be. */
  readonly repay: number
  /** Gain before gas at the venue's margin, without slippage, USD; null when it cannot be stated. */
  readonly marginGain: number | null
  /** Gain before gas after slippage at the best size, USD; null when it was not needed. */
  readonly gain: number | null
  /** What buying the repayment costs, USD; null when it was not needed. */
  readonly cost: number | null
}

/** More capital than anybody has, but finite, so that an infinite cost is still refused. */
const ENDLESS = Number.MAX_VALUE

/** Rounding that is allowed when amounts of cash are compared. */
const SLACK = 1e-9

/** A lender that lets be repaid what `cap.repay` says: what it would take if it had the cash. */
type Capped = { readonly lender: Lender; readonly cap: { repay: number } }

/** What is asked about one row: its lender, the pair, full values per coordinate unit, USD. */
type Case = {
  readonly lender: Lender
  readonly capped: Capped
  readonly row: number
  readonly values: Float64Array
}

function prospectOf(debt: number, collateral: number): Prospect {
  return { debt, collateral, owed: 0, repay: 0, cost: 0, gain: 0 }
}

/** The best gain of a repayment of at most `repay` with at most `capital`, after slippage. */
function bestOf({ capped, row }: Case, desk: Desk, at: Prospect, repay: number, capital: number) {
  capped.cap.repay = repay
  const { halvings, spots, venue } = desk
  const means = { capital, floor: Number.NEGATIVE_INFINITY, halvings, spots }
  const out = prospectOf(at.debt, at.collateral)
  return assess(capped.lender, venue, row, means, out) ? out : null
}

/** Whether a market's cash, not the row, limits a repayment; `whole` is what the row itself allows. */
function isShortOfCash(
  { lender, row }: Case,
  pair: Prospect,
  repay: number,
  whole: number,
): boolean {
  const asset = lender.assetOf(pair.collateral)
  // A repayment in the same asset comes in before the seized amount goes out.
  const back = lender.assetOf(pair.debt) === asset ? 1 : 0
  const unit = lender.seizeFor(1, pair.debt, pair.collateral, row) - back
  const cash = lender.cash(asset)
  return cash < unit * whole * (1 - SLACK) && unit * repay <= cash * (1 + SLACK)
}

/** Judge a pair that has something to seize, prices, a venue and a repayment. */
function judgeSize(it: Case, desk: Desk, pair: Prospect, repay: number, whole: number): Finding {
  const need = desk.floor + desk.gasCost
  const isShort = isShortOfCash(it, pair, repay, whole)
  const size = isShort ? whole : repay
  const margin = bestMargin(it.lender, desk.spots, pair.debt, pair.collateral)
  const { debt, collateral } = pair
  const found = { desk, debt, collateral, repay: size, marginGain: size * margin }
  const none = { gain: null, cost: null }
  if (need > Number.NEGATIVE_INFINITY && margin <= 0) return { reason: 'spread', ...found, ...none }
  if (size * margin < need) return { reason: 'small', ...found, ...none }
  const best = bestOf(it, desk, pair, size, ENDLESS)
  if (!best) return { reason: 'slippage', ...found, ...none }
  const known = { ...found, repay: best.repay, gain: best.gain, cost: best.cost }
  if (best.gain < need) return { reason: 'slippage', ...known }
  const now = isShort ? bestOf(it, desk, pair, repay, ENDLESS) : best
  if (!now || now.gain < need) return { reason: 'cash', ...known }
  const paid = { ...found, repay: now.repay, gain: now.gain, cost: now.cost }
  const own = bestOf(it, desk, pair, repay, Math.min(desk.capital - desk.gasCost, ENDLESS))
  return { reason: own && own.gain >= need ? 'pays' : 'capital', ...paid }
}

/** Find why one pair of a row is not liquidated by one desk. */
function judgePair(it: Case, desk: Desk, debt: number, collateral: number): Finding {
  const { lender, row, values } = it
  const pair = prospectOf(debt, collateral)
  const none = { desk, debt, collateral, repay: 0, marginGain: null, gain: null, cost: null }
  const [owed, held] = [lender.assetOf(debt), lender.assetOf(collateral)]
  if (lender.price(held) === 0) return { reason: 'nothing', ...none }
  if (!(lender.price(owed) > 0 && lender.price(held) > 0)) return { reason: 'price', ...none }
  const seizable = lender.seizable(row, debt, collateral, values)
  if (!(seizable > 0))
    return { reason: lender.canSeize[collateral] === 1 ? 'refused' : 'nothing', ...none }
  const whole = seizable / lender.seizeFor(1, debt, collateral, row)
  const repay = lender.maxRepay(row, debt, collateral)
  if (!(repay > 0) && !isShortOfCash(it, pair, repay, whole)) return { reason: 'refused', ...none }
  if (!(desk.spots.buy(owed) > 0 && desk.spots.sell(held) > 0)) return { reason: 'venue', ...none }
  return judgeSize(it, desk, pair, repay, whole)
}

function gainOf({ marginGain, gain }: Finding): number {
  return gain ?? marginGain ?? Number.NEGATIVE_INFINITY
}

function nearer(a: Finding, b: Finding | null): boolean {
  if (b === null) return true
  const by = RANK.get(a.reason)! - RANK.get(b.reason)!
  return by > 0 || (by === 0 && gainOf(a) > gainOf(b))
}

/** Entries of a row on one side, the largest value first: coordinates. */
function entriesOf({ lender, row, values }: Case, side: 1 | -1): readonly number[] {
  const { start, count, coordinate, amount } = lender.book
  const found: { readonly c: number; readonly value: number }[] = []
  for (let k = start[row]!; k < start[row]! + count[row]!; k++)
    if (side * amount[k]! > 0)
      found.push({ c: coordinate[k]!, value: side * amount[k]! * values[coordinate[k]!]! })
  return found.sort((a, b) => b.value - a.value).map(({ c }) => c)
}

/** Makes the function that finds why a row is not liquidated. */
export type Judge = (row: number) => Finding | null

/**
 * Make a judge of one lender's rows as the world stands now. It asks contract and venues what a
 * liquidator would ask them, with the liquidator's own arithmetic; nothing is changed.
 * @param desks who might liquidate; at least one.
 * @returns the finding of the pair and the desk that are nearest to a liquidation; null for a row
 *   without debt or without collateral.
 */
export function judgeOf(lender: Lender, desks: readonly Desk[], values: Float64Array): Judge {
  const cap = { repay: 0 }
  const capped: Capped = { lender: { ...lender, maxRepay: () => cap.repay }, cap }
  return (row) => {
    const it: Case = { lender, capped, row, values }
    const [debts, held] = [entriesOf(it, -1), entriesOf(it, 1)]
    let best: Finding | null = null
    for (const desk of desks)
      for (const debt of debts)
        for (const collateral of held) {
          const finding = judgePair(it, desk, debt, collateral)
          const isTried = desk.name === null || (debt === debts[0] && collateral === held[0])
          const isOpen = finding.reason === 'pays' || finding.reason === 'capital'
          const told = isOpen && !isTried ? { ...finding, reason: 'pair' as const } : finding
          if (nearer(told, best)) best = told
        }
    return best
  }
}
