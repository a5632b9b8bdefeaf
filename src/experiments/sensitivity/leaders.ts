import type { Interval } from './ranges.ts'

/**
 * Find the parameter with the largest share, then those that cannot be told from it, by falling share: one
 * alone surely matters most.
 * @param shares by parameter; NaN where there is none.
 * @param contrast by how much the share of one is above that of another, on the same points and paths.
 * @returns places in `shares`; none where the largest share cannot be told from 0.
 */
export function leadersOf(
  shares: readonly Interval[],
  contrast: (k: number, than: number) => Interval,
): readonly number[] {
  const order = shares.map((_, k) => k).sort((a, b) => shares[b]!.value - shares[a]!.value || a - b)
  const [first, ...others] = order
  if (first === undefined || !(shares[first]!.low > 0)) return []
  return [first, ...others.filter((k) => !(contrast(first, k).low > 0))]
}
