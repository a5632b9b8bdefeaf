/** A hash that is fed piece by piece; where the pieces are cut does not matter. */
export type ByteHash = {
  /** Feed bytes; they are only read. */
  add(bytes: Uint8Array): void
  /** Read the hash of all bytes so far, 16 hexadecimal digits; feeding may go on. */
  value(): string
}

function avalanche(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d)
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b)
  return h ^ (h >>> 16)
}

function digits(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}

/**
 * Start a 64-bit hash for comparing worlds and traces; fast and stable, not cryptographic.
 *
 * Two 32-bit lanes read little-endian words; each step is a bijection of its lane. The byte count
 * goes into the end, so trailing zeros matter.
 *
 * @returns a hash of no bytes yet.
 */
export function createByteHash(): ByteHash {
  const lanes = Int32Array.of(0x243f6a88, 0x85a308d3)
  let pending = 0
  let count = 0

  function byte(value: number): void {
    pending |= value << ((count & 3) << 3)
    count++
    if ((count & 3) !== 0) return
    mixWords(lanes, Uint8Array.of(pending, pending >> 8, pending >> 16, pending >> 24), 0, 4)
    pending = 0
  }

  return {
    add(bytes) {
      let from = 0
      while (from < bytes.length && (count & 3) !== 0) byte(bytes[from++]!)
      const to = from + ((bytes.length - from) & ~3)
      mixWords(lanes, bytes, from, to)
      count += to - from
      for (let i = to; i < bytes.length; i++) byte(bytes[i]!)
    },
    value() {
      const size = Math.imul(count, 0x27d4eb2f)
      const x = avalanche(lanes[0]! ^ pending ^ size)
      const tail = Math.imul(pending, 0xc2b2ae3d) + (x ^ Math.floor(count / 4294967296))
      const y = avalanche(lanes[1]! + tail)
      return digits(x ^ avalanche(y)) + digits(y)
    },
  }
}

/** Mix bytes[from..to-1], a multiple of 4 bytes, into the two lanes. */
function mixWords(lanes: Int32Array, bytes: Uint8Array, from: number, to: number): void {
  let a = lanes[0]!
  let b = lanes[1]!
  for (let i = from; i < to; i += 4) {
    const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    a ^= word
    a = Math.imul((a << 13) | (a >>> 19), 0x9e3779b1)
    b ^= word
    b = Math.imul(((b << 17) | (b >>> 15)) + a, 0x85ebca77)
  }
  lanes[0] = a
  lanes[1] = b
}

/**
 * Hash byte arrays as if they were one.
 *
 * @param chunks any number of arrays of any length; only read.
 * @returns 16 hexadecimal digits; the same for every way of cutting the same bytes into chunks.
 */
export function hashBytes(chunks: readonly Uint8Array[]): string {
  const hash = createByteHash()
  for (const chunk of chunks) hash.add(chunk)
  return hash.value()
}
