import { eventsOf, measureValue, type PathView } from '../measures/index.ts'
import { clock, count, dollars, short } from './format.ts'

type Said = { readonly text: string; readonly events: readonly number[] }

/** What dealers in options traded to stay hedged, and where their hedging fed itself; null without any. */
export function sayDealers(view: PathView): Said | null {
  const { trace, spec } = view.world
  const { asset, x, time } = trace.columns
  const hedges = eventsOf(trace, 'hedge')
  if (hedges.length === 0) return null
  const largest = hedges.reduce((a, b) => (Math.abs(x[b]!) > Math.abs(x[a]!) ? b : a))
  const name = spec.assets[asset[largest]!]?.name ?? '?'
  const own = hedges.filter((e) => asset[e] === asset[largest])
  const sum = (sign: number): number => own.reduce((all, e) => all + Math.max(0, sign * x[e]!), 0)
  const gaps = eventsOf(trace, 'noEquilibrium')
  const fed =
    gaps.length === 0
      ? ''
      : ` In ${count(gaps.length, 'block')}, first after ${clock(time[gaps[0]!]!)}, the hedges fed themselves: no finite price was an equilibrium.`
  const lost = measureValue('dealerLoss', view) ?? 0
  const result = lost < 0 ? `gained ${dollars(-lost)}` : `lost ${dollars(lost)}`
  return {
    text: `Hedging: dealers in options sold ${short(sum(-1))} and bought ${short(sum(1))} ${name} in ${count(own.length, 'trade')}, the largest ${short(Math.abs(x[largest]!))} ${name} after ${clock(time[largest]!)}, and ${result}.${fed}`,
    events: gaps.length === 0 ? [largest] : [largest, gaps[0]!],
  }
}
