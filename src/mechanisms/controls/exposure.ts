import type { Lender } from '../../world/index.ts'

/** What one asset carries over all lenders, USD; and its most leveraged account that is large enough. */
export type Exposure = {
  /** Value pledged in all lenders. */
  pledged: number
  /** What is left of it after the debts that it carries, accounts under water counted as 0. */
  equity: number
  /** Largest leverage of one account over all lenders, of those that pledge a stated share; 0 if none. */
  account: number
}

/** List the assets that a lender's accounts may hold or owe. */
export function listedBy({ book, assetOf }: Lender): readonly number[] {
  const all = Array.from({ length: book.coordinates }, (_, c) => assetOf(c))
  return [...new Set(all)].filter((asset) => asset >= 0)
}

/**
 * Compute leverage: what is held over what is owned of it.
 * @returns 1 without debt, Infinity where nothing is owned, 0 where nothing is held.
 */
export function leverage(held: number, equity: number): number {
  if (!(held > 0)) return 0
  return equity > 0 ? held / equity : Infinity
}

/** Accounts by name over several lenders; rows that are added later get their place when asked. */
function createAccounts(lenders: readonly Lender[]) {
  const numbers = new Map<string, number>()
  const of = lenders.map((): number[] => [])
  return {
    /** Number of each row's account, by lender. */
    of,
    refresh(): number {
      lenders.forEach((lender, l) => {
        for (let row = of[l]!.length; row < lender.book.rows; row++) {
          const name = lender.account(row)
          // Who has no name is nobody else.
          const key = name === '' ? `${l}/${row}` : `/${name}`
          if (!numbers.has(key)) numbers.set(key, numbers.size)
          of[l]!.push(numbers.get(key)!)
        }
        of[l]!.length = lender.book.rows
      })
      return numbers.size
    },
  }
}

/** Sums per account, USD; grown as accounts are added. */
type Sums = { held: Float64Array; owed: Float64Array; own: Float64Array }

function sumRows(
  { book, liability, assetOf }: Lender,
  values: Float64Array,
  accounts: readonly number[],
  asset: number,
  { held, owed, own }: Sums,
): void {
  const { start, count, coordinate, amount } = book
  for (let row = 0; row < book.rows; row++) {
    const n = accounts[row]!
    for (let k = start[row]!; k < start[row]! + count[row]!; k++) {
      const c = coordinate[k]!
      const value = amount[k]! * values[c]!
      if (liability[c] === 1) owed[n]! -= value
      else {
        held[n]! += value
        if (assetOf(c) === asset) own[n]! += value
      }
    }
  }
}

/**
 * Make the function that measures the leverage of an asset and of the accounts that pledge it, over all
 * lenders together: rows of the same account name are one account, debts count against collateral in
 * proportion to value. Who uses several names is several accounts.
 * @returns a function of prices (USD by asset) and of the share of all that is pledged from which on an
 *   account is looked at; its result is overwritten by the next call.
 */
export function createExposure(
  lenders: readonly Lender[],
  asset: number,
): (prices: ArrayLike<number>, least: number) => Readonly<Exposure> {
  const accounts = createAccounts(lenders)
  const values = lenders.map(({ book }) => new Float64Array(book.coordinates))
  const sums: Sums = {
    held: new Float64Array(0),
    owed: new Float64Array(0),
    own: new Float64Array(0),
  }
  const out: Exposure = { pledged: 0, equity: 0, account: 0 }
  return (prices, least) => {
    const n = accounts.refresh()
    if (sums.held.length < n)
      for (const key of ['held', 'owed', 'own'] as const) sums[key] = new Float64Array(n)
    for (const key of ['held', 'owed', 'own'] as const) sums[key].fill(0)
    lenders.forEach((lender, l) => {
      lender.coordinatesAt(prices, 'value', values[l]!)
      sumRows(lender, values[l]!, accounts.of[l]!, asset, sums)
    })
    const { held, owed, own } = sums
    out.pledged = out.equity = out.account = 0
    for (let i = 0; i < n; i++) {
      out.pledged += own[i]!
      if (own[i]! > 0) out.equity += own[i]! * Math.max(0, 1 - owed[i]! / held[i]!)
    }
    for (let i = 0; i < n; i++)
      if (own[i]! > 0 && own[i]! >= least * out.pledged)
        out.account = Math.max(out.account, leverage(held[i]!, held[i]! - owed[i]!))
    return out
  }
}
