/** Gaps between the floats and the contracts' integers. */
import type { Figure, Figures } from './plan.ts'

/** The largest gap of a kind of figure, and how many were compared. */
export type Gap = {
  count: number
  /** Gap over size. */
  largest: number
  at: string
}

/** Gaps by kind of figure; those in `stated`, by reason and kind, are measured, not held to the limit. */
export type Gaps = { readonly held: Record<string, Gap>; readonly stated: Record<string, Gap> }

/** The limit: share of the pool's size (of itself, for a health factor; a rate's pool is 1). */
export const LIMIT = 1e-9

/** Start without any comparison. */
export function createGaps(): Gaps {
  return { held: {}, stated: {} }
}

/** Note one pair of numbers. @param what kind, a space, and of what. */
export function note(into: Record<string, Gap>, what: string, exact: Figure, float: number): void {
  if (exact.value === 0 && float === 0) return
  const kind = what.split(' ')[0]!
  into[kind] ??= { count: 0, largest: 0, at: '' }
  const gap = into[kind]
  const found = Math.abs(float - exact.value) / exact.size
  gap.count++
  // Written so that a NaN is the largest of all.
  if (!(found <= gap.largest)) Object.assign(gap, { largest: found, at: what })
}

/** Compare all figures of both sides; what one side lacks counts as 0. */
export function noteAll(
  gaps: Gaps,
  exact: Figures,
  float: Figures,
  stated: ReadonlyMap<string, string>,
  when: string,
): void {
  for (const what of new Set([...exact.keys(), ...float.keys()])) {
    const own = exact.get(what) ?? { value: 0, size: Number.NaN }
    const value = float.get(what)?.value ?? 0
    const reason = stated.get(what)
    if (reason === undefined) note(gaps.held, `${what} ${when}`, own, value)
    else note(gaps.stated, `${reason}:${what} ${when}`, own, value)
  }
}

/** The largest gap of all kinds that are held to the limit. */
export function largestOf({ held }: Gaps): number {
  return Math.max(0, ...Object.values(held).map(({ largest }) => largest))
}

/** Count the numbers that were held to the limit. */
export function countOf({ held }: Gaps): number {
  return Object.values(held).reduce((sum, { count }) => sum + count, 0)
}
