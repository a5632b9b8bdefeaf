import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createByteHash, hashBytes } from './hash.ts'

const bytes = fc.uint8Array({ maxLength: 100 })

describe('hashBytes', () => {
  it('gives 16 hexadecimal digits that do not change between versions', () => {
    // Pinned, not golden: a change here breaks the comparison of stored traces.
    expect(hashBytes([])).toBe('4abd62a86a087386')
    expect(hashBytes([Uint8Array.of(1, 2, 3, 4, 5)])).toBe('a3626518405ecdb6')
  })

  it('does not depend on where the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 6 }), (chunks) => {
        const whole = Uint8Array.from(chunks.flatMap((chunk) => [...chunk]))
        expect(hashBytes(chunks)).toBe(hashBytes([whole]))
        expect(hashBytes([whole])).toMatch(/^[0-9a-f]{16}$/)
      }),
    )
  })

  it('may be read on the way', () => {
    const hash = createByteHash()
    hash.add(Uint8Array.of(1, 2, 3))
    expect(hash.value()).toBe(hashBytes([Uint8Array.of(1, 2, 3)]))
    hash.add(Uint8Array.of(4, 5))
    expect(hash.value()).toBe(hashBytes([Uint8Array.of(1, 2, 3, 4, 5)]))
  })

  it('tells lengths of zero bytes, short inputs and order apart', () => {
    const seen = new Set<string>()
    for (let n = 0; n < 2000; n++) seen.add(hashBytes([new Uint8Array(n)]))
    for (let a = 1; a < 256; a++) {
      for (let b = 0; b < 256; b++) seen.add(hashBytes([Uint8Array.of(a, b)]))
      seen.add(hashBytes([Uint8Array.of(a)]))
    }
    expect(seen.size).toBe(2000 + 255 * 257)
  })

  it('flips each of the 64 bits half of the time when one input bit changes', () => {
    const trials = 20_000
    const flips = new Float64Array(64)
    const data = new Float64Array(8)
    const view = new Uint8Array(data.buffer)
    for (let i = 0; i < trials; i++) {
      data[i & 7] = i / 7
      const before = BigInt(`0x${hashBytes([view])}`)
      const at = i % 64
      view[at]! ^= 1 << (i % 8)
      const changed = before ^ BigInt(`0x${hashBytes([view])}`)
      view[at]! ^= 1 << (i % 8)
      for (let bit = 0; bit < 64; bit++) flips[bit]! += Number((changed >> BigInt(bit)) & 1n)
    }
    for (const count of flips) {
      expect(Math.abs(count - trials / 2) / Math.sqrt(trials / 4)).toBeLessThan(4.5)
    }
  })
})
