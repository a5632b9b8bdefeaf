/** Numbers of a discrete Fourier transform. */
export type Spectrum = { readonly re: Float64Array; readonly im: Float64Array }

/** Taylor series on 0..pi/4, where 9 terms leave less than an ulp. */
function series(x: number, first: number): number {
  let term = first === 0 ? 1 : x
  let total = term
  for (let k = first + 1; k < first + 18; k += 2) {
    term *= (-x * x) / (k * (k + 1))
    total += term
  }
  return total
}

/** Cosine and sine of k/n of a turn, whole 0 <= k < n: reduced to an eighth in exact arithmetic. */
function pointOf(k: number, n: number): readonly [cos: number, sin: number] {
  if (2 * k > n) {
    const [cos, sin] = pointOf(n - k, n)
    return [cos, -sin]
  }
  if (4 * k > n) {
    const [cos, sin] = pointOf(n - 2 * k, 2 * n)
    return [-cos, sin]
  }
  if (8 * k > n) {
    const angle = (Math.PI * (n - 4 * k)) / (2 * n)
    return [series(angle, 1), series(angle, 0)]
  }
  const angle = (2 * Math.PI * k) / n
  return [series(angle, 0), series(angle, 1)]
}

/**
 * Find the n-th roots of unity.
 *
 * @param n whole, >= 1.
 * @returns cosine and sine of k/n of a turn, length n each; errors within 2 ulp of 1.
 */
export function unitRoots(n: number): Spectrum {
  const re = new Float64Array(n)
  const im = new Float64Array(n)
  for (let k = 0; k < n; k++) [re[k], im[k]] = pointOf(k, n)
  return { re, im }
}

function smallestFactor(n: number): number {
  for (let p = 2; p * p <= n; p++) if (n % p === 0) return p
  return n
}

/** Transform every `stride`-th number from `from` on (Cooley and Tukey, any radix). */
function transform(
  x: Spectrum,
  from: number,
  stride: number,
  n: number,
  roots: Spectrum,
): Spectrum {
  if (n === 1) return { re: x.re.slice(from, from + 1), im: x.im.slice(from, from + 1) }
  const p = smallestFactor(n)
  const m = n / p
  const parts = Array.from({ length: p }, (_, r) =>
    transform(x, from + r * stride, stride * p, m, roots),
  )
  const out = { re: new Float64Array(n), im: new Float64Array(n) }
  const turns = roots.re.length
  for (let k = 0; k < n; k++)
    for (let r = 0; r < p; r++) {
      const turn = (r * k * (turns / n)) % turns
      const [c, s] = [roots.re[turn]!, -roots.im[turn]!]
      const [a, b] = [parts[r]!.re[k % m]!, parts[r]!.im[k % m]!]
      out.re[k]! += a * c - b * s
      out.im[k]! += a * s + b * c
    }
  return out
}

/**
 * Transform numbers: X[k] = sum over t of x[t] exp(-2 pi i k t / n).
 *
 * @param x length n >= 1, both parts; not changed. Fast when n has small prime factors only.
 * @param roots what `unitRoots(n)` returned.
 * @returns new arrays of length n.
 * Source: Cooley and Tukey, "An algorithm for the machine calculation of complex Fourier series" (1965).
 */
export function fourier(x: Spectrum, roots: Spectrum): Spectrum {
  return transform(x, 0, 1, x.re.length, roots)
}

/**
 * Find the largest length up to n whose prime factors are 2, 3, 5 and 7, for which transforms are fast.
 *
 * @param n whole, >= 1.
 */
export function fastLength(n: number): number {
  for (let length = n; ; length--) {
    let rest = length
    for (const p of [2, 3, 5, 7]) while (rest % p === 0) rest /= p
    if (rest === 1) return length
  }
}
