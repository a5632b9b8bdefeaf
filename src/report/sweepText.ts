import type { LinePoint, Sweep } from '../experiments/index.ts'
import { placeText, plain, withInterval } from './cliffText.ts'
import { inUnit } from './format.ts'

const SHADES = [' ', '░', '▒', '▓', '█'] as const
const WIDTH = 30
/** Width of one place of the map. */
const CELL = 3

type Scale = { readonly least: number; readonly most: number }

function scaleOf({ points }: Sweep): Scale {
  const values = points.map(({ value }) => value.value).filter((v) => !Number.isNaN(v))
  return { least: Math.min(...values), most: Math.max(...values) }
}

function shareOf(value: number, { least, most }: Scale): number {
  return most > least ? (value - least) / (most - least) : 0
}

function shadeOf(value: number, scale: Scale): string {
  if (Number.isNaN(value)) return '·'
  return SHADES[Math.min(SHADES.length - 1, Math.floor(shareOf(value, scale) * SHADES.length))]!
}

/** Steps of an axis, both ends included; the numbers that the first grid was asked for. */
function stepsOf({ vary }: Sweep, axis: number): readonly number[] {
  const { low, high, cells } = vary[axis]!
  return Array.from({ length: cells + 1 }, (_, k) => low + ((high - low) * k) / cells)
}

/** Step of the first grid along an axis. */
function stepOf({ vary }: Sweep, axis: number): number {
  const { low, high, cells } = vary[axis]!
  return (high - low) / cells
}

/** The point of the sweep nearest to a place. */
function nearest({ points, vary }: Sweep, place: readonly number[]) {
  const distance = (at: readonly number[]): number =>
    at.reduce((sum, v, d) => sum + Math.abs(v - place[d]!) / (vary[d]!.high - vary[d]!.low), 0)
  return points.reduce((best, own) => (distance(own.at) < distance(best.at) ? own : best))
}

const KINDS = { 0: 'continuous', 1: 'jump' } as const

function lineText({ cliff, kind, note }: LinePoint): string {
  return cliff === null || kind === null ? `none: ${note}` : `${withInterval(cliff)} ${KINDS[kind]}`
}

/** One row of the map; the cliff stands between the places that it lies between. */
function mapRow(sweep: Sweep, scale: Scale, y: number, own: LinePoint | undefined): string {
  const xs = stepsOf(sweep, 0)
  const at = own?.cliff?.value ?? Number.NaN
  const cells = xs.map((x, k) => {
    const { value } = nearest(sweep, [x, y]).value
    const mark = at >= x && at < (xs[k + 1] ?? Number.NEGATIVE_INFINITY) ? '|' : ''
    return (shadeOf(value, scale).repeat(CELL - mark.length) + mark).padEnd(CELL)
  })
  return `${placeText(y, stepOf(sweep, 1)).padStart(10)}  ${cells.join('')}  ${own ? lineText(own) : ''}`.trimEnd()
}

/** What there is to say of a measure that is nowhere another. */
function flatText(sweep: Sweep): string | null {
  const { least, most } = scaleOf(sweep)
  if (least < most) return null
  return least === most
    ? `it is ${inUnit(least, sweep.unit)} everywhere`
    : 'it has no value anywhere'
}

function mapText(sweep: Sweep): readonly string[] {
  const scale = scaleOf(sweep)
  const [x, y] = sweep.vary
  const ys = stepsOf(sweep, 1).toReversed()
  const rows = ys.map((at) =>
    mapRow(
      sweep,
      scale,
      at,
      sweep.line.find(
        (own) => own.at !== null && Math.abs(own.at - at) < 1e-9 * (y!.high - y!.low),
      ),
    ),
  )
  const width = (x!.cells + 1) * CELL
  const [low, high] = [plain(x!.low), plain(x!.high)]
  const ends = low + high.padStart(Math.max(1, width - low.length))
  const legend = `${SHADES.map((shade) => `[${shade}]`).join(' ')} from ${inUnit(scale.least, sweep.unit)} to ${inUnit(scale.most, sweep.unit)}; | the cliff; · no value`
  return [
    `${y!.name.padStart(10)}  ${'across: '}${x!.name}; right: cliff along ${x!.name}`,
    ...rows,
    `${''.padStart(10)}  ${ends}`,
    legend,
  ]
}

function curveText(sweep: Sweep): readonly string[] {
  const scale = scaleOf(sweep)
  const places = sweep.points.map(({ at }) => at[0]!)
  const step = Math.min(...places.slice(1).map((x, k) => x - places[k]!))
  const rows = sweep.points.map(({ at, value }) => {
    const told = Number.isNaN(value.value) ? 'none' : inUnit(value.value, sweep.unit)
    const full = Math.round(shareOf(value.value, scale) * WIDTH) || 0
    return `${placeText(at[0]!, step).padStart(10)}  ${told.padStart(12)}  ${'█'.repeat(full)}`.trimEnd()
  })
  const [own] = sweep.line
  return [
    `${sweep.vary[0]!.name.padStart(10)}  ${sweep.measure.padStart(12)}`,
    ...rows,
    ...(own ? [`cliff: ${lineText(own)}`] : []),
  ]
}

/** Tell a sweep on a terminal: a heat map with the cliff line, or a curve. */
export function sweepText(sweep: Sweep): string {
  const { measure, points, paths, runs, vary } = sweep
  const told = paths > 1 ? '; intervals are 95 %' : ', which has no intervals but that of the cliff'
  const flat = flatText(sweep)
  return [
    `${measure} of ${sweep.scenario} over ${vary.map(({ name }) => name).join(' and ')}`,
    '',
    ...(flat ? [flat] : vary.length === 2 ? mapText(sweep) : curveText(sweep)),
    '',
    `${points.length} points, ${runs} runs in all, ${paths} path${paths === 1 ? '' : 's'} each${told}`,
  ].join('\n')
}
