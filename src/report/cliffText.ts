import type { CliffPoint, Interval, ScenarioCliff } from '../experiments/index.ts'
import { short } from './format.ts'

const WIDTH = 30

function bar(share: number): string {
  return share > 0 ? '█'.repeat(Math.max(1, Math.round(share * WIDTH))) : ''
}

function lineOf({ x, order, relativeSd, susceptibility }: CliffPoint, top: number): string {
  const spread = Number.isNaN(relativeSd) ? '' : `sd ${short(relativeSd)} of the mean`
  const value = Number.isNaN(order.value) ? 'none' : short(order.value)
  const cells = [short(x).padStart(10), value.padStart(12)]
  return [...cells, bar(susceptibility.value / top).padEnd(WIDTH), spread].join('  ').trimEnd()
}

/** Most digits that are printed, and least. */
const DIGITS = { least: 4, most: 10 } as const

/** Write an interval with two digits of its width more than its place needs. */
export function withInterval({ value, low, high }: Interval): string {
  const width = high - low
  const size = Math.max(Math.abs(low), Math.abs(high), Math.abs(value))
  const places = width > 0 ? Math.ceil(Math.log10(size / width)) + 2 : DIGITS.most
  const digits = Math.min(DIGITS.most, Math.max(DIGITS.least, places || DIGITS.least))
  const text = (v: number): string => v.toPrecision(digits)
  if (Number.isNaN(width)) return `${text(value)} (no interval)`
  return `${text(value)} [${text(low)} .. ${text(high)}]`
}

const KINDS = { 0: 'a continuous cliff', 1: 'a jump' } as const

function foundOf({ cliff, kind, vary, note }: ScenarioCliff): string {
  if (cliff === null || kind === null)
    return `no cliff between ${vary.name} = ${vary.low} and ${vary.high}: ${note}`
  return `${KINDS[kind]} at ${vary.name} = ${withInterval(cliff)}: ${note}`
}

function growthLines({ growth, atSize }: ScenarioCliff): readonly string[] {
  if (growth === null || atSize === null) return []
  const sizes = growth.sizes.map(
    ({ size, cliff }) => `${cliff.value.toPrecision(6)} (${short(size)})`,
  )
  return [`by ${growth.parameter}: ${sizes.join(', ')}; ${growth.note}`]
}

function gainLines({ loopGain: { below, above } }: ScenarioCliff): readonly string[] {
  if (below === null && above === null) return []
  const say = (gain: number | null): string => {
    if (gain === null) return 'unknown'
    return gain < 1 ? gain.toPrecision(3) : `${gain.toPrecision(3)} (unbounded)`
  }
  return [`loop gain just below it ${say(below)}, just above it ${say(above)}`]
}

function besideLines({ changePoint, scatterPeak, vary }: ScenarioCliff): readonly string[] {
  const at = `${vary.name} = `
  return [
    ...(changePoint
      ? [`change point: a ${changePoint.shape} at ${at}${withInterval(changePoint.at)}`]
      : []),
    ...(scatterPeak
      ? [`paths scatter most for their mean at ${at}${withInterval(scatterPeak)}`]
      : []),
  ]
}

/** Tell a cliff on a terminal: where, how sure, and the curve. */
export function cliffText(found: ScenarioCliff): string {
  const { curve, vary, measure, shock, paths, runs, jump } = found
  const top = Math.max(...curve.map((point) => point.susceptibility.value || 0))
  const head = [vary.name.padStart(10), measure.padStart(12), `response to ${shock}`].join('  ')
  return [
    foundOf(found),
    ...(jump ? [`the jump is ${short(jump.size)}: ${jump.note}`] : []),
    ...growthLines(found),
    ...gainLines(found),
    ...besideLines(found),
    `hysteresis: ${found.hysteresis.note}`,
    '',
    head,
    ...curve.map((point) => lineOf(point, top)),
    '',
    `${paths} path${paths === 1 ? '' : 's'} a place, ${runs} runs in all; intervals are 95 %`,
  ].join('\n')
}
