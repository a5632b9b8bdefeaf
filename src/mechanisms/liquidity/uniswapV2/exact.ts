/**
 * Uniswap v2 pair in integers, wei for wei. Source: Uniswap/v2-core v1.0.1 contracts/UniswapV2Pair.sol
 * and UniswapV2ERC20.sol; Uniswap/v2-periphery contracts/libraries/UniswapV2Library.sol. Every
 * division rounds down, as the EVM's does. Reasons are the contract's own revert texts.
 */
import { type Change, mul, Refusal, type Shares, setShares, sqrtDown, sub } from './shares.ts'

export { approve, permit, type Shares, transfer, transferFrom } from './shares.ts'

/** Name of the pair's own account among the holders of its shares. */
export const SELF = 'pair'
/** Name of the account that holds what nobody can redeem. */
export const ZERO = 'zero'
/** Shares that the first mint locks for ever, in the shares' smallest unit. */
export const MINIMUM_LIQUIDITY = 1000n

const MAX_UINT112 = (1n << 112n) - 1n
const FEE_THOUSANDTHS = 3n
const PROTOCOL_SHARE = 5n

/** State of a pair; amounts in the tokens' smallest units. */
export type Pair = Shares & {
  reserve0: bigint
  reserve1: bigint
  /** Time of the last update, seconds modulo 2^32. */
  blockTimestampLast: bigint
  /** Sum of price (token 1 per token 0, times 2^112) x seconds, modulo 2^256. */
  price0CumulativeLast: bigint
  price1CumulativeLast: bigint
  /** Product of the reserves after the last mint or burn while the protocol fee was on, else 0. */
  kLast: bigint
  locked: boolean
}

/** The pair's two tokens as it sees them. */
export type Tokens = {
  /** Units of token 0 or 1 that the pair holds. */
  balance(side: 0 | 1): bigint
  /** Send units from the pair; false when the token refuses. */
  send(side: 0 | 1, to: string, amount: bigint): boolean
}

/** What a verb did: its returned amounts, or the reason why nothing changed. */
export type Done<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string }

/** Who receives the protocol fee (null: off), and who may change that. */
export type Factory = { feeTo: string | null; feeToSetter: string }

/** What a swap is asked to do. */
export type Swap = {
  readonly amount0Out: bigint
  readonly amount1Out: bigint
  readonly to: string
  /** What the receiver does with the tokens before the product is checked; its reason when it fails. */
  readonly callback?: () => string | null
}

/** Start a pair without liquidity. */
export function createPair(): Pair {
  return {
    totalSupply: 0n,
    balances: new Map(),
    allowances: new Map(),
    journal: null,
    reserve0: 0n,
    reserve1: 0n,
    blockTimestampLast: 0n,
    price0CumulativeLast: 0n,
    price1CumulativeLast: 0n,
    kLast: 0n,
    locked: false,
  }
}

/**
 * Give shares for what the pair holds beyond its reserves, rounded down.
 *
 * The first mint gives sqrt(amount0 amount1) less 1,000 locked shares, later ones the smaller of
 * amount x supply / reserve of the two tokens.
 * @param feeTo receiver of the protocol fee, null while it is off.
 * @param time block timestamp, seconds.
 * @returns shares given to `to`.
 */
export function mint(
  pair: Pair,
  tokens: Tokens,
  feeTo: string | null,
  to: string,
  time: bigint,
): Done<bigint> {
  return guarded(pair, () => {
    const balance0 = tokens.balance(0)
    const balance1 = tokens.balance(1)
    const amount0 = sub(balance0, pair.reserve0)
    const amount1 = sub(balance1, pair.reserve1)
    mintFee(pair, feeTo)
    const supply = pair.totalSupply
    let liquidity: bigint
    if (supply === 0n) {
      liquidity = sub(sqrtDown(mul(amount0, amount1)), MINIMUM_LIQUIDITY)
      issue(pair, ZERO, MINIMUM_LIQUIDITY)
    } else {
      const by0 = divide(mul(amount0, supply), pair.reserve0)
      const by1 = divide(mul(amount1, supply), pair.reserve1)
      liquidity = by0 < by1 ? by0 : by1
    }
    if (liquidity <= 0n) throw new Refusal('UniswapV2: INSUFFICIENT_LIQUIDITY_MINTED')
    issue(pair, to, liquidity)
    update(pair, balance0, balance1, time)
    if (feeTo !== null) pair.kLast = mul(pair.reserve0, pair.reserve1)
    return liquidity
  })
}

/**
 * Redeem the shares that the pair itself holds for their part of its balances, rounded down.
 * @param feeTo receiver of the protocol fee, null while it is off.
 * @param time block timestamp, seconds.
 * @returns units of token 0 and token 1 sent to `to`.
 */
