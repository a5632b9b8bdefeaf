import {
  assets,
  f64,
  InputError,
  i32,
  list,
  type Model,
  model,
  number,
  type ParamSpec,
  perAsset,
  record,
  seconds,
  text,
} from '../../../world/index.ts'
import { correlate, correlationOf, correlationParams, YEAR } from '../correlations.ts'
import { compensator, poissonCount } from '../jumpDiffusion.ts'
import { mixingVariance, pick, stationaryShares, transitions } from './kernel.ts'

/** Thrown when regimes do not make a process. */
export class RegimeError extends InputError {
  override readonly name = 'RegimeError'
}

const vol = (doc: string): ParamSpec<number> => number(doc, '1/sqrt(year)', { default: 0, min: 0 })

const regime = record('one regime', {
  name: text('name, for start'),
  leaving: number('rate at which it ends; the others follow in equal shares', '1/year', {
    default: 0,
    min: 0,
  }),
  vol: vol('volatility, apart from common jumps'),
  vols: perAsset('volatility of single assets, instead of vol', vol('volatility'), { default: [] }),
  drift: number(
    'growth of the expected price, jumps included; with fewer degrees, of exp(mean log + half the variance)',
    '1/year',
    { default: 0 },
  ),
  ...correlationParams,
  degrees: number("degrees of freedom of Student's t; 1000 or more: normal returns", 'degrees', {
    default: 1000,
    min: 2.01,
  }),
  jumpsPerYear: number('expected common jumps', '1/year', { default: 0, min: 0 }),
})

const params = {
  assets: assets('assets that move'),
  regimes: list('calm, stress, ...', regime),
  volScale: number('multiplies all volatilities, not the jumps', 'factor', { default: 1, min: 0 }),
  start: text('name of the regime at the start; empty: drawn from the long-run shares', ''),
  mixing: seconds(
    'period that shares one draw of the tail: returns over it have the stated degrees of freedom',
    { default: 3600, min: 1 },
  ),
  jumpMean: number('mean log size of a common jump', 'log', { default: 0 }),
  jumpMeans: perAsset('mean of single assets', number('mean log size', 'log'), { default: [] }),
  jumpSd: number('standard deviation of its log size', 'log', { default: 0, min: 0 }),
  jumpSds: perAsset('standard deviation of single assets', number('sd', 'log', { min: 0 }), {
    default: [],
  }),
  jumpCorrelation: number('correlation of the sizes of every pair', 'fraction', {
    default: 1,
    min: 0,
    max: 1,
  }),
}

/** Per-asset values in the order of `members`. */
function perMember(
  members: readonly number[],
  own: readonly { readonly asset: number; readonly value: number }[],
  common: number,
): Float64Array {
  return Float64Array.from(members, (a) => own.find((v) => v.asset === a)?.value ?? common)
}

/** Growth per year of the log price of each asset apart from noise and jumps. */
function growthOf(
  vols: Float64Array,
  { drift, jumpsPerYear }: { readonly drift: number; readonly jumpsPerYear: number },
  means: Float64Array,
  sds: Float64Array,
): Float64Array {
  return vols.map(
    (vol, i) =>
      drift -
      (vol * vol) / 2 -
      compensator({ perYear: jumpsPerYear, mean: means[i]!, sd: sds[i]! }),
  )
}

/** Place of the regime that paths start in; -1: drawn. */
function startOf(names: readonly string[], start: string): number {
  if (names.length === 0)
    throw new RegimeError('regimes is empty; state at least one, such as { name: calm, vol: 0.5 }')
  if (start === '') return -1
  const place = names.indexOf(start)
  if (place < 0)
    throw new RegimeError(`start is "${start}"; use one of ${names.join(', ')}, or leave it empty`)
  return place
}

