import { pow } from '../../math/index.ts'
import type { Contrast, Contrasts, Term } from './contrast.ts'
import type { Effect, Interaction, Ranked, Verdict } from './types.ts'

/** Numbers of the paths under one arm, all arms over the same paths. */
export type Sided = { readonly name: string; readonly values: Float64Array }

/** Which way is good: +1 where more of the measure is, -1 where less is. */
export type Sign = 1 | -1

/** What is compared. */
export type Comparison = {
  readonly contrasts: Contrasts
  /** The base first. */
  readonly arms: readonly Sided[]
  readonly sign: Sign
  /** Whether paths differ in nothing. */
  readonly isCertain: boolean
}

/** On which side of 0 a number lies; null where it cannot be told. */
type Side = 1 | 0 | -1 | null

function sideOf({ isZero, low, high }: Contrast): Side {
  if (isZero) return 0
  if (low !== null && low > 0) return 1
  return high !== null && high < 0 ? -1 : null
}

const VERDICTS: Readonly<Record<string, Verdict>> = {
  '1': 'helps',
  '0': 'no effect',
  '-1': 'harms',
  null: 'cannot tell',
}

const PAIRS: Readonly<Record<string, Interaction['verdict']>> = {
  '1': 'help each other',
  '0': 'add up',
  '-1': 'overlap',
  null: 'cannot tell',
}

/** Chance that any of the claims of a comparison is wrong. */
const LEVEL = 0.05

/** Contrasts of one question, and its share of the chance to be wrong. */
type Family = { readonly asked: readonly (readonly Term[])[]; readonly share: number }

/**
 * Find the sides of 0 on which contrasts lie, with a chance of at most 5 % that any of them is wrong. Each is
 * asked for at an equal part of its family's chance; those that are told leave theirs to the rest of the
 * family, and a family of which all are told to the other families.
 * Source: Bretz, Maurer, Brannath and Posch, "A graphical approach to sequentially rejective multiple test
 * procedures" (2009); of one family it is that of Holm (1979).
 */
function sidesOf(contrasts: Contrasts, families: readonly Family[]): readonly (readonly Side[])[] {
  const sides = families.map(({ asked }) => new Array<Side>(asked.length).fill(null))
  const untoldOf = (f: number) => [...sides[f]!.keys()].filter((k) => sides[f]![k] === null)
  for (;;) {
    const open = families.flatMap((family, f) => {
      const left = untoldOf(f)
      return left.length > 0 ? [{ ...family, f, left }] : []
    })
    const all = open.reduce((sum, { share }) => sum + share, 0)
    for (const { asked, share, f, left } of open) {
      const confidence = 1 - (LEVEL * share) / all / left.length
      for (const k of left) sides[f]![k] = sideOf(contrasts(asked[k]!, confidence))
    }
    if (open.every(({ f, left }) => untoldOf(f).length === left.length)) return sides
  }
}

/** Largest share of paths that may act while nothing is said to. */
const RARE = 0.05

/** The exact upper bound, with 95 %, of a share that n paths do not show. */
function unseenShare(n: number): number {
  return 1 - pow(0.05, 1 / n)
}

/** Judge a contrast: nothing on n paths leaves room for rare ones, unless there is no chance. */
function judged(contrast: Contrast, side: Side, isCertain: boolean) {
  const { isZero, ...estimate } = contrast
  if (!isZero || isCertain) {
    const isAlone = side === null && sideOf(contrast) !== null
    const method = `${estimate.method}; told alone, but one of so many may be by chance`
    return { estimate: isAlone ? { ...estimate, method } : estimate, side }
  }
  const share = unseenShare(estimate.n)
  const method = `0 on all ${estimate.n} paths; with 95 % at most ${(share * 100).toPrecision(2)} % of paths differ`
  return { estimate: { ...estimate, method }, side: share <= RARE ? (0 as const) : null }
}

/** Terms of how much better one arm is than another. */
function betterBy(sign: Sign, own: Sided, other: Sided): readonly Term[] {
  return [
    { weight: sign, values: own.values },
    { weight: -sign, values: other.values },
  ]
}

/** A pair of arms, and the arm that is both. */
export type Pair = { readonly parts: readonly [string, string]; readonly both: string }

