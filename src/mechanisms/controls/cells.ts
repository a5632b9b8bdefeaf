import type { PositionTable } from '../../world/index.ts'

/** One market of a pool before it is taken apart; by world asset. */
export type PoolMarket = {
  readonly asset: number
  /** Share of collateral that counts in the health test; 0: no collateral. */
  readonly threshold: number
  /** Whole tokens that the market holds, and those among them that are the protocol's. */
  readonly cash: number
  readonly reserves: number
}

/** A pool: its markets and its accounts. */
export type Pool = {
  readonly markets: readonly PoolMarket[]
  readonly positions: PositionTable
  /** World asset of each of the positions' assets. */
  readonly assetOf: readonly number[]
  /** USD per token by world asset. */
  readonly prices: readonly number[]
  /** Threshold that a category of accounts has for an asset; NaN where it has none of its own. */
  readonly categoryThreshold: (category: number, asset: number) => number
  /** Share of a sale that is lost when what cannot be carried over is sold. */
  readonly closingCost: number
}

/** One cell: the accounts whose largest collateral is `asset`, and what its markets hold. */
export type Cell = {
  readonly asset: number
  readonly positions: PositionTable
  /** Whole tokens by market, in the order of the pool's. */
  readonly cash: readonly number[]
  readonly reserves: readonly number[]
}

/** What taking a pool apart has cost, USD at opening prices. */
export type Closing = {
  /** Debt that was repaid because the collateral behind it could not be carried over. */
  readonly closedDebt: number
  /** Lost on the sales that paid for it. */
  readonly closingCost: number
  /** Collateral that went back to its owners. */
  readonly returned: number
  /** Cash that cells need and the pool did not have: collateral of one cell no longer funds others. */
  readonly brought: number
}

/** Rounding of sums over rows. */
const ROUNDING = 1e-12

/** What a cell's table is made from. */
type Builder = {
  readonly accounts: string[]
  readonly start: number[]
  readonly asset: number[]
  readonly debt: number[]
  readonly amount: number[]
  readonly threshold: number[]
  readonly category: number[]
}

/** One account of the pool under examination; scratch. */
type Holder = {
  readonly row: number
  readonly first: number
  readonly end: number
  /** Entry of the largest collateral; -1 without any. */
  readonly main: number
  readonly owes: boolean
}

function builder(): Builder {
  return {
    accounts: [],
    start: [0],
    asset: [],
    debt: [],
    amount: [],
    threshold: [],
    category: [],
  }
}

/** Threshold of a collateral entry: its own, its account's category's, or its market's. */
function thresholdOf(pool: Pool, row: number, k: number): number {
  const { positions, assetOf, markets } = pool
  const stated = positions.threshold[k]!
  if (stated >= 0) return stated
  const asset = assetOf[positions.asset[k]!]!
  const own = pool.categoryThreshold(positions.category?.[row] ?? 0, asset)
  return own >= 0 ? own : (markets.find((m) => m.asset === asset)?.threshold ?? 0)
}

function worthOf({ positions, assetOf, prices }: Pool, k: number): number {
  return positions.amount[k]! * prices[assetOf[positions.asset[k]!]!]!
}

/** Look at one account. What counts comes before what does not, however large. */
function holderOf(pool: Pool, row: number): Holder {
  const { positions } = pool
  const [first, end] = [positions.start[row]!, positions.start[row + 1]!]
  let main = -1
  let owes = false
  let most = -1
  for (let k = first; k < end; k++) {
    if (positions.debt[k] === 1) {
      owes = true
      continue
    }
    const rank = thresholdOf(pool, row, k) > 0 ? 1 + worthOf(pool, k) : 0
    if (rank > most) [main, most] = [k, rank]
  }
  return { row, first, end, main, owes }
}

/** Whether an entry is of the account's largest collateral. */
function isMain({ positions }: Pool, main: number, k: number): boolean {
  return main >= 0 && positions.asset[k] === positions.asset[main]
}