/**
 * Markov regimes with their own volatilities, correlations, tails and common jumps. All assets share the
 * regime, the variance of each mixing period (hence a t copula with tail dependence) and the jump times.
 *
 * Draws by (tick, slot), N assets in the world: normal a = shock of asset a; uniform N = regime;
 * uniform N + 1 = number of jumps; normal N + 2 + a = size of a's jump; normal 2N + 2 at (period,
 * slot) = the variance of a mixing period.
 *
 * Every regime takes back what its jumps add to the expected price, so that it grows by `drift`. Student's t
 * has no expected price; then the same correction stands for the normal law of equal variance.
 */
export const regimes: Model = model({
  kind: 'prices/regimes',
  phase: 'driver',
  doc: 'Markov regimes: Student-t copula, correlations and common jumps that change with the regime',
  params,
  columns: (_, all) => ({ shift: f64(all.length, 'log'), regime: i32(1, 'place', -1) }),
  create(p, s, { draws, tickSeconds, assets: { length: all } }) {
    const n = p.assets.length
    const count = p.regimes.length
    const start = startOf(
      p.regimes.map((r) => r.name),
      p.start,
    )
    const means = perMember(p.assets, p.jumpMeans, p.jumpMean)
    const sds = perMember(p.assets, p.jumpSds, p.jumpSd)
    const laws = p.regimes.map((r) => {
      const vols = perMember(p.assets, r.vols, r.vol).map((vol) => vol * p.volScale)
      const growth = growthOf(vols, r, means, sds)
      const [lower, mixing] = [correlationOf(p.assets, r), mixingVariance(r.degrees)]
      return { ...r, vols, growth, lower, mixing }
    })
    const leaving = p.regimes.map((r) => r.leaving)
    const shares = stationaryShares(leaving)
    const next = transitions(leaving, tickSeconds / YEAR)
    const together = correlationOf(p.assets, { correlation: p.jumpCorrelation, pairs: [] })
    const z = new Float64Array(n)

    /** Seconds of this tick, each weighted with the variance of its mixing period. */
    function weightedSeconds(from: number, dt: number, mixing: (z: number) => number): number {
      let sum = 0
      for (let at = from; at < from + dt - 1e-9 * dt; ) {
        // A start that rounding left just before a boundary belongs to the next period.
        const period = Math.floor(at / p.mixing + 1e-9)
        const end = Math.min((period + 1) * p.mixing, from + dt)
        sum += (end - at) * mixing(draws.normal(period, 2 * all + 2))
        at = end
      }
      return sum
    }

    function jump(tick: number, arrivals: number): void {
      for (let i = 0; i < n; i++) z[i] = draws.normal(tick, all + 2 + p.assets[i]!)
      if (together) correlate(together, z)
      for (let i = 0; i < n; i++)
        s.shift[p.assets[i]!]! += arrivals * means[i]! + Math.sqrt(arrivals) * sds[i]! * z[i]!
    }

    return {
      ports: { driver: { assets: p.assets, shift: (a) => s.shift[a]! } },
      step({ tick, time, dt }) {
        const before = s.regime[0]!
        const u = draws.uniform(tick, all)
        if (before >= 0) s.regime[0] = pick(next, before * count, count, u)
        else s.regime[0] = start >= 0 ? start : pick(shares, 0, count, u)
        const law = laws[s.regime[0]!]!
        const years = dt / YEAR
        for (let i = 0; i < n; i++) z[i] = draws.normal(tick, p.assets[i]!)
        if (law.lower) correlate(law.lower, z)
        // Without tails the weight is the plain length, and no period is drawn.
        const heavy = law.degrees < 1000 ? weightedSeconds(time - dt, dt, law.mixing) : dt
        const width = Math.sqrt(heavy / YEAR)
        for (let i = 0; i < n; i++)
          s.shift[p.assets[i]!]! += law.growth[i]! * years + law.vols[i]! * width * z[i]!
        const arrivals = poissonCount(draws.uniform(tick, all + 1), law.jumpsPerYear * years)
        if (arrivals > 0) jump(tick, arrivals)
      },
    }
  },
})
