import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as float from '../constantProduct/kernel.ts'
import {
  amountIn,
  amountOut,
  burn,
  createPair,
  type Done,
  MINIMUM_LIQUIDITY,
  mint,
  type Pair,
  setFeeTo,
  setFeeToSetter,
  skim,
  swap,
  sync,
  type Tokens,
  ZERO,
} from './exact.ts'
import { sqrtDown } from './shares.ts'

const UNIT = 10n ** 18n

/** Tokens that only count what the pair holds; what is sent leaves. */
type Held = Tokens & { readonly units: [bigint, bigint]; refuse: boolean }

function heldTokens(): Held {
  const units: [bigint, bigint] = [0n, 0n]
  const tokens: Held = {
    units,
    refuse: false,
    balance: (side) => units[side],
    send(side, _to, amount) {
      if (tokens.refuse) return false
      units[side] -= amount
      return true
    },
  }
  return tokens
}

function opened(amount0: bigint, amount1: bigint): { pair: Pair; tokens: Held } {
  const pair = createPair()
  const tokens = heldTokens()
  tokens.units[0] = amount0
  tokens.units[1] = amount1
  value(mint(pair, tokens, null, 'lender', 1n))
  return { pair, tokens }
}

function value<T>(done: Done<T>): T {
  if (!done.ok) throw new Error(`refused: ${done.reason}`)
  return done.value
}

const reserve = fc.bigInt({ min: 10n ** 6n, max: (1n << 112n) - 1n })
const part = fc.integer({ min: 1, max: 3_000_000 })
const share = (whole: bigint, millionths: number): bigint =>
  (whole * BigInt(millionths)) / 1_000_000n

describe('amounts of a swap', () => {
  // Golden: validation F1; Uniswap/v2-periphery UniswapV2Library.getAmountOut.
  it('are what the deployed library says', () => {
    const out = amountOut(UNIT, 100n * UNIT, 200_000n * UNIT)
    expect(value(out)).toBe(1974316068794122597700n)
  })

  it('follow the float kernel within 1e-9 of the pool, or two units', () => {
    fc.assert(
      fc.property(reserve, reserve, part, (reserveIn, reserveOut, millionths) => {
        const into = share(reserveIn, millionths)
        if (into === 0n) return
        const exact = Number(value(amountOut(into, reserveIn, reserveOut)))
        const kernel = float.amountOut(Number(reserveIn), Number(reserveOut), Number(into), 0.003)
        const gap = Math.abs(exact - kernel)
        expect(gap).toBeLessThanOrEqual(Math.max(2, 1e-9 * Number(reserveOut)))
      }),
    )
  })

  it('are the largest that the pair accepts', () => {
    fc.assert(
      fc.property(reserve, reserve, part, (reserve0, reserve1, millionths) => {
        const into = share(reserve0, millionths)
        if (into === 0n || reserve0 + into >= 1n << 112n) return
        const best = value(amountOut(into, reserve0, reserve1))
        const attempt = (amount1Out: bigint): Done<unknown> => {
          const { pair, tokens } = opened(reserve0, reserve1)
          tokens.units[0] += into
          return swap(pair, tokens, { amount0Out: 0n, amount1Out, to: 'trader' }, 2n)
        }
        if (best > 0n) expect(attempt(best).ok).toBe(true)
        if (best + 1n < reserve1)
          expect(attempt(best + 1n)).toMatchObject({ reason: 'UniswapV2: K' })
      }),
    )
  })

  it('pay for an amount out with at most one unit too much', () => {
    fc.assert(
      fc.property(reserve, reserve, fc.integer({ min: 1, max: 900_000 }), (a, b, millionths) => {
        const out = share(b, millionths)
        if (out === 0n) return
        const into = value(amountIn(out, a, b))
        expect(value(amountOut(into, a, b))).toBeGreaterThanOrEqual(out)
        if (into > 2n) expect(value(amountOut(into - 2n, a, b))).toBeLessThan(out)
      }),
    )
  })

  it.each([
    [() => amountOut(0n, 1n, 1n), 'UniswapV2Library: INSUFFICIENT_INPUT_AMOUNT'],
    [() => amountOut(1n, 0n, 1n), 'UniswapV2Library: INSUFFICIENT_LIQUIDITY'],
    [() => amountIn(0n, 1n, 1n), 'UniswapV2Library: INSUFFICIENT_OUTPUT_AMOUNT'],
    [() => amountIn(1n, 1n, 0n), 'UniswapV2Library: INSUFFICIENT_LIQUIDITY'],
    [() => amountIn(5n, 9n, 5n), 'empty'],
    [() => amountIn(6n, 9n, 5n), 'ds-math-sub-underflow'],
    [() => amountOut(1n << 255n, 1n, 1n), 'ds-math-mul-overflow'],
  ])('are refused with the reason of the contract (%#)', (ask, reason) => {
    expect(ask()).toEqual({ ok: false, reason })
  })
})

