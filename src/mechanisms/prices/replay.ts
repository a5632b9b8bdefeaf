import { log } from '../../math/index.ts'
import {
  assetIndex,
  choice,
  data,
  f64,
  InputError,
  type Model,
  model,
  type PriceTable,
  seconds,
  USD,
} from '../../world/index.ts'

/** Thrown when a price table cannot drive the scenario. */
export class ReplayError extends InputError {
  override readonly name = 'ReplayError'
}

/** Last place in ascending `times` that is not after `time`; `time` is not before the first. */
function placeOf(times: Float64Array, time: number): number {
  let low = 0
  let high = times.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (times[middle]! <= time) low = middle
    else high = middle
  }
  return low
}

/** Value of a column at `time`: of the last row, or on the straight line to the next. */
function valueAt(times: Float64Array, column: Float64Array, time: number, isLine: boolean): number {
  const k = placeOf(times, time)
  const here = column[k]!
  if (!isLine || time === times[k] || k + 1 === times.length) return here
  const share = (time - times[k]!) / (times[k + 1]! - times[k]!)
  return here + (column[k + 1]! - here) * share
}

/** One asset's record: log prices. */
type Line = { readonly asset: number; readonly logs: Float64Array; readonly first: number }

/** Take the columns that are assets of the scenario. @throws {ReplayError} when none can start. */
function linesOf(
  { time, assets: names, prices }: PriceTable,
  targets: readonly number[],
  origin: number,
  isLine: boolean,
): readonly Line[] {
  if (time.length === 0 || !targets.some((target) => target > USD))
    throw new ReplayError(`the table has '${names.join(', ')}': none is an asset of the scenario`)
  if (!(origin <= time[time.length - 1]!))
    throw new ReplayError('the table ends before `from`; start earlier')
  const lines: Line[] = []
  targets.forEach((asset, i) => {
    if (asset <= USD) return
    const logs = Float64Array.from(prices[i]!, (price) => log(price))
    const first = valueAt(time, logs, origin, isLine)
    if (!Number.isFinite(first))
      throw new ReplayError(`'${names[i]}' has no price where the path starts; start elsewhere`)
    lines.push({ asset, logs, first })
  })
  return lines
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
    const times = p.prices.time
    const isLine = p.between === 'line'
    const targets = p.prices.assets.map((name) => assetIndex(context.assets, name))
    const origin = times[0]! + p.from
    const lines = linesOf(p.prices, targets, origin, isLine)
    return {
      ports: {
        driver: { assets: lines.map(({ asset }) => asset), shift: (a) => s.shift[a]! },
      },
      step({ time }) {
        for (const { asset, logs, first } of lines) {
          const value = valueAt(times, logs, origin + time, isLine)
          // A gap in the record holds the last known price.
          if (Number.isFinite(value)) s.shift[asset] = value - first
        }
      },
    }
  },
})
