import { f64, fraction, type Model, model, number, perAsset, record } from '../../../world/index.ts'
import { correlate, correlationOf, correlationParams, YEAR } from '../correlations.ts'
import { matchVariance, stepLogPrice, stepVariance, type VarianceStep } from './kernel.ts'

const law = record('one asset', {
  vol: number('long-run volatility, the root of the mean variance', '1/sqrt(year)', { min: 0 }),
  speed: number('speed of return of the variance to its mean', '1/year', { min: 0 }),
  volOfVariance: number('volatility of the variance', '1/year', { min: 0 }),
  leverage: number('correlation of shocks of variance and price', 'fraction', {
    default: 0,
    min: -0.999,
    max: 0.999,
  }),
  startVol: number('volatility at the start; 0: the long-run one', '1/sqrt(year)', {
    default: 0,
    min: 0,
  }),
})

/**
 * Stochastic volatility after Heston, by the quadratic-exponential scheme with martingale correction.
 *
 * Draws by (tick, slot): normal 2a = price of asset a, normal 2a + 1 = its variance. `correlation` and
 * `pairs` join the parts of the prices' shocks that are independent of the variances;
 * `varianceCorrelation` joins the variances.
 */
export const heston: Model = model({
  kind: 'prices/heston',
  phase: 'driver',
  doc: 'stochastic volatility (Heston), quadratic-exponential scheme',
  params: {
    laws: perAsset('assets that move', law),
    drift: number('expected relative growth of the price', '1/year', { default: 0 }),
    ...correlationParams,
    varianceCorrelation: fraction('correlation of the variances of every pair', { default: 0 }),
  },
  columns: (_, all) => ({
    shift: f64(all.length, 'log'),
    variance: f64(all.length, '1/year', -1),
  }),
  create(p, s, { draws, tickSeconds }) {
    const members = p.laws.map(({ asset }) => asset)
    const n = members.length
    const lower = correlationOf(members, p)
    const joint = correlationOf(members, { correlation: p.varianceCorrelation, pairs: [] })
    const [prices, scores] = [new Float64Array(n), new Float64Array(n)]
    const years = tickSeconds / YEAR
    const out: VarianceStep = { isQuadratic: true, a: 0, b: 0, p: 0, beta: 0 }
    return {
      ports: { driver: { assets: members, shift: (a) => s.shift[a]! } },
      step({ tick }) {
        for (let i = 0; i < n; i++) {
          prices[i] = draws.normal(tick, 2 * members[i]!)
          scores[i] = draws.normal(tick, 2 * members[i]! + 1)
        }
        if (lower) correlate(lower, prices)
        if (joint) correlate(joint, scores)
        for (let i = 0; i < n; i++) {
          const { asset: a, value: own } = p.laws[i]!
          const opening = own.startVol > 0 ? own.startVol : own.vol
          const v = s.variance[a]! < 0 ? opening * opening : s.variance[a]!
          matchVariance(own, v, years, out)
          const next = stepVariance(out, scores[i]!)
          s.shift[a]! += p.drift * years + stepLogPrice(own, out, v, next, years, prices[i]!)
          s.variance[a] = next
        }
      },
    }
  },
})
