import type { CliffDistance, Interval, Warned, WarnedPath } from '../experiments/index.ts'
import { borelQuantile, extinctionProbability } from '../math/index.ts'
import { plain, withInterval, withUnit } from './cliffText.ts'
import { clock } from './format.ts'

/** Write the distance to the cliff: `ETH -11.2 % +- 0.6`. */
export function distanceText(distance: CliffDistance): string {
  const { shock, asset, cliff, kind, move, low, high, measure, note } = distance
  if (cliff === null)
    return `distance to the cliff: none found for ${shock} from ${plain(low)} to ${plain(high)} (${measure}): ${note}`
  const what = kind === 1 ? 'a jump' : 'a continuous cliff'
  const { jump, measureUnit } = distance
  const by = jump ? ` by ${withUnit(jump.size, measureUnit)}` : ''
  const whose = jump ? `: ${jump.note}` : ''
  const at = `${what} of ${measure}${by} at ${shock} = ${withInterval(cliff)}${whose}`
  if (move === null || asset === null) return `distance to the cliff: ${at}`
  const half = (100 * (move.high - move.low)) / 2
  const digits = half > 0 ? Math.min(6, Math.max(1, 1 - Math.floor(Math.log10(half)))) : 2
  const change = `${move.value > 0 ? '+' : ''}${(100 * move.value).toFixed(digits)} %`
  const error = Number.isNaN(half) ? '(no interval)' : `+- ${half.toFixed(digits)}`
  return `distance to the cliff: ${asset} ${change} ${error} (${at})`
}

/**
 * Tell what a branching ratio means for the size of a burst: its mean 1 / (1 - n) and what one burst in 100
 * exceeds (Borel), or the chance that a burst does not end by itself.
 */
export function burstText({ value, low, high }: Interval): string | null {
  if (!(value >= 0)) return null
  if (value >= 1) {
    const endless = 1 - extinctionProbability(value)
    return `at that ratio a liquidation that no other caused sets off a cascade without end in ${(100 * endless).toFixed(0)} % of cases`
  }
  const sizeOf = (n: number): number => 1 / (1 - Math.max(0, n))
  const mean = { value: sizeOf(value), low: sizeOf(low), high: sizeOf(high) }
  // At a ratio of 1 and more bursts need not end.
  const size = high >= 1 ? `${plain(mean.value)} [${plain(mean.low)} or more]` : withInterval(mean)
  return `at that ratio a liquidation that no other caused brings ${size} in all on average, one in 100 of them more than ${borelQuantile(value, 0.01)}`
}

function pathText({ path, onset, verdict, indicators, note }: WarnedPath): string {
  const where = onset ? `event after ${clock(onset.seconds)}` : 'no event'
  const trends = indicators
    .filter(({ tau }) => !Number.isNaN(tau))
    .map(({ name, tau, p }) => {
      const chance = Math.max(p.ar1, p.phase).toPrecision(2)
      return `${name} tau ${tau.toFixed(2)} (p ${chance})`
    })
  return [`path ${path}: ${where}, ${verdict}: ${note}`, ...trends.map((text) => `  ${text}`)].join(
    '\n',
  )
}

const HEADS = {
  warning: 'There was a warning',
  'no warning': 'There was no warning',
  'cannot tell': 'Cannot tell whether there was a warning',
  'no event': 'No event',
} as const

/** Tell an early warning on a terminal: whether there was one, how sure, and how far the cliff is. */
export function warnText(warned: Warned): string {
  const { verdict, note, paths, failures, branching, distance, asset } = warned
  const ratio = branching.likelihood ?? branching.moment
  return [
    `${HEADS[verdict]} in the price of ${asset}: ${note}`,
    ...(distance ? [distanceText(distance)] : []),
    ...(ratio
      ? [
          `one liquidation goes with ${withInterval(ratio)} others, path 0 (${ratio.method}; a common shock counts as if one caused the other)`,
          ...[burstText(ratio)].filter((text) => text !== null),
        ]
      : []),
    '',
    ...paths.map(pathText),
    ...failures.map(({ path, reason }) => `path ${path} failed: ${reason}`),
  ].join('\n')
}
