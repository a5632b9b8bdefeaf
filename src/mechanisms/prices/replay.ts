import { log } from '../../math/index.ts'
import {
  assetIndex,
  choice,
  data,
  f64,
  type Model,
  model,
  type PriceTable,
  seconds,
} from '../../world/index.ts'

/** Thrown when a price table cannot drive the scenario. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError'
}

/** Last place in ascending `times` that is not after `time`, starting the search at `from`. */
function placeOf(times: Float64Array, time: number, from: number): number {
  let k = from
  while (k + 1 < times.length && times[k + 1]! <= time) k++
  return k
}

/** Replays recorded prices as log moves relative to their first value. */
export const replay: Model = model({
  kind: 'prices/replay',
  phase: 'driver',
  doc: 'recorded prices, scaled to start at the scenario price; holds the last value at the end',
  params: {
    prices: data<PriceTable>('priceTable', 'the recorded prices'),
    from: seconds('time into the table at which the path starts', { default: 0 }),
    between: choice(
      'value between two rows: straight line in log, or the last row',
      ['line', 'last'],
      'line',
    ),
  },
  columns: (_, all) => ({ shift: f64(all.length, 'log') }),
  create(p, s, context) {
    const { time: times, assets: names, prices } = p.prices
    const targets = names.map((name) => assetIndex(context.assets, name))
    if (targets.every((t) => t < 0) || times.length === 0)
      throw new ReplayError(`the table has ${names.join(', ')}: none is an asset of the scenario`)
    const logs = prices.map((column) => Float64Array.from(column, (v) => log(v)))
    let cursor = 0
    function at(column: Float64Array, t: number): number {
      const here = column[cursor]!
      if (p.between === 'last' || cursor + 1 === times.length) return here
      const span = times[cursor + 1]! - times[cursor]!
      return here + ((column[cursor + 1]! - here) * (t - times[cursor]!)) / span
    }
    const origin = times[0]! + p.from
    cursor = placeOf(times, origin, 0)
    const first = logs.map((column) => at(column, origin))
    if (first.some((v) => !Number.isFinite(v)))
      throw new ReplayError(`a price is missing ${p.from} s into the table; start elsewhere`)
    return {
      ports: {
        driver: { assets: targets.filter((t) => t > 0), shift: (a) => s.shift[a]! },
      },
      refresh() {
        cursor = 0
      },
      step({ time }) {
        const t = Math.min(origin + time, times[times.length - 1]!)
        cursor = placeOf(times, t, cursor)
        for (let i = 0; i < targets.length; i++) {
          const value = at(logs[i]!, t)
          // A gap in the record holds the last known price.
          if (targets[i]! >= 0 && Number.isFinite(value)) s.shift[targets[i]!] = value - first[i]!
        }
      },
    }
  },
})
