import type { CliffPoint, ScenarioCliff } from '../experiments/index.ts'
import { short } from './format.ts'

const WIDTH = 30

function bar(share: number): string {
  return share > 0 ? '█'.repeat(Math.max(1, Math.round(share * WIDTH))) : ''
}

function lineOf({ x, order, relativeSd, susceptibility }: CliffPoint, top: number): string {
  const spread = Number.isNaN(relativeSd) ? '' : `sd ${short(relativeSd)} of the mean`
  const cells = [short(x).padStart(10), short(order.value).padStart(12)]
  return [...cells, bar(susceptibility.value / top).padEnd(WIDTH), spread].join('  ').trimEnd()
}

const KINDS = { 0: 'a continuous cliff', 1: 'a jump' } as const

function foundOf({ cliff, kind, vary, note }: ScenarioCliff): string {
  if (cliff === null || kind === null)
    return `no cliff between ${vary.name} = ${vary.low} and ${vary.high}: ${note}`
  const at = `${vary.name} = ${cliff.value.toPrecision(4)}`
  return `${KINDS[kind]} at ${at} [${cliff.low.toPrecision(4)} .. ${cliff.high.toPrecision(4)}]: ${note}`
}

function gainsOf({ loopGain: { below, above } }: ScenarioCliff): readonly string[] {
  if (below === null && above === null) return []
  const say = (gain: number | null): string => (gain === null ? 'unknown' : gain.toPrecision(3))
  return [`loop gain just below it ${say(below)}, just above it ${say(above)}`]
}

/** Tell a cliff on a terminal: where, how sure, and the curve. */
export function cliffText(found: ScenarioCliff): string {
  const { curve, vary, measure, shock, paths, runs } = found
  const top = Math.max(...curve.map((point) => point.susceptibility.value || 0))
  const head = [vary.name.padStart(10), measure.padStart(12), `response to ${shock}`].join('  ')
  return [
    foundOf(found),
    ...gainsOf(found),
    `hysteresis: ${found.hysteresis.note}`,
    '',
    head,
    ...curve.map((point) => lineOf(point, top)),
    '',
    `${paths} path${paths === 1 ? '' : 's'} a place, ${runs} runs in all; intervals are 95 %`,
  ].join('\n')
}
