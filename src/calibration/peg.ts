import { exp, log, normalCdf } from '../math/index.ts'
import { revertVariance } from '../mechanisms/prices/peg.ts'
import { stationaryShares, transitions } from '../mechanisms/prices/regimes/kernel.ts'
import { type Check, criteria, type Fitted, SIZE } from './fit.ts'
import { meanAndSd, parametersOf } from './gbm.ts'
import { checkForecasts } from './goodness.ts'
import { type Coordinate, type Estimate, type Likelihood, maximise } from './likelihood.ts'
import { type Sample, YEAR } from './sample.ts'

const INVERSE_SQRT_2PI = 0.3989422804014327

type Law = {
  readonly level: number
  readonly speed: number
  readonly vol: number
  readonly breaksPerYear: number
  readonly breakMean: number
  readonly breakSd: number
  readonly brokenSpeed: number
  readonly brokenVol: number
  readonly repairsPerYear: number
}

const plain = (sd: number): readonly Coordinate[] => [
  { name: 'level', unit: 'log', kind: 'real', scale: sd },
  { name: 'speed', unit: '1/year', kind: 'positive' },
  { name: 'vol', unit: '1/sqrt(year)', kind: 'positive' },
]

const breaking = (move: number): readonly Coordinate[] => [
  { name: 'breaksPerYear', unit: '1/year', kind: 'positive' },
  { name: 'breakMean', unit: 'log', kind: 'real', scale: move },
  { name: 'breakSd', unit: 'log', kind: 'positive' },
  { name: 'brokenSpeed', unit: '1/year', kind: 'positive' },
  { name: 'brokenVol', unit: '1/sqrt(year)', kind: 'positive' },
  { name: 'repairsPerYear', unit: '1/year', kind: 'positive' },
]

function lawOf(values: Float64Array): Law {
  const [level, speed, vol, breaks = 0, mean = 0, sd = 0, slow = 0, loose = 1, repairs = 0] = values
  return {
    ...{ level: level!, speed: speed!, vol: vol!, breaksPerYear: breaks, breakMean: mean },
    ...{ breakSd: sd, brokenSpeed: slow, brokenVol: loose, repairsPerYear: repairs },
  }
}

/** Mean factor, shift and standard deviation of the three ways in which a step can go. */
function waysOf(law: Law, years: number) {
  const firm = law.vol * law.vol * revertVariance(law.speed, years)
  const loose = law.brokenVol * law.brokenVol * revertVariance(law.brokenSpeed, years)
  return {
    kept: exp(-law.speed * years),
    drifting: exp(-law.brokenSpeed * years),
    firm: Math.sqrt(firm),
    loose: Math.sqrt(loose),
    broken: Math.sqrt(firm + law.breakSd * law.breakSd),
  }
}

type Visit = (k: number, density: number, below: number) => void

function normalDensity(x: number, mean: number, sd: number): number {
  const z = (x - mean) / sd
  return z * z > 1400 ? 0 : (INVERSE_SQRT_2PI / sd) * exp((-z * z) / 2)
}

/** Rates as one step's probabilities and long-run shares; a peg without breaks never leaves. */
function chainOf(law: Law, years: number) {
  if (law.breaksPerYear === 0) return { next: Float64Array.of(1, 0, 1, 0), share: 0 }
  const rates = [law.breaksPerYear, law.repairsPerYear]
  return { next: transitions(rates, years), share: stationaryShares(rates)[1]! }
}

/**
 * Forecast every step of a peg from the steps before (Hamilton's filter), and pass on the density of what
 * came and, if asked, the probability of no more than that.
 */
function forecast(sample: Sample, law: Law, want: 'density' | 'both', visit: Visit): void {
  const { years, rows, follows } = sample
  const [move, level] = [sample.moves[0]!, sample.levels[0]!]
  const ways = waysOf(law, years)
  const { next, share } = chainOf(law, years)
  let loose = share
  for (let k = 0; k < rows; k++) {
    if (follows[k] === 0) loose = share
    const before = level[k]! - law.level
    const x = before + move[k]!
    const home = ways.kept * before
    const thrown = home + law.breakMean
    const away = ways.drifting * before
    // Firm afterwards, whether it was or was repaired; just broken; still broken.
    const firm = (1 - loose) * next[0]! + loose * next[2]!
    const breaks = (1 - loose) * next[1]!
    const stays = loose * next[3]!
    let dense = firm * normalDensity(x, home, ways.firm)
    let out = 0
    if (breaks > 0) out += breaks * normalDensity(x, thrown, ways.broken)
    if (stays > 0) out += stays * normalDensity(x, away, ways.loose)
    dense = Math.max(dense + out, 1e-300)
    let below = 0
    if (want === 'both') {
      below = firm * normalCdf((x - home) / ways.firm)
      if (breaks > 0) below += breaks * normalCdf((x - thrown) / ways.broken)
      if (stays > 0) below += stays * normalCdf((x - away) / ways.loose)
    }
    visit(k, dense, Math.min(below, 1))
    loose = Math.min(1, out / dense)
  }
}

