import { type MeanInterval, meanInterval, sortedCopy } from '../math/index.ts'

/** Numbers per path of one measure; what several statistics need of them is worked out once. */
export type Sample = {
  /** In the order of the paths, without the paths that have no value. */
  readonly values: Float64Array
  readonly n: number
  readonly sorted: () => Float64Array
  /** Mean, sample standard deviation and Student's interval at a confidence. */
  readonly mean: (confidence: number) => MeanInterval
}

/**
 * Take numbers per path.
 * @param values NaN where a path has none.
 */
export function sampleOf(values: Float64Array): Sample {
  const known = values.some(Number.isNaN) ? values.filter((v) => !Number.isNaN(v)) : values
  let sorted: Float64Array | undefined
  const means = new Map<number, MeanInterval>()
  return {
    values: known,
    n: known.length,
    sorted: () => {
      sorted ??= sortedCopy(known)
      return sorted
    },
    mean: (confidence) => {
      const found = means.get(confidence) ?? meanInterval(known, confidence)
      means.set(confidence, found)
      return found
    },
  }
}

/** Turn a sample round, so that its smallest numbers are its largest. */
export function turned({ values }: Sample): Sample {
  return sampleOf(values.map((v) => 0 - v))
}
