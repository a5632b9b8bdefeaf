import { number, type Outcome, type ParamSpec, seconds } from '../../world/index.ts'

/** Rules that every control states of itself; 0 stands for "no limit" where it says so. */
export type Rules = {
  readonly interval: number
  readonly latency: number
  readonly latencySpread: number
  readonly expiry: number
  readonly minDelay: number
  readonly low: number
  readonly high: number
  readonly maxChange: number
  readonly maxStep: number
  readonly gas: number
  readonly bid: number
  readonly maxBaseFee: number
}

const ANY = { default: 0, min: 0 }

const RULES: { readonly [K in keyof Rules]: ParamSpec<Rules[K]> } = {
  interval: seconds('time between observations; 0 = every block', { default: 0 }),
  latency: seconds('median time from a proposal to its transaction', { default: 0 }),
  latencySpread: number('standard deviation of the log of that time', 'log', ANY),
  expiry: seconds('age at which a proposal is void; 0 = never', { default: 0 }),
  minDelay: seconds('least time between two changes of a term', { default: 0 }),
  low: number('least value that may be proposed', 'of the term', ANY),
  high: number('largest value that may be proposed; 0 = no limit', 'of the term', ANY),
  maxChange: number(
    'largest change at once, share of a value above 0; 0 = no limit',
    'fraction',
    ANY,
  ),
  maxStep: number('largest change at once; 0 = no limit', 'of the term', ANY),
  gas: number('gas per change of a term', 'gas', { default: 100_000, min: 0 }),
  bid: number('priority fee', 'gwei', { default: 2, min: 0 }),
  maxBaseFee: number('base fee above which it waits; 0 = no limit', 'gwei', ANY),
}

/** Describe the rules as parameters, some with defaults of a control's own. */
export function rulesWith(defaults: Partial<Rules> = {}): typeof RULES {
  const of = (key: keyof Rules) => {
    const own = defaults[key]
    return [key, own === undefined ? RULES[key] : { ...RULES[key], default: own }]
  }
  return Object.fromEntries((Object.keys(RULES) as (keyof Rules)[]).map(of))
}

/** Why a change is not made. */
export const REFUSALS = {
  same: 'the term has that value already',
  pending: 'that value is proposed already',
  number: 'not a finite number',
  range: 'outside the range of the control',
  change: 'a larger change than the control may make at once',
  delay: 'too soon after the last change',
  expired: 'the proposal has expired',
  none: 'nothing is proposed',
  sender: 'not an own proposal',
} as const

/** Rounding of limits that were worked out from the same numbers. */
const ROUNDING = 1e-12

/** Rounding of times that are multiples of the tick, s. */
export const SLACK = 1e-6

/** Seconds in a year of 365 days. */
export const YEAR: number = 365 * 86_400

/** Largest change that the rules allow from `before`, in the unit of the term; a share of 0 bounds nothing. */
function stepOf({ maxChange, maxStep }: Rules, before: number): number {
  const relative = maxChange > 0 && before !== 0 ? maxChange * Math.abs(before) : Infinity
  return Math.min(relative, maxStep > 0 ? maxStep : Infinity)
}

/** Test a change against range and step. @returns null, or why it is refused. */
export function refusalOf(rules: Rules, before: number, value: number): Outcome {
  if (!Number.isFinite(value)) return REFUSALS.number
  if (value === before) return REFUSALS.same
  if (value < rules.low || (rules.high > 0 && value > rules.high)) return REFUSALS.range
  const slack = ROUNDING * Math.max(Math.abs(before), Math.abs(value))
  return Math.abs(value - before) > stepOf(rules, before) + slack ? REFUSALS.change : null
}

/** Find the value nearest to `wanted` that range and step allow from `before`. */
export function nearest(rules: Rules, before: number, wanted: number): number {
  const step = stepOf(rules, before)
  const high = rules.high > 0 ? rules.high : Infinity
  const within = Math.min(before + step, Math.max(before - step, wanted))
  return Math.min(high, Math.max(rules.low, within))
}
