import type { Span } from './sample.ts'

/** A named stretch of stress; dates are UTC, both ends included. */
export type StressWindow = { readonly name: string; readonly from: string; readonly to: string }

/** The crises that `stress` means: from shortly before the first large fall until markets calmed. */
export const STRESS_WINDOWS: readonly StressWindow[] = [
  { name: 'Black Thursday', from: '2020-03-08', to: '2020-03-20' },
  { name: 'May 2021', from: '2021-05-12', to: '2021-05-26' },
  { name: 'Terra', from: '2022-05-05', to: '2022-05-20' },
  { name: 'Celsius and Three Arrows', from: '2022-06-10', to: '2022-06-22' },
  { name: 'FTX', from: '2022-11-05', to: '2022-11-16' },
  { name: 'Silicon Valley Bank', from: '2023-03-09', to: '2023-03-15' },
  { name: 'August 2024', from: '2024-08-02', to: '2024-08-10' },
  { name: 'October 2025', from: '2025-10-09', to: '2025-10-17' },
]

const DAY = 86400

/** Unix seconds of the start of a day. */
function dayOf(date: string): number {
  return Date.parse(date) / 1000
}

/** The stress windows as spans, cut to the given one. */
export function stressSpans(within: Span): readonly Span[] {
  return STRESS_WINDOWS.map(({ from, to }) => ({
    from: Math.max(dayOf(from), within.from),
    to: Math.min(dayOf(to) + DAY, within.to),
  })).filter(({ from, to }) => from < to)
}

/** What lies outside the stress windows, cut to the given span. */
export function calmSpans(within: Span): readonly Span[] {
  const out: Span[] = []
  let at = within.from
  for (const { from, to } of stressSpans(within)) {
    if (from > at) out.push({ from: at, to: from - 1 })
    at = to + 1
  }
  if (at < within.to) out.push({ from: at, to: within.to })
  return out
}
