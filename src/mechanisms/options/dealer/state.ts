import type { Context, PriceSource, Venue } from '../../../world/index.ts'
import type { Exposure } from './exposure.ts'
import type { DealerColumns, DealerParams } from './params.ts'

/** What the functions of a dealer share; the links are set once. */
export type Dealer = {
  readonly p: DealerParams
  readonly s: DealerColumns
  readonly context: Context
  readonly exposure: Exposure
  venue: Venue
  source: PriceSource
}

/** What the dealer holds of the asset: its hedge, negative when borrowed, whole tokens. */
export function hedgeOf({ p, context: { ledger, self } }: Dealer): number {
  return ledger.balance(self, p.asset)
}

/** Move an amount of any sign from the world outside to the dealer. */
export function receive(
  { context: { ledger, self } }: Dealer,
  asset: number,
  amount: number,
): void {
  const outside = ledger.holders - 1
  if (amount >= 0) ledger.transfer(outside, self, asset, amount)
  else ledger.transfer(self, outside, asset, -amount)
}
