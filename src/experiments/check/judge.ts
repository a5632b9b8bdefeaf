import { meanInterval, momentsOf, studentCdf, studentQuantile, sum } from '../../math/index.ts'
import { alikeChance } from '../estimate.ts'
import type { CheckRow, CheckVerdict } from './types.ts'

/** Numbers of a measure in the baseline and now, path by path; NaN where a path has none, or infinite. */
export type Sides = {
  readonly before: Float64Array
  readonly after: Float64Array
  /** Which end is good. */
  readonly better: 'lower' | 'higher'
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
  /** Chance of such an improvement without any. */
  readonly pBetter: number
  /** Chance of so many paths that lose their number; null when none has lost or gained one. */
  readonly pLost: number | null
}

/** Share of a number below which a difference is rounding: another order of the same sums makes no finding. */
const ROUNDING = 1e-9
/** Chance of any false alarm in a whole check. */
export const LEVEL = 0.05

type Losses = Pick<Judged, 'lost' | 'gained' | 'pLost'>
type Parts = Omit<Judged, 'before' | 'after' | 'isPaired' | keyof Losses>

function mean(values: Float64Array): number | null {
  return values.length === 0 ? null : sum(values) / values.length
}

function differ(a: number, b: number): number {
  return Math.abs(a - b) <= ROUNDING * Math.max(Math.abs(a), Math.abs(b)) ? 0 : a - b
}

function unknown(n: number, method: string, worsening: number | null = null): Parts {
  return { worsening, low: null, high: null, p: 1, pBetter: 1, n, isSame: false, method }
}

/** A difference that is the same on all paths: sure without chance, else as unlikely as so many heads. */
function constant(value: number, n: number, isCertain: boolean): Parts {
  const chance = isCertain ? 0 : alikeChance(n)
  const method = isCertain ? 'no chance: exact' : `all ${n} paths changed alike; sign test`
  const exact = { worsening: value, low: value, high: value, n, isSame: value === 0 }
  if (value === 0) return { ...exact, p: 1, pBetter: 1, method: `no change on any of ${n} paths` }
  return { ...exact, p: value > 0 ? chance : 1, pBetter: value < 0 ? chance : 1, method }
}

function paired({ before, after, isCertain }: Sides, sign: 1 | -1): Parts {
  const differences = before.map((b, k) => sign * differ(after[k]!, b))
  const n = differences.length
  if (n === 0) return unknown(0, 'no path has a number on both sides')
  if (n === 1 && !isCertain && differences[0] !== 0)
    return unknown(1, 'one path: no interval', differences[0])
  if (differences.every((d) => d === differences[0])) return constant(differences[0]!, n, isCertain)
  const { mean: worsening, sd, low, high } = meanInterval(differences)
  const p = studentCdf((-worsening * Math.sqrt(n)) / sd, n - 1)
  const method = `paired differences of ${n} paths, Student t`
  return { worsening, low, high, p, pBetter: 1 - p, n, isSame: false, method }
}

/** Source: Welch, "The generalization of Student's problem" (1947). */
function unpaired({ before, after, isCertain }: Sides, sign: 1 | -1): Parts {
  const [a, b] = [momentsOf(before), momentsOf(after)]
  const n = Math.min(a.n, b.n)
  if (n === 0) return unknown(0, 'one side has no number on any path')
  const worsening = sign * differ(b.mean, a.mean)
  if (n === 1 && !isCertain && worsening !== 0)
    return unknown(1, 'one path: no interval', worsening)
  const [va, vb] = [(a.sd * a.sd) / a.n, (b.sd * b.sd) / b.n]
  const error = Math.sqrt(va + vb)
  if (error === 0) return constant(worsening, n, isCertain)
  const freedom =
    ((va + vb) * (va + vb)) / ((va * va) / Math.max(1, a.n - 1) + (vb * vb) / Math.max(1, b.n - 1))
  const half = studentQuantile(0.975, freedom) * error
  const p = studentCdf(-worsening / error, freedom)
  const method = `unpaired: means of ${a.n} and ${b.n} paths, Welch t`
  const range = { low: worsening - half, high: worsening + half }
  return { worsening, ...range, p, pBetter: 1 - p, n, isSame: false, method }
}

