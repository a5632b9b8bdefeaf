import type { OrderAlong } from './order.ts'
import type { Step } from './types.ts'

/** A jump, and whose it is. */
export type JumpOwner = {
  /** Change of the order parameter in the last bracket. */
  readonly size: number
  /** Accounts that are liquidated on one side of it and not on the other; null when unknown. */
  readonly accounts: number | null
  /** `account`: one account's fall makes it; `system`: many fall together; null when it cannot be told. */
  readonly of: 'account' | 'system' | null
  readonly note: string
}

/** Value of a measure on the first path that has one. */
function firstOf(values: Float64Array): number {
  return values.find((value) => !Number.isNaN(value)) ?? Number.NaN
}

/**
 * Tell a jump of a finite book, made by one large account, from a jump of the system: count the accounts
 * that are liquidated on one side of the last bracket only.
 */
export async function ownerOf(along: OrderAlong, step: Step, paths: number): Promise<JumpOwner> {
  const size = step.above - step.below
  const places = [step.from, step.to].map((x) => ({ x, shock: 1 }))
  const samples = await along.samplesAt(places, paths)
  const [below, above] = samples.map((s) => firstOf(s.values('accountsLiquidated'))) as [
    number,
    number,
  ]
  const accounts = Math.abs(above - below)
  if (Number.isNaN(accounts) || accounts === 0)
    return { size, accounts: null, of: null, note: 'no account is liquidated on one side only' }
  if (accounts === 1)
    return {
      ...{ size, accounts, of: 'account' },
      note: 'one account makes it: a jump of this book, not of the system',
    }
  const share = Math.round((100 * accounts) / Math.max(above, below))
  const note = `${accounts} accounts, ${share} % of those that are liquidated, fall together`
  return { size, accounts, of: 'system', note }
}
