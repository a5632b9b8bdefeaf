import { describe, expect, it } from 'vitest'
import { openSurvey } from '../src/experiments/index.ts'
import {
  borel,
  chiSquareTail,
  exp,
  extinctionProbability,
  logGamma,
  philoxDraws,
} from '../src/math/index.ts'
import { runHawkes } from '../src/measures/earlyWarning/systems.conformance.ts'
import { poissonCount } from '../src/mechanisms/prices/jumpDiffusion.ts'

/** Sizes of the bursts of a Hawkes process whose bursts are far apart. */
function burstsOf(n: number, bursts: number, seed: number): Float64Array {
  const [background, decay] = [1e-6, 10]
  const times = runHawkes(background, n, decay, bursts / background, seed)
  const sizes: number[] = []
  times.forEach((t, i) => {
    // Within a burst what an event causes comes 0.1 later on average; bursts are a million apart.
    if (i === 0 || t - times[i - 1]! > 1000) sizes.push(0)
    sizes[sizes.length - 1]!++
  })
  return Float64Array.from(sizes)
}

/**
 * Chance that sizes scatter as far from a law as they do, by Pearson's chi-squared over sizes that are expected
 * ten times or more, and the rest together.
 * @param from smallest size that there is.
 */
function chanceOf(sizes: Float64Array, law: (k: number) => number, from: number): number {
  const counts = new Map<number, number>()
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1)
  let [squares, cells, chance, seen] = [0, 0, 0, 0]
  for (let k = from; sizes.length * law(k) >= 10; k++) {
    const expected = sizes.length * law(k)
    squares += ((counts.get(k) ?? 0) - expected) ** 2 / expected
    cells++
    chance += law(k)
    seen += counts.get(k) ?? 0
  }
  const rest = sizes.length * (1 - chance)
  squares += (sizes.length - seen - rest) ** 2 / rest
  return chiSquareTail(squares, cells)
}

const meanOf = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length

describe('C3: sizes of subcritical cascades', () => {
  it.each([0.195, 0.5, 0.9])('of a Hawkes process with n = %f are Borel', (n) => {
    const sizes = burstsOf(n, 100_000, 5)
    // Chi-squared at 1 %.
    expect(chanceOf(sizes, (k) => borel(n, k), 1)).toBeGreaterThan(0.01)
    const sd = Math.sqrt(n / (1 - n) ** 3)
    expect(Math.abs(meanOf(sizes) - 1 / (1 - n))).toBeLessThan((3 * sd) / Math.sqrt(sizes.length))
  })

  it('tell branching ratios apart that differ by a twentieth', () => {
    const sizes = burstsOf(0.5, 100_000, 6)
    expect(chanceOf(sizes, (k) => borel(0.525, k), 1)).toBeLessThan(1e-6)
  })
})

describe('C4: cascades above one child per event', () => {
  it.each([1.2, 1.5, 2, 1.07])('end with the chance q = exp(n (q - 1)), n = %f', (n) => {
    const [draws, cascades] = [philoxDraws(8, 0, 'generations'), 100_000]
    let ended = 0
    for (let cascade = 0; cascade < cascades; cascade++) {
      // A thousand events at once all die out with a chance of q^1000.
      let [alive, generation] = [1, 0]
      while (alive > 0 && alive < 1000)
        alive = poissonCount(draws.uniform(cascade, generation++), n * alive)
      if (alive === 0) ended++
    }
    const q = extinctionProbability(n)
    expect(Math.abs(ended / cascades - q)).toBeLessThan(3 * Math.sqrt((q * (1 - q)) / cascades))
  })
})

/** Chance of k events in all from a Poisson number of first ones, mean `first`: Borel and Tanner's law. */
function together(first: number, n: number, k: number): number {
  if (k === 0) return exp(-first)
  return exp(Math.log(first) + (k - 1) * Math.log(first + n * k) - first - n * k - logGamma(k + 1))
}

/**
 * Liquidations per path of the constant-product cascade with randomly placed thresholds. A sale moves the price
 * over 2 r thresholds on average, so that liquidations branch with n = 2 r while the fall is small.
 */
async function liquidationsAt(n: number, first: number, positions: number, paths: number) {
  // Thresholds lie over 6 units of log price (syntheticBook, random placement).
  const shock = (6 * first) / positions
  const set = { placement: 'random', positions, shock, r: n / 2 }
  const survey = openSurvey('scenarios/papers/constant-product-cascade.yaml', {
    ...{ set, workers: 1, only: ['liquidations'] },
  })
  const [sample] = await survey.ask([{}], paths)
  await survey.close()
  return sample!.values('liquidations')
}

describe('liquidations of the constant-product cascade', () => {
  it.each([
    [0.195, 1],
    [0.5, 0.7],
  ])('are Borel-Tanner below the critical density (C3), n = %f', async (n, first) => {
    const sizes = await liquidationsAt(n, first, 800, 500)
    expect(chanceOf(sizes, (k) => together(first, n, k), 0)).toBeGreaterThan(0.01)
    const sd = Math.sqrt(first / (1 - n) ** 3)
    expect(Math.abs(meanOf(sizes) - first / (1 - n))).toBeLessThan((3 * sd) / Math.sqrt(500))
  })

  it.each([1.5, 2])('end by themselves as often as C4 has it above it, n = %f', async (n) => {
    const [first, paths, positions] = [1, 300, 600]
    const sizes = await liquidationsAt(n, first, positions, paths)
    // A cascade that does not end goes on to (n - 1) / r^2 in log price, of 6; those that end stay far below.
    const half = (positions * (n - 1)) / (n / 2) ** 2 / 6 / 2
    const ended = sizes.filter((size) => size < half).length / paths
    const chance = exp(first * (extinctionProbability(n) - 1))
    expect(Math.abs(ended - chance)).toBeLessThan(3 * Math.sqrt((chance * (1 - chance)) / paths))
  })
})