/** First guess of a peg without breaks: regression of a step's end on its start. */
function guess(sample: Sample): readonly number[] {
  const [move, level] = [sample.moves[0]!, sample.levels[0]!]
  const { mean, sd } = meanAndSd(level)
  const moved = meanAndSd(move)
  const link = level.reduce((a, x, k) => a + (x - mean) * (move[k]! - moved.mean), 0)
  const kept = Math.min(0.999, Math.max(0.05, 1 + link / (sd * sd * sample.rows)))
  return [mean, -log(kept) / sample.years, moved.sd / Math.sqrt(sample.years)]
}

function likelihood(
  sample: Sample,
  start: readonly number[],
  coordinates: readonly Coordinate[],
): Likelihood {
  return {
    ...{ coordinates, start, rows: sample.rows },
    terms(values, out) {
      const law = lawOf(values)
      const isWild = !(law.breakSd < 5) || !(law.speed * sample.years < 50) || law.brokenVol > 1e3
      if (isWild || law.repairsPerYear * sample.years > 5) out.fill(Number.NaN)
      else forecast(sample, law, 'density', (k, density) => (out[k] = log(density)))
    },
  }
}

type PegFit = {
  readonly coordinates: readonly Coordinate[]
  readonly estimate: Estimate
  readonly checks: readonly Check[]
}

/** Search from one or several starts, and check what comes out. */
function search(
  sample: Sample,
  coordinates: readonly Coordinate[],
  [start, ...others]: readonly [readonly number[], ...(readonly number[])[]],
): PegFit {
  const [asset] = sample.assets as [string]
  const estimate = maximise(likelihood(sample, start, coordinates), others)
  const u = new Float64Array(sample.rows)
  forecast(sample, lawOf(estimate.parameters), 'both', (k, _, below) => {
    u[k] = below
  })
  const checks = checkForecasts({
    ...{ asset, u, follows: sample.follows, scores: estimate.scores },
  })
  return { coordinates, estimate, checks }
}

/** Breaks are looked for where a plain peg does not fit, and kept where they pay for themselves. */
function fitBest(sample: Sample): PegFit {
  const short = plain(meanAndSd(sample.levels[0]!).sd)
  const simple = search(sample, short, [guess(sample)])
  if (simple.checks.every(({ pValue }) => pValue > SIZE / simple.checks.length)) return simple
  const [level, speed, vol] = simple.estimate.parameters as unknown as [number, number, number]
  const jump = 4 * meanAndSd(sample.moves[0]!).sd
  const start = [level, 2 * speed, 0.6 * vol, 30, 0, jump, speed / 3, 2 * vol, 300]
  const other = [level, speed, 0.8 * vol, 5, -jump, jump, speed / 10, 1.5 * vol, 50]
  const full = search(sample, [...short, ...breaking(jump)], [start, other])
  const bicOf = ({ estimate: { logLikelihood }, coordinates }: PegFit): number =>
    criteria({ logLikelihood, counted: coordinates.length }, sample.rows)!.bic
  return bicOf(full) < bicOf(simple) ? full : simple
}

function settingsOf(law: Law): Readonly<Record<string, number>> {
  const { level: _, ...rest } = law
  return rest.breaksPerYear > 0 ? rest : { speed: rest.speed, vol: rest.vol }
}

/** Fit one asset's peg of 1 USD. */
function fitOne(sample: Sample) {
  const [asset] = sample.assets as [string]
  const { coordinates, estimate, checks } = fitBest(sample)
  const law = lawOf(estimate.parameters)
  const note =
    law.breaksPerYear > 0
      ? `a deviation halves in ${((Math.LN2 * YEAR) / law.speed / 3600).toFixed(1)} h while the peg holds`
      : 'no breaks: they would not pay for their parameters (BIC)'
  return {
    ...{ asset, estimate, checks, note: `${asset}: ${note}`, settings: settingsOf(law) },
    ...{ named: parametersOf(coordinates, estimate, asset) },
  }
}

/** Fit pegs of 1 USD, each asset apart. @param singles one sample per asset. */
export function fitPegs(singles: readonly Sample[]): Fitted {
  const fits = singles.map(fitOne)
  return {
    process: 'ou',
    parameters: fits.flatMap(({ named }) => named),
    logLikelihood: fits.reduce((a, { estimate }) => a + estimate.logLikelihood, 0),
    counted: fits.reduce((a, { named }) => a + named.length, 0),
    checks: fits.flatMap(({ checks }) => checks),
    settings: { pegs: Object.fromEntries(fits.map(({ asset, settings }) => [asset, settings])) },
    notes: fits.map(({ note }) => note),
  }
}
