import { meanInterval, momentsOf, studentCdf, studentQuantile, sum } from '../../math/index.ts'
import { alike, alikeChance } from '../estimate.ts'
import type { CheckRow, CheckVerdict } from './types.ts'

/** Numbers of a measure in the baseline and now, path by path; NaN where a path has none, or infinite. */
export type Sides = {
  readonly before: Float64Array
  readonly after: Float64Array
  /** Which end is good. */
  readonly better: 'lower' | 'higher'
  /** What a path without a number counts as; NaN where nothing follows from it. */
  readonly none: number
  /** Whether path k met the same draws on both sides. */
  readonly isPaired: boolean
  /** Whether there is no chance in either world, so that one path tells all. */
  readonly isCertain: boolean
}

/** A difference before it is set against all others. */
export type Judged = Pick<
  CheckRow,
  | 'before'
  | 'after'
  | 'worsening'
  | 'low'
  | 'high'
  | 'p'
  | 'n'
  | 'lost'
  | 'gained'
  | 'isPaired'
  | 'method'
> & {
  /** Whether nothing changed on any path. */
  readonly isSame: boolean
  /** Chance of so many paths that become infinitely bad; null when none has become that, or was it. */
  readonly pLost: number | null
}

/** Share of a number below which a difference is rounding: another order of the same sums makes no finding. */
const ROUNDING = 1e-9
/** Chance of any false finding in a whole check. */
export const LEVEL = 0.05

type Losses = Pick<Judged, 'lost' | 'gained' | 'pLost'>
type Parts = Omit<Judged, 'before' | 'after' | 'isPaired' | keyof Losses>

function mean(values: Float64Array): number | null {
  return values.length === 0 ? null : sum(values) / values.length
}

function isRounding(difference: number, a: number, b: number): boolean {
  return Math.abs(difference) <= ROUNDING * Math.max(Math.abs(a), Math.abs(b))
}

function differ(a: number, b: number): number {
  return isRounding(a - b, a, b) ? 0 : a - b
}

function unknown(n: number, method: string, worsening: number | null = null): Parts {
  return { worsening, low: null, high: null, p: 1, n, isSame: false, method }
}

/** A difference that is the same on all paths: sure without chance, else as unlikely as so many heads. */
function constant(worsening: number, n: number, isCertain: boolean): Parts {
  const exact = { worsening, low: worsening, high: worsening, n, isSame: worsening === 0 }
  if (worsening === 0) return { ...exact, p: 1, method: `no change on any of ${n} paths` }
  if (isCertain) return { ...exact, p: 0, method: 'no chance: exact' }
  const { low, high, method } = alike(worsening, n, 1 - LEVEL)
  return { ...exact, low, high, p: Math.min(1, 2 * alikeChance(n)), method }
}

function paired({ before, after, isCertain }: Sides, sign: 1 | -1): Parts {
  const differences = before.map((b, k) => sign * differ(after[k]!, b))
  const n = differences.length
  if (n === 0) return unknown(0, 'no path has a number on both sides')
  const first = differences[0]!
  if (n === 1 && !isCertain && first !== 0) return unknown(1, 'one path: no interval', first)
  if (differences.every((d, k) => isRounding(d - first, before[k]!, after[k]!)))
    return constant(first, n, isCertain)
  const { mean: worsening, sd, low, high } = meanInterval(differences)
  const p = 2 * studentCdf((-Math.abs(worsening) * Math.sqrt(n)) / sd, n - 1)
  const method = `paired differences of ${n} paths, Student t`
  return { worsening, low, high, p, n, isSame: false, method }
}

/** Ways to choose k of n. */
function choose(n: number, k: number): number {
  let ways = 1
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i
  return ways
}

/** Sides without scatter: as unlikely as that a shuffle of all paths parts them so, either way round. */
function parted(worsening: number, before: number, after: number): Parts {
  const p = Math.min(1, 2 / choose(before + after, before))
  const method = `unpaired: ${before} and ${after} paths, each alike; permutation test, no interval`
  return { ...unknown(Math.min(before, after), method, worsening), p }
}

/** Source: Welch, "The generalization of Student's problem" (1947). */
function unpaired({ before, after, isCertain }: Sides, sign: 1 | -1): Parts {
  const [a, b] = [momentsOf(before), momentsOf(after)]
  const n = Math.min(a.n, b.n)
  if (n === 0) return unknown(0, 'one side has no number on any path')
  const worsening = sign * differ(b.mean, a.mean)
  if (n === 1 && !isCertain && worsening !== 0)
    return unknown(1, 'one path: no interval', worsening)
  const isFlat = [before, after].every((side) => side.every((v) => differ(v, side[0]!) === 0))
  if (isFlat && (worsening === 0 || isCertain)) return constant(worsening, n, isCertain)
  if (isFlat) return parted(worsening, a.n, b.n)
  const [va, vb] = [(a.sd * a.sd) / a.n, (b.sd * b.sd) / b.n]
  const error = Math.sqrt(va + vb)
  const freedom =
    ((va + vb) * (va + vb)) / ((va * va) / Math.max(1, a.n - 1) + (vb * vb) / Math.max(1, b.n - 1))
  const half = studentQuantile(0.975, freedom) * error
  const p = 2 * studentCdf(-Math.abs(worsening) / error, freedom)
  const method = `unpaired: means of ${a.n} and ${b.n} paths, Welch t`
  return { worsening, low: worsening - half, high: worsening + half, p, n, isSame: false, method }
}

/** How a path stands: 1 infinitely bad, -1 infinitely good, 0 otherwise. */
function standings(values: Float64Array, sign: 1 | -1): Float64Array {
  return values.map((v) => (sign * v === Infinity ? 1 : sign * v === -Infinity ? -1 : 0))
}

