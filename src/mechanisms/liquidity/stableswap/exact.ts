/**
 * StableSwap in integers, unit for unit. Source: curvefi/curve-contract @15e303aa
 * contracts/pools/3pool/StableSwap3Pool.vy (`aPrecision` 1), and @186d11e2
 * contracts/pool-templates/base/SwapTemplateBase.vy (`aPrecision` 100, A stored times 100). Every
 * division rounds down. Modelled from source: no bytecode of Curve is at hand to verify it against.
 */

const PRECISION = 10n ** 18n
const FEE_DENOMINATOR = 10n ** 10n
const MAX_STEPS = 255

/** A pool as its contract stores it. */
export type StablePool = {
  /** Coins that belong to the providers, smallest units; admin fees are not among them. */
  readonly balances: readonly bigint[]
  /** What turns smallest units into 18 decimals, times 1e18: 1e30 for a coin of 6 decimals. */
  readonly rates: readonly bigint[]
  /** Amplification, times `aPrecision`. */
  readonly a: bigint
  /** 1 for the first pools, 100 for later ones. */
  readonly aPrecision: bigint
  /** Of 1e10. */
  readonly fee: bigint
  /** Share of the fee that is the DAO's, of 1e10. */
  readonly adminFee: bigint
}

/** Thrown where the contract would revert. */
export class StableSwapRevert extends Error {
  override readonly name = 'StableSwapRevert'
}

function divide(a: bigint, b: bigint): bigint {
  if (b <= 0n) throw new StableSwapRevert(`division of ${a} by ${b}: the pool lacks a coin`)
  return a / b
}

function isSame(a: bigint, b: bigint): boolean {
  return a > b ? a - b <= 1n : b - a <= 1n
}

/** Scale balances to 18 decimals by their rates. */
export function scaled({ balances, rates }: Pick<StablePool, 'balances' | 'rates'>): bigint[] {
  return balances.map((balance, k) => (rates[k]! * balance) / PRECISION)
}

/**
 * Compute the invariant D.
 * @param xp balances of 18 decimals.
 * @param a times `aPrecision`.
 * @throws {StableSwapRevert} when a coin is missing.
 */
export function getD(xp: readonly bigint[], a: bigint, aPrecision = 1n): bigint {
  const n = BigInt(xp.length)
  const sum = xp.reduce((total, x) => total + x, 0n)
  if (sum === 0n) return 0n
  const ann = a * n
  let d = sum
  for (let step = 0; step < MAX_STEPS; step++) {
    let product = d
    for (const x of xp) product = divide(product * d, x * n)
    const before = d
    d = divide(
      ((ann * sum) / aPrecision + product * n) * d,
      ((ann - aPrecision) * d) / aPrecision + (n + 1n) * product,
    )
    if (isSame(d, before)) break
  }
  return d
}

/**
 * Compute what the pool must hold of coin `j` once it holds `x` of coin `i`.
 * @param x of 18 decimals.
 * @param xp balances of 18 decimals, before.
 * @throws {StableSwapRevert} when a coin is missing.
 */
export function getY(
  i: number,
  j: number,
  x: bigint,
  xp: readonly bigint[],
  a: bigint,
  aPrecision = 1n,
): bigint {
  const n = BigInt(xp.length)
  const d = getD(xp, a, aPrecision)
  const ann = a * n
  let c = d
  let sum = 0n
  xp.forEach((held, k) => {
    if (k === j) return
    const own = k === i ? x : held
    sum += own
    c = divide(c * d, own * n)
  })
  c = divide(c * d * aPrecision, ann * n)
  const b = sum + (d * aPrecision) / ann
  let y = d
  for (let step = 0; step < MAX_STEPS; step++) {
    const before = y
    y = divide(y * y + c, 2n * y + b - d)
    if (isSame(y, before)) break
  }
  return y
}

/** What an exchange did, and the pool after it. */
export type Exchanged = {
  /** To the trader, smallest units. */
  readonly out: bigint
  /** To the DAO, smallest units. */
  readonly adminFee: bigint
  readonly pool: StablePool
}

/**
 * Exchange `dx` of coin `i` for coin `j`.
 * @param dx smallest units.
 * @throws {StableSwapRevert} when the pool lacks a coin or would pay less than nothing.
 */
export function exchange(pool: StablePool, i: number, j: number, dx: bigint): Exchanged {
  const { balances, rates, a, aPrecision, fee } = pool
  const xp = scaled(pool)
  const x = xp[i]! + (dx * rates[i]!) / PRECISION
  // One unit less, in case of rounding errors.
  const dy = xp[j]! - getY(i, j, x, xp, a, aPrecision) - 1n
  if (dy < 0n) throw new StableSwapRevert(`${dx} of coin ${i} pays less than nothing; sell more`)
  const dyFee = (dy * fee) / FEE_DENOMINATOR
  const out = ((dy - dyFee) * PRECISION) / rates[j]!
  const adminFee = (((dyFee * pool.adminFee) / FEE_DENOMINATOR) * PRECISION) / rates[j]!
  const after = balances.map((held, k) => {
    if (k === i) return held + dx
    return k === j ? held - out - adminFee : held
  })
  return { out, adminFee, pool: { ...pool, balances: after } }
}
