import { pow } from '../../math/index.ts'
import type { Contrast, Contrasts, Term } from './contrast.ts'
import type { Effect, Interaction, Ranked, Verdict } from './types.ts'

/** Numbers of the paths under one arm, all arms over the same paths. */
export type Sided = { readonly name: string; readonly values: Float64Array }

/** Which way is good: +1 where more of the measure is, -1 where less is. */
export type Sign = 1 | -1

function sideOf({ isZero, low, high }: Contrast): 1 | 0 | -1 | null {
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

/** Largest share of paths that may act while nothing is said to. */
const RARE = 0.05

/** The exact upper bound, with 95 %, of a share that n paths do not show. */
function unseenShare(n: number): number {
  return 1 - pow(0.05, 1 / n)
}

/** Judge a contrast: nothing on n paths leaves room for rare ones, unless there is no chance. */
function judged(contrast: Contrast, isCertain: boolean) {
  const { isZero, ...estimate } = contrast
  if (!isZero || isCertain) return { estimate, side: sideOf(contrast) }
  const share = unseenShare(estimate.n)
  const method = `0 on all ${estimate.n} paths; with 95 % at most ${(share * 100).toPrecision(2)} % of paths differ`
  return { estimate: { ...estimate, method }, side: share <= RARE ? 0 : null }
}

/** Estimate how much better an arm is than the base. */
export function effectOf(
  contrasts: Contrasts,
  base: Float64Array,
  arm: Float64Array,
  sign: Sign,
  isCertain: boolean,
): Effect {
  const contrast = contrasts([
    { weight: sign, values: arm },
    { weight: -sign, values: base },
  ])
  const { estimate, side } = judged(contrast, isCertain)
  return { ...estimate, verdict: VERDICTS[String(side)]! }
}

/** Estimate what a pair avoids beyond the sum of what each avoids alone. */
export function interactionOf(
  contrasts: Contrasts,
  base: Float64Array,
  [first, second]: readonly [Sided, Sided],
  both: Float64Array,
  sign: Sign,
  isCertain: boolean,
): Interaction {
  const terms: readonly Term[] = [
    { weight: sign, values: both },
    { weight: sign, values: base },
    { weight: -sign, values: first.values },
    { weight: -sign, values: second.values },
  ]
  const { estimate, side } = judged(contrasts(terms), isCertain)
  return { pair: [first.name, second.name], extra: estimate, verdict: PAIRS[String(side)]! }
}

/** Coverage of one of so many intervals that all of them hold together (Bonferroni). */
export function jointConfidence(comparisons: number): number {
  return 1 - 0.05 / Math.max(1, comparisons)
}

/**
 * Rank arms by what they avoid, claiming an order only where the interval of the paired difference lies
 * on one side at a confidence at which all comparisons hold together.
 * @param arms the base first.
 */
export function rankingOf(
  contrasts: Contrasts,
  arms: readonly Sided[],
  sign: Sign,
): { readonly ranking: readonly Ranked[]; readonly confidence: number } {
  const confidence = jointConfidence((arms.length * (arms.length - 1)) / 2)
  const base = arms[0]!.values
  const avoided = arms.map(
    ({ values }) =>
      contrasts([
        { weight: sign, values },
        { weight: -sign, values: base },
      ]).value ?? Number.NaN,
  )
  const sides = arms.map((a, i) =>
    arms.map((b, j) => {
      if (i === j) return 0
      const terms = [
        { weight: sign, values: a.values },
        { weight: -sign, values: b.values },
      ]
      return sideOf(contrasts(terms, confidence))
    }),
  )
  const named = (i: number, side: number | null): readonly string[] =>
    arms.filter((_, j) => j !== i && sides[i]![j] === side).map(({ name }) => name)
  const ranking = arms.map(({ name }, i): Ranked => {
    const rank = 1 + sides[i]!.filter((side) => side === -1).length
    return {
      ...{ name, rank, avoided: avoided[i]! },
      cannotTell: named(i, null),
      same: named(i, 0),
    }
  })
  ranking.sort((a, b) => a.rank - b.rank || b.avoided - a.avoided)
  return { ranking, confidence }
}
