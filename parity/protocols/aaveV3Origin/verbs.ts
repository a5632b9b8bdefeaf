import type * as Exact from '../../../src/mechanisms/lending/aaveV3Origin/exact.ts'
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
  useAsCollateral: (w, { by, args: [asset, use, user] }) =>
    plain(
      w.exact.setUseAsCollateral(w.pool, blockOf(w), {
        by,
        asset: text(asset),
        use: use === 1n,
        onBehalfOf: text(user),
      }),
    ),
  setUserEMode: (w, { by, args: [id, user] }) =>
    plain(w.exact.setUserEMode(w.pool, blockOf(w), { by, eMode: int(id), onBehalfOf: text(user) })),
  manager: (w, { by, args: [to, approved] }) =>
    plain(w.exact.setManager(w.pool, by, text(to), approved === 1n)),
  renounce: (w, { by, args: [user] }) => plain(w.exact.setManager(w.pool, text(user), by, false)),
  eliminate: (w, op) => amountOf(w.exact.eliminateDeficit(w.pool, blockOf(w), order(op))),
  // The tests' assets have no permit; its failure is passed over.
  supplyWithPermit: (w, op) => supply(w, { ...op, args: [op.args[0]!, op.args[1]!, op.by] }),
  repayWithPermit: (w, op) =>
    repay(w, { ...op, args: [op.args[0]!, op.args[1]!, 2n] }, op.by, false),
  mintToTreasury: (w, { args }) =>
    plain(w.exact.mintToTreasury(w.pool, blockOf(w), args.map(text))),
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
  switch: (w, { by, args: [asset, field, value] }) => {
    const change = [text(field) as Exact.Switch, value === 1n] as const
    return plain(w.exact.setSwitch(w.pool, blockOf(w), by, text(asset), change))
  },
  limit: (w, { by, args: [asset, field, value] }) => {
    const change = [text(field) as Exact.Limit, int(value)] as const
    return plain(w.exact.setLimit(w.pool, blockOf(w), by, text(asset), change))
  },
  freeze: (w, { by, args: [asset, on] }) =>
    plain(w.exact.setFreeze(w.pool, by, text(asset), on === 1n)),
  ltvzero: (w, { by, args: [asset, on] }) =>
    plain(w.exact.setLtvzero(w.pool, by, text(asset), on === 1n)),
  pause: (w, { by, args: [asset, on, grace] }) =>
    plain(w.exact.setPause(w.pool, blockOf(w), by, text(asset), [on === 1n, int(grace)])),
  setPoolPause: (w, { by, args: [on, grace] }) =>
    plain(w.exact.setPoolPause(w.pool, blockOf(w), by, [on === 1n, int(grace)])),
  endGrace: (w, { by, args: [asset] }) => plain(w.exact.endGracePeriod(w.pool, by, text(asset))),
  flashPremium: (w, { by, args: [value] }) =>
    plain(w.exact.setFlashPremium(w.pool, by, int(value))),
  category: (w, { by, args: [id, ...terms] }) =>
    plain(w.exact.setEModeCategory(w.pool, by, int(id), termsOf(terms))),
  assetCategory: (w, { by, args: [asset, id, list, on] }) =>
    plain(
      w.exact.setAssetEMode(w.pool, blockOf(w), by, {
        ...{ asset: text(asset), id: int(id) },
        ...{ list: text(list) as Exact.Bitmap, on: on === 1n },
      }),
    ),
  setRates: (w, { by, args: [asset, ...terms] }) => {
    const [optimal, base, slope1, slope2] = terms.map(int)
    return plain(
      w.exact.setRates(w.pool, blockOf(w), by, text(asset), {
        ...{ optimalUsageRatio: optimal!, baseVariableBorrowRate: base! },
        ...{ variableRateSlope1: slope1!, variableRateSlope2: slope2! },
      }),
    )
  },
  rates: (w, { args }) => rates(w, args),
  price: (w, { args: [source, answer] }) => {
    w.prices.set(text(source), int(answer))
    return yes()
  },
  sequencer: (w, { args: [answer] }) => {
    w.sequencer = { answer: int(answer), updatedAt: w.time }
    return yes()
  },
  collateral: (w, { by, args: [asset, ...terms] }) =>
    plain(w.exact.setCollateral(w.pool, blockOf(w), by, text(asset), termsOf(terms))),
  forbidden: (_, { args: [index] }) => no(FORBIDDEN[Number(index)]!.reason),
}

function termsOf([ltv, liquidationThreshold, liquidationBonus]: readonly Arg[]): Exact.Terms {
  return {
    ltv: int(ltv),
    liquidationThreshold: int(liquidationThreshold),
    liquidationBonus: int(liquidationBonus),
  }
}

/** Ask the strategy directly. */
function rates(w: World, [asset, ...amounts]: readonly Arg[]): Result {
  const [unbacked, added, taken, totalDebt, virtual, factor] = amounts.map(int)
  const done = w.exact.askStrategy(w.pool.byAsset.get(text(asset))!.rates, {
    unbacked: unbacked!,
    liquidityAdded: added!,
    liquidityTaken: taken!,
    totalDebt: totalDebt!,
    reserveFactor: factor!,
    virtualBalance: virtual!,
  })
  return done.ok ? yes(done.value.liquidity, done.value.variable) : done
}

/** What each kind of step does to the model. */
export const VERBS: Readonly<Record<string, Verb>> = { ...POOL, ...TOKENS, ...ADMIN }
