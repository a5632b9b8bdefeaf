import type * as Exact from '../../../src/mechanisms/lending/morphoBlue/exact.ts'
import type { Arg, Op, Result } from '../../protocol.ts'
import { mintToken, moveToken } from '../../token.ts'
import { MARKETS } from './markets.ts'
import { int, outside, text, type World } from './world.ts'

type Verb = (world: World, op: Op) => Result

/** What every kind of step does to the model. */
export const VERBS: Readonly<Record<string, Verb>> = {
  supply: (w, op) => {
    const [m, assets, shares, who, then, x] = op.args
    const callback = calledBack(w, op.by, then, m, x)
    return moved(
      w.exact.supply(w.morpho, caller(w, op), text(m), amount(assets, shares), text(who), callback),
    )
  },
  withdraw: (w, op) => {
    const [m, assets, shares, who, to] = op.args
    return moved(
      w.exact.withdraw(
        w.morpho,
        caller(w, op),
        text(m),
        amount(assets, shares),
        text(who),
        text(to),
      ),
    )
  },
  borrow: (w, op) => {
    const [m, assets, shares, who, to] = op.args
    return moved(
      w.exact.borrow(w.morpho, caller(w, op), text(m), amount(assets, shares), text(who), text(to)),
    )
  },
  repay: (w, op) => {
    const [m, assets, shares, who, then, x] = op.args
    const callback = calledBack(w, op.by, then, m, x)
    return moved(
      w.exact.repay(w.morpho, caller(w, op), text(m), amount(assets, shares), text(who), callback),
    )
  },
  supplyCollateral: (w, op) => {
    const [m, assets, who, then, x] = op.args
    const callback = calledBack(w, op.by, then, m, x)
    return nothing(
      w.exact.supplyCollateral(w.morpho, caller(w, op), text(m), int(assets), text(who), callback),
    )
  },
  withdrawCollateral: (w, op) => {
    const [m, assets, who, to] = op.args
    return nothing(
      w.exact.withdrawCollateral(
        w.morpho,
        caller(w, op),
        text(m),
        int(assets),
        text(who),
        text(to),
      ),
    )
  },
  liquidate: (w, op) => {
    const [m, borrower, seized, shares, then, x] = op.args
    const asked = { seizedAssets: int(seized), repaidShares: int(shares) }
    const callback = calledBack(w, op.by, then, m, x)
    const done = w.exact.liquidate(
      w.morpho,
      caller(w, op),
      text(m),
      text(borrower),
      asked,
      callback,
    )
    return answer(done, ({ seizedAssets, repaidAssets }) => [seizedAssets, repaidAssets])
  },
  flashLoan: (w, op) => {
    const [token, assets, then, m, x] = op.args
    const callback = calledBack(w, op.by, then, m, x)
    return nothing(w.exact.flashLoan(w.morpho, caller(w, op), text(token), int(assets), callback))
  },
  accrueInterest: (w, op) =>
    nothing(w.exact.accrueInterest(w.morpho, caller(w, op), text(op.args[0]))),
  createMarket: (w, op) => {
    const m = text(op.args[0])
    return nothing(w.exact.createMarket(w.morpho, caller(w, op), m, MARKETS[m]!))
  },
  enableIrm: (w, op) => nothing(w.exact.enableIrm(w.morpho, caller(w, op), text(op.args[0]))),
  enableLltv: (w, op) => nothing(w.exact.enableLltv(w.morpho, caller(w, op), int(op.args[0]))),
  setOwner: (w, op) => nothing(w.exact.setOwner(w.morpho, caller(w, op), text(op.args[0]))),
  setFee: (w, op) =>
    nothing(w.exact.setFee(w.morpho, caller(w, op), text(op.args[0]), int(op.args[1]))),
  setFeeRecipient: (w, op) =>
    nothing(w.exact.setFeeRecipient(w.morpho, caller(w, op), text(op.args[0]))),
  setAuthorization: (w, op) =>
    nothing(w.exact.setAuthorization(w.morpho, caller(w, op), text(op.args[0]), op.args[1] === 1n)),
  setAuthorizationWithSig: (w, op) => {
    const [manager, allowed, nonce, deadline, signed] = op.args
    return nothing(
      w.exact.setAuthorizationWithSig(w.morpho, caller(w, op), {
        authorizer: 'signer',
        manager: text(manager),
        allowed: allowed === 1n,
        nonce: int(nonce),
        deadline: int(deadline),
        isSigned: signed === 1n,
      }),
    )
  },
  extSloads: (w, { args: [m] }) => {
    const market = w.morpho.markets.get(text(m))
    return yes(32n, 3n, ...(market ? w.exact.packed(market) : [0n, 0n, 0n]))
  },
  borrowRateView: (w, { args: [m, supplied, , borrowed, , lastUpdate] }) => {
    const input = {
      totalSupplyAssets: int(supplied),
      totalBorrowAssets: int(borrowed),
      lastUpdate: int(lastUpdate),
      rateAtTarget: w.morpho.markets.get(text(m))?.rateAtTarget ?? 0n,
    }
    return answer(w.exact.quoteBorrowRate(w.morpho, input, w.time), (rate) => [rate])
  },
  borrowRate: () => ({ ok: false, reason: 'not Morpho' }),
  setPrice: (w, { args: [feed, price] }) => {
    w.prices[text(feed)] = int(price)
    return yes()
  },
  pause: (w, { args: [token, on] }) => {
    w.tokens[text(token)]!.paused = on === 1n
    return yes()
  },
  mint: (w, { args: [token, to, units] }) =>
    plain(mintToken(w.tokens[text(token)]!, text(to), int(units))),
  approve: (w, { by, args: [token, units] }) => {
    w.tokens[text(token)]!.allowances.set(`${by} morpho`, int(units))
    return yes(1n)
  },
}

