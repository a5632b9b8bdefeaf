import type { PositionTable } from '../world/index.ts'

/** Builds a position table entry by entry. */
export type PositionBuilder = {
  /** Start the next account. */
  account(name: string): void
  /** Add collateral to the current account; threshold NaN = the market's own. */
  collateral(asset: string, amount: number, threshold?: number): void
  /** Add debt to the current account. */
  debt(asset: string, amount: number): void
  /** The table; assets stand in order of first use. */
  table(): PositionTable
}

/** Make an empty builder of position tables. Amounts are whole underlying tokens. */
export function createPositions(): PositionBuilder {
  const accounts: string[] = []
  const assets = new Map<string, number>()
  const start: number[] = []
  const asset: number[] = []
  const debt: number[] = []
  const amount: number[] = []
  const threshold: number[] = []
  function add(name: string, isDebt: 0 | 1, value: number, limit: number): void {
    let index = assets.get(name)
    if (index === undefined) {
      index = assets.size
      assets.set(name, index)
    }
    asset.push(index)
    debt.push(isDebt)
    amount.push(value)
    threshold.push(limit)
  }
  return {
    account(name) {
      accounts.push(name)
      start.push(asset.length)
    },
    collateral: (name, value, limit = Number.NaN) => add(name, 0, value, limit),
    debt: (name, value) => add(name, 1, value, Number.NaN),
    table: () => ({
      accounts,
      assets: [...assets.keys()],
      start: Int32Array.from([...start, asset.length]),
      asset: Int32Array.from(asset),
      debt: Uint8Array.from(debt),
      amount: Float64Array.from(amount),
      threshold: Float64Array.from(threshold),
    }),
  }
}
