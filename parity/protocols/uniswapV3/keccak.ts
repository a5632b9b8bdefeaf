/** Keccak-256 of short messages: the pool's mapping of positions is read by such a hash (FIPS 202, padding 0x01). */

const RATE = 136
const ROUNDS = 24
const LANE = (1n << 64n) - 1n

/**
 * Hash a message of less than 136 bytes.
 * @throws {RangeError} when it is longer.
 */
export function keccak256(message: Uint8Array): bigint {
  if (message.length >= RATE) throw new RangeError(`${message.length} bytes; at most ${RATE - 1}`)
  const block = new Uint8Array(RATE)
  block.set(message)
  block[message.length]! |= 0x01
  block[RATE - 1]! |= 0x80
  const lanes = new Array<bigint>(25).fill(0n)
  const view = new DataView(block.buffer)
  for (let i = 0; i < RATE / 8; i++) lanes[i] = view.getBigUint64(8 * i, true)
  permute(lanes)
  const out = new DataView(new ArrayBuffer(32))
  for (let i = 0; i < 4; i++) out.setBigUint64(8 * i, lanes[i]!, true)
  return [0, 8, 16, 24].reduce((word, at) => (word << 64n) | out.getBigUint64(at, false), 0n)
}

function permute(a: bigint[]): void {
  const register = { bits: 1 }
  for (let round = 0; round < ROUNDS; round++) {
    theta(a)
    rhoPi(a)
    chi(a)
    a[0]! ^= roundConstant(register)
  }
}

function theta(a: bigint[]): void {
  const column = [0, 1, 2, 3, 4].map(
    (x) => a[x]! ^ a[x + 5]! ^ a[x + 10]! ^ a[x + 15]! ^ a[x + 20]!,
  )
  for (let i = 0; i < 25; i++) {
    a[i]! ^= column[((i % 5) + 4) % 5]! ^ rotate(column[((i % 5) + 1) % 5]!, 1)
  }
}

function rhoPi(a: bigint[]): void {
  const old = a.slice()
  a[0] = old[0]!
  let [x, y] = [1, 0]
  for (let t = 0; t < 24; t++) {
    const from = x + 5 * y
    ;[x, y] = [y, (2 * x + 3 * y) % 5]
    a[x + 5 * y] = rotate(old[from]!, (((t + 1) * (t + 2)) / 2) % 64)
  }
}

function chi(a: bigint[]): void {
  for (let y = 0; y < 25; y += 5) {
    const row = a.slice(y, y + 5)
    for (let x = 0; x < 5; x++) a[y + x] = row[x]! ^ (~row[(x + 1) % 5]! & LANE & row[(x + 2) % 5]!)
  }
}

/** Bits 2^j - 1 of the constant come from a shift register, x^8 + x^6 + x^5 + x^4 + 1. */
function roundConstant(register: { bits: number }): bigint {
  let constant = 0n
  for (let j = 0; j <= 6; j++) {
    if (register.bits & 1) constant |= 1n << BigInt(2 ** j - 1)
    register.bits = (register.bits << 1) ^ (register.bits & 0x80 ? 0x171 : 0)
  }
  return constant
}

function rotate(lane: bigint, by: number): bigint {
  const n = BigInt(by)
  return ((lane << n) | (lane >> (64n - n))) & LANE
}
