import type { Corrected, Truth } from '../../world/index.ts'

/**
 * The fundamental price of some assets in the place of what an oracle says of them; what else it
 * answers for stays.
 */
export function fundamentalOf(
  own: string,
  assets: readonly number[],
  { market }: Truth,
): Corrected {
  const params = { market, assets, otherwise: own }
  return { assets, kind: 'oracles/fundamental', params }
}