/** How much of an account's debt goes with its largest collateral, and what the rest of it costs. */
function carried(pool: Pool, { row, first, end, main }: Holder) {
  let [debt, weighted, mainWeighted, other] = [0, 0, 0, 0]
  for (let k = first; k < end; k++) {
    const value = worthOf(pool, k)
    if (pool.positions.debt[k] === 1) {
      debt += value
      continue
    }
    const counts = value * thresholdOf(pool, row, k)
    weighted += counts
    if (isMain(pool, main, k)) mainWeighted += counts
    else other += value
  }
  // The healthFactor stays: debt in proportion to the weighted collateral that stays.
  const wanted = weighted > 0 ? debt * (1 - mainWeighted / weighted) : 0
  const closedDebt = Math.min(wanted, other * (1 - pool.closingCost))
  const sold = closedDebt / (1 - pool.closingCost)
  return {
    share: debt > 0 ? 1 - closedDebt / debt : 1,
    closedDebt,
    closingCost: sold - closedDebt,
    returned: other - sold,
  }
}

function add(
  to: Builder,
  pool: Pool,
  k: number,
  amount: number,
  threshold = pool.positions.threshold[k]!,
): void {
  to.asset.push(pool.positions.asset[k]!)
  to.debt.push(pool.positions.debt[k]!)
  to.amount.push(amount)
  to.threshold.push(threshold)
}

function close(to: Builder, { positions }: Pool, row: number): void {
  to.accounts.push(positions.accounts[row] ?? '')
  to.category.push(positions.category?.[row] ?? 0)
  to.start.push(to.asset.length)
}

/** Sums by market, one list per cell. */
type Sums = {
  /** What the cell's rows owe. */
  readonly lent: Float64Array[]
  /** What rows have supplied in the cell's own asset as borrowers. */
  readonly pledged: Float64Array
  /** What the pool's cash has gained (negative: lost) by what was closed. */
  readonly change: Float64Array
}

/** Put a borrower into its cell; what is left of the account is closed. */
function placeBorrower(pool: Pool, holder: Holder, cell: number, to: Builder, sums: Sums) {
  const { row, first, end, main } = holder
  const { positions } = pool
  const part = carried(pool, holder)
  for (let k = first; k < end; k++) {
    const m = marketOf(pool, k)
    const amount = positions.amount[k]!
    if (positions.debt[k] === 1) {
      add(to, pool, k, amount * part.share)
      sums.lent[cell]![m]! += amount * part.share
      sums.change[m]! += amount * (1 - part.share)
    } else if (isMain(pool, main, k)) {
      add(to, pool, k, amount)
      sums.pledged[cell]! += amount
    } else sums.change[m]! -= amount
  }
  close(to, pool, row)
  return part
}

/** Place of an entry's asset among the markets; -1 where it has none. */
function marketOf({ positions, assetOf, markets }: Pool, k: number): number {
  return markets.findIndex(({ asset }) => asset === assetOf[positions.asset[k]!]!)
}

/** Put a supplier who owes nothing into all cells that its assets are lent in. */
function placeSupplier(pool: Pool, holder: Holder, shares: Shares, to: readonly Builder[]): void {
  const { row, first, end } = holder
  to.forEach((builder, cell) => {
    const before = builder.asset.length
    for (let k = first; k < end; k++) {
      const share = shares[marketOf(pool, k)]?.[cell] ?? 0
      // It lends here and owes nothing: whatever threshold it had is of no use.
      if (share > 0) add(builder, pool, k, pool.positions.amount[k]! * share, Number.NaN)
    }
    if (builder.asset.length > before) close(builder, pool, row)
  })
}

/** Share of a market's supply that goes to each cell. */
type Shares = readonly (readonly number[])[]

/** Split what is supplied by what is lent; what nobody borrows stays in its own cell, or the first. */
function sharesOf({ markets }: Pool, cells: readonly number[], lent: Sums['lent']): Shares {
  return markets.map(({ asset }, m) => {
    const total = lent.reduce((sum, of) => sum + of[m]!, 0)
    if (total > 0) return lent.map((of) => of[m]! / total)
    const own = Math.max(0, cells.indexOf(asset))
    return cells.map((_, cell) => (cell === own ? 1 : 0))
  })
}

/** What rows without debt have supplied, by market. */
function suppliedBy(pool: Pool, suppliers: readonly Holder[]): Float64Array {
  const total = new Float64Array(pool.markets.length)
  for (const { first, end } of suppliers)
    for (let k = first; k < end; k++) total[marketOf(pool, k)]! += pool.positions.amount[k]!
  return total
}

/**
 * Split one market's cash over the cells: first what the rows of each are owed beyond its loans, then
 * the rest as claims are split. @returns cash per cell, and what is missing in all.
 */
