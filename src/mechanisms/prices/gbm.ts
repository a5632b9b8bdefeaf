import { cholesky } from '../../math/index.ts'
import {
  asset,
  assets,
  f64,
  fraction,
  list,
  type Model,
  model,
  number,
  perAsset,
  record,
  seconds,
} from '../../world/index.ts'

/** Seconds in a year of 365 days. */
const YEAR = 365 * 86400

/** Thrown when pairwise correlations do not belong to any joint distribution. */
export class CorrelationError extends Error {
  override readonly name = 'CorrelationError'
}

type Pair = { readonly a: number; readonly b: number; readonly correlation: number }

/** Lower-triangular factor of the correlation matrix of `members`, or null for independence. */
function factor(
  members: readonly number[],
  common: number,
  pairs: readonly Pair[],
): Float64Array | null {
  if (common === 0 && pairs.length === 0) return null
  const n = members.length
  const matrix = new Float64Array(n * n).fill(common)
  for (let i = 0; i < n; i++) matrix[i * n + i] = 1
  for (const { a, b, correlation } of pairs) {
    const i = members.indexOf(a)
    const j = members.indexOf(b)
    if (i < 0 || j < 0 || i === j)
      throw new CorrelationError('a pair needs two different assets that move; correct pairs')
    matrix[i * n + j] = matrix[j * n + i] = correlation
  }
  const lower = new Float64Array(n * n)
  if (!cholesky(matrix, n, lower))
    throw new CorrelationError('the correlations are not positive semi-definite; lower them')
  return lower
}

/** Overwrite independent normal draws with correlated ones: z = L z. */
function correlate(lower: Float64Array, z: Float64Array): void {
  const n = z.length
  for (let i = n - 1; i >= 0; i--) {
    let total = 0
    for (let j = 0; j <= i; j++) total += lower[i * n + j]! * z[j]!
    z[i] = total
  }
}

/**
 * Share of the distance to its mean that a bridge is pulled home in this tick: 1 / ticks left, this
 * one included; 0 for a free path (`pinnedAt` 0), more than 1 when the bridge has ended.
 */
function pullOf(pinnedAt: number, time: number, dt: number): number {
  if (pinnedAt === 0) return 0
  const left = Math.round((pinnedAt - time) / dt) + 1
  return left < 1 ? Number.POSITIVE_INFINITY : 1 / left
}

const params = {
  assets: assets('assets that move'),
  vol: number('volatility', '1/sqrt(year)', { min: 0 }),
  vols: perAsset(
    'volatility of single assets, instead of vol',
    number('volatility', '1/sqrt(year)', { min: 0 }),
    { default: [] },
  ),
  drift: number('expected relative growth of the price; none while pinned', '1/year', {
    default: 0,
  }),
  correlation: fraction('correlation of every pair', { default: 0 }),
  pairs: list(
    'correlation of single pairs, instead of correlation',
    record('one pair', {
      a: asset('one asset'),
      b: asset('the other'),
      correlation: number('correlation', 'fraction', { min: -1, max: 1 }),
    }),
    { default: [] },
  ),
  pinnedAt: seconds('time at which the noise is back at zero and stops; 0 = never', { default: 0 }),
}

/** Correlated geometric Brownian motion, free or pinned to return to its mean path at a stated time. */
export const gbm: Model = model({
  kind: 'prices/gbm',
  phase: 'driver',
  doc: 'correlated geometric Brownian motion; with pinnedAt a Brownian bridge around the other drivers',
  params,
  columns: (_, all) => ({ shift: f64(all.length, 'log') }),
  create(p, s, { draws }) {
    const n = p.assets.length
    const own = new Map(p.vols.map((v) => [v.asset, v.value]))
    const vols = Float64Array.from(p.assets, (a) => own.get(a) ?? p.vol)
    const lower = factor(p.assets, p.correlation, p.pairs)
    const z = new Float64Array(n)
    return {
      ports: { driver: { assets: p.assets, shift: (a) => s.shift[a]! } },
      step({ tick, time, dt }) {
        const pull = pullOf(p.pinnedAt, time, dt)
        if (pull > 1) return
        for (let i = 0; i < n; i++) z[i] = draws.normal(tick, p.assets[i]!)
        if (lower) correlate(lower, z)
        const years = dt / YEAR
        const width = Math.sqrt(years * (1 - pull))
        for (let i = 0; i < n; i++) {
          const a = p.assets[i]!
          const vol = vols[i]!
          const mean = p.pinnedAt > 0 ? -s.shift[a]! * pull : (p.drift - (vol * vol) / 2) * years
          s.shift[a]! += mean + vol * width * z[i]!
        }
      },
    }
  },
})