export function burn(
  pair: Pair,
  tokens: Tokens,
  feeTo: string | null,
  to: string,
  time: bigint,
): Done<readonly [bigint, bigint]> {
  return guarded(pair, () => {
    const liquidity = pair.balances.get(SELF) ?? 0n
    const balance0 = tokens.balance(0)
    const balance1 = tokens.balance(1)
    mintFee(pair, feeTo)
    const amount0 = divide(mul(liquidity, balance0), pair.totalSupply)
    const amount1 = divide(mul(liquidity, balance1), pair.totalSupply)
    if (amount0 <= 0n || amount1 <= 0n) {
      throw new Refusal('UniswapV2: INSUFFICIENT_LIQUIDITY_BURNED')
    }
    // The fee may have gone to the pair itself, so the balance is read again.
    setShares(pair, SELF, sub(pair.balances.get(SELF) ?? 0n, liquidity))
    pair.totalSupply = sub(pair.totalSupply, liquidity)
    send(tokens, 0, to, amount0)
    send(tokens, 1, to, amount1)
    update(pair, tokens.balance(0), tokens.balance(1), time)
    if (feeTo !== null) pair.kLast = mul(pair.reserve0, pair.reserve1)
    return [amount0, amount1]
  })
}

/**
 * Pay out tokens first and check afterwards that enough came in.
 *
 * With b = balance x 1000 - amountIn x 3 per token: b0 b1 >= reserve0 reserve1 1000^2.
 * @param time block timestamp, seconds.
 * @returns units of token 0 and token 1 that came in.
 */
export function swap(
  pair: Pair,
  tokens: Tokens,
  order: Swap,
  time: bigint,
): Done<readonly [bigint, bigint]> {
  const { amount0Out, amount1Out, to, callback } = order
  return guarded(pair, () => {
    if (amount0Out <= 0n && amount1Out <= 0n) {
      throw new Refusal('UniswapV2: INSUFFICIENT_OUTPUT_AMOUNT')
    }
    const { reserve0, reserve1 } = pair
    if (amount0Out >= reserve0 || amount1Out >= reserve1) {
      throw new Refusal('UniswapV2: INSUFFICIENT_LIQUIDITY')
    }
    if (to === 'token0' || to === 'token1') throw new Refusal('UniswapV2: INVALID_TO')
    if (amount0Out > 0n) send(tokens, 0, to, amount0Out)
    if (amount1Out > 0n) send(tokens, 1, to, amount1Out)
    const refused = callback?.() ?? null
    if (refused !== null) throw new Refusal(refused)
    const balance0 = tokens.balance(0)
    const balance1 = tokens.balance(1)
    const amount0In = excess(balance0, reserve0 - amount0Out)
    const amount1In = excess(balance1, reserve1 - amount1Out)
    if (amount0In <= 0n && amount1In <= 0n) {
      throw new Refusal('UniswapV2: INSUFFICIENT_INPUT_AMOUNT')
    }
    const adjusted0 = sub(mul(balance0, 1000n), mul(amount0In, FEE_THOUSANDTHS))
    const adjusted1 = sub(mul(balance1, 1000n), mul(amount1In, FEE_THOUSANDTHS))
    if (mul(adjusted0, adjusted1) < mul(mul(reserve0, reserve1), 1_000_000n)) {
      throw new Refusal('UniswapV2: K')
    }
    update(pair, balance0, balance1, time)
    return [amount0In, amount1In]
  })
}

/** Send what the pair holds beyond its reserves to `to`. */
export function skim(pair: Pair, tokens: Tokens, to: string): Done<null> {
  return guarded(pair, () => {
    send(tokens, 0, to, sub(tokens.balance(0), pair.reserve0))
    send(tokens, 1, to, sub(tokens.balance(1), pair.reserve1))
    return null
  })
}

/** Take the balances as the new reserves. `time`: block timestamp, seconds. */
export function sync(pair: Pair, tokens: Tokens, time: bigint): Done<null> {
  return guarded(pair, () => {
    update(pair, tokens.balance(0), tokens.balance(1), time)
    return null
  })
}

/** Switch the protocol fee (null: off). @returns null, or the reason why nothing changed. */
export function setFeeTo(factory: Factory, sender: string, to: string | null): string | null {
  if (sender !== factory.feeToSetter) return 'UniswapV2: FORBIDDEN'
  factory.feeTo = to
  return null
}

/** Hand over the switch. @returns null, or the reason why nothing changed. */
export function setFeeToSetter(factory: Factory, sender: string, to: string): string | null {
  if (sender !== factory.feeToSetter) return 'UniswapV2: FORBIDDEN'
  factory.feeToSetter = to
  return null
}

