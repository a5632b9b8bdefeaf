import { type Draws, fourier, type Spectrum, unitRoots } from '../../math/index.ts'

/**
 * Makes a random twin of some series that has what a stationary process would share with them and no
 * trend in any indicator. `draw` numbers the twins; the same number gives the same twin.
 */
export type Surrogate = (draw: number) => readonly Float64Array[]

/** How surrogates are made. */
export type SurrogateKind = 'ar1' | 'phase'

function meanOf(x: Float64Array): number {
  return x.reduce((sum, v) => sum + v, 0) / x.length
}

/** Coefficient of x[t+1] on x[t], both less the mean, kept inside -0.999..0.999. */
function coefficientOf(x: Float64Array, mean: number): number {
  let [product, square] = [0, 0]
  for (let t = 0; t + 1 < x.length; t++) {
    product += (x[t]! - mean) * (x[t + 1]! - mean)
    square += (x[t]! - mean) * (x[t]! - mean)
  }
  return square > 0 ? Math.max(-0.999, Math.min(0.999, product / square)) : 0
}

/** Ticks that pass before a twin starts, so that it forgets its start: 100 correlation times at most. */
function warmUpOf(coefficients: readonly number[]): number {
  const slowest = Math.max(...coefficients.map((a) => 1 / (1 - Math.abs(a))))
  return Math.ceil(10 * slowest)
}

/**
 * Make twins by an autoregression of order 1 fitted to each series, driven by its own innovations drawn with
 * replacement, whole ticks at once, so that series stay correlated as they are.
 * @param series at least one, all of the same length; not changed.
 */
export function ar1Surrogates(series: readonly Float64Array[], draws: Draws): Surrogate {
  const n = series[0]!.length
  const means = series.map(meanOf)
  const coefficients = series.map((x, k) => coefficientOf(x, means[k]!))
  const innovations = series.map((x, k) => {
    const [a, mean] = [coefficients[k]!, means[k]!]
    const raw = Float64Array.from(
      { length: n - 1 },
      (_, t) => x[t + 1]! - mean - a * (x[t]! - mean),
    )
    const middle = meanOf(raw)
    return raw.map((e) => e - middle)
  })
  const warmUp = warmUpOf(coefficients)
  return (draw) => {
    const out = series.map(() => new Float64Array(n))
    const state = new Float64Array(series.length)
    for (let t = -warmUp; t < n; t++) {
      const from = Math.floor(draws.uniform(draw, t + warmUp) * (n - 1))
      for (let k = 0; k < series.length; k++) {
        state[k] = coefficients[k]! * state[k]! + innovations[k]![from]!
        if (t >= 0) out[k]![t] = means[k]! + state[k]!
      }
    }
    return out
  }
}

/** Turn every frequency by an angle of its own, the same in all series; opposite ones stay conjugate. */
function turned({ re, im }: Spectrum, draws: Draws, draw: number): Spectrum {
  const n = re.length
  const out = { re: new Float64Array(n), im: new Float64Array(n) }
  out.re[0] = re[0]!
  if (n % 2 === 0) out.re[n / 2] = re[n / 2]!
  for (let k = 1; 2 * k < n; k++) {
    // Two normal numbers point anywhere with the same chance: no trigonometry needed.
    const [u, v] = [draws.normal(draw, 2 * k), draws.normal(draw, 2 * k + 1)]
    const size = Math.sqrt(u * u + v * v)
    const [c, s] = [u / size, v / size]
    out.re[k] = re[k]! * c - im[k]! * s
    out.im[k] = re[k]! * s + im[k]! * c
    out.re[n - k] = out.re[k]!
    out.im[n - k] = -out.im[k]!
  }
  return out
}

/**
 * Make twins with the same spectrum, so the same autocorrelation at every lag, and random phases; the same
 * phases in all series, so that they stay correlated as they are.
 * @param series at least one, all of the same length (fast when it has small prime factors); not changed.
 * Source: Prichard and Theiler, "Generating surrogate data for time series with several simultaneously
 * measured variables" (1994).
 */
export function phaseSurrogates(series: readonly Float64Array[], draws: Draws): Surrogate {
  const n = series[0]!.length
  const roots = unitRoots(n)
  const spectra = series.map((re) => fourier({ re, im: new Float64Array(n) }, roots))
  return (draw) =>
    spectra.map((spectrum) => {
      // The forward transform run over reversed time is n times the inverse one.
      const { re } = fourier(turned(spectrum, draws, draw), roots)
      return Float64Array.from({ length: n }, (_, t) => re[(n - t) % n]! / n)
    })
}
