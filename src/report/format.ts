const UNITS: readonly (readonly [number, string])[] = [
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'k'],
]

/** Write a number with about three significant digits and thousands separators. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size >= 100) return Math.round(value).toLocaleString('en-US')
  if (size >= 1) return value.toFixed(2)
  return size === 0 ? '0' : value.toPrecision(3)
}

/** Write US dollars with k, M or B. */
export function dollars(value: number): string {
  const unit = UNITS.find(([size]) => Math.abs(value) >= size)
  return unit ? `$${(value / unit[0]).toFixed(2)}${unit[1]}` : `$${value.toFixed(2)}`
}

/** Write a fraction as a percentage. */
export function percent(value: number): string {
  const shown = value * 100
  if (shown === 0) return '0 %'
  return `${Math.abs(shown) >= 10 ? shown.toFixed(1) : shown.toPrecision(2)} %`
}

/** Write seconds since the start as h and min, or seconds when short. */
export function clock(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Write a measure's value in its unit. */
export function inUnit(value: number | null, unit: string): string {
  if (value === null) return 'none'
  if (unit === 'USD') return dollars(value)
  if (unit === 'fraction') return percent(value)
  return unit === 'count' || unit === 'ratio' || unit === 'log' ? short(value) : `${short(value)} ${unit}`
}
