import { USD } from './assets.ts'

/**
 * Who holds how much of which asset: the only place where tokens live, so conservation is one sum.
 * Holders are instances (by index) and the world's sinks; `external` holders (reference markets,
 * the outside world) are sources and sinks and may go below zero.
 */
export type Ledger = {
  readonly holders: number
  readonly assets: number
  /** Row-major [holder][asset], whole tokens; a state column. */
  readonly balances: Float64Array
  /** Sum of absolute amounts moved per asset in this path; scales the conservation check. */
  readonly moved: Float64Array
  /** 1 for sources and sinks. */
  readonly external: Uint8Array
  balance(holder: number, asset: number): number
  /** Move `amount` >= 0 whole tokens; false, and nothing moved, if `from` holds less. */
  transfer(from: number, to: number, asset: number, amount: number): boolean
  /** Set an opening balance. Only during build. */
  endow(holder: number, asset: number, amount: number): void
  /** Allow or forbid transfers; closed while instances step and observe. */
  open(isOpen: boolean): void
}

/** Thrown when something moves value outside `execute`, or moves a negative or non-finite amount. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError'
}

/**
 * Make a ledger over two state columns.
 * @param balances length holders x assets, row-major, owned by the world.
 * @param moved length assets.
 */
export function createLedger(balances: Float64Array, moved: Float64Array): Ledger {
  const assets = moved.length
  const holders = balances.length / assets
  const external = new Uint8Array(holders)
  let isOpen = true
  function transfer(from: number, to: number, asset: number, amount: number): boolean {
    if (!isOpen) throw new LedgerError(`transfer of ${amount} outside execute; submit an action`)
    if (!(amount >= 0 && amount < Infinity))
      throw new LedgerError(`transfer of ${amount}: amounts are finite and not negative`)
    const source = from * assets + asset
    const held = balances[source]!
    // Rounding of a balance spent in parts may leave it short by a few units in the last place.
    const short = held < amount && external[from] === 0
    if (short && amount - held > 1e-12 * amount) return false
    balances[source] = short ? 0 : held - amount
    balances[to * assets + asset]! += short ? held : amount
    moved[asset]! += amount
    return true
  }
  return {
    holders,
    assets,
    balances,
    moved,
    external,
    balance: (holder, asset) => balances[holder * assets + asset]!,
    transfer,
    endow: (holder, asset, amount) => {
      balances[holder * assets + asset]! += amount
    },
    open: (value) => {
      isOpen = value
    },
  }
}

/** Largest imbalance allowed, relative to what was held and moved: rounding of sums. */
const TOLERANCE = 1e-9

/**
 * Compare the holdings of each asset, over all holders, with those of an earlier moment.
 * @param before balances then, in the ledger's own layout.
 * @returns the assets of which `gap` whole tokens have appeared (negative: vanished).
 */
export function imbalances(
  ledger: Ledger,
  before: Float64Array,
): readonly { readonly asset: number; readonly gap: number }[] {
  const { balances, assets, holders } = ledger
  const found: { readonly asset: number; readonly gap: number }[] = []
  for (let asset = 0; asset < assets; asset++) {
    let gap = 0
    let gross = ledger.moved[asset]!
    for (let k = asset; k < holders * assets; k += assets) {
      gap += balances[k]! - before[k]!
      gross += Math.abs(before[k]!)
    }
    if (!(Math.abs(gap) <= TOLERANCE * gross)) found.push({ asset, gap })
  }
  return found
}

/**
 * Pay USD from one holder to another, for gas and fees.
 * @returns false, and nothing moved, if `from` holds less.
 */
export function payUsd(ledger: Ledger, from: number, to: number, amount: number): boolean {
  return ledger.transfer(from, to, USD, amount)
}
