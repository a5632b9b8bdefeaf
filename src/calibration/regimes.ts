import { log } from '../math/index.ts'
import { NORMAL_DEGREES } from '../mechanisms/prices/regimes/kernel.ts'
import type { Fitted, Parameter } from './fit.ts'
import { parametersOf } from './gbm.ts'
import { checkForecasts } from './goodness.ts'
import { type Coordinate, type Likelihood, outerErrors } from './likelihood.ts'
import { emissionsOf, filterRegimes, marginal, type RegimesLaw } from './regimesDensity.ts'
import { chanceOf, equicorrelated, fitByEm, type RegimesEstimate } from './regimesEm.ts'
import type { Sample } from './sample.ts'

const NAMES = ['calm', 'stress'] as const

/** Natural parameters of a fitted process, in a fixed order, and the way back. */
type Chart = {
  readonly coordinates: readonly Coordinate[]
  readonly values: Float64Array
  law(values: Float64Array): RegimesLaw
}

function chartOf({ assets, years, rows }: Sample, law: RegimesLaw): Chart {
  const n = assets.length
  const coordinates: Coordinate[] = []
  const values: number[] = []
  const add = (
    name: string,
    unit: string,
    kind: Coordinate['kind'],
    value: number,
    scale = 1,
  ): void => {
    coordinates.push({ name, unit, kind, scale })
    values.push(value)
  }
  const sdOf = (m: Float64Array, i: number): number => Math.sqrt(m[i * n + i]!)
  law.laws.forEach(({ drift, covariance, degrees }, r) => {
    const name = NAMES[r]!
    const vol = sdOf(covariance, 0) / Math.sqrt(years)
    add(`${name}.leaving`, '1/year', 'positive', law.leaving[r]!)
    add(`${name}.drift`, '1/year', 'real', drift, vol / Math.sqrt(years * rows))
    if (degrees < NORMAL_DEGREES) add(`${name}.degrees`, 'degrees', 'positive', degrees)
    assets.forEach((asset, i) => {
      const size = sdOf(covariance, i) / Math.sqrt(years)
      add(`${name}.${asset}.vol`, '1/sqrt(year)', 'positive', size)
    })
    for (let i = 0; i < n; i++)
      for (let j = i + 1; j < n; j++) {
        const correlation = covariance[i * n + j]! / (sdOf(covariance, i) * sdOf(covariance, j))
        add(`${name}.${assets[i]}.${assets[j]}.correlation`, 'fraction', 'correlation', correlation)
      }
  })
  const { jumps } = law
  if (jumps) {
    add('jumpsPerYear', '1/year', 'positive', -log(1 - jumps.chance) / years)
    assets.forEach((asset, i) => {
      add(`${asset}.jumpMean`, 'log', 'real', jumps.mean[i]!, sdOf(jumps.covariance, i))
      add(`${asset}.jumpSd`, 'log', 'positive', sdOf(jumps.covariance, i))
    })
    if (n > 1) {
      const common = jumps.covariance[1]! / (sdOf(jumps.covariance, 0) * sdOf(jumps.covariance, 1))
      // Within the open interval in which the search lives.
      add('jumpCorrelation', 'fraction', 'correlation', Math.max(1e-3, Math.min(0.995, common)))
    }
  }
  return { coordinates, values: Float64Array.from(values), law: (v) => lawAt(v, law, n, years) }
}

function lawAt(values: Float64Array, like: RegimesLaw, n: number, years: number): RegimesLaw {
  let at = 0
  const take = (): number => values[at++]!
  const leaving: number[] = []
  const laws = like.laws.map((own) => {
    leaving.push(take())
    const drift = take()
    const degrees = own.degrees < NORMAL_DEGREES ? take() : own.degrees
    const sds = Array.from({ length: n }, () => take() * Math.sqrt(years))
    const covariance = equicorrelated(sds, 0)
    for (let i = 0; i < n; i++)
      for (let j = i + 1; j < n; j++)
        covariance[i * n + j] = covariance[j * n + i] = take() * sds[i]! * sds[j]!
    return { drift, degrees, covariance }
  })
  if (!like.jumps) return { leaving, laws, jumps: null }
  const chance = chanceOf(take(), years)
  const mean = new Float64Array(n)
  const sds = Array.from({ length: n }, (_, i) => {
    mean[i] = take()
    return take()
  })
  const covariance = equicorrelated(sds, n > 1 ? take() : 1)
  return { leaving, laws, jumps: { chance, mean, covariance } }
}

