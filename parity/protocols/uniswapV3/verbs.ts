import type * as Exact from '../../../src/mechanisms/liquidity/uniswapV3/exact.ts'
import type { Arg, Op, Result } from '../../protocol.ts'
import { held, mintToken, moveToken } from '../../token.ts'
import type { World } from './world.ts'

type Verb = (world: World, op: Op) => Result

/** What each kind of step does to the model. */
export const VERBS: Readonly<Record<string, Verb>> = {
  initialize: (w, { args: [, root] }) =>
    answer(w.exact.initialize(w.pool, int(root), w.time), none),
  mint: (w, op) => {
    const [, owner, lower, upper, liquidity] = op.args
    const order = {
      owner: text(owner),
      ...range(lower, upper),
      liquidity: int(liquidity),
      callback: payer(w, op.by, op.args.slice(5)),
    }
    return answer(w.exact.mint(w.pool, port(w), order, w.time), pair)
  },
  burn: (w, { by, args: [, lower, upper, liquidity] }) => {
    const order = { owner: by, ...range(lower, upper), liquidity: int(liquidity) }
    return answer(w.exact.burn(w.pool, order, w.time), pair)
  },
  collect: (w, { by, args: [, recipient, lower, upper, requested0, requested1] }) => {
    const order = { owner: by, ...range(lower, upper), recipient: text(recipient) }
    const requested = [int(requested0), int(requested1)] as const
    return answer(w.exact.collect(w.pool, port(w), order, requested), pair)
  },
  swap: (w, { by, args }) => {
    const [, recipient, direction, amount, limit] = args
    const order = {
      recipient: text(recipient),
      zeroForOne: direction === 1n,
      amountSpecified: int(amount),
      sqrtPriceLimitX96: int(limit),
      callback: payer(w, by, args.slice(5)),
    }
    return answer(w.exact.swap(w.pool, port(w), order, w.time), pair)
  },
  flash: (w, { by, args }) => {
    const [, recipient, amount0, amount1] = args
    const amounts = [int(amount0), int(amount1)] as const
    const order = { recipient: text(recipient), amounts, callback: payer(w, by, args.slice(4)) }
    return answer(w.exact.flash(w.pool, port(w), order), none)
  },
  setFeeProtocol: (w, { by, args: [, part0, part1] }) => {
    const who = { sender: by, owner: w.factory.owner }
    const parts = [Number(part0), Number(part1)] as const
    return answer(w.exact.setFeeProtocol(w.pool, who, parts), none)
  },
  collectProtocol: (w, { by, args: [, recipient, requested0, requested1] }) => {
    const who = { sender: by, owner: w.factory.owner, recipient: text(recipient) }
    const requested = [int(requested0), int(requested1)] as const
    return answer(w.exact.collectProtocol(w.pool, port(w), who, requested), pair)
  },
  grow: (w, { args: [, size] }) =>
    answer(w.exact.increaseObservationCardinalityNext(w.pool, Number(size)), none),
  observe: (w, { args: [, ...agos] }) =>
    answer(w.exact.observe(w.pool, w.time, agos.map(int)), (found) => {
      const count = BigInt(found.length)
      const ticks = found.map((c) => c.tickCumulative)
      const seconds = found.map((c) => c.secondsPerLiquidityCumulativeX128)
      return [64n, 96n + 32n * count, count, ...ticks, count, ...seconds]
    }),
  donate: (w, { by, args: [pool, side, amount] }) => {
    const refused = moveToken(w.tokens[side === 0n ? 0 : 1], by, text(pool), int(amount))
    return refused === null ? { ok: true, returned: [1n] } : { ok: false, reason: refused }
  },
  create: (w, { args: [side, to, amount] }) => {
    const refused = mintToken(w.tokens[side === 0n ? 0 : 1], text(to), int(amount))
    return refused === null ? { ok: true, returned: [] } : { ok: false, reason: refused }
  },
  pause: (w, { args: [side, on] }) => {
    w.tokens[side === 0n ? 0 : 1].paused = on === 1n
    return { ok: true, returned: [] }
  },
  setOwner: (w, { by, args: [to] }) => answer(w.exact.setOwner(w.factory, by, text(to)), none),
  enableFeeAmount: (w, { by, args: [fee, spacing] }) =>
    answer(w.exact.enableFeeAmount(w.factory, by, int(fee), Number(spacing)), none),
  createPool: (w, { args: [a, b, fee] }) => {
    const tokens = (a === 'token1' ? [text(b), text(a)] : [text(a), text(b)]) as [string, string]
    const sorted: [string, string] = b === 'zero' ? ['zero', text(a)] : tokens
    return answer(w.exact.registerPool(w.factory, sorted, int(fee), 'new'), none)
  },
}

/** The pool's view of the tokens. */
export function port({ tokens, name }: World): Exact.Tokens {
  return {
    balance: (side) => held(tokens[side], name),
    send: (side, to, amount) => moveToken(tokens[side], name, to, amount) === null,
  }
}

/** What the sender does when called back: pay token 0, token 1 (`owed` or units), try to enter again. */
function payer(w: World, by: string, [pay0, pay1, again]: readonly Arg[]): Exact.Callback {
  return (amount0, amount1) => {
    for (const side of [0, 1] as const) {
      const given = side === 0 ? pay0 : pay1
      const owed = side === 0 ? amount0 : amount1
      const amount = given === 'owed' ? owed : int(given)
      const refused = amount > 0n ? moveToken(w.tokens[side], by, w.name, amount) : null
      if (refused !== null) return refused
    }
    return again === 'none' ? null : enter(w, by, text(again))
  }
}

/** Arguments with which a callback tries to enter the pool again; every verb is locked then. */
export function againArgs(pool: string, verb: string): readonly Arg[] {
  const more: Readonly<Record<string, readonly Arg[]>> = {
    initialize: [1n << 96n],
    mint: ['u0', -16_383n, 16_383n, 1n, 'owed', 'owed', 'none'],
    burn: [-16_383n, 16_383n, 0n],
    collect: ['u0', -16_383n, 16_383n, 1n, 1n],
    swap: ['u0', 1n, 1n, 4295128740n, 'owed', 'owed', 'none'],
    flash: ['u0', 0n, 0n, 0n, 0n, 'none'],
    grow: [2n],
    setFeeProtocol: [0n, 0n],
    collectProtocol: ['u0', 1n, 1n],
  }
  return [pool, ...(more[verb] ?? [])]
}

function enter(w: World, by: string, verb: string): string | null {
  const result = VERBS[verb]!(w, { kind: verb, by, args: againArgs(w.name, verb) })
  return result.ok ? null : result.reason
}

const none = (): readonly bigint[] => []
const pair = (amounts: readonly bigint[]): readonly bigint[] => amounts

function answer<T>(done: Exact.Done<T>, words: (value: T) => readonly bigint[]): Result {
  return done.ok ? { ok: true, returned: words(done.value) } : done
}

function range(lower: Arg | undefined, upper: Arg | undefined): Exact.Range {
  return { lower: Number(lower), upper: Number(upper) }
}

function int(arg: Arg | undefined): bigint {
  return typeof arg === 'bigint' ? arg : 0n
}

function text(arg: Arg | undefined): string {
  return typeof arg === 'string' ? arg : 'zero'
}
