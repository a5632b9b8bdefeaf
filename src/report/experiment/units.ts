import { inUnit } from '../format.ts'

/** How the numbers of an axis are written: values are multiplied by `factor`, the title names `unit`. */
export type AxisUnit = { readonly factor: number; readonly unit: string }

const LARGE: readonly (readonly [number, string])[] = [
  [1e12, 'trillion '],
  [1e9, 'billion '],
  [1e6, 'million '],
  [1e3, 'thousand '],
]

/** Units of numbers that have none. */
const NO_UNIT: ReadonlySet<string> = new Set(['count', 'ratio', 'factor', 'choice', 'log', ''])

/** Choose how an axis is written. @param most largest size on it, in the measure's unit. */
export function axisUnit(unit: string, most: number): AxisUnit {
  if (unit === 'fraction' || unit === 'probability') return { factor: 100, unit: '%' }
  const large = LARGE.find(([size]) => most >= size)
  const shown = NO_UNIT.has(unit) ? '' : unit
  // Small thousands of anything but money are written out.
  if (!large || (unit !== 'USD' && most < 1e5)) return { factor: 1, unit: shown }
  return { factor: 1 / large[0], unit: `${large[1]}${shown}`.trim() }
}

/** Write the numbers of ticks: as many decimals as the step needs. */
export function tickText(value: number, step: number, { factor }: AxisUnit): string {
  const shown = value * factor
  const size = Math.abs(step * factor)
  if (shown !== 0 && (size < 1e-6 || Math.abs(shown) >= 1e9)) return shown.toPrecision(3)
  const decimals = Math.max(0, -Number(size.toExponential(1).split('e')[1]))
  const text = shown.toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  })
  return text === '-0' ? '0' : text
}

/** Write the title of an axis with its unit in brackets. */
export function axisTitle(name: string, { unit }: AxisUnit): string {
  return unit === '' ? name : `${name} (${unit})`
}

/** A value with the bounds of its interval; null where there is none. */
export type Ranged = {
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
}

/** Tell whether a number is there and finite; JSON writes null for NaN. */
export function isKnown(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** Write a number with digits that its interval can tell apart: two more than its first uncertain one. */
function digitsFor(value: number, width: number): number {
  if (!(width > 0) || value === 0) return 4
  const orders =
    Number(value.toExponential(1).split('e')[1]) - Number(width.toExponential(1).split('e')[1])
  return Math.min(10, Math.max(2, orders + 2))
}

/** Write a value in its unit with as many digits as its interval supports. */
export function rangedText({ value, low, high }: Ranged, unit: string): string {
  if (!isKnown(value)) return 'none'
  if (!isKnown(low) || !isKnown(high) || low === high) return inUnit(value, unit)
  if (unit === 'USD')
    return `${inUnit(value, unit)} [${inUnit(low, unit)} to ${inUnit(high, unit)}]`
  const isShare = unit === 'fraction' || unit === 'probability'
  const scale = isShare ? 100 : 1
  const digits = digitsFor(value * scale, (high - low) * scale)
  const decimals = Math.min(12, decimalsOf(value * scale, digits))
  const write = (x: number): string =>
    (x * scale).toLocaleString('en-US', {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    })
  const behind = isShare ? ' %' : NO_UNIT.has(unit) ? '' : ` ${unit}`
  return `${write(value)} [${write(low)} to ${write(high)}]${behind}`
}

/** Decimals that show so many significant digits of a number. */
function decimalsOf(value: number, digits: number): number {
  if (value === 0) return 0
  return Math.max(0, digits - 1 - Number(value.toExponential(15).split('e')[1]))
}