function likelihoodOf(sample: Sample, { coordinates, values, law }: Chart): Likelihood {
  return {
    ...{ coordinates, start: [...values], rows: sample.rows },
    terms(at, out) {
      const candidate = law(at)
      const emissions = emissionsOf(sample, candidate)
      if (emissions) out.set(filterRegimes(sample, candidate, emissions).terms)
      else out.fill(Number.NaN)
    },
  }
}

function settingsOf(assets: readonly string[], parameters: readonly Parameter[], step: number) {
  const known = new Map(parameters.map(({ name, value }) => [name, value]))
  const at = (name: string): number => known.get(name) ?? Number.NaN
  const pairs = (regime: string): readonly object[] =>
    assets.flatMap((a, i) =>
      assets
        .slice(i + 1)
        .map((b) => ({ a, b, correlation: at(`${regime}.${a}.${b}.correlation`) })),
    )
  const hasJumps = known.has('jumpsPerYear')
  const perAsset = (suffix: string, prefix = ''): Readonly<Record<string, number>> =>
    Object.fromEntries(assets.map((asset) => [asset, at(`${prefix}${asset}.${suffix}`)]))
  return {
    regimes: NAMES.map((name, r) => ({
      name,
      leaving: at(`${name}.leaving`),
      vols: perAsset('vol', `${name}.`),
      pairs: pairs(name),
      degrees: known.get(`${name}.degrees`) ?? NORMAL_DEGREES,
      jumpsPerYear: r === 1 && hasJumps ? at('jumpsPerYear') : 0,
    })),
    mixing: step,
    ...(hasJumps
      ? {
          jumpMeans: perAsset('jumpMean'),
          jumpSds: perAsset('jumpSd'),
          jumpCorrelation: known.get('jumpCorrelation') ?? 1,
        }
      : {}),
  }
}

/** Jumps are kept where Akaike's criterion asks for them: a tail is worth more than a spare parameter. */
function choose(
  sample: Sample,
  plain: RegimesEstimate | null,
  jumping: RegimesEstimate | null,
): RegimesEstimate | null {
  if (!plain || !jumping?.law.jumps) return plain ?? jumping
  const n = sample.assets.length
  const extra = 1 + 2 * n + (n > 1 ? 1 : 0)
  const value = (e: RegimesEstimate): number => e.filter.terms.reduce((a, b) => a + b, 0)
  return value(jumping) - value(plain) > extra ? jumping : plain
}

/**
 * Fit two regimes, calm and stress, to all assets together: volatilities, correlations, tails, rates of
 * change, and common jumps in stress.
 */
export function fitRegimes(sample: Sample, onProgress: (text: string) => void = () => {}): Fitted {
  const { assets } = sample
  const searching = (what: string) => (round: number, value: number) =>
    onProgress(`regimes ${what}, round ${round}, log likelihood ${value.toFixed(2)}`)
  const plain = fitByEm(sample, 'none', searching('without jumps'))
  const jumping = fitByEm(sample, 'jumps', searching('with jumps'))
  const chosen = choose(sample, plain, jumping)
  if (!chosen) return failed()
  const { law, filter } = chosen
  const chart = chartOf(sample, law)
  onProgress(`regimes, errors of ${chart.coordinates.length} parameters`)
  const { errors, scores } = outerErrors(likelihoodOf(sample, chart), chart.values)
  const parameters = parametersOf(chart.coordinates, { parameters: chart.values, errors })
  const parts = assets.map((asset, i) => {
    const { u, logDensity } = marginal(sample, law, filter.prior, i)
    return { logDensity, checks: checkForecasts({ asset, u, follows: sample.follows, scores }) }
  })
  const perAsset = 2 * assets.length + (law.jumps ? 2 * assets.length + 1 : 0)
  const tails = law.laws.filter(({ degrees }) => degrees < NORMAL_DEGREES).length
  return {
    process: 'regimes',
    parameters,
    logLikelihood: parts.reduce((a, { logDensity }) => a + logDensity, 0),
    counted: 4 + tails + perAsset,
    checks: parts.flatMap(({ checks }) => checks),
    settings: settingsOf(assets, parameters, sample.step),
    notes: [
      'errors from products of scores; parameters by expectation and maximisation over all assets',
      ...(law.jumps ? [] : ['no common jumps: they would not pay for their parameters (AIC)']),
    ],
  }
}

function failed(): Fitted {
  return {
    ...{ process: 'regimes', parameters: [], logLikelihood: null, counted: 0, checks: [] },
    ...{ settings: {}, notes: ['the search found no two regimes in these data'] },
  }
}
