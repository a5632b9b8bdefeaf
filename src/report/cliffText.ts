import type { Interval, ScenarioCliff } from '../experiments/index.ts'
import { inUnit, percent, short } from './format.ts'
import { gainVerdict } from './gain.ts'

const WIDTH = 30

/** Draw a response: full where the measure rises with the shock, light where it falls. */
function bar(share: number): string {
  const length = share === 0 ? 0 : Math.max(1, Math.round(Math.abs(share) * WIDTH))
  return Number.isNaN(share) ? '' : (share > 0 ? '█' : '░').repeat(length)
}

function curveLines({ curve, vary, measure, unit, shock }: ScenarioCliff): readonly string[] {
  const responses = curve.map(({ susceptibility }) => susceptibility.value)
  const top = Math.max(...responses.map((value) => Math.abs(value) || 0)) || 1
  const values = curve.map(({ order }) =>
    Number.isNaN(order.value) ? 'none' : inUnit(order.value, unit),
  )
  const step = Math.abs((curve[1]?.x ?? Number.NaN) - curve[0]!.x)
  const left = Math.max(10, vary.name.length)
  const width = Math.max(measure.length, ...values.map((text) => text.length))
  const falls = responses.some((value) => value < 0) ? ' (░: falls)' : ''
  const head = `response to ${shock}${falls}`
  return [
    [vary.name.padStart(left), measure.padStart(width), head].join('  '),
    ...curve.map(({ x, relativeSd, gap }, k) => {
      const spread = Number.isNaN(relativeSd) ? '' : `sd ${percent(relativeSd)} of the mean`
      const cells = [placeText(x, step).padStart(left), values[k]!.padStart(width)]
      if (gap !== null) return [...cells, gap].join('  ')
      return [...cells, bar(responses[k]! / top).padEnd(WIDTH), spread].join('  ').trimEnd()
    }),
  ]
}

/** Write a place on an axis so that it differs from the next, a step further. */
export function placeText(value: number, step: number): string {
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(step)))
  return decimals > 8 || !Number.isFinite(step)
    ? short(value)
    : value.toLocaleString('en-US', { maximumFractionDigits: decimals })
}

/** Write a bound of a range without the digits that arithmetic leaves behind. */
export function plain(value: number): string {
  return String(Number(value.toPrecision(6)))
}

/** Most digits that are printed, and least. */
const DIGITS = { least: 4, most: 10 } as const

/** Write a number with so many significant digits, large ones in full. */
function precise(value: number, digits: number): string {
  const size = Math.abs(value)
  if (size >= 1e15 || (size > 0 && size < 1e-6)) return value.toPrecision(digits)
  return value.toLocaleString('en-US', {
    minimumSignificantDigits: digits,
    maximumSignificantDigits: digits,
  })
}

/** Write an interval with two digits of its width more than its place needs. */
export function withInterval({ value, low, high }: Interval): string {
  const width = high - low
  const size = Math.max(Math.abs(low), Math.abs(high), Math.abs(value))
  const places = width > 0 ? Math.ceil(Math.log10(size / width)) + 2 : DIGITS.most
  const digits = Math.min(DIGITS.most, Math.max(DIGITS.least, places || DIGITS.least))
  const text = (v: number): string => precise(v, digits)
  if (Number.isNaN(width)) return `${precise(value, DIGITS.least)} (no interval)`
  return `${text(value)} [${text(low)} .. ${text(high)}]`
}

/** Write a number of a unit, with its interval where it has one. */
export function withUnit({ value, low, high }: Interval, unit: string): string {
  const ends = high > low ? ` [${inUnit(low, unit)} .. ${inUnit(high, unit)}]` : ''
  return `${inUnit(value, unit)}${ends}`
}

const KINDS = { 0: 'a continuous cliff', 1: 'a jump' } as const

function foundOf({ cliff, kind, vary, note }: ScenarioCliff): string {
  if (cliff === null || kind === null)
    return `no cliff between ${vary.name} = ${plain(vary.low)} and ${plain(vary.high)}: ${note}`
  return `${KINDS[kind]} at ${vary.name} = ${withInterval(cliff)}: ${note}`
}

function growthLines({ growth, atSize }: ScenarioCliff): readonly string[] {
  if (growth === null || atSize === null) return []
  const sizes = growth.sizes.map(
    ({ size, cliff }) => `${cliff.value.toPrecision(6)} (${short(size)})`,
  )
  return [`by ${growth.parameter}: ${sizes.join(', ')}; ${growth.note}`]
}

function gainLines({ loopGain, cliff, curve }: ScenarioCliff): readonly string[] {
  const { below, above } = loopGain
  if (cliff === null || (below === null && above === null)) return []
  const say = (gain: number | null): string => (gain === null ? 'unknown' : gain.toPrecision(3))
  const valued = curve.filter(({ gap }) => gap === null).map(({ x }) => x)
  const at = (x: number | undefined): string => (x === undefined ? '' : ` at ${plain(x)}`)
  const verdict = gainVerdict(loopGain)
  const sides = [
    `${say(below)} below it${at(valued.findLast((x) => x < cliff.value))}`,
    `${say(above)} above it${at(valued.find((x) => x > cliff.value))}`,
  ]
  return [`loop gain ${sides.join(', ')}${verdict === null ? '' : ` (${verdict})`}`]
}

/** The largest bar of the curve as a difference, and the extra shock that makes it. */
function scaleLines({ curve, vary, shock, extra, unit }: ScenarioCliff): readonly string[] {
  const most = Math.max(...curve.map(({ susceptibility }) => Math.abs(susceptibility.value) || 0))
  if (most === 0) return []
  const by =
    vary.name === shock ? `${plain(extra)} more of ${shock}` : `${percent(extra)} more ${shock}`
  return [`the longest bar: ${inUnit(most * extra, unit)} by ${by}`]
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

/** Write a range as `--vary` takes it. */
function rangeOf(name: string, { low, high }: NonNullable<ScenarioCliff['wider']>): string {
  return `${name}=${low}..${high}`
}

/**
 * Tell a cliff on a terminal: where, how sure, and the curve.
 * @param commandOf the command that looks along another range, as `--vary` takes it.
 */
export function cliffText(
  found: ScenarioCliff,
  commandOf: (range: string) => string = (range) => `--vary ${range}`,
): string {
  const { wider, vary } = found
  const { paths, runs, jump, unit } = found
  return [
    foundOf(found),
    ...(wider ? [`look further: ${commandOf(rangeOf(vary.name, wider))}`] : []),
    ...(jump ? [`the jump is ${withUnit(jump.size, unit)}: ${jump.note}`] : []),
    ...growthLines(found),
    ...gainLines(found),
    ...besideLines(found),
    `hysteresis: ${found.hysteresis.note}`,
    '',
    ...curveLines(found),
    ...scaleLines(found),
    '',
    `${paths} path${paths === 1 ? '' : 's'} a place, ${runs} runs in all; intervals are 95 %`,
  ].join('\n')
}
