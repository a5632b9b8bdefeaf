import { clopperPearson, type Draws } from '../../math/index.ts'
import type { Estimate, Sampler } from './types.ts'

/** Points per request. */
export const CHUNK = 1024

/** Rows of a matrix of numbers. */
export function createRows(count: number, dimension: number): readonly Float64Array[] {
  const all = new Float64Array(count * dimension)
  return Array.from({ length: count }, (_, i) => all.subarray(i * dimension, (i + 1) * dimension))
}

/** Overwrite a point with independent standard normals, those of evaluation `number`. */
export function drawPoint(draws: Draws, number: number, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) out[i] = draws.normal(number, i)
}

/**
 * Estimate a probability by plain Monte Carlo.
 * @param first evaluations made before.
 * @param budget evaluations that may be made, >= 1.
 */
export function* plainTail(
  dimension: number,
  draws: Draws,
  first: number,
  budget: number,
): Sampler<Estimate> {
  const rows = createRows(Math.min(CHUNK, budget), dimension)
  let failures = 0
  for (let done = 0; done < budget; ) {
    const points = rows.slice(0, Math.min(rows.length, budget - done))
    points.forEach((point, i) => {
      drawPoint(draws, first + done + i, point)
    })
    const values = yield { points, first: first + done }
    for (let i = 0; i < points.length; i++) if (values[i]! < 0) failures++
    done += points.length
  }
  return shareOf(failures, budget)
}

/** Put a count of failures among independent samples into an estimate. */
export function shareOf(failures: number, samples: number): Estimate {
  const probability = failures / samples
  const { low, high } = clopperPearson(failures, samples)
  return {
    probability,
    standardError: Math.sqrt((probability * (1 - probability)) / samples),
    ...{ low, high },
    interval: '95 % Clopper-Pearson, exact',
    effectiveSampleSize: failures,
    maxWeightShare: failures === 0 ? 1 : 1 / failures,
    reason: failures === 0 ? `none of ${samples} samples failed` : '',
  }
}

/** Upper end of the one-sided 95 % interval when none of so many independent samples failed. */
export function zeroBound(samples: number): number {
  return clopperPearson(0, samples, 0.9).high
}
