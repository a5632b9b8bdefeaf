import type * as Exact from '../../../src/mechanisms/liquidity/uniswapV2/exact.ts'
import type { Check, ModelSide, Op, Result, Setup, Simulation } from '../../protocol.ts'
import {
  balanceCheck,
  copyToken,
  createToken,
  held,
  mintToken,
  moveToken,
  type TokenState,
} from '../../token.ts'
import { mutants } from './mutants.ts'
import { propose } from './propose.ts'

/** Units of each token that every user starts with: below the pair's limit of 2^112 - 1. */
export const OPENING: bigint = 1n << 111n
/** Accounts that are no contract with a callback, beside the users. */
export const OTHERS: readonly string[] = ['admin', 'treasury', 'pair', 'zero']

/** Everything that a case can change. */
export type World = {
  readonly exact: typeof Exact
  readonly users: readonly string[]
  readonly number: number
  time: bigint
  pair: Exact.Pair
  tokens: [TokenState, TokenState]
  factory: Exact.Factory
}

/** Uniswap v2: one pair of two plain tokens, its factory, users that trade and lend liquidity. */
export const model: ModelSide<typeof Exact> = {
  name: 'uniswapV2',
  exact: 'src/mechanisms/liquidity/uniswapV2/exact.ts',
  caseLength: 200,
  create: (exact, setup) => simulate(createWorld(exact, setup)),
  mutants,
}

function createWorld(exact: typeof Exact, { users, time, number }: Setup): World {
  const names = Array.from({ length: users }, (_, i) => `u${i}`)
  const opening = Object.fromEntries(names.map((name) => [name, OPENING]))
  return {
    exact,
    users: names,
    number,
    time,
    pair: exact.createPair(),
    tokens: [createToken(opening), createToken(opening)],
    factory: { feeTo: null, feeToSetter: 'admin' },
  }
}

function simulate(world: World): Simulation {
  return {
    propose: (random) => propose(world, random),
    apply(op, time) {
      world.time = time
      const { pair, tokens, factory } = world
      const saved = {
        pair: {
          ...pair,
          balances: new Map(pair.balances),
          allowances: new Map(pair.allowances),
        },
        tokens: [copyToken(tokens[0]), copyToken(tokens[1])] as [TokenState, TokenState],
        factory: { ...factory },
      }
      const result = VERBS[op.kind]!(world, op)
      if (!result.ok) Object.assign(world, saved)
      return result
    },
    touched: (op) => [
      ...market(world),
      ...namesIn(world, op).flatMap((name) => account(world, name)),
      ...allowancesIn(world, op),
    ],
    all: () => [
      ...market(world),
      ...[...world.users, ...OTHERS].flatMap((name) => account(world, name)),
      ...['token0', 'token1'].flatMap((name) => account(world, name)),
      ...world.users.flatMap((owner) => world.users.map((s) => allowance(world, owner, s))),
    ],
  }
}

type Verb = (world: World, op: Op) => Result

const VERBS: Readonly<Record<string, Verb>> = {
  deposit: (w, { by, args: [amount0, amount1, to] }) =>
    first(moved(w, 0, by, amount0), moved(w, 1, by, amount1)) ?? mint(w, text(to)),
  mint: (w, { args: [to] }) => mint(w, text(to)),
  withdraw: (w, { by, args: [shares, to] }) =>
    first(() => w.exact.transfer(w.pair, by, 'pair', int(shares))) ?? burn(w, text(to)),
  burn: (w, { args: [to] }) => burn(w, text(to)),
  swap: (w, { by, args: [in0, in1, out0, out1, to] }) =>
    first(in0 === 0n ? none : moved(w, 0, by, in0), in1 === 0n ? none : moved(w, 1, by, in1)) ??
    swap(w, { amount0Out: int(out0), amount1Out: int(out1), to: text(to) }),
  flash: (w, op) => flash(w, op),
  donate: (w, { by, args: [side, amount] }) =>
    first(moved(w, side === 0n ? 0 : 1, by, amount)) ?? yes(1n),
  create: (w, { args: [side, to, amount] }) =>
    first(() => mintToken(w.tokens[side === 0n ? 0 : 1], text(to), int(amount))) ?? yes(),
  pause: (w, { args: [side, on] }) => {
    w.tokens[side === 0n ? 0 : 1].paused = on === 1n
    return yes()
  },
  skim: (w, { args: [to] }) => answer(w.exact.skim(w.pair, port(w), text(to)), () => []),
  sync: (w) => answer(w.exact.sync(w.pair, port(w), w.time), () => []),
  transfer: (w, { by, args: [to, amount] }) =>
    first(() => w.exact.transfer(w.pair, by, text(to), int(amount))) ?? yes(1n),
  approve: (w, { by, args: [spender, amount] }) => {
    w.exact.approve(w.pair, by, text(spender), int(amount))
    return yes(1n)
  },
  transferFrom: (w, { by, args: [from, to, amount] }) =>
    first(() => w.exact.transferFrom(w.pair, by, text(from), text(to), int(amount))) ?? yes(1n),
  permit: (w, { args: [deadline] }) => ({
    ok: false,
    reason: w.exact.permit(int(deadline), w.time),
  }),
  setFeeTo: (w, { by, args: [to] }) =>
    first(() => w.exact.setFeeTo(w.factory, by, to === 'zero' ? null : text(to))) ?? yes(),
  setFeeToSetter: (w, { by, args: [to] }) =>
    first(() => w.exact.setFeeToSetter(w.factory, by, text(to))) ?? yes(),
}