function splitCash(available: number, needs: readonly number[], shares: readonly number[]) {
  const needed = needs.reduce((sum, need) => sum + need, 0)
  const left = Math.max(0, available - needed)
  const missing = needed - available
  return {
    cash: needs.map((need, cell) => need + left * shares[cell]!),
    brought: missing > ROUNDING * needed ? missing : 0,
  }
}

function tableOf(from: Builder, positions: PositionTable): PositionTable {
  return {
    accounts: from.accounts,
    assets: positions.assets,
    start: Int32Array.from(from.start),
    asset: Int32Array.from(from.asset),
    debt: Uint8Array.from(from.debt),
    amount: Float64Array.from(from.amount),
    threshold: Float64Array.from(from.threshold),
    ...(positions.category ? { category: Int32Array.from(from.category) } : {}),
  }
}

/** Fill the cells' markets from the sums over their rows. */
function fund(pool: Pool, cells: readonly number[], sums: Sums, supplied: Float64Array, s: Shares) {
  const cash = cells.map(() => pool.markets.map(() => 0))
  const reserves = cells.map((_, cell) => pool.markets.map((own, m) => own.reserves * s[m]![cell]!))
  let brought = 0
  pool.markets.forEach(({ asset, cash: before }, m) => {
    const needs = cells.map((own, cell) => {
      const pledged = own === asset ? sums.pledged[cell]! : 0
      const owed = pledged + supplied[m]! * s[m]![cell]! + reserves[cell]![m]!
      return Math.max(0, owed - sums.lent[cell]![m]!)
    })
    const split = splitCash(before + sums.change[m]!, needs, s[m]!)
    split.cash.forEach((amount, cell) => {
      cash[cell]![m] = amount
    })
    brought += split.brought * pool.prices[asset]!
  })
  return { cash, reserves, brought }
}

/**
 * Take a pool apart: every borrower goes to the cell of its largest collateral (by value, of those that
 * count), with so much of its debts that its healthFactor stays; its other collateral is sold at
 * opening prices to repay the rest, at `closingCost` of the sale, and what is over goes back. Suppliers
 * who owe nothing, and the cash that nobody's row has supplied, are split by what is lent where.
 * Collateral of a cell funds loans of that cell only: where the pool had lent it to others, these need
 * cash from outside.
 * @returns the cells in the order of markets, and what it cost. The tables are new.
 */
export function takeApart(pool: Pool): { readonly cells: Cell[]; readonly closing: Closing } {
  const rows = pool.positions.start.length - 1
  const holders = Array.from({ length: rows }, (_, row) => holderOf(pool, row))
  const borrowers = holders.filter(({ owes }) => owes)
  const assetAt = (k: number): number => pool.assetOf[pool.positions.asset[k]!]!
  const mains = new Set(borrowers.filter(({ main }) => main >= 0).map(({ main }) => assetAt(main)))
  const cells = pool.markets.map(({ asset }) => asset).filter((asset) => mains.has(asset))
  const builders = cells.map(builder)
  const sums: Sums = {
    lent: cells.map(() => new Float64Array(pool.markets.length)),
    pledged: new Float64Array(cells.length),
    change: new Float64Array(pool.markets.length),
  }
  const closing = { closedDebt: 0, closingCost: 0, returned: 0, brought: 0 }
  if (cells.length === 0) return { cells: [], closing }
  for (const holder of borrowers) {
    const cell = holder.main < 0 ? 0 : cells.indexOf(assetAt(holder.main))
    const part = placeBorrower(pool, holder, cell, builders[cell]!, sums)
    closing.closedDebt += part.closedDebt
    closing.closingCost += part.closingCost
    closing.returned += part.returned
  }
  const suppliers = holders.filter(({ owes }) => !owes)
  const shares = sharesOf(pool, cells, sums.lent)
  for (const holder of suppliers) placeSupplier(pool, holder, shares, builders)
  const funded = fund(pool, cells, sums, suppliedBy(pool, suppliers), shares)
  const made = cells.map((asset, cell) => ({
    asset,
    positions: tableOf(builders[cell]!, pool.positions),
    cash: funded.cash[cell]!,
    reserves: funded.reserves[cell]!,
  }))
  return { cells: made, closing: { ...closing, brought: funded.brought } }
}
