import type { AaveFile, AaveRow } from './aaveStethFile.ts'
import { type Consensus, consensus } from './consensus.ts'

/**
 * Relative difference that 7 printed digits explain: a value, an amount and a price round by up to
 * 5e-7 each.
 */
export const DIGITS = 1.5e-6

/** Share of an account's collateral that must be in a coin for its price to be read off. */
const SHARE = 0.1

/** Prices that the accounts imply, in the file's unit; null where too few accounts agree. */
export type ImpliedPrices = {
  readonly eth: Consensus | null
  readonly staked: Consensus | null
  readonly cbeth: Consensus | null
  readonly reth: Consensus | null
}

/** Thresholds of the accounts with nothing but stETH or wstETH; NaN where there is none. */
export type OwnThresholds = { readonly plain: number; readonly eMode: number }

type Coin = 'cbeth' | 'reth'

/** Price of a coin from accounts that hold only it beside stETH or wstETH. */
function coinPrice(rows: readonly AaveRow[], coin: Coin, staked: number): Consensus | null {
  const other = coin === 'cbeth' ? 'reth' : 'cbeth'
  const alone = rows.filter((row) => row[coin] > 0 && row[other] === 0)
  const prices = alone.map((row) => {
    const rest = row.collateral - row.staked * staked
    return rest >= SHARE * row.collateral ? rest / row[coin] : 0
  })
  return consensus(prices, (2 * DIGITS) / SHARE, 3)
}

/**
 * Read prices off accounts that have one asset only: most such accounts agree to 7 digits, and mixed
 * accounts agree with nobody.
 */
export function impliedPrices({ rows, unit }: AaveFile): ImpliedPrices {
  const width = 2 * DIGITS
  const staked = consensus(
    rows.map((row) => (row.staked > 0 ? row.collateral / row.staked : 0)),
    width,
    3,
  )
  const eth = consensus(
    rows.map((row) => (row.weth > 0 ? row.debt / row.weth : 0)),
    width,
    3,
  )
  const coin = (name: Coin): Consensus | null =>
    staked ? coinPrice(rows, name, staked.value) : null
  const one = { value: 1, count: eth?.count ?? 0, of: eth?.of ?? 0, spread: 0 }
  return { eth: unit === 'ETH' ? one : eth, staked, cbeth: coin('cbeth'), reth: coin('reth') }
}

function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  let best = Number.NaN
  for (const [value, count] of counts) if (!(count <= (counts.get(best) ?? 0))) best = value
  return best
}

/** The reserve's own thresholds: the most frequent ones of accounts with nothing else. */
export function ownThresholds(rows: readonly AaveRow[], staked: number): OwnThresholds {
  const alone = rows.filter(
    (row) => Math.abs(row.collateral - row.staked * staked) <= DIGITS * row.collateral,
  )
  const of = (eMode: 0 | 1): number =>
    mostFrequent(alone.filter((row) => row.eMode === eMode).map((row) => row.threshold))
  return { plain: of(0), eMode: of(1) }
}
