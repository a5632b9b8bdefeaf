import { assets, f64, type Model, model, number, perAsset, seconds } from '../../world/index.ts'
import { correlate, correlationOf, correlationParams, YEAR } from './correlations.ts'

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
  relative: perAsset(
    'volatility of single assets as a multiple of vol',
    number('volatility', 'factor', { min: 0 }),
    { default: [] },
  ),
  drift: number('expected relative growth of the price; none while pinned', '1/year', {
    default: 0,
  }),
  ...correlationParams,
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
    const times = new Map(p.relative.map((v) => [v.asset, v.value]))
    const vols = Float64Array.from(p.assets, (a) => own.get(a) ?? p.vol * (times.get(a) ?? 1))
    const lower = correlationOf(p.assets, p)
    const z = new Float64Array(n)
    // Without volatility chance is not asked, so that a world can be known to have none.
    const isStill = vols.every((vol) => vol === 0)
    return {
      ports: { driver: { assets: p.assets, shift: (a) => s.shift[a]! } },
      step({ tick, time, dt }) {
        const pull = pullOf(p.pinnedAt, time, dt)
        if (pull > 1) return
        if (!isStill) for (let i = 0; i < n; i++) z[i] = draws.normal(tick, p.assets[i]!)
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
