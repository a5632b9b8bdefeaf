import { describe, expect, it } from 'vitest'
import { philox4x32 } from './philox.ts'

function block(counter: readonly number[], key: readonly number[]): string[] {
  const out = new Uint32Array(4)
  const [c0, c1, c2, c3] = counter
  philox4x32(c0!, c1!, c2!, c3!, key[0]!, key[1]!, out)
  return [...out].map((word) => word.toString(16).padStart(8, '0'))
}

describe('philox4x32', () => {
  // Random123, examples/kat_vectors, lines "philox4x32 10": counter, key, expected.
  it('reproduces the known answers of Random123', () => {
    const f = 0xffffffff
    expect(block([0, 0, 0, 0], [0, 0])).toEqual(['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8'])
    expect(block([f, f, f, f], [f, f])).toEqual(['408f276d', '41c83b0e', 'a20bc7c6', '6d5451fd'])
    expect(
      block([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0]),
    ).toEqual(['d16cfe09', '94fdcceb', '5001e420', '24126ea1'])
  })

  it('agrees with the rounds computed in exact integers', () => {
    const mask = 0xffffffffn
    let state = 12345
    const next = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0
      return state >>> 0
    }
    for (let trial = 0; trial < 500; trial++) {
      const words = [next(), next(), next(), next(), next(), next()]
      let [c0, c1, c2, c3, k0, k1] = words.map(BigInt) as [
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
        bigint,
      ]
      for (let round = 0; round < 10; round++) {
        const a = 0xd2511f53n * c0
        const b = 0xcd9e8d57n * c2
        ;[c0, c1, c2, c3] = [(b >> 32n) ^ c1 ^ k0, b & mask, (a >> 32n) ^ c3 ^ k1, a & mask]
        k0 = (k0 + 0x9e3779b9n) & mask
        k1 = (k1 + 0xbb67ae85n) & mask
      }
      expect(block(words.slice(0, 4), words.slice(4))).toEqual(
        [c0, c1, c2, c3].map((word) => word.toString(16).padStart(8, '0')),
      )
    }
  })

  it('reads its arguments modulo 2^32', () => {
    expect(block([-1, 2 ** 32, 2 ** 32 + 5, 0], [-1, 0])).toEqual(
      block([0xffffffff, 0, 5, 0], [0xffffffff, 0]),
    )
  })
})