/** What the sender does while the contract calls it back; all on the step's market, for itself. */
function calledBack(
  w: World,
  by: string,
  then: Arg | undefined,
  m: Arg | undefined,
  x: Arg | undefined,
): Exact.Callback {
  if (then === 'none' || then === undefined) return null
  return () => {
    const result = inner(w, text(then), by, text(m), int(x))
    return result.ok ? null : result.reason
  }
}

function inner(w: World, then: string, by: string, m: string, x: bigint): Result {
  const token = w.tokens[MARKETS[m]!.loanToken]!
  if (then === 'mint') return plain(mintToken(token, by, x))
  if (then === 'drain') return plain(moveToken(token, by, 'u0', x))
  const args = INNER[then]!(x, by)
  return VERBS[then]!(w, { kind: then, by, args: [m, ...args] })
}

const INNER: Readonly<Record<string, (x: bigint, by: string) => readonly Arg[]>> = {
  supplyCollateral: (x, by) => [x, by, 'none', 0n],
  withdrawCollateral: (x, by) => [x, by, by],
  repay: (x, by) => [0n, x, by, 'none', 0n],
  borrow: (x, by) => [x, 0n, by, by],
  withdraw: (x, by) => [x, 0n, by, by],
}

function caller(w: World, { by }: Op): Exact.Caller {
  return { sender: by, time: w.time, outside: outside(w) }
}

function amount(assets: Arg | undefined, shares: Arg | undefined): Exact.Amount {
  return { assets: int(assets), shares: int(shares) }
}

function moved(done: Exact.Done<Exact.Moved>): Result {
  return answer(done, ({ assets, shares }) => [assets, shares])
}

function nothing(done: Exact.Done<null>): Result {
  return answer(done, () => [])
}

function answer<T>(done: Exact.Done<T>, words: (value: T) => readonly bigint[]): Result {
  return done.ok ? { ok: true, returned: words(done.value) } : done
}

function plain(reason: string | null): Result {
  return reason === null ? yes() : { ok: false, reason }
}

function yes(...returned: readonly bigint[]): Result {
  return { ok: true, returned }
}
