/**
 * The contracts' fixed-point arithmetic. A mantissa is a number times 10^18. The contracts have two
 * families: checked steps that end in an error code, and steps that end the whole call. Names
 * follow them: `truncate` drops what is below one, rounding down.
 * Source: VenusProtocol/venus-protocol 10.3.0 contracts/Utils/{CarefulMath,Exponential,ExponentialNoError}.sol
 * (compound-finance/compound-protocol @ a3214f67b733 has the same formulas).
 */

/** One, as a mantissa. */
export const ONE: bigint = 10n ** 18n
/** Largest word of the machine. */
export const MAX_UINT256: bigint = (1n << 256n) - 1n

/** A call that the contract reverts, with its own reason; verbs turn it into a result. */
export class RefusedError extends Error {
  override name = 'RefusedError'
  readonly reason: string
  constructor(reason: string) {
    super(reason)
    this.reason = reason
  }
}

/** A checked step that left the range of a word or divided by zero; the caller answers a code. */
export class CarefulMathError extends Error {
  override name = 'CarefulMathError'
}

/** End the call unless a condition holds. @throws {RefusedError} */
export function demand(isMet: boolean, reason: string): void {
  if (!isMet) throw new RefusedError(reason)
}

/** Run checked steps; their error ends the call. @throws {RefusedError} 'math error' */
export function ensure<T>(steps: () => T): T {
  const done = carefully(steps)
  if (done === null) throw new RefusedError('math error')
  return done
}

/** Run checked steps. @returns their value, or null when one of them left its range. */
export function carefully<T>(steps: () => T): T | null {
  try {
    return steps()
  } catch (error) {
    if (error instanceof CarefulMathError) return null
    throw error
  }
}

function careful(value: bigint): bigint {
  if (value < 0n || value > MAX_UINT256) throw new CarefulMathError('out of range')
  return value
}

/** Multiply. @throws {CarefulMathError} */
export function mulUInt(a: bigint, b: bigint): bigint {
  return careful(a * b)
}

/** Divide, rounding down. @throws {CarefulMathError} */
export function divUInt(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new CarefulMathError('division by zero')
  return a / b
}

/** Subtract. @throws {CarefulMathError} */
export function subUInt(a: bigint, b: bigint): bigint {
  return careful(a - b)
}

/** Add. @throws {CarefulMathError} */
export function addUInt(a: bigint, b: bigint): bigint {
  return careful(a + b)
}

/** Drop what is below one: mantissa / 10^18, rounded down. */
export function truncate(mantissa: bigint): bigint {
  return mantissa / ONE
}

/** Make the mantissa of a fraction: numerator x 10^18 / denominator, rounded down. @throws {CarefulMathError} */
export function getExp(numerator: bigint, denominator: bigint): bigint {
  return divUInt(mulUInt(numerator, ONE), denominator)
}

/** Multiply a mantissa by whole units, rounding down. @throws {CarefulMathError} */
export function mulScalarTruncate(mantissa: bigint, units: bigint): bigint {
  return truncate(mulUInt(mantissa, units))
}

/** Multiply a mantissa by whole units, rounding down, and add. @throws {CarefulMathError} */
export function mulScalarTruncateAddUInt(mantissa: bigint, units: bigint, plus: bigint): bigint {
  return addUInt(mulScalarTruncate(mantissa, units), plus)
}

/** Divide whole units by a mantissa, rounding down. @throws {CarefulMathError} */
export function divScalarByExpTruncate(units: bigint, mantissa: bigint): bigint {
  return truncate(getExp(mulUInt(ONE, units), mantissa))
}

/** Keep a number in a word, as the compiler's own check does. @throws {RefusedError} Panic(17) */
export function checked(value: bigint): bigint {
  if (value < 0n || value > MAX_UINT256) throw new RefusedError('Panic(17)')
  return value
}

/** Multiply two mantissas, rounding down. @throws {RefusedError} */
export function mulExp(a: bigint, b: bigint): bigint {
  return truncate(checked(a * b))
}

/** Divide two mantissas, rounding down. @throws {RefusedError} */
export function divExp(a: bigint, b: bigint): bigint {
  const scaled = checked(a * ONE)
  demand(b > 0n, 'divide by zero')
  return scaled / b
}

/** Multiply a mantissa by whole units, rounding down. @throws {RefusedError} */
export function mulTruncate(mantissa: bigint, units: bigint): bigint {
  return truncate(checked(mantissa * units))
}

/** Multiply a mantissa by whole units, rounding down, and add. @throws {RefusedError} */
export function mulTruncateAdd(mantissa: bigint, units: bigint, plus: bigint): bigint {
  return checked(mulTruncate(mantissa, units) + plus)
}
