const UNITS: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'k'],
]

/** Units that count things: they are printed behind whole numbers. */
const PLAIN_UNITS: ReadonlySet<string> = new Set(['count', 'ratio', 'log', 'factor', 'choice'])

function grouped(value: number, digits: number): string {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

/** Write a number with about three significant digits; whole numbers whole, thousands separated. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size >= 1e15) return value.toExponential(2)
  if (Number.isInteger(value) || size >= 100) return grouped(value, 0)
  if (size >= 1) return value.toFixed(2)
  return size < 1e-4 ? value.toExponential(1) : value.toPrecision(3)
}

/** Write a number of things with its noun: `1 account`, `1,315 accounts`. */
export function count(value: number, noun: string): string {
  return `${short(value)} ${noun}${value === 1 ? '' : 's'}`
}

/** Write US dollars with k, M, B or T; cents below a thousand. */
export function dollars(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const sign = value < 0 ? '-' : ''
  const size = Math.abs(value)
  const unit = UNITS.find(([at]) => size >= at * 0.999995)
  if (unit) return `${sign}$${(size / unit[0]).toFixed(2)}${unit[1]}`
  if (size >= 0.01 || size === 0) return `${sign}$${size.toFixed(2)}`
  return size < 1e-4 ? 'under $0.0001' : `${sign}$${Number(size.toPrecision(2))}`
}

/** Write the price of one token, USD, with the digits that matter. */
export function price(value: number): string {
  if (!Number.isFinite(value)) return 'none'
  const size = Math.abs(value)
  if (size < 1e-6) return size === 0 ? '$0' : 'almost $0'
  if (size >= 10_000) return `$${grouped(value, 0)}`
  if (size >= 10) return `$${grouped(value, 2)}`
  return size >= 0.01 ? `$${value.toFixed(4)}` : `$${value.toPrecision(3)}`
}

/** Write a number that is compared with another: five significant digits, and no zeros behind. */
export function fine(value: number): string {
  return Math.abs(value) >= 1e5 ? short(value) : String(Number(value.toPrecision(5)))
}

/** Write a fraction as a percentage. */
export function percent(value: number): string {
  const shown = value * 100
  const size = Math.abs(shown)
  if (!Number.isFinite(shown)) return String(shown)
  if (size === 0 || size === 100) return `${shown || 0} %`
  if (size < 0.001) return 'under 0.001 %'
  return `${size >= 9.95 ? grouped(shown, 1) : shown.toPrecision(2)} %`
}

/** Write a relative change with its sign; what rounds to nothing has none. */
export function change(value: number): string {
  if (Math.abs(value) < 1e-5) return 'by under 0.001 %'
  return `${value > 0 ? '+' : ''}${percent(value)}`
}

/** Write seconds since the start as d, h and min, or seconds when short. */
export function clock(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  const parts =
    hours < 48 ? [hours, 'h', minutes % 60, 'min'] : [Math.floor(hours / 24), 'd', hours % 24, 'h']
  return (parts[2] === 0 ? parts.slice(0, 2) : parts).join(' ')
}

/** Write a measure's value in its unit. */
export function inUnit(value: number | null, unit: string): string {
  if (value === null) return 'none'
  if (unit === 'USD') return dollars(value)
  if (unit === 'fraction' || unit === 'probability') return percent(value)
  if (PLAIN_UNITS.has(unit) || unit === '') return short(value)
  return value === 1 && /..s$/.test(unit) ? `1 ${unit.slice(0, -1)}` : `${short(value)} ${unit}`
}

/** Write a given value with all its digits, fractions as percentages. */
export function exact(value: number, unit: string): string {
  const shown = Number((unit === 'fraction' ? value * 100 : value).toPrecision(12))
  const text = shown.toLocaleString('en-US', { maximumSignificantDigits: 12 })
  if (unit === 'fraction') return `${text} %`
  return PLAIN_UNITS.has(unit) || unit === '' ? text : `${text} ${unit}`
}

/** Turn a camelCase or dotted name into words: `totalDebt.outside0.8` -> `total debt outside 0.8`. */
export function words(name: string): string {
  return name
    .replace(/\.(?=[a-z])/gi, ' ')
    .replace(/([a-z])([A-Z0-9])/g, '$1 $2')
    .toLowerCase()
}
