import type { Interval } from './ranges.ts'

/** Importance that is claimed of a component. */
export type Claim = 'High' | 'Medium'

/** What a comparison says: `untold` when the intervals overlap, or when neither share matters. */
export type Verdict = 'holds' | 'fails' | 'untold'

/** Two components of which the first is claimed to matter more. */
export type Pair = { readonly more: string; readonly less: string; readonly verdict: Verdict }

/** A claimed ranking against total-order indices. */
export type Ranking = {
  readonly pairs: readonly Pair[]
  /** `holds` when every pair does, `fails` when one does. */
  readonly verdict: Verdict
}

/** Shares below this are nothing, whatever their order. */
const NEGLIGIBLE = 0.01

function verdictOf(more: Interval, less: Interval): Verdict {
  if (more.high < NEGLIGIBLE && less.high < NEGLIGIBLE) return 'untold'
  if (more.low > less.high) return 'holds'
  return more.high < less.low ? 'fails' : 'untold'
}

function overall(pairs: readonly Pair[]): Verdict {
  if (pairs.some(({ verdict }) => verdict === 'fails')) return 'fails'
  return pairs.length > 0 && pairs.every(({ verdict }) => verdict === 'holds') ? 'holds' : 'untold'
}

/**
 * Compare every component that is claimed to matter much with every one that is claimed to matter less.
 * @param totals total-order indices with intervals, by component; those that a world lacks are absent, and
 *   intervals that are not known (NaN) tell nothing.
 */
export function rankingOf(
  totals: ReadonlyMap<string, Interval>,
  claims: ReadonlyMap<string, Claim>,
): Ranking {
  const present = [...claims].filter(([name]) => totals.has(name))
  const named = (claim: Claim): readonly string[] =>
    present.filter(([, own]) => own === claim).map(([name]) => name)
  const pairs = named('High').flatMap((more) =>
    named('Medium').map((less) => ({
      ...{ more, less, verdict: verdictOf(totals.get(more)!, totals.get(less)!) },
    })),
  )
  return { pairs, verdict: overall(pairs) }
}
