import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Q96, Refusal } from './exactMath.ts'
import {
  amount0Down,
  amount0Up,
  amount1Down,
  amount1Up,
  rootAfterOut0,
  rootAfterOut1,
  swapStep,
} from './exactSwapMath.ts'
import { MAX_SQRT_RATIO, MIN_SQRT_RATIO } from './exactTickMath.ts'

/** Square root of a price a / b, times 2^96, rounded down. */
function rootOf(a: bigint, b: bigint): bigint {
  const x = (a << 192n) / b
  let root = 1n << 160n
  for (;;) {
    const next = (root + x / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

describe('a step of a swap', () => {
  // Uniswap/v3-core test/SwapMath.spec.ts (validation F2): price 1, L = 2e18, fee 600.
  const liquidity = 2n * 10n ** 18n
  const one = 10n ** 18n
  it('ends at the target when the order reaches beyond it', () => {
    const target = rootOf(101n, 100n)
    expect(swapStep(Q96, target, liquidity, one, 600n)).toEqual({
      root: target,
      amountIn: 9975124224178055n,
      amountOut: 9925619580021728n,
      fee: 5988667735148n,
    })
  })

  it('takes the whole order where it ends before the target', () => {
    const step = swapStep(Q96, rootOf(1000n, 100n), liquidity, one, 600n)
    expect(step.amountIn).toBe(999400000000000000n)
    expect(step.fee).toBe(600000000000000n)
    expect(step.amountOut).toBe(666399946655997866n)
  })

  it('asks for what an amount out costs', () => {
    const step = swapStep(Q96, rootOf(10_000n, 100n), liquidity, -one, 600n)
    expect(step.amountIn).toBe(2n * one)
    expect(step.fee).toBe(1200720432259356n)
    expect(step.amountOut).toBe(one)
  })

  const root = fc
    .tuple(fc.bigInt(MIN_SQRT_RATIO, MAX_SQRT_RATIO), fc.nat(120))
    .map(([r, shift]) =>
      r >> BigInt(shift) > MIN_SQRT_RATIO ? r >> BigInt(shift) : MIN_SQRT_RATIO,
    )
  const order = fc.tuple(
    fc.bigInt(1n, 10n ** 30n),
    fc.constantFrom(-1n, 1n),
    fc.bigInt(0n, 999_999n),
  )

  it('never passes the target, never takes more than the order, never gives more than asked', () => {
    fc.assert(
      fc.property(
        root,
        root,
        fc.bigInt(1n, (1n << 128n) - 1n),
        order,
        (from, to, L, [x, sign, fee]) => {
          const step = swapStep(from, to, L, sign * x, fee)
          const [low, high] = from < to ? [from, to] : [to, from]
          expect(step.root >= low && step.root <= high).toBe(true)
          if (sign > 0n) expect(step.amountIn + step.fee <= x).toBe(true)
          else expect(step.amountOut <= x).toBe(true)
          // Unless it reached the target, an order is used up.
          if (step.root === to) return
          expect(sign > 0n ? step.amountIn + step.fee : step.amountOut).toBe(x)
        },
      ),
      { numRuns: 400 },
    )
  })

  it('rounds amounts to neighbouring integers, in favour of the pool', () => {
    fc.assert(
      fc.property(root, root, fc.bigInt(1n, (1n << 128n) - 1n), (a, b, L) => {
        const gap1 = amount1Up(a, b, L) - amount1Down(a, b, L)
        expect(gap1 === 0n || gap1 === 1n).toBe(true)
        // Two divisions: the inner one may differ by one, divided by the lower root.
        const gap0 = amount0Up(a, b, L) - amount0Down(a, b, L)
        expect(gap0 >= 0n && gap0 <= 2n).toBe(true)
      }),
    )
  })

  it('refuses to pay out more than there is', () => {
    expect(() => rootAfterOut1(Q96, 1000n, 1000n)).toThrow(Refusal)
    expect(rootAfterOut1(Q96, 1000n, 999n)).toBe(Q96 - (999n * Q96 + 999n) / 1000n)
    expect(() => rootAfterOut0(Q96, 1000n, 1000n)).toThrow(Refusal)
    expect(rootAfterOut0(Q96, 1000n, 999n)).toBe(1000n * Q96)
  })
})
