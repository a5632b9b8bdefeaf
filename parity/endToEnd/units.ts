/** Conversion between a contract's units and whole tokens. */

/** Write units as whole tokens, rounded to the nearest double. */
export function toWhole(units: bigint, decimals: number): number {
  return Number(toText(units, decimals))
}

/** Write units as whole tokens with all their digits. */
export function toText(units: bigint, decimals: number): string {
  const digits = units.toString().padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const part = digits.slice(digits.length - decimals).replace(/0+$/, '')
  return part === '' ? whole : `${whole}.${part}`
}

/** Round whole tokens to the nearest unit. @throws {RangeError} when they are not finite. */
export function toUnits(tokens: number, decimals: number): bigint {
  if (!Number.isFinite(tokens)) throw new RangeError(`${tokens} tokens are no amount`)
  // Exact: a double is an integer times a power of two.
  let scale = 0
  let mantissa = tokens
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2
    scale++
  }
  const scaled = BigInt(mantissa) * 10n ** BigInt(decimals)
  const half = scale === 0 ? 0n : 1n << BigInt(scale - 1)
  return (scaled + half) >> BigInt(scale)
}

/** Whether units found in floats are all of a balance, roundings aside. */
export function coversAll(units: bigint, all: bigint): boolean {
  const gap = units > all ? units - all : all - units
  return gap <= 1n + all / 1_000_000_000n
}

const FINE = 10_000_000_000n

/** Whether a balance has so few units that a few roundings may be more than 1e-9 of it. */
export function isCoarse(units: bigint): boolean {
  return units > 0n && units < FINE
}