/** How a path stands: 1 without a number or infinitely bad, 0 with a number, -1 infinitely good. */
function standings(values: Float64Array, sign: 1 | -1): Float64Array {
  return values.map((v) => (Number.isFinite(v) ? 0 : sign * v === -Infinity ? -1 : 1))
}

/** Count paths that lost their number, which means nothing to the others. */
function lossesOf({ before, after, isPaired, isCertain }: Sides, sign: 1 | -1): Losses {
  const [then, now] = [standings(before, sign), standings(after, sign)]
  const better = 'lower'
  if (isPaired) {
    const lost = now.filter((s, k) => s > then[k]!).length
    const gained = now.filter((s, k) => s < then[k]!).length
    // The same draws, and a number less: no chance makes that.
    return { lost, gained, pLost: lost + gained === 0 ? null : lost > gained ? 0 : 1 }
  }
  const more = sum(now) - sum(then)
  const isNone = then.every((s) => s === 0) && now.every((s) => s === 0)
  const { p } = unpaired({ before: then, after: now, better, isPaired, isCertain }, 1)
  return { lost: Math.max(0, more), gained: Math.max(0, -more), pLost: isNone ? null : p }
}

function lossText({ lost, gained }: Losses): string {
  const of = (n: number): string => `${n} path${n === 1 ? '' : 's'}`
  return [
    ...(lost > 0 ? [`; ${of(lost)} lost the number`] : []),
    ...(gained > 0 ? [`; ${of(gained)} gained one`] : []),
  ].join('')
}

/** Whether a measure says the same on every path, also where it has no number. */
function isSameOnAll({ before, after }: Sides): boolean {
  const isSame = (b: number, k: number): boolean =>
    Number.isFinite(b) ? differ(after[k]!, b) === 0 : Object.is(after[k], b)
  return before.length > 0 && before.length === after.length && before.every(isSame)
}

/**
 * Compare a measure with its baseline, by the differences of paths that met the same draws where they did.
 * Numbers are compared of paths that have a finite one; those that lost theirs count for themselves.
 */
export function judge(sides: Sides): Judged {
  const sign = sides.better === 'lower' ? 1 : -1
  const { before, after, isPaired } = sides
  const isKept = (own: number, k: number): boolean =>
    Number.isFinite(own) && (!isPaired || Number.isFinite(before[k]! + after[k]!))
  const finite = { ...sides, before: before.filter(isKept), after: after.filter(isKept) }
  const parts = isPaired ? paired(finite, sign) : unpaired(finite, sign)
  const losses = lossesOf(sides, sign)
  return {
    ...{ ...parts, ...losses, isPaired, method: parts.method + lossText(losses) },
    ...{ before: mean(finite.before), after: mean(finite.after) },
    isSame: losses.lost + losses.gained === 0 && (parts.isSame || isSameOnAll(sides)),
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
  const worse = holm([...judged.map(({ p }) => p), ...losing.map(({ pLost }) => pLost)])
  const better = holm(judged.map(({ pBetter }) => pBetter))
  const lost = new Map(losing.map(({ k }, place) => [k, worse[judged.length + place]!]))
  return judged.map((own, k) => {
    const adjusted = Math.min(worse[k]!, lost.get(k) ?? 1)
    if (own.isSame) return { verdict: 'same', adjusted }
    if (adjusted < LEVEL) return { verdict: 'worse', adjusted }
    const isBetter = better[k]! < LEVEL && own.lost === 0
    return { verdict: isBetter ? 'better' : 'cannot tell', adjusted }
  })
}
