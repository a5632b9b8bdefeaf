import type { Interval } from '../sensitivity/ranges.ts'
import { intervalOf } from './curve.ts'
import type { OrderAlong } from './order.ts'
import type { Reading } from './reading.ts'
import type { JumpOwner, Step } from './types.ts'

/** Accounts that make a system's jump, or the share of all that are liquidated. */
const MANY = { accounts: 10, share: 0.5 } as const

/** The path whose numbers are farthest apart on both sides. */
function mostApart(left: Float64Array, right: Float64Array): number {
  let best = 0
  const change = (path: number): number => Math.abs(right[path]! - left[path]!) || 0
  for (let path = 1; path < left.length; path++) if (change(path) > change(best)) best = path
  return best
}

/** Accounts that are liquidated on one side of a jump only, and on the side of more, on some paths. */
type Fallen = { readonly path: number; readonly accounts: number; readonly of: number }

/** Count who falls at the jumps of paths. */
async function fallenAt(
  { samplesAt }: OrderAlong,
  steps: readonly Step[],
  paths: number,
  { isStatistic }: Pick<Reading, 'isStatistic'>,
): Promise<readonly Fallen[]> {
  const places = [...new Set(steps.flatMap(({ from, to }) => [from, to]))]
  const count = isStatistic ? paths : Math.max(...steps.map(({ path }) => path)) + 1
  const samples = await samplesAt(
    places.map((x) => ({ x, shock: 1 })),
    count,
  )
  const fallen = samples.map((sample) => sample.values('accountsLiquidated'))
  return steps.map(({ path, from, to }) => {
    const [left, right] = [fallen[places.indexOf(from)]!, fallen[places.indexOf(to)]!]
    // A statistic jumps where paths do, of which it does not say the number: the one that changes most.
    const own = isStatistic ? mostApart(left, right) : path
    const [below, above] = [left[own] ?? Number.NaN, right[own] ?? Number.NaN]
    return { path: own, accounts: Math.abs(above - below), of: Math.max(above, below) }
  })
}

/** Write a mean number of accounts, over several paths with its interval. */
function accountsText({ value, low, high }: Interval): string {
  const text = (v: number): string => String(Number(v.toPrecision(3)))
  const ends = high > low ? ` [${text(Math.max(0, low))} .. ${text(high)}]` : ''
  return `${text(value)} account${value === 1 ? '' : 's'}${ends}`
}

/**
 * Tell a jump of a finite book, made by one or a few large accounts, from a jump of the system: count the accounts
 * that are liquidated on one side of the last bracket only.
 * @param steps the jumps of the paths that were followed to it.
 * @param paths at every place.
 */
export async function ownerOf(
  along: OrderAlong,
  steps: readonly Step[],
  paths: number,
  reading: Pick<Reading, 'isStatistic'>,
): Promise<JumpOwner> {
  const size = intervalOf(Float64Array.from(steps, ({ above, below }) => above - below))
  const fallen = await fallenAt(along, steps, paths, reading)
  const accounts = intervalOf(Float64Array.from(fallen, (own) => own.accounts))
  const told = { size, paths: fallen.map(({ path }) => path) }
  if (!(accounts.value > 0)) {
    const note = 'no account is liquidated on one side only'
    return { ...told, accounts: null, of: null, note }
  }
  const shares = Float64Array.from(fallen, (own) =>
    own.of > 0 ? own.accounts / own.of : Number.NaN,
  )
  const share = intervalOf(shares).value
  const over = fallen.length > 1 ? `, mean of ${fallen.length} paths` : ''
  const on = fallen.length === 1 && paths > 1 ? ` on path ${fallen[0]!.path}` : ''
  const text = `${accountsText(accounts)}, ${Math.round(100 * share)} % of those that are liquidated${on}${over}`
  const isOfAll = accounts.value > 1 && (accounts.value >= MANY.accounts || share >= MANY.share)
  return isOfAll
    ? { ...told, accounts, of: 'system', note: `${text}, fall together` }
    : { ...told, accounts, of: 'accounts', note: `${text}: a jump of this book, not of the system` }
}
