import { InputError } from '../../world/index.ts'
import type { Desk } from './desk.ts'

/** Thrown when a market's cash and borrows do not fund the collateral that positions hold. */
export class MarketFundingError extends InputError {
  override readonly name = 'MarketFundingError'
}

/**
 * Compute a market's collateral units so that its rate is the opening one: whoever has supplied what
 * borrowers owe and the market holds, beyond the rows' own collateral, are pure suppliers.
 * @param owned whole tokens: cash, and what others owe the suppliers.
 * @param cash whole tokens of `owned` that the market holds.
 * @param rate underlying per unit.
 * @param units of all rows.
 * @returns units in existence, at least `units`.
 * @throws {MarketFundingError} when rows hold more than that, naming the cash that is missing.
 */
export function fundedUnits(
  { context, asset }: Desk,
  market: number,
  owned: number,
  cash: number,
  rate: number,
  units: number,
): number {
  const supply = owned / rate
  if (!(supply >= units * (1 - 1e-12))) {
    const { name } = context.assets[asset[market]!]!
    throw new MarketFundingError(
      `${context.name}, market ${name}: positions hold ${units} units of collateral (${units * rate} ${name} at rate ${rate}), but cash ${cash} and debts less reserves, ${owned - cash}, fund only ${supply}; raise its "cash" to at least ${units * rate - (owned - cash)}`,
    )
  }
  return Math.max(supply, units)
}