function mint(w: World, to: string): Result {
  const { exact, pair, factory, time } = w
  return answer(exact.mint(pair, port(w), factory.feeTo, to, time), (shares) => [shares])
}

function burn(w: World, to: string): Result {
  const { exact, pair, factory, time } = w
  return answer(exact.burn(pair, port(w), factory.feeTo, to, time), (amounts) => amounts)
}

function swap(w: World, order: Exact.Swap): Result {
  return answer(w.exact.swap(w.pair, port(w), order, w.time), () => [])
}

/** Swap with data: the receiver pays back, and may try to enter the pair again. */
function flash(w: World, { args: [out0, out1, back0, back1, again, to] }: Op): Result {
  const receiver = text(to)
  const callable = receiver === 'admin' || w.users.includes(receiver)
  const callback = (): string | null => {
    if (!callable) return 'empty'
    const refused = first(
      back0 === 0n ? none : moved(w, 0, receiver, back0),
      back1 === 0n ? none : moved(w, 1, receiver, back1),
      again === 'none' ? none : () => reenter(w, text(again)),
    )
    return refused?.ok === false ? refused.reason : null
  }
  return swap(w, { amount0Out: int(out0), amount1Out: int(out1), to: receiver, callback })
}

function reenter(w: World, verb: string): string | null {
  const result = VERBS[verb]!(w, { kind: verb, by: 'u0', args: ['u0'] })
  return result.ok ? null : result.reason
}

function port({ tokens }: World): Exact.Tokens {
  return {
    balance: (side) => held(tokens[side], 'pair'),
    send: (side, to, amount) => moveToken(tokens[side], 'pair', to, amount) === null,
  }
}

function moved(w: World, side: 0 | 1, from: string, amount: bigint | string | undefined) {
  return (): string | null => moveToken(w.tokens[side], from, 'pair', int(amount))
}

const none = (): null => null

/** Do calls one after the other; the first refusal ends the step. */
function first(...calls: readonly (() => string | null)[]): Result | null {
  for (const call of calls) {
    const reason = call()
    if (reason !== null) return { ok: false, reason }
  }
  return null
}

function answer<T>(done: Exact.Done<T>, words: (value: T) => readonly bigint[]): Result {
  return done.ok ? { ok: true, returned: words(done.value) } : done
}

function yes(...returned: readonly bigint[]): Result {
  return { ok: true, returned }
}

function int(arg: bigint | string | undefined): bigint {
  return typeof arg === 'bigint' ? arg : 0n
}

function text(arg: bigint | string | undefined): string {
  return typeof arg === 'string' ? arg : 'zero'
}

function namesIn(w: World, { by, args }: Op): string[] {
  const known = new Set([...w.users, ...OTHERS])
  return [...new Set([by, ...args])].filter(
    (n): n is string => typeof n === 'string' && n !== 'pair' && known.has(n),
  )
}

function market({ pair, tokens, factory }: World): Check[] {
  const on = 'pair'
  const one = (get: string, ...is: bigint[]): Check => ({ on, get, args: [], is })
  const beneficiary = factory.feeTo ?? 'zero'
  return [
    one('getReserves', pair.reserve0, pair.reserve1, pair.blockTimestampLast),
    one('price0CumulativeLast', pair.price0CumulativeLast),
    one('price1CumulativeLast', pair.price1CumulativeLast),
    one('kLast', pair.kLast),
    one('totalSupply', pair.totalSupply),
    balanceCheck('token0', tokens[0], 'pair'),
    balanceCheck('token1', tokens[1], 'pair'),
    shares(pair, 'pair'),
    shares(pair, 'zero'),
    shares(pair, beneficiary),
    { on: 'factory', get: 'feeTo', args: [], is: [beneficiary] },
    { on: 'factory', get: 'feeToSetter', args: [], is: [factory.feeToSetter] },
  ]
}

function shares(pair: Exact.Pair, name: string): Check {
  return { on: 'pair', get: 'balanceOf', args: [name], is: [pair.balances.get(name) ?? 0n] }
}

function account(w: World, name: string): Check[] {
  return [
    shares(w.pair, name),
    balanceCheck('token0', w.tokens[0], name),
    balanceCheck('token1', w.tokens[1], name),
    { on: 'pair', get: 'nonces', args: [name], is: [0n] },
  ]
}

function allowancesIn(w: World, { kind, by, args: [account] }: Op): Check[] {
  if (kind === 'approve') return [allowance(w, by, text(account))]
  return kind === 'transferFrom' ? [allowance(w, text(account), by)] : []
}

function allowance({ pair }: World, owner: string, spender: string): Check {
  const is = [pair.allowances.get(`${owner} ${spender}`) ?? 0n]
  return { on: 'pair', get: 'allowance', args: [owner, spender], is }
}