/** Terms of what a pair avoids beyond the sum of what each avoids alone. */
function beyondSum({ arms, sign }: Comparison, { parts: [first, second], both }: Pair) {
  const termOf = (weight: number, name: string): Term => ({
    weight,
    values: arms.find((arm) => arm.name === name)!.values,
  })
  const terms = [termOf(sign, both), { weight: sign, values: arms[0]!.values }]
  return [...terms, termOf(-sign, first), termOf(-sign, second)]
}

/** Shares of three questions in the chance to be wrong: does it help, which is better, do pairs add up. */
const SHARES = { verdicts: 2, order: 1, pairs: 1 } as const

/** Sides of all that is claimed: of arm i less arm j in a matrix, and of pairs. */
function claimsOf(comparison: Comparison, pairs: readonly Pair[]) {
  const { contrasts, arms, sign } = comparison
  const couples = arms.flatMap((_, i) => arms.slice(0, i).map((__, j) => [i, j] as const))
  const withBase = couples.filter(([, j]) => j === 0)
  const among = couples.filter(([, j]) => j !== 0)
  const betterOf = (list: typeof couples) =>
    list.map(([i, j]) => betterBy(sign, arms[i]!, arms[j]!))
  const [verdicts, order, ofPairs] = sidesOf(contrasts, [
    { asked: betterOf(withBase), share: SHARES.verdicts },
    { asked: betterOf(among), share: SHARES.order },
    { asked: pairs.map((pair) => beyondSum(comparison, pair)), share: SHARES.pairs },
  ])
  const matrix = arms.map(() => new Array<Side>(arms.length).fill(0))
  const found = [...verdicts!, ...order!]
  ;[...withBase, ...among].forEach(([i, j], k) => {
    const side = found[k]!
    matrix[i]![j] = side
    matrix[j]![i] = side === null || side === 0 ? side : side === 1 ? -1 : 1
  })
  return { matrix, pairSides: ofPairs! }
}

function rankingOf(
  { contrasts, arms, sign, isCertain }: Comparison,
  matrix: readonly (readonly Side[])[],
): readonly Ranked[] {
  const ranking = arms.map((arm, i): Ranked => {
    const named = (side: Side): readonly string[] =>
      arms.filter((_, j) => j !== i && matrix[i]![j] === side).map(({ name }) => name)
    const same = named(0)
    // What is the same on every path is no worse a place; on other paths it may be.
    const below = named(1).length + (isCertain ? same.length : 0)
    return {
      ...{ name: arm.name, rank: 1 + named(-1).length, worst: arms.length - below },
      avoided: contrasts(betterBy(sign, arm, arms[0]!)).value ?? Number.NaN,
      ...{ cannotTell: named(null), same },
    }
  })
  return ranking.sort((a, b) => a.rank - b.rank || a.worst - b.worst || b.avoided - a.avoided)
}

/** What is known of arms: effects in the order of the arms, null for the base. */
export type Judged = {
  readonly effects: readonly (Effect | null)[]
  readonly interactions: readonly Interaction[]
  readonly ranking: readonly Ranked[]
}

/**
 * Estimate how much better every arm is than the base and what pairs avoid beyond their sum, and rank arms.
 * Intervals are 95 % each; all that is claimed - verdicts, order, interactions - holds together with 95 %.
 */
export function judgeArms(comparison: Comparison, pairs: readonly Pair[]): Judged {
  const { contrasts, arms, sign, isCertain } = comparison
  const { matrix, pairSides } = claimsOf(comparison, pairs)
  const effects = arms.slice(1).map((arm, k): Effect => {
    const contrast = contrasts(betterBy(sign, arm, arms[0]!))
    const { estimate, side } = judged(contrast, matrix[k + 1]![0]!, isCertain)
    return { ...estimate, verdict: VERDICTS[String(side)]! }
  })
  const interactions = pairs.map((pair, k): Interaction => {
    const contrast = contrasts(beyondSum(comparison, pair))
    const { estimate, side } = judged(contrast, pairSides[k]!, isCertain)
    return { pair: pair.parts, extra: estimate, verdict: PAIRS[String(side)]! }
  })
  return { effects: [null, ...effects], interactions, ranking: rankingOf(comparison, matrix) }
}
