import { describe, expect, it } from 'vitest'
import { nextBaseFee, othersGas, ticksPerBlock } from './kernel.ts'

describe('the EIP-1559 base fee', () => {
  it('rises by an eighth after a full block and falls by an eighth after an empty one', () => {
    expect(nextBaseFee(40, 30e6, 30e6)).toBe(45)
    expect(nextBaseFee(40, 0, 30e6)).toBe(35)
    expect(nextBaseFee(40, 15e6, 30e6)).toBe(40)
  })

  it('moves in proportion to the distance from the target', () => {
    expect(nextBaseFee(40, 22.5e6, 30e6)).toBeCloseTo(42.5, 12)
    expect(nextBaseFee(40, 7.5e6, 30e6)).toBeCloseTo(37.5, 12)
  })

  it('counts a block that is more than full as full', () => {
    expect(nextBaseFee(40, 99e6, 30e6)).toBe(45)
  })

  it('stays where it is on a chain without gas', () => {
    expect(nextBaseFee(40, 0, 0)).toBe(40)
    expect(nextBaseFee(40, 5, 0)).toBe(40)
  })

  it('agrees with the integers of the specification', () => {
    // The two rules of EIPS/eip-1559.md, in wei: parent base fee x gas delta // target // 8.
    const exact = (fee: bigint, gas: bigint, target: bigint): bigint => {
      const delta = (fee * (gas > target ? gas - target : target - gas)) / target / 8n
      return gas > target ? fee + (delta > 1n ? delta : 1n) : fee - delta
    }
    for (const [fee, gas] of [
      [40_000_000_000n, 29_123_456n],
      [123_456_789_012n, 1_234_567n],
      [7_000_000_000n, 15_000_001n],
    ] as const) {
      const expected = Number(exact(fee, gas, 15_000_000n))
      expect(Math.abs(nextBaseFee(Number(fee), Number(gas), 30e6) - expected)).toBeLessThan(2)
    }
  })
})

describe('the gas of everybody else', () => {
  it('is the stated share at the opening fee, and falls as the fee rises', () => {
    expect(othersGas(0.5, 30e6, 40, 40, 1)).toBe(15e6)
    expect(othersGas(0.5, 30e6, 40, 80, 1)).toBeCloseTo(7.5e6, 6)
    expect(othersGas(0.5, 30e6, 40, 80, 2)).toBeCloseTo(3.75e6, 6)
    expect(othersGas(0.5, 30e6, 40, 80, 0)).toBeCloseTo(15e6, 6)
  })

  it('never exceeds the limit', () => {
    expect(othersGas(0.5, 30e6, 40, 1, 1)).toBe(30e6)
  })

  it('is a number where fee or demand is zero', () => {
    expect(othersGas(0.5, 30e6, 0, 0, 1)).toBe(15e6)
    expect(othersGas(0, 30e6, 40, 0, 1)).toBe(0)
  })
})

describe('ticks per block', () => {
  it('counts whole ticks, in fractions of a second too', () => {
    expect(ticksPerBlock(12, 12)).toBe(1)
    expect(ticksPerBlock(12, 1)).toBe(12)
    expect(ticksPerBlock(0.3, 0.1)).toBe(3)
    expect(ticksPerBlock(0, 7)).toBe(1)
  })

  it('knows no part of a tick', () => {
    expect(ticksPerBlock(13, 12)).toBeNaN()
    expect(ticksPerBlock(6, 12)).toBeNaN()
    expect(ticksPerBlock(1e-9, 12)).toBeNaN()
  })
})
