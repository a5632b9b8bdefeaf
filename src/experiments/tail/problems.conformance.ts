import { exp, log } from '../../math/index.ts'

/** A reliability problem with a known answer. */
export type Problem = {
  readonly name: string
  readonly dimension: number
  readonly limitState: (u: ArrayLike<number>) => number
  readonly probability: number
}

const SQRT2 = Math.sqrt(2)

/** Sigma and mu of the logarithm of a lognormal law with this mean and standard deviation. */
function lognormal(mean: number, sd: number, u: number): number {
  const square = log(1 + (sd / mean) ** 2)
  return exp(log(mean) - square / 2 + Math.sqrt(square) * u)
}

function sumOf(u: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < u.length; i++) total += u[i]!
  return total
}

/** The nine problems of validation G5; definitions as in openturns/otbenchmark, probabilities by quadrature. */
export const PROBLEMS: readonly Problem[] = [
  {
    name: 'four-branch series',
    dimension: 2,
    probability: 2.2227950661944e-3,
    limitState: (x) => {
      const [u, w] = [(x[0]! + x[1]!) / SQRT2, (x[0]! - x[1]!) / SQRT2]
      return Math.min(3 + 0.2 * w * w - Math.abs(u), 3.5 - Math.abs(w))
    },
  },
  {
    name: 'RP22',
    dimension: 2,
    probability: 4.2073055112996e-3,
    limitState: (x) => {
      const [u, v] = [(x[0]! + x[1]!) / SQRT2, (x[0]! - x[1]!) / SQRT2]
      return 2.5 + 0.2 * v * v - u
    },
  },
  {
    name: 'RP31',
    dimension: 2,
    probability: 3.2266812095877e-3,
    limitState: (x) => 2 + 256 * x[0]! ** 4 - x[1]!,
  },
  {
    name: 'RP33',
    dimension: 3,
    probability: 2.5755977908e-3,
    limitState: (x) => Math.min(3 - (x[0]! + x[1]! + x[2]!) / Math.sqrt(3), 3 - x[2]!),
  },
  {
    name: 'RP24',
    dimension: 2,
    probability: 2.85994568754e-3,
    limitState: (x) => {
      const [a, b] = [10 + 3 * x[0]!, 10 + 3 * x[1]!]
      return 2.5 - 0.2357 * (a - b) + 0.00463 * (a + b - 20) ** 4
    },
  },
  {
    name: 'RP75',
    dimension: 2,
    probability: 9.8192987215469e-3,
    limitState: (x) => 3 - x[0]! * x[1]!,
  },
  {
    name: 'RP107',
    dimension: 10,
    probability: 2.8665157187919e-7,
    limitState: (x) => 5 * Math.sqrt(10) - sumOf(x),
  },
  {
    name: 'axial beam',
    dimension: 2,
    probability: 0.029198194624831,
    limitState: (x) => lognormal(300, 30, x[0]!) - (75000 + 5000 * x[1]!) / (100 * Math.PI),
  },
  {
    name: 'R-S',
    dimension: 2,
    probability: 2.0347600872248e-4,
    limitState: (x) => 7 + x[0]! - (2 + x[1]!),
  },
]
