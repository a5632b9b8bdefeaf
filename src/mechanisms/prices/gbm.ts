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
    if (i >= 0 && j >= 0) matrix[i * n + j] = matrix[j * n + i] = correlation
  }
  const lower = new Float64Array(n * n)
  if (!cholesky(matrix, n, lower))
    throw new CorrelationError('the correlations are not positive semi-definite; lower them')
  return lower
}

/** Correlated geometric Brownian motion, free or pinned to return to its mean path at a stated time. */
export const gbm: Model = model({
  kind: 'prices/gbm',
  phase: 'driver',
  doc: 'correlated geometric Brownian motion; with pinnedAt a Brownian bridge around the other drivers',
  params: {
    assets: assets('assets that move'),
    vol: number('volatility', '1/sqrt(year)', { min: 0 }),
    vols: perAsset(
      'volatility of single assets, instead of vol',
      number('volatility', '1/sqrt(year)', { min: 0 }),
      { default: [] },
    ),
    drift: number('expected relative growth of the price', '1/year', { default: 0 }),
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
    pinnedAt: seconds('time at which the noise is back at zero and stops; 0 = never', {
      default: 0,
    }),
  },
  columns: (_, all) => ({ shift: f64(all.length, 'log') }),
  create(p, s, { draws }) {
    const n = p.assets.length
    const own = new Map(p.vols.map((v) => [v.asset, v.value]))
    const vols = Float64Array.from(p.assets, (a) => own.get(a) ?? p.vol)
    const lower = factor(p.assets, p.correlation, p.pairs)
    const z = new Float64Array(n)
    function noise(tick: number): void {
      for (let i = 0; i < n; i++) z[i] = draws.normal(tick, p.assets[i]!)
      if (lower === null) return
      for (let i = n - 1; i >= 0; i--) {
        let total = 0
        for (let j = 0; j <= i; j++) total += lower[i * n + j]! * z[j]!
        z[i] = total
      }
    }
    return {
      ports: {
        driver: { assets: p.assets, shift: (a) => s.shift[a]! },
      },
      step({ tick, time, dt }) {
        const left = Math.round((p.pinnedAt - time) / dt) + 1
        if (p.pinnedAt > 0 && left < 1) return
        const years = dt / YEAR
        // A bridge: pulled home by its remaining distance, its variance shrinking to zero.
        const pull = p.pinnedAt > 0 ? 1 / left : 0
        const width = Math.sqrt(years * (1 - pull))
        noise(tick)
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