describe('a pair', () => {
  it('locks 1,000 shares at the first mint', () => {
    const { pair } = opened(4n * UNIT, 9n * UNIT)
    expect(pair.totalSupply).toBe(6n * UNIT)
    expect(pair.balances.get(ZERO)).toBe(MINIMUM_LIQUIDITY)
    expect(pair.balances.get('lender')).toBe(6n * UNIT - MINIMUM_LIQUIDITY)
  })

  it('never gives back more than was brought', () => {
    fc.assert(
      fc.property(reserve, reserve, part, part, (reserve0, reserve1, m0, m1) => {
        const { pair, tokens } = opened(reserve0, reserve1)
        const brought = [share(reserve0, m0), share(reserve1, m1)] as const
        tokens.units[0] += brought[0]
        tokens.units[1] += brought[1]
        const minted = mint(pair, tokens, null, 'pair', 2n)
        if (!minted.ok) return
        const back = burn(pair, tokens, null, 'lender', 3n)
        if (!back.ok) return
        expect(back.value[0]).toBeLessThanOrEqual(brought[0])
        expect(back.value[1]).toBeLessThanOrEqual(brought[1])
      }),
    )
  })

  it('gives the protocol a sixth of the growth of sqrt(k)', () => {
    const { pair, tokens } = opened(UNIT, UNIT)
    const grow = (): void => {
      tokens.units[0] *= 2n
      tokens.units[1] *= 2n
    }
    // Switched on: the first liquidity event only remembers the product.
    tokens.units[0] += UNIT
    tokens.units[1] += UNIT
    value(mint(pair, tokens, 'fee', 'lender', 2n))
    expect(pair.balances.get('fee')).toBeUndefined()
    grow()
    value(sync(pair, tokens, 3n))
    const before = pair.totalSupply
    tokens.units[0] += UNIT
    tokens.units[1] += UNIT
    value(mint(pair, tokens, 'fee', 'lender', 4n))
    // s / (supply + s) = 1/6 of (1 - sqrt(k1 / k2)) with k2 = 4 k1: a twelfth.
    const fee = pair.balances.get('fee') ?? 0n
    expect(Number(fee) / Number(before + fee)).toBeCloseTo(1 / 12, 12)
  })

  it('adds price x seconds, over the wrap of its clock too', () => {
    const { pair, tokens } = opened(2n * UNIT, 3n * UNIT)
    const wrap = 1n << 32n
    value(sync(pair, tokens, wrap - 10n))
    const before = pair.price0CumulativeLast
    value(sync(pair, tokens, wrap + 9n))
    expect(pair.blockTimestampLast).toBe(9n)
    expect(pair.price0CumulativeLast - before).toBe(((3n << 112n) / 2n) * 19n)
  })

  it('is left as it was by every refused verb', () => {
    const { pair, tokens } = opened(UNIT, 2n * UNIT)
    const state = (): string =>
      JSON.stringify([{ ...pair }, [...pair.balances]], (_, v) =>
        typeof v === 'bigint' ? `${v}` : v,
      )
    const before = state()
    const order = { amount0Out: UNIT / 2n, amount1Out: 0n, to: 'trader' }
    tokens.refuse = true
    const refused = [
      mint(pair, tokens, 'fee', 'lender', 2n),
      burn(pair, tokens, 'fee', 'lender', 2n),
      swap(pair, tokens, order, 2n),
      skim(pair, tokens, 'trader'),
    ]
    expect(refused.map((r) => !r.ok && r.reason)).toEqual([
      'UniswapV2: INSUFFICIENT_LIQUIDITY_MINTED',
      'UniswapV2: INSUFFICIENT_LIQUIDITY_BURNED',
      'UniswapV2: TRANSFER_FAILED',
      'UniswapV2: TRANSFER_FAILED',
    ])
    expect(state()).toBe(before)
  })

  it('refuses whoever enters it again while it pays out', () => {
    const { pair, tokens } = opened(UNIT, UNIT)
    const seen: string[] = []
    const callback = (): string | null => {
      const again = sync(pair, tokens, 2n)
      if (!again.ok) seen.push(again.reason)
      return again.ok ? null : again.reason
    }
    const order = { amount0Out: 1n, amount1Out: 0n, to: 'trader', callback }
    expect(swap(pair, tokens, order, 2n)).toEqual({ ok: false, reason: 'UniswapV2: LOCKED' })
    expect(seen).toEqual(['UniswapV2: LOCKED'])
    expect(pair.locked).toBe(false)
  })

  it('lets only the setter switch the fee or hand the switch over', () => {
    const factory = { feeTo: null, feeToSetter: 'admin' }
    expect(setFeeTo(factory, 'u0', 'u0')).toBe('UniswapV2: FORBIDDEN')
    expect(setFeeToSetter(factory, 'u0', 'u0')).toBe('UniswapV2: FORBIDDEN')
    expect(setFeeToSetter(factory, 'admin', 'u0')).toBeNull()
    expect(setFeeTo(factory, 'u0', 'u0')).toBeNull()
    expect(factory).toEqual({ feeTo: 'u0', feeToSetter: 'u0' })
  })
})

describe('the square root', () => {
  it('is rounded down', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }), (x) => {
        const root = sqrtDown(x)
        expect(root * root).toBeLessThanOrEqual(x)
        expect((root + 1n) * (root + 1n)).toBeGreaterThan(x)
      }),
    )
  })
})
