import { type EventName, eventCode, type World } from '../world/index.ts'
import { type PriceLine, poolLine, type Series } from './series.ts'

/** A path that happens within a block or two, drawn over the order of its events instead of time. */
export type OrderSeries = {
  /** Events that have happened, 0 at the start. */
  readonly event: number[]
  readonly prices: readonly PriceLine[]
  /** Debt repaid by liquidators so far, USD. */
  readonly repaid: number[]
  readonly liquidations: number[]
}

/** Paths with more ticks than this have a time axis. */
const FEW_TICKS = 3

/** Moments kept along the events. */
const MOMENTS = 400

type Now = { readonly line: PriceLine; value: number }

/** Move the prices that an event moves: a swap moves its venue's, an impact the reference market's. */
function follow(world: World, e: number, asset: number, now: readonly Now[]): void {
  const c = world.trace.columns
  const is = (name: EventName): boolean => c.kind[e] === eventCode(name)
  const sold = c.asset[e] === asset
  if (is('impact') || is('news')) {
    for (const n of now) if (sold && n.line.kind === 'reference') n.value = c.x[e]!
    return
  }
  if (!is('swap') || (!sold && c.other[e] !== asset)) return
  const name = poolLine(world.instances[c.instance[e]!]!.name)
  for (const n of now) if (n.line.name === name) n.value *= Math.exp(sold ? c.z[e]! : -c.z[e]!)
}

/**
 * Follow prices and liquidations event by event.
 * @param series the same path over time; its first prices are where the lines start.
 * @returns null for paths that are long enough for a time axis.
 */
export function orderSeriesOf(world: World, asset: number, series: Series): OrderSeries | null {
  const { trace, spec } = world
  if (spec.ticks > FEW_TICKS || trace.length < 2) return null
  const { kind, x } = trace.columns
  const drawn = series.prices.filter((p) => p.kind === 'pool' || p.kind === 'reference')
  const now = drawn.map((line): Now => {
    const copy: PriceLine = { name: line.name, kind: line.kind, values: [] }
    return { line: copy, value: line.values[0] ?? Number.NaN }
  })
  const out: OrderSeries = {
    ...{ event: [], prices: now.map(({ line }) => line), repaid: [], liquidations: [] },
  }
  const every = Math.max(1, Math.ceil(trace.length / MOMENTS))
  let repaid = 0
  let liquidations = 0
  const keep = (done: number): void => {
    out.event.push(done)
    out.repaid.push(repaid)
    out.liquidations.push(liquidations)
    for (const n of now) n.line.values.push(Number.isFinite(n.value) ? n.value : null)
  }
  keep(0)
  for (let e = 0; e < trace.length; e++) {
    follow(world, e, asset, now)
    if (kind[e] === eventCode('liquidation')) {
      repaid += x[e]!
      liquidations++
    }
    if (e % every === 0 || e === trace.length - 1) keep(e + 1)
  }
  return out
}
