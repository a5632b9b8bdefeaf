/**
 * The pair's share token and checked arithmetic. Source: Uniswap/v2-core v1.0.1
 * contracts/UniswapV2ERC20.sol, libraries/SafeMath.sol, libraries/Math.sol.
 */

/** Largest number of the EVM; as an allowance it is never used up. */
export const MAX_UINT256: bigint = (1n << 256n) - 1n

/** Inside the exact model only: ends a verb with the contract's reason. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly reason: string
  constructor(reason: string) {
    super(reason)
    this.reason = reason
  }
}

/** A change of a map that can be taken back. */
export type Change = {
  readonly map: Map<string, bigint>
  readonly key: string
  readonly old: bigint
}

/** Balances and allowances of the share token, smallest units. */
export type Shares = {
  totalSupply: bigint
  readonly balances: Map<string, bigint>
  /** By `owner spender`. */
  readonly allowances: Map<string, bigint>
  /** Changes of the verb that is running, null between verbs. */
  journal: Change[] | null
}

/** Multiply. @throws {Refusal} beyond 256 bits. */
export function mul(x: bigint, y: bigint): bigint {
  const product = x * y
  if (product > MAX_UINT256) throw new Refusal('ds-math-mul-overflow')
  return product
}

/** Subtract. @throws {Refusal} below zero. */
export function sub(x: bigint, y: bigint): bigint {
  if (y > x) throw new Refusal('ds-math-sub-underflow')
  return x - y
}

/** Compute the square root rounded down (Newton's iteration from above). */
export function sqrtDown(x: bigint): bigint {
  if (x < 2n) return x
  let root = 1n << BigInt((x.toString(2).length + 1) >> 1)
  for (;;) {
    const next = (root + x / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

/** Set a holder's balance; the verb that is running can take it back. */
export function setShares(shares: Shares, account: string, amount: bigint): void {
  put(shares, shares.balances, account, amount)
}

function put(shares: Shares, map: Map<string, bigint>, key: string, amount: bigint): void {
  shares.journal?.push({ map, key, old: map.get(key) ?? 0n })
  map.set(key, amount)
}

/** Move shares. @returns null, or the reason why nothing changed. */
export function transfer(shares: Shares, from: string, to: string, amount: bigint): string | null {
  const held = shares.balances.get(from) ?? 0n
  if (amount > held) return 'ds-math-sub-underflow'
  setShares(shares, from, held - amount)
  setShares(shares, to, (shares.balances.get(to) ?? 0n) + amount)
  return null
}

/** Allow `spender` to move shares of `owner`. */
export function approve(shares: Shares, owner: string, spender: string, amount: bigint): void {
  put(shares, shares.allowances, `${owner} ${spender}`, amount)
}

/** Move shares by allowance. @returns null, or the reason why nothing changed. */
export function transferFrom(
  shares: Shares,
  spender: string,
  from: string,
  to: string,
  amount: bigint,
): string | null {
  const key = `${from} ${spender}`
  const allowed = shares.allowances.get(key) ?? 0n
  if (allowed !== MAX_UINT256 && amount > allowed) return 'ds-math-sub-underflow'
  const refused = transfer(shares, from, to, amount)
  if (refused === null && allowed !== MAX_UINT256) {
    put(shares, shares.allowances, key, allowed - amount)
  }
  return refused
}

/**
 * Judge a permit whose signature is not the owner's; valid ones end as `approve`.
 * @param time block timestamp, seconds.
 */
export function permit(deadline: bigint, time: bigint): string {
  return deadline < time ? 'UniswapV2: EXPIRED' : 'UniswapV2: INVALID_SIGNATURE'
}
