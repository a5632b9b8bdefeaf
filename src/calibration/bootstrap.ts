import { log, logGamma } from '../math/index.ts'
import { filterMoves, nextVariance } from '../mechanisms/prices/bootstrap/kernel.ts'
import type { Fitted } from './fit.ts'
import { meanAndSd, parametersOf } from './gbm.ts'
import { checkForecasts } from './goodness.ts'
import { type Likelihood, maximise } from './likelihood.ts'
import type { Sample } from './sample.ts'

/** Beyond 2, so that there is a variance; up to where Student's t is normal for our purposes. */
const [FEWEST_DEGREES, MOST_DEGREES] = [2.05, 200]

/**
 * Quasi-likelihood of GARCH(1,1) with Student-t residuals, whose tails would otherwise pull the weights;
 * the mean is taken off first.
 */
function likelihood(move: Float64Array, follows: Uint8Array, years: number): Likelihood {
  const { mean, sd } = meanAndSd(move)
  return {
    coordinates: [
      { name: 'vol', unit: '1/sqrt(year)', kind: 'positive' },
      { name: 'alpha', unit: 'fraction', kind: 'share' },
      { name: 'persistence', unit: 'fraction', kind: 'share' },
      { name: 'degrees', unit: 'degrees', kind: 'positive' },
    ],
    start: [sd / Math.sqrt(years), 0.08, 0.95, 6],
    rows: move.length,
    terms([vol, alpha, persistence, degrees], out) {
      const isTailed = degrees! > FEWEST_DEGREES && degrees! < MOST_DEGREES
      if (!(alpha! < persistence!) || !isTailed) {
        out.fill(Number.NaN)
        return
      }
      const law = { vol: vol!, alpha: alpha!, beta: persistence! - alpha! }
      const longRun = vol! * vol! * years
      const [half, inner] = [(degrees! + 1) / 2, degrees! - 2]
      const base = logGamma(half) - logGamma(half - 0.5) - log(inner * Math.PI) / 2
      let variance = longRun
      for (let k = 0; k < move.length; k++) {
        if (follows[k] === 0) variance = longRun
        const x = move[k]! - mean
        out[k] = base - log(variance) / 2 - half * log(1 + (x * x) / (variance * inner))
        variance = nextVariance(law, longRun, x, variance)
      }
    },
  }
}

/** Ranks as probabilities: the shape is the data's own, so only the order in time is tested. */
function rankProbabilities(values: Float64Array): Float64Array {
  const order = Array.from(values, (_, k) => k).sort((a, b) => values[a]! - values[b]!)
  const out = new Float64Array(values.length)
  order.forEach((k, rank) => {
    out[k] = (rank + 0.5) / values.length
  })
  return out
}

/** Fit the filter of the filtered historical bootstrap. */
export function fitBootstrap(sample: Sample): Fitted {
  const { assets, moves, years, follows } = sample
  const fits = assets.map((asset, i) => {
    const l = likelihood(moves[i]!, follows, years)
    const estimate = maximise(l, [[l.start[0]!, 0.2, 0.7, 6]])
    const [vol, alpha, persistence] = estimate.parameters
    const law = { vol: vol!, alpha: alpha!, beta: persistence! - alpha! }
    const { residuals } = filterMoves(moves[i]!, follows, law, vol! * vol! * years)
    const u = rankProbabilities(residuals)
    const checks = checkForecasts({ asset, u, follows, scores: estimate.scores }, [
      'clustering',
      'memory',
      'leverage',
    ])
    return { asset, estimate, law, checks, named: parametersOf(l.coordinates, estimate, asset) }
  })
  return {
    process: 'bootstrap',
    parameters: fits.flatMap(({ named }) => named),
    logLikelihood: fits.reduce((a, { estimate }) => a + estimate.logLikelihood, 0),
    counted: 4 * assets.length,
    checks: fits.flatMap(({ checks }) => checks),
    settings: {
      laws: Object.fromEntries(fits.map(({ asset, law }) => [asset, law])),
      step: sample.step,
    },
    notes: ['the likelihood has Student-t residuals; the bootstrap draws those of the record'],
  }
}
