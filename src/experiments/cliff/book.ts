import type { OrderAlong } from './order.ts'
import type { Reading } from './reading.ts'
import type { Step } from './types.ts'

/** A jump, and whose it is. */
export type JumpOwner = {
  /** Change of the order parameter in the last bracket. */
  readonly size: number
  /** Accounts that are liquidated on one side of it and not on the other; null when unknown. */
  readonly accounts: number | null
  /** `accounts`: one or a few make it; `system`: many fall together; null when it cannot be told. */
  readonly of: 'accounts' | 'system' | null
  readonly note: string
}

/** Accounts that make a system's jump, or the share of all that are liquidated. */
const MANY = { accounts: 10, share: 0.5 } as const

/** The path whose numbers are farthest apart on both sides. */
function mostApart(left: Float64Array, right: Float64Array): number {
  let best = 0
  const change = (path: number): number => Math.abs(right[path]! - left[path]!) || 0
  for (let path = 1; path < left.length; path++) if (change(path) > change(best)) best = path
  return best
}

/**
 * Tell a jump of a finite book, made by one or a few large accounts, from a jump of the system: count the accounts
 * that are liquidated on one side of the last bracket only.
 */
export async function ownerOf(
  along: OrderAlong,
  step: Step,
  paths: number,
  { isStatistic }: Pick<Reading, 'isStatistic'>,
): Promise<JumpOwner> {
  const size = step.above - step.below
  const places = [step.from, step.to].map((x) => ({ x, shock: 1 }))
  const samples = await along.samplesAt(places, paths)
  const [left, right] = samples.map((sample) => sample.values('accountsLiquidated')) as [
    Float64Array,
    Float64Array,
  ]
  // A statistic jumps where paths do, of which it does not say the number: the one that changes most.
  const path = isStatistic ? mostApart(left, right) : step.path
  const [below, above] = [left[path] ?? Number.NaN, right[path] ?? Number.NaN]
  const accounts = Math.abs(above - below)
  if (Number.isNaN(accounts) || accounts === 0)
    return { size, accounts: null, of: null, note: 'no account is liquidated on one side only' }
  const share = accounts / Math.max(above, below)
  const on = isStatistic ? ` on path ${path}` : ''
  const told = `${accounts} account${accounts === 1 ? '' : 's'}, ${Math.round(100 * share)} % of those that are liquidated${on}`
  const isOfAll = accounts > 1 && (accounts >= MANY.accounts || share >= MANY.share)
  return isOfAll
    ? { size, accounts, of: 'system', note: `${told}, fall together` }
    : { size, accounts, of: 'accounts', note: `${told}: a jump of this book, not of the system` }
}
