import { eventsOf, type PathView, recoveryTicks } from '../measures/index.ts'
import { clock, count, percent, short } from './format.ts'

type Said = { readonly text: string; readonly events: readonly number[] }

/** Smallest fall below the fundamental that is worth a word, log. */
const VISIBLE = 1e-3

/** Orders that found nobody: the first, the largest, and how many. */
export function sayGaps({ world }: PathView): Said | null {
  const { trace, instances, spec } = world
  const { instance, asset, x, y, time } = trace.columns
  const gaps = eventsOf(trace, 'gap')
  if (gaps.length === 0) return null
  const first = gaps[0]!
  const largest = gaps.reduce((a, b) => (x[b]! > x[a]! ? b : a))
  const name = spec.assets[asset[first]!]?.name ?? '?'
  const order = (e: number): string =>
    `${short(x[e]!)} of ${short(x[e]! + y[e]!)} ${name} found nobody after ${clock(time[e]!)}`
  const most = largest === first ? '' : `; at the worst, ${order(largest)}`
  return {
    text: `Gap: ${count(gaps.length, 'order')} of ${instances[instance[first]!]!.name} ${gaps.length === 1 ? 'was' : 'were'} larger than all that was offered: ${order(first)}${most}.`,
    events: largest === first ? [first] : [first, largest],
  }
}

/** How far the watched price fell below its fundamental, and how long half of that took to go. */
export function sayTrough({ world, focus, watched }: PathView): Said | null {
  const { gap } = watched
  const ticks = recoveryTicks(gap)
  if (ticks === null) return null
  const worst = gap.reduce((at, value, k) => (value > gap[at]! ? k : at), 0)
  if (!(gap[worst]! > VISIBLE)) return null
  const name = world.spec.assets[focus.asset]?.name ?? '?'
  const dt = world.spec.tickSeconds
  const back =
    gap.at(-1)! > gap[worst]! / 2
      ? `more than half of that was left at the end, ${clock(ticks * dt)} later`
      : `half of that was gone for good ${clock(ticks * dt)} later`
  const fall = percent(-Math.expm1(-gap[worst]!))
  return {
    text: `Trough: ${name} fell ${fall} below its fundamental price (after ${clock(worst * dt)}); ${back}.`,
    events: [],
  }
}
