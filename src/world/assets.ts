/** An asset of a world; `price` is its starting price in USD. */
export type Asset = {
  readonly name: string
  readonly price: number
  readonly kind: 'numeraire' | 'volatile' | 'stable'
  /** Name of the group that this asset was expanded from, if any. */
  readonly group?: string
}

/** Assets by index; index 0 is always the numeraire, USD. */
export type Assets = readonly Asset[]

/** Index of the numeraire in every asset table. */
export const USD = 0

/** The numeraire's entry. */
export const numeraire: Asset = { name: 'USD', price: 1, kind: 'numeraire' }

/**
 * Find an asset by name.
 * @returns its index, or -1 when the table does not hold it.
 */
export function assetIndex(assets: Assets, name: string): number {
  return assets.findIndex((asset) => asset.name === name)
}
