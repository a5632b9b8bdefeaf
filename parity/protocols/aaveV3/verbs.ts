import type * as Exact from '../../../src/mechanisms/lending/aaveV3/exact.ts'
import type { Arg, Op, Result } from '../../protocol.ts'
import { mintToken, moveToken } from '../../token.ts'
import { FORBIDDEN } from './forbidden.ts'
import { blockOf, type World } from './world.ts'

type Verb = (w: World, op: Op) => Result

const int = (arg: Arg | undefined): bigint => (typeof arg === 'bigint' ? arg : 0n)
const text = (arg: Arg | undefined): string => (typeof arg === 'string' ? arg : 'zero')
const yes = (...returned: readonly bigint[]): Result => ({ ok: true, returned })
const no = (reason: string): Result => ({ ok: false, reason })
const told = (refused: string | null, ...returned: readonly bigint[]): Result =>
  refused === null ? yes(...returned) : no(refused)

function plain(done: Exact.Done<unknown>, ...returned: readonly bigint[]): Result {
  return done.ok ? yes(...returned) : done
}

function amountOf(done: Exact.Done<bigint>): Result {
  return done.ok ? yes(done.value) : done
}

const order = ({ by, args: [asset, amount] }: Op): Exact.Order => ({
  by,
  asset: text(asset),
  amount: int(amount),
})

const supply: Verb = (w, op) =>
  plain(w.exact.supply(w.pool, blockOf(w), { ...order(op), onBehalfOf: text(op.args[2]) }))

const repay = (w: World, op: Op, onBehalfOf: string, withATokens: boolean): Result =>
  amountOf(
    w.exact.repay(w.pool, blockOf(w), {
      ...order(op),
      mode: int(op.args[2]),
      onBehalfOf,
      withATokens,
    }),
  )

const POOL: Readonly<Record<string, Verb>> = {
  supply,
  deposit: supply,
  withdraw: (w, op) =>
    amountOf(w.exact.withdraw(w.pool, blockOf(w), { ...order(op), to: text(op.args[2]) })),
  borrow: (w, op) =>
    plain(
      w.exact.borrow(w.pool, blockOf(w), {
        ...order(op),
        mode: int(op.args[2]),
        onBehalfOf: text(op.args[3]),
      }),
    ),
  repay: (w, op) => repay(w, op, text(op.args[3]), false),
  repayWithATokens: (w, op) => repay(w, op, op.by, true),
  swapBorrowRateMode: (w, { by, args: [asset, mode] }) =>
    plain(
      w.exact.swapBorrowRateMode(w.pool, blockOf(w), { by, asset: text(asset), mode: int(mode) }),
    ),
  rebalance: (w, { args: [asset] }) =>
    plain(w.exact.rebalanceStableBorrowRate(w.pool, blockOf(w), text(asset))),
  useAsCollateral: (w, { by, args: [asset, use] }) =>
    plain(
      w.exact.setUseAsCollateral(w.pool, blockOf(w), { by, asset: text(asset), use: use === 1n }),
    ),
  setUserEMode: (w, { by, args: [id] }) =>
    plain(w.exact.setUserEMode(w.pool, blockOf(w), by, int(id))),
  liquidate: (w, { by, args: [collateral, debt, user, amount, receive] }) =>
    plain(
      w.exact.liquidate(w.pool, blockOf(w), {
        by,
        collateral: text(collateral),
        debt: text(debt),
        user: text(user),
        debtToCover: int(amount),
        receiveAToken: receive === 1n,
      }),
    ),
  mintToTreasury: (w, { args }) =>
    plain(w.exact.mintToTreasury(w.pool, blockOf(w), args.map(text))),
  mintUnbacked: (w, op) =>
    plain(w.exact.mintUnbacked(w.pool, blockOf(w), { ...order(op), onBehalfOf: text(op.args[2]) })),
  backUnbacked: (w, op) =>
    amountOf(w.exact.backUnbacked(w.pool, blockOf(w), { ...order(op), fee: int(op.args[2]) })),
  flash: (w, { args: [receiver, asset, amount, ...inner] }) =>
    plain(
      w.exact.flashLoanSimple(w.pool, blockOf(w), {
        receiver: text(receiver),
        asset: text(asset),
        amount: int(amount),
        callback: callback(w, text(receiver), inner),
      }),
    ),
  flashMany: (w, { by, args: [receiver, onBehalfOf, n, ...rest] }) => {
    const count = Number(n)
    const part = (k: number): readonly Arg[] => rest.slice(k * count, (k + 1) * count)
    return plain(
      w.exact.flashLoan(w.pool, blockOf(w), {
        by,
        receiver: text(receiver),
        onBehalfOf: text(onBehalfOf),
        assets: part(0).map(text),
        amounts: part(1).map(int),
        modes: part(2).map(int),
        callback: callback(w, text(receiver), rest.slice(3 * count)),
      }),
    )
  },
}

/** The receiver is an actor, who does one more step and agrees; other accounts have no code. */
function callback(w: World, receiver: string, [kind, ...args]: readonly Arg[]): Exact.Callback {
  return () => {
    if (receiver !== 'admin' && !w.users.includes(receiver)) return 'empty'
    if (kind === undefined) return null
    const done = VERBS[text(kind)]!(w, { kind: text(kind), by: receiver, args })
    return done.ok ? null : done.reason
  }
}

const approval =
  (how: Exact.Approval): Verb =>
  (w, { by, args: [asset, spender, amount] }) => {
    const to = { by, asset: text(asset), amount: int(amount), spender: text(spender) }
    return plain(w.exact.approve(w.pool, to, how), 1n)
  }

