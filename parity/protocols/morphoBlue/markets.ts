/** The markets of the parity runs; every name is a contract of the deployment or `zero`. */
import type { MarketParams } from '../../../src/mechanisms/lending/morphoBlue/exact.ts'

/** Tokens: `loan` has 6 decimals, `coll` 18. */
export const TOKENS = ['loan', 'coll'] as const
/** Opening prices: loan units per collateral unit, times 1e36. */
export const PRICES: Readonly<Record<string, bigint>> = {
  feed0: 2000n * 10n ** 24n,
  feed1: 5n * 10n ** 44n,
  feed2: 10n ** 36n,
}

/** Two with the adaptive curve, one without interest, one of a token against itself, one idle. */
export const MARKETS: Readonly<Record<string, MarketParams>> = {
  m0: market('loan', 'coll', 'feed0', 'irm', 860_000_000_000_000_000n),
  m1: market('loan', 'coll', 'feed0', 'irm', 980_000_000_000_000_000n),
  m2: market('coll', 'loan', 'feed1', 'zero', 385_000_000_000_000_000n),
  m3: market('loan', 'loan', 'feed2', 'irm', 625_000_000_000_000_000n),
  m4: market('loan', 'zero', 'zero', 'zero', 0n),
}

/** Units of each token that every user starts with: more than a market's 128 bits of shares hold. */
export const OPENING: bigint = 10n ** 33n
/** Largest nonce for which the deployment signs authorizations, and whom and until when they concern. */
export const SIGNED: Signed = {
  nonces: 8n,
  managers: ['u0', 'u1'],
  deadlines: [1_803_000_000n, 1n << 64n],
}
type Signed = {
  readonly nonces: bigint
  readonly managers: readonly string[]
  readonly deadlines: readonly bigint[]
}

/** Accounts beside the users. */
export const OTHERS: readonly string[] = ['admin', 'signer', 'treasury', 'morpho', 'zero']

function market(
  loanToken: string,
  collateralToken: string,
  oracle: string,
  irm: string,
  lltv: bigint,
): MarketParams {
  return { loanToken, collateralToken, oracle, irm, lltv }
}

/** Name of the fact that holds a market's id, the hash of its parameters. */
export function idName(market: string): string {
  return `id.${market}`
}
