import type * as Exact from '../../../src/mechanisms/lending/compoundV2/exact.ts'
import type { Op, Result } from '../../protocol.ts'
import { moveToken } from '../../token.ts'
import { ADMIN_VERBS } from './adminVerbs.ts'
import { callerOf, int, text, type World } from './world.ts'

/** What a kind of step does to the model. */
export type Verb = (world: World, op: Op) => Result

/** Every kind of step. */
export const VERBS: Readonly<Record<string, Verb>> = {
  ...ADMIN_VERBS,
  mint: (w, op) => coded(w.exact.mint(w.pool, me(w, op), text(op.args[0]), int(op.args[1]), op.by)),
  mintBehalf: (w, op) => {
    const [m, who, units] = op.args
    return coded(w.exact.mint(w.pool, me(w, op), text(m), int(units), text(who)))
  },
  redeem: (w, op) =>
    coded(w.exact.redeem(w.pool, me(w, op), text(op.args[0]), int(op.args[1]), null)),
  redeemUnderlying: (w, op) =>
    coded(w.exact.redeemUnderlying(w.pool, me(w, op), text(op.args[0]), int(op.args[1]), null)),
  redeemBehalf: (w, op) => {
    const [m, who, tokens] = op.args
    return coded(w.exact.redeem(w.pool, me(w, op), text(m), int(tokens), text(who)))
  },
  redeemUnderlyingBehalf: (w, op) => {
    const [m, who, units] = op.args
    return coded(w.exact.redeemUnderlying(w.pool, me(w, op), text(m), int(units), text(who)))
  },
  borrow: (w, op) =>
    coded(w.exact.borrow(w.pool, me(w, op), text(op.args[0]), int(op.args[1]), null)),
  borrowBehalf: (w, op) => {
    const [m, who, units] = op.args
    return coded(w.exact.borrow(w.pool, me(w, op), text(m), int(units), text(who)))
  },
  repay: (w, op) =>
    coded(w.exact.repayBorrow(w.pool, me(w, op), text(op.args[0]), int(op.args[1]), op.by)),
  repayBehalf: (w, op) => {
    const [m, who, units] = op.args
    return coded(w.exact.repayBorrow(w.pool, me(w, op), text(m), int(units), text(who)))
  },
  liquidate: (w, op) => {
    const [m, borrower, units, collateral] = op.args
    const order = {
      borrowed: text(m),
      collateral: text(collateral),
      borrower: text(borrower),
      repayAmount: int(units),
    }
    return coded(w.exact.liquidateBorrow(w.pool, me(w, op), order))
  },
  seize: (w, op) => {
    const [m, liquidator, borrower, tokens] = op.args
    const caller = me(w, op)
    return coded(
      w.exact.seize(w.pool, caller, text(m), text(liquidator), text(borrower), int(tokens)),
    )
  },
  transfer: (w, op) => {
    const [m, to, tokens] = op.args
    return coded(w.exact.transferTokens(w.pool, me(w, op), text(m), op.by, text(to), int(tokens)))
  },
  transferFrom: (w, op) => {
    const [m, from, to, tokens] = op.args
    return coded(
      w.exact.transferTokens(w.pool, me(w, op), text(m), text(from), text(to), int(tokens)),
    )
  },
  approve: (w, op) => {
    const [m, spender, tokens] = op.args
    w.exact.approveTokens(w.pool, me(w, op), text(m), text(spender), int(tokens))
    return yes(1n)
  },
  enter: (w, op) =>
    answer(w.exact.enterMarkets(w.pool, me(w, op), op.args.map(text)), (codes) => [
      32n,
      BigInt(codes.length),
      ...codes,
    ]),
  enterBehalf: (w, op) => {
    const [m, who] = op.args
    return coded(w.exact.enterMarketBehalf(w.pool, me(w, op), text(m), text(who)))
  },
  exit: (w, op) => coded(w.exact.exitMarket(w.pool, me(w, op), text(op.args[0]))),
  delegate: (w, op) =>
    silent(w.exact.updateDelegate(w.pool, me(w, op), text(op.args[0]), op.args[1] === 1n)),
  accrue: (w, op) => coded(w.exact.accrueInterest(w.pool, me(w, op), text(op.args[0]))),
  exchangeRateCurrent: (w, op) => fresh(w, op, (market) => w.exact.exchangeRateStored(market)),
  totalBorrowsCurrent: (w, op) => fresh(w, op, ({ totalBorrows }) => totalBorrows),
  borrowBalanceCurrent: (w, op) =>
    fresh(w, op, (market) => w.exact.borrowBalanceStored(market, text(op.args[1]))),
  balanceOfUnderlying: (w, op) =>
    fresh(w, op, (market) => w.exact.underlyingOf(market, text(op.args[1]))),
  addReserves: (w, op) =>
    coded(w.exact.addReserves(w.pool, me(w, op), text(op.args[0]), int(op.args[1]))),
  price: (w, { args: [m, price] }) => {
    w.prices[text(m)] = int(price)
    return yes()
  },
  donate: (w, { by, args: [m, units] }) => {
    const refused = moveToken(w.tokens[text(m)]!, by, text(m), int(units))
    return refused === null ? yes(1n) : { ok: false, reason: refused }
  },
  tokenPause: (w, { args: [m, isOn] }) => {
    w.tokens[text(m)]!.paused = isOn === 1n
    return yes()
  },
  tokenApprove: (w, { by, args: [m, units] }) => {
    w.tokens[text(m)]!.allowances.set(`${by} ${text(m)}`, int(units))
    return yes(1n)
  },
}

function me(w: World, { by }: Op): Exact.Caller {
  return callerOf(w, by)
}

function fresh(w: World, op: Op, read: (market: Exact.ExactMarket) => bigint): Result {
  return coded(w.exact.current(w.pool, me(w, op), text(op.args[0]), read))
}

/** A result of one word. */
export function coded(done: Exact.Done<bigint>): Result {
  return answer(done, (word) => [word])
}

/** A result without words. */
export function silent(done: Exact.Done<null>): Result {
  return answer(done, () => [])
}

function answer<T>(done: Exact.Done<T>, words: (value: T) => readonly bigint[]): Result {
  return done.ok ? { ok: true, returned: words(done.value) } : done
}

function yes(...returned: readonly bigint[]): Result {
  return { ok: true, returned }
}