/**
 * Compute the largest amount out for an amount in, rounded down.
 *
 * out = reserveOut 997 x / (1000 reserveIn + 997 x).
 * Source: UniswapV2Library.getAmountOut.
 */
export function amountOut(amountIn: bigint, reserveIn: bigint, reserveOut: bigint): Done<bigint> {
  return attempt(() => {
    if (amountIn <= 0n) throw new Refusal('UniswapV2Library: INSUFFICIENT_INPUT_AMOUNT')
    if (reserveIn <= 0n || reserveOut <= 0n) {
      throw new Refusal('UniswapV2Library: INSUFFICIENT_LIQUIDITY')
    }
    const counted = mul(amountIn, 1000n - FEE_THOUSANDTHS)
    return mul(counted, reserveOut) / (mul(reserveIn, 1000n) + counted)
  })
}

/**
 * Compute an amount in that pays for an amount out: rounded down, plus one unit.
 * Source: UniswapV2Library.getAmountIn.
 */
export function amountIn(out: bigint, reserveIn: bigint, reserveOut: bigint): Done<bigint> {
  return attempt(() => {
    if (out <= 0n) throw new Refusal('UniswapV2Library: INSUFFICIENT_OUTPUT_AMOUNT')
    if (reserveIn <= 0n || reserveOut <= 0n) {
      throw new Refusal('UniswapV2Library: INSUFFICIENT_LIQUIDITY')
    }
    const needed = mul(mul(reserveIn, out), 1000n)
    return divide(needed, mul(sub(reserveOut, out), 1000n - FEE_THOUSANDTHS)) + 1n
  })
}

/** Give the protocol a sixth of the growth of sqrt(k) since the last mint or burn, rounded down. */
function mintFee(pair: Pair, feeTo: string | null): void {
  if (feeTo === null) {
    pair.kLast = 0n
    return
  }
  if (pair.kLast === 0n) return
  const root = sqrtDown(mul(pair.reserve0, pair.reserve1))
  const rootLast = sqrtDown(pair.kLast)
  if (root <= rootLast) return
  const liquidity = mul(pair.totalSupply, root - rootLast) / (mul(root, PROTOCOL_SHARE) + rootLast)
  if (liquidity > 0n) issue(pair, feeTo, liquidity)
}

/** Accumulate the old prices over the time since the last update, then store the new reserves. */
function update(pair: Pair, balance0: bigint, balance1: bigint, time: bigint): void {
  if (balance0 > MAX_UINT112 || balance1 > MAX_UINT112) throw new Refusal('UniswapV2: OVERFLOW')
  const now = BigInt.asUintN(32, time)
  const elapsed = BigInt.asUintN(32, now - pair.blockTimestampLast)
  const { reserve0, reserve1 } = pair
  if (elapsed > 0n && reserve0 !== 0n && reserve1 !== 0n) {
    const price0 = ((reserve1 << 112n) / reserve0) * elapsed
    const price1 = ((reserve0 << 112n) / reserve1) * elapsed
    pair.price0CumulativeLast = BigInt.asUintN(256, pair.price0CumulativeLast + price0)
    pair.price1CumulativeLast = BigInt.asUintN(256, pair.price1CumulativeLast + price1)
  }
  pair.reserve0 = balance0
  pair.reserve1 = balance1
  pair.blockTimestampLast = now
}

function issue(pair: Pair, to: string, amount: bigint): void {
  pair.totalSupply += amount
  setShares(pair, to, (pair.balances.get(to) ?? 0n) + amount)
}

function send(tokens: Tokens, side: 0 | 1, to: string, amount: bigint): void {
  if (!tokens.send(side, to, amount)) throw new Refusal('UniswapV2: TRANSFER_FAILED')
}

function excess(balance: bigint, kept: bigint): bigint {
  return balance > kept ? balance - kept : 0n
}

/** Divide rounding down; compilers of the time answer a zero divisor with an opcode without a reason. */
function divide(numerator: bigint, denominator: bigint): bigint {
  if (denominator === 0n) throw new Refusal('empty')
  return numerator / denominator
}

/** Run a verb under the pair's lock; when it is refused, the pair is put back. */
function guarded<T>(pair: Pair, act: () => T): Done<T> {
  if (pair.locked) return { ok: false, reason: 'UniswapV2: LOCKED' }
  const { balances, allowances, ...scalars } = pair
  const journal: Change[] = []
  pair.journal = journal
  pair.locked = true
  const done = attempt(act)
  if (!done.ok) {
    Object.assign(pair, scalars)
    for (const { map, key, old } of journal.reverse()) map.set(key, old)
  }
  pair.journal = null
  pair.locked = false
  return done
}

function attempt<T>(act: () => T): Done<T> {
  try {
    return { ok: true, value: act() }
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, reason: error.reason }
    throw error
  }
}
