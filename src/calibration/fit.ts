import { log } from '../math/index.ts'

/** A number that was fitted; `error` is its standard error, null where the data fix it. */
export type Parameter = {
  readonly name: string
  readonly value: number
  readonly error: number | null
  readonly unit: string
}

/** One check of a fit: a chi-square statistic that is large when the process is wrong. */
export type Check = {
  /** Asset, or empty for all together. */
  readonly asset: string
  readonly name: CheckName
  readonly statistic: number
  readonly degrees: number
  readonly pValue: number
}

/** What a check looks at; `describeCheck` says it in words. */
export type CheckName = 'shape' | 'tails' | 'clustering' | 'memory' | 'leverage' | 'moments'

const WORDS: Readonly<Record<CheckName, string>> = {
  shape: 'the distribution of one-step returns differs',
  tails: 'the share of returns beyond the 1 % and 99 % forecasts differs',
  clustering: 'large moves follow large moves otherwise than it says',
  memory: 'the sign of returns can be told from the returns before',
  leverage: 'volatility reacts to the sign of returns otherwise than it says',
  moments: 'its moments cannot be matched together',
}

/** What it means when a check fails. */
export function describeCheck(name: CheckName): string {
  return WORDS[name]
}

/** Process that can be calibrated. */
export type ProcessName = 'gbm' | 'jumpDiffusion' | 'regimes' | 'ou' | 'bootstrap' | 'heston'

/** All processes, in the order in which they are fitted. */
export const PROCESSES: readonly ProcessName[] = [
  'gbm',
  'jumpDiffusion',
  'regimes',
  'ou',
  'bootstrap',
  'heston',
]

/** A process with its fitted parameters, and whether the data could have come from it. */
export type Fit = {
  readonly process: ProcessName
  readonly parameters: readonly Parameter[]
  /** Sum over assets and rows of the log density of one-step forecasts; null without densities. */
  readonly logLikelihood: number | null
  /** Parameters that the densities of the single assets depend on. */
  readonly counted: number
  readonly checks: readonly Check[]
  readonly fits: boolean
  readonly verdict: string
  /** Parameters of the model of `prices/` under the same name, assets by name. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly notes: readonly string[]
}

/** What a fitter gives; the verdict follows from its checks. */
export type Fitted = Omit<Fit, 'fits' | 'verdict'>

/** Share of right processes that may be rejected by chance. */
export const SIZE = 0.05

/**
 * Judge a fit: it is rejected when its smallest p-value is below 5 % divided by the number of checks
 * (Bonferroni), so that a right process is rejected in at most about 5 % of cases.
 */
export function judge(fitted: Fitted): Fit {
  const limit = SIZE / Math.max(1, fitted.checks.length)
  const failed = fitted.checks
    .filter((check) => !(check.pValue >= limit))
    .sort((a, b) => a.pValue - b.pValue)
  const fits = fitted.checks.length > 0 && failed.length === 0
  const reasons = failed.slice(0, 3).map(({ asset, name, pValue }) => {
    const p = pValue < 1e-4 ? 'p < 0.0001' : `p = ${pValue.toFixed(4)}`
    return `${asset === '' ? '' : `${asset}: `}${describeCheck(name)} (${name}, ${p})`
  })
  const more = failed.length > 3 ? `; ${failed.length - 3} more` : ''
  const verdict = fits
    ? 'fits'
    : `rejected because ${reasons.join('; ') || 'nothing was checked'}${more}`
  return { ...fitted, fits, verdict }
}

/** Akaike's and Schwarz's criteria; smaller is better. Null without a likelihood. */
export function criteria(
  { logLikelihood, counted }: Pick<Fit, 'logLikelihood' | 'counted'>,
  rows: number,
): { readonly aic: number; readonly bic: number } | null {
  if (logLikelihood === null) return null
  return {
    aic: 2 * counted - 2 * logLikelihood,
    bic: counted * log(rows) - 2 * logLikelihood,
  }
}
