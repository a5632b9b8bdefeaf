import type { Estimate, Kept, Rival, TuneDocument } from '../experiments/index.ts'
import { rangedText } from './experiment/units.ts'

type Place = NonNullable<TuneDocument['best']>

/** What is said of a constraint. */
export const VERDICTS: Readonly<Record<Kept['verdict'], string>> = {
  kept: 'holds',
  missed: 'does NOT hold',
  'cannot tell': 'cannot tell',
}

/** The constraints of a place that surely do not hold; empty when there is none. */
export function missesText({ constraints }: Pick<Place, 'constraints'>): string {
  const missed = constraints.filter(({ verdict }) => verdict === 'missed')
  return missed.length === 0 ? '' : `misses ${missed.map(({ text }) => text).join(', ')}`
}

/** Say which of two places is better, where the interval of their difference settles it. */
function betterText({ low, high, approximate, n }: Estimate): string {
  if (low !== null && low > 0) return 'tuned is better'
  if (high !== null && high < 0) return 'tuned is WORSE'
  if (low === 0 && high === 0) return approximate ? `the same on all ${n} paths` : 'the same'
  return low === null ? 'cannot tell, too few paths for an interval' : 'cannot tell'
}

/** Whether a rival is the tuned place itself, as the best point at random may be. */
function isTuned({ at }: Rival, best: Place | null): boolean {
  const names = Object.keys(at)
  return best !== null && names.length > 0 && names.every((name) => at[name] === best.at[name])
}

/** Say how a place stands against the tuned one: no better where it misses a constraint. */
export function standsText(rival: Rival, best: Place | null): string {
  if (isTuned(rival, best)) return 'it is the tuned place'
  return missesText(rival) || betterText(rival.more)
}

/** Write by how much a place has more than the tuned one, or less. */
export function moreText(more: Estimate, unit: string): string {
  const { value, low, high } = more
  if (value === null || value >= 0) return `${rangedText(more, unit)} more`
  const turned = (v: number | null): number | null => (v === null ? null : -v)
  return `${rangedText({ value: -value, low: turned(high), high: turned(low) }, unit)} less`
}

/** The places beside the tuned one, with their names. */
export function rivalsOf({
  asItIs,
  bySearch,
  atRandom,
  points,
}: Pick<TuneDocument, 'asItIs' | 'bySearch' | 'atRandom' | 'points'>): readonly {
  readonly name: string
  readonly rival: Rival | null
}[] {
  return [
    { name: 'scenario as it is', rival: asItIs },
    ...(bySearch ? [{ name: 'best of the search alone', rival: bySearch }] : []),
    { name: `best of ${points} points at random`, rival: atRandom },
  ]
}
