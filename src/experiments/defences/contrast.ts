import { alike, type Estimate, exactly, without } from '../estimate.ts'
import { createPairedSum } from '../paired.ts'
import { meanOf, statisticOf } from '../statistics.ts'
import { CompareError } from './types.ts'

/** One weighted part of a contrast: numbers of the paths of one world. */
export type Term = { readonly weight: number; readonly values: Float64Array }

/** A contrast: a weighted sum of a statistic over worlds that met the same paths. */
export type Contrast = Estimate & {
  /** Whether it is 0 on every path, up to rounding. */
  readonly isZero: boolean
}

/** What every contrast of one comparison shares. */
export type ContrastSettings = {
  /** `mean`, `pNN`, `varNN` or `esNN`. */
  readonly statistic: string
  /** Which end of the measure is good: tails are taken at the other. */
  readonly better: 'lower' | 'higher'
  readonly seed: number
  /** Whether paths differ in nothing, so that one of them tells all. */
  readonly isCertain: boolean
}

/** Estimates contrasts of one measure; the same paths are drawn again for all of them. */
export type Contrasts = (terms: readonly Term[], confidence?: number) => Contrast

/** Check that a statistic can be compared. @throws {CompareError} when it cannot. */
function checkStatistic(statistic: string): void {
  if (statistic === 'mean' || (/^(p|var|es)\d/.test(statistic) && statisticOf(statistic))) return
  throw new CompareError(
    `"${statistic}" cannot be compared; write mean, pNN, varNN or esNN, for example badDebt.es95`,
  )
}

/** Rounding of what worlds add up in another order, as a share of its size: what is below it is 0. */
const ROUNDING = 1e-12

/** What a sum over worlds is on every path, and how large rounding of it may be there. */
type Combined = { readonly differences: Float64Array; readonly dust: Float64Array }

function combined(terms: readonly Term[]): Combined {
  const n = terms[0]!.values.length
  const [differences, dust] = [new Float64Array(n), new Float64Array(n)]
  for (let k = 0; k < n; k++) {
    const parts = terms.map(({ weight, values }) => weight * values[k]!)
    const total = parts.reduce((a, b) => a + b, 0)
    dust[k] = ROUNDING * parts.reduce((a, b) => a + Math.abs(b), 0)
    differences[k] = Math.abs(total) <= dust[k]! ? 0 : total
  }
  return { differences, dust }
}

/**
 * Make the estimator of contrasts: of means by Student's t over the paths' own differences, of other
 * statistics as `createPairedSum` does.
 * @throws {CompareError} when the statistic is none.
 */
export function createContrasts(settings: ContrastSettings): Contrasts {
  const { statistic, better, seed, isCertain } = settings
  checkStatistic(statistic)
  const pairedSum = createPairedSum(seed)
  return (terms, confidence = 0.95) => {
    const { differences, dust } = combined(terms)
    const n = differences.length
    // Of two worlds that agree on every path all statistics do; of sums of more only means.
    const isZero = (statistic === 'mean' || terms.length < 3) && differences.every((d) => d === 0)
    if (n === 0) return { ...without('no path has a value in all worlds', 0), isZero: false }
    if (isCertain) return { ...exactly(differences[0]!, n), isZero }
    if (isZero || statistic === 'mean') {
      const first = differences[0]!
      const isAlike =
        !isZero && n > 1 && differences.every((d, k) => Math.abs(d - first) <= dust[k]!)
      const mean = isAlike ? alike(first, n, confidence) : null
      return { ...(mean ?? meanOf(differences, { confidence })), isZero }
    }
    const paired = terms.map((term) => ({ ...term, statistic, better }))
    return { ...pairedSum(paired, confidence), isZero }
  }
}