const TOKENS: Readonly<Record<string, Verb>> = {
  transfer: (w, { by, args: [asset, to, amount] }) =>
    plain(
      w.exact.transfer(w.pool, blockOf(w), {
        by,
        asset: text(asset),
        amount: int(amount),
        to: text(to),
      }),
      1n,
    ),
  transferFrom: (w, { by, args: [asset, from, to, amount] }) =>
    plain(
      w.exact.transferFrom(w.pool, blockOf(w), {
        by,
        asset: text(asset),
        amount: int(amount),
        from: text(from),
        to: text(to),
      }),
      1n,
    ),
  approve: approval('approve'),
  increase: approval('increase'),
  decrease: approval('decrease'),
  delegate: (w, { by, args: [asset, delegatee, amount] }) =>
    plain(
      w.exact.approveDelegation(w.pool, {
        by,
        asset: text(asset),
        amount: int(amount),
        delegatee: text(delegatee),
      }),
    ),
  permit: (w, { args: [, owner, deadline] }) =>
    no(w.exact.judgeSignature(blockOf(w), text(owner), int(deadline))),
  delegationWithSig: (w, { args: [, , owner, deadline] }) =>
    no(w.exact.judgeSignature(blockOf(w), text(owner), int(deadline))),
  // The tests' assets have no permit, so the pool's call of it finds no function.
  supplyWithPermit: () => no('empty'),
  repayWithPermit: () => no('empty'),
  create: (w, { args: [asset, to, amount] }) =>
    told(mintToken(w.tokens.get(text(asset))!, text(to), int(amount))),
  donate: (w, { by, args: [asset, amount] }) => {
    const to = w.pool.byAsset.get(text(asset))!.aToken
    return told(moveToken(w.tokens.get(text(asset))!, by, to, int(amount)), 1n)
  },
  pauseToken: (w, { args: [asset, paused] }) => {
    w.tokens.get(text(asset))!.paused = paused === 1n
    return yes()
  },
  allow: (w, { by, args: [asset, amount] }) => {
    w.tokens.get(text(asset))!.allowances.set(`${by} pool`, int(amount))
    return yes(1n)
  },
}

const ADMIN: Readonly<Record<string, Verb>> = {
  price: (w, { args: [source, answer] }) => {
    w.prices.set(text(source), int(answer))
    return yes()
  },
  sequencer: (w, { args: [answer] }) => {
    w.sequencer = { answer: int(answer), updatedAt: w.time }
    return yes()
  },
  switch: (w, { by, args: [asset, field, value] }) => {
    const change = [text(field) as Exact.Switch, value === 1n] as const
    return plain(w.exact.setSwitch(w.pool, blockOf(w), by, text(asset), change))
  },
  limit: (w, { by, args: [asset, field, value] }) => {
    const change = [text(field) as Exact.Limit, int(value)] as const
    return plain(w.exact.setLimit(w.pool, blockOf(w), by, text(asset), change))
  },
  fee: (w, { by, args: [field, value] }) =>
    plain(w.exact.setFee(w.pool, by, text(field) as Exact.Fee, int(value))),
  setPoolPause: (w, { by, args: [paused] }) =>
    plain(w.exact.setPoolPause(w.pool, by, paused === 1n)),
  collateral: (w, { by, args: [asset, ...terms] }) =>
    plain(w.exact.setCollateral(w.pool, blockOf(w), by, text(asset), termsOf(terms))),
  category: (w, { by, args: [id, ltv, threshold, bonus, source] }) =>
    plain(
      w.exact.setEModeCategory(w.pool, by, int(id), {
        ...termsOf([ltv!, threshold!, bonus!]),
        priceSource: source === 'zero' ? null : text(source),
      }),
    ),
  assetCategory: (w, { by, args: [asset, id] }) =>
    plain(w.exact.setAssetEMode(w.pool, by, text(asset), int(id))),
  strategy: (w, { by, args: [asset, name] }) =>
    plain(w.exact.setStrategy(w.pool, by, text(asset), text(name))),
  rates: (w, { args }) => rates(w, args),
  forbidden: (_, { args: [index] }) => no(FORBIDDEN[Number(index)]!.reason),
}

function termsOf([ltv, liquidationThreshold, liquidationBonus]: readonly Arg[]): Exact.Terms {
  return {
    ltv: int(ltv),
    liquidationThreshold: int(liquidationThreshold),
    liquidationBonus: int(liquidationBonus),
  }
}

/** Ask a strategy directly, stable debt included. */
function rates(w: World, [strategy, asset, ...amounts]: readonly Arg[]): Result {
  const [unbacked, added, taken, stable, variable, average, factor] = amounts.map(int)
  const done = w.exact.askStrategy(w.pool.strategies.get(text(strategy))!, {
    unbacked: unbacked!,
    liquidityAdded: added!,
    liquidityTaken: taken!,
    totalStableDebt: stable!,
    totalVariableDebt: variable!,
    averageStableBorrowRate: average!,
    reserveFactor: factor!,
    balance: blockOf(w).tokens.balance(text(asset), w.pool.byAsset.get(text(asset))!.aToken),
  })
  return done.ok ? yes(done.value.liquidity, done.value.stable, done.value.variable) : done
}

/** What each kind of step does to the model. */
export const VERBS: Readonly<Record<string, Verb>> = { ...POOL, ...TOKENS, ...ADMIN }
