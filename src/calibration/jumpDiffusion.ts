import { exp, log, normalCdf } from '../math/index.ts'
import { compensator, type JumpLaw } from '../mechanisms/prices/jumpDiffusion.ts'
import type { Check, Fitted, Parameter } from './fit.ts'
import { driftAndVol, meanAndSd, pairsOf, parametersOf } from './gbm.ts'
import { checkForecasts } from './goodness.ts'
import { type Coordinate, type Estimate, type Likelihood, maximise } from './likelihood.ts'
import { type Sample, single } from './sample.ts'

const INVERSE_SQRT_2PI = 0.3989422804014327
/** Most jumps of one step that are told apart. */
const MOST = 6

type Law = JumpLaw & { readonly drift: number; readonly vol: number }

/** Parts of the distribution of one step: one normal per number of jumps. */
type Parts = {
  readonly weight: Float64Array
  readonly mean: Float64Array
  readonly sd: Float64Array
}

function lawOf([drift, vol, perYear, mean, sd]: ArrayLike<number> & Iterable<number>): Law {
  return { drift: drift!, vol: vol!, perYear: perYear!, mean: mean!, sd: sd! }
}

function partsOf(law: Law, years: number): Parts {
  const arrivals = law.perYear * years
  const middle = (law.drift - (law.vol * law.vol) / 2 - compensator(law)) * years
  const parts = {
    weight: new Float64Array(MOST),
    mean: new Float64Array(MOST),
    sd: new Float64Array(MOST),
  }
  let weight = exp(-arrivals)
  for (let n = 0; n < MOST; n++) {
    parts.weight[n] = weight
    parts.mean[n] = middle + n * law.mean
    parts.sd[n] = Math.sqrt(law.vol * law.vol * years + n * law.sd * law.sd)
    weight *= arrivals / (n + 1)
  }
  return parts
}

function density({ weight, mean, sd }: Parts, x: number): number {
  let total = 0
  for (let n = 0; n < MOST && weight[n]! > 1e-10; n++) {
    const z = (x - mean[n]!) / sd[n]!
    if (z * z < 1400) total += (weight[n]! / sd[n]!) * exp((-z * z) / 2)
  }
  return total * INVERSE_SQRT_2PI
}

function likelihood(move: Float64Array, years: number): Likelihood {
  const { mean, sd } = meanAndSd(move)
  const size = sd / Math.sqrt(years)
  const coordinates: readonly Coordinate[] = [
    ...driftAndVol(size, years * move.length),
    { name: 'jumpsPerYear', unit: '1/year', kind: 'positive' },
    { name: 'jumpMean', unit: 'log', kind: 'real', scale: sd },
    { name: 'jumpSd', unit: 'log', kind: 'positive' },
  ]
  return {
    coordinates,
    start: [mean / years + (size * size) / 2, 0.8 * size, 0.02 / years, 0, 3 * sd],
    rows: move.length,
    terms(parameters, out) {
      const law = lawOf(parameters)
      // More jumps than are told apart, or jumps so wide that a diverging search lost its way.
      if (!(law.perYear * years < 1) || !(law.sd < 50 * sd)) out.fill(Number.NaN)
      else {
        const parts = partsOf(law, years)
        for (let k = 0; k < move.length; k++)
          out[k] = log(Math.max(density(parts, move[k]!), 1e-300))
      }
    },
  }
}

/** Most jumps of each of two assets that are told apart in their joint density. */
const TOGETHER = 4

/** Log density of two assets whose diffusions have a correlation and whose jumps are independent. */
function jointTerms(
  pair: readonly [Merton, Merton],
  correlation: number,
  years: number,
  out: Float64Array,
): void {
  const [a, b] = pair
  const covariance = correlation * a.law.vol * b.law.vol * years
  out.fill(0)
  for (let m = 0; m < TOGETHER; m++)
    for (let n = 0; n < TOGETHER; n++) {
      const weight = a.parts.weight[m]! * b.parts.weight[n]!
      if (weight < 1e-9) continue
      const [sa, sb] = [a.parts.sd[m]!, b.parts.sd[n]!]
      const r = covariance / (sa * sb)
      const free = 1 - r * r
      const front = weight / (sa * sb * Math.sqrt(free))
      for (let k = 0; k < out.length; k++) {
        const x = (a.move[k]! - a.parts.mean[m]!) / sa
        const y = (b.move[k]! - b.parts.mean[n]!) / sb
        const square = (x * x - 2 * r * x * y + y * y) / free
        if (square < 100) out[k]! += front * exp(-square / 2)
      }
    }
  for (let k = 0; k < out.length; k++) out[k] = log(Math.max(out[k]!, 1e-300))
}

/** Correlation of two diffusions, the laws of both assets held: inference for margins. */
function correlationOf(pair: readonly [Merton, Merton], years: number) {
  const [a, b] = pair
  const { parameters, errors } = maximise({
    coordinates: [{ name: 'correlation', unit: 'fraction', kind: 'correlation' }],
    start: [0.5],
    rows: a.move.length,
    terms: ([correlation], out) => jointTerms(pair, correlation!, years, out),
  })
  return { a: a.asset, b: b.asset, value: parameters[0]!, error: errors[0]! }
}

type Merton = {
  readonly asset: string
  readonly move: Float64Array
  readonly law: Law
  readonly parts: Parts
  readonly estimate: Estimate
  readonly named: readonly Parameter[]
  readonly checks: readonly Check[]
}

function fitOne(sample: Sample): Merton {
  const { years, follows } = sample
  const [asset] = sample.assets as [string]
  const [move] = sample.moves as [Float64Array]
  const l = likelihood(move, years)
  const wide = [l.start[0]!, l.start[1]! * 0.7, 0.2 / years, 0, 1.5 * meanAndSd(move).sd]
  const estimate = maximise(l, [wide])
  const law = lawOf(estimate.parameters)
  const parts = partsOf(law, years)
  const u = move.map((x) => {
    let total = 0
    for (let n = 0; n < MOST; n++)
      total += parts.weight[n]! * normalCdf((x - parts.mean[n]!) / parts.sd[n]!)
    return Math.min(total, 1)
  })
  const checks = checkForecasts({ asset, u, follows, scores: estimate.scores })
  const named = parametersOf(l.coordinates, estimate, asset)
  return { asset, move, law, parts, estimate, named, checks }
}

/** Fit Merton's jump diffusion to every asset, and correlations to pairs. */
export function fitJumpDiffusion(sample: Sample): Fitted {
  const { assets, years } = sample
  const fits = assets.map((_, i) => fitOne(single(sample, i)))
  const found = fits.flatMap((a, i) => fits.slice(i + 1).map((b) => correlationOf([a, b], years)))
  const { parameters, pairs } = pairsOf(found)
  return {
    process: 'jumpDiffusion',
    parameters: [...fits.flatMap(({ named }) => named), ...parameters],
    logLikelihood: fits.reduce((a, { estimate }) => a + estimate.logLikelihood, 0),
    counted: 5 * assets.length,
    checks: fits.flatMap(({ checks }) => checks),
    settings: {
      vols: Object.fromEntries(fits.map((f) => [f.asset, f.law.vol])),
      pairs,
      jumps: Object.fromEntries(
        fits.map(({ asset, law: { perYear, mean, sd } }) => [asset, { perYear, mean, sd }]),
      ),
    },
    notes: fits.flatMap(({ asset, estimate }) =>
      estimate.isConverged ? [] : [`${asset}: the search did not end; take the errors with care`],
    ),
  }
}
