import { log, normalCdf } from '../math/index.ts'
import type { Fitted, Parameter } from './fit.ts'
import { checkForecasts } from './goodness.ts'
import { type Coordinate, type Estimate, type Likelihood, maximise } from './likelihood.ts'
import type { Sample } from './sample.ts'

const HALF_LOG_2PI = 0.9189385332046727

/** Mean and standard deviation of values. */
export function meanAndSd(values: ArrayLike<number>): {
  readonly mean: number
  readonly sd: number
} {
  let mean = 0
  for (let k = 0; k < values.length; k++) mean += values[k]! / values.length
  let square = 0
  for (let k = 0; k < values.length; k++) square += (values[k]! - mean) ** 2 / values.length
  return { mean, sd: Math.sqrt(square) }
}

/** Coordinates of drift and volatility; the drift is searched in units of about its own error. */
export function driftAndVol(volPerYear: number, span: number): readonly Coordinate[] {
  const scale = volPerYear / Math.sqrt(span)
  return [
    { name: 'drift', unit: '1/year', kind: 'real', scale },
    { name: 'vol', unit: '1/sqrt(year)', kind: 'positive' },
  ]
}

/** Named parameters of an estimate. */
export function parametersOf(
  coordinates: readonly Coordinate[],
  { parameters, errors }: Pick<Estimate, 'parameters' | 'errors'>,
  prefix = '',
): readonly Parameter[] {
  return coordinates.map(({ name, unit }, j) => ({
    ...{ name: prefix === '' ? name : `${prefix}.${name}`, unit },
    ...{ value: parameters[j]!, error: errors[j]! },
  }))
}

function likelihood(move: Float64Array, years: number): Likelihood {
  const { mean, sd } = meanAndSd(move)
  const vol = sd / Math.sqrt(years)
  return {
    coordinates: driftAndVol(vol, years * move.length),
    start: [mean / years + (vol * vol) / 2, vol],
    rows: move.length,
    terms([drift, v], out) {
      const middle = (drift! - (v! * v!) / 2) * years
      const scale = v! * Math.sqrt(years)
      const base = -HALF_LOG_2PI - log(scale)
      for (let k = 0; k < move.length; k++) {
        const z = (move[k]! - middle) / scale
        out[k] = base - (z * z) / 2
      }
    },
  }
}

/** A correlation with its standard error. */
export type PairEstimate = {
  readonly a: string
  readonly b: string
  readonly value: number
  readonly error: number
}

/** Correlation of every pair with a standard error that needs no normality. */
export function correlations({ assets, moves, rows }: Sample): readonly PairEstimate[] {
  const scores = moves.map((column) => {
    const { mean, sd } = meanAndSd(column)
    return column.map((x) => (x - mean) / sd)
  })
  return assets.flatMap((a, i) =>
    assets.slice(i + 1).map((b, later) => {
      const [x, y] = [scores[i]!, scores[i + 1 + later]!]
      const value = x.reduce((total, p, k) => total + (p * y[k]!) / rows, 0)
      // Influence of one row on a correlation.
      const square = x.reduce((total, p, k) => {
        const q = y[k]!
        return total + (p * q - (value / 2) * (p * p + q * q)) ** 2
      }, 0)
      return { a, b, value, error: Math.sqrt(square) / rows }
    }),
  )
}

/** Correlations as parameters and as the `pairs` of a model. */
export function pairsOf(found: readonly PairEstimate[]): {
  readonly parameters: readonly Parameter[]
  readonly pairs: readonly {
    readonly a: string
    readonly b: string
    readonly correlation: number
  }[]
} {
  return {
    parameters: found.map(({ a, b, value, error }) => ({
      ...{ name: `${a}.${b}.correlation`, value, error, unit: 'fraction' },
    })),
    pairs: found.map(({ a, b, value }) => ({ a, b, correlation: value })),
  }
}

/** Fit correlated geometric Brownian motion. */
export function fitGbm(sample: Sample): Fitted {
  const { assets, moves, years, follows } = sample
  const parts = assets.map((asset, i) => {
    const l = likelihood(moves[i]!, years)
    const estimate = maximise(l)
    const [drift, vol] = estimate.parameters
    const middle = (drift! - (vol! * vol!) / 2) * years
    const u = moves[i]!.map((x) => normalCdf((x - middle) / (vol! * Math.sqrt(years))))
    const checks = checkForecasts({ asset, u, follows, scores: estimate.scores })
    return { asset, estimate, checks, named: parametersOf(l.coordinates, estimate, asset) }
  })
  const { parameters, pairs } = pairsOf(correlations(sample))
  return {
    process: 'gbm',
    parameters: [...parts.flatMap(({ named }) => named), ...parameters],
    logLikelihood: parts.reduce((a, { estimate }) => a + estimate.logLikelihood, 0),
    counted: 2 * assets.length,
    checks: parts.flatMap(({ checks }) => checks),
    settings: {
      vols: Object.fromEntries(parts.map((p) => [p.asset, p.estimate.parameters[1]!])),
      pairs,
    },
    notes: [
      'drifts are reported and left out of the settings: their errors are as large as they are',
    ],
  }
}