/** Chance of so many paths that became infinitely bad; null when none is or was infinite. */
function infinityChance(sides: Sides, sign: 1 | -1): number | null {
  const [before, after] = [standings(sides.before, sign), standings(sides.after, sign)]
  if (!before.some((s) => s !== 0) && !after.some((s) => s !== 0)) return null
  // The same draws, and a number less: no chance makes that.
  if (sides.isPaired) return sum(after) > sum(before) ? 0 : 1
  const { worsening, p } = unpaired({ ...sides, before, after }, 1)
  return (worsening ?? 0) > 0 ? p : 1
}

/** Count paths that have a finite number on one side only. */
function lossesOf(sides: Sides, sign: 1 | -1): Losses {
  const { before, after, isPaired } = sides
  const pLost = infinityChance(sides, sign)
  const has = (values: Float64Array) => values.filter((v) => Number.isFinite(v)).length
  if (!isPaired) {
    // As many as would be missing of as many paths as there are now.
    const fewer = before.length - has(before) - (after.length - has(after))
    return { lost: Math.max(0, -fewer), gained: Math.max(0, fewer), pLost }
  }
  const changes = before.map(
    (b, k) => Number(Number.isFinite(after[k])) - Number(Number.isFinite(b)),
  )
  const [lost, gained] = [-1, 1].map((way) => changes.filter((c) => c === way).length)
  return { lost: lost!, gained: gained!, pLost }
}

function lossText({ lost, gained, pLost }: Losses): string {
  const of = (n: number): string => `${n} path${n === 1 ? '' : 's'}`
  return [
    ...(lost > 0 ? [`; ${of(lost)} lost the number`] : []),
    ...(gained > 0 ? [`; ${of(gained)} gained one`] : []),
    ...(lost + gained > 0 && pLost === null ? [', from which nothing follows'] : []),
  ].join('')
}

/** Say what paths without a number count as, where one side has some. */
function noneText({ before, after, none }: Sides): string {
  const [then, now] = [before, after].map((side) => side.filter((v) => Number.isNaN(v)).length)
  if (Number.isNaN(none) || then! + now! === 0) return ''
  return `; no number counts as ${Number.isFinite(none) ? none : 'infinite'} (${then} paths of the baseline, ${now} now)`
}

/** Whether a measure says the same on every path, also where it has no number. */
function isSameOnAll({ before, after }: Sides): boolean {
  const isSame = (b: number, k: number): boolean =>
    Number.isFinite(after[k]! - b) ? differ(after[k]!, b) === 0 : Object.is(after[k], b)
  return before.length > 0 && before.length === after.length && before.every(isSame)
}

/**
 * Compare a measure with its baseline, by the differences of paths that met the same draws where they did.
 * Numbers are compared of paths that have a finite one. Those that became infinitely bad count for
 * themselves; from those that lost their number nothing follows, unless the measure says what that means.
 */
export function judge(asked: Sides): Judged {
  const sign = asked.better === 'lower' ? 1 : -1
  const { isPaired, none } = asked
  const filled = (side: Float64Array) => side.map((v) => (Number.isNaN(v) ? none : v))
  const sides = { ...asked, before: filled(asked.before), after: filled(asked.after) }
  const { before, after } = sides
  const isKept = (own: number, k: number): boolean =>
    Number.isFinite(own) && (!isPaired || Number.isFinite(before[k]! + after[k]!))
  const finite = { ...sides, before: before.filter(isKept), after: after.filter(isKept) }
  const parts = isPaired ? paired(finite, sign) : unpaired(finite, sign)
  const losses = lossesOf(sides, sign)
  const isAlike = losses.lost + losses.gained === 0 && losses.pLost === null && parts.isSame
  return {
    ...{ ...parts, ...losses, isPaired },
    method: parts.method + lossText(losses) + noneText(asked),
    ...{ before: mean(finite.before), after: mean(finite.after) },
    isSame: isAlike || isSameOnAll(sides),
  }
}

/**
 * Adjust p-values so that a level holds for all of them together.
 * @returns in the order given, each at most 1.
 * Source: Holm, "A simple sequentially rejective multiple test procedure" (1979).
 */
export function holm(p: readonly number[]): readonly number[] {
  const order = p.map((_, k) => k).sort((a, b) => p[a]! - p[b]!)
  const out = new Array<number>(p.length).fill(1)
  let most = 0
  order.forEach((k, place) => {
    most = Math.max(most, Math.min(1, (p.length - place) * p[k]!))
    out[k] = most
  })
  return out
}

/** Judge differences together: what is claimed of any of them is wrong with a chance of at most 5 %. */
export function verdictsOf(
  judged: readonly Judged[],
): readonly { readonly verdict: CheckVerdict; readonly adjusted: number }[] {
  const losing = judged.flatMap(({ pLost }, k) => (pLost === null ? [] : [{ k, pLost }]))
  const all = holm([...judged.map(({ p }) => p), ...losing.map(({ pLost }) => pLost)])
  const lost = new Map(losing.map(({ k }, place) => [k, all[judged.length + place]!]))
  const verdictOf = (own: Judged, k: number): CheckVerdict => {
    if (own.isSame) return 'same'
    if ((lost.get(k) ?? 1) < LEVEL) return 'worse'
    if (all[k]! >= LEVEL) return 'cannot tell'
    if (own.worsening! > 0) return 'worse'
    // Those that are left may look better because others are gone.
    return own.lost === 0 ? 'better' : 'cannot tell'
  }
  return judged.map((own, k) => ({
    verdict: verdictOf(own, k),
    adjusted: Math.min(all[k]!, lost.get(k) ?? 1),
  }))
}
