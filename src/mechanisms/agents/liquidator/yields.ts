import type { Lender } from '../../../world/index.ts'
import type { Spots } from './kernel.ts'

/** Bounds what liquidating one lender's rows can earn, whoever they are. */
export type Yields = {
  /**
   * Bound the margin of the best pair, USD before gas per USD of debt at prices seen earlier.
   * @param now the lender's prices by asset; NaN or 0 where there is none.
   * @param seen earlier prices by asset; debts without one are left out.
   * @returns at least max over pairs of bestMargin / seen; -Infinity when no pair can be liquidated.
   */
  best(spots: Spots, now: Float64Array, seen: Float64Array): number
  /** Drop what is remembered of the lender's parameters. */
  forget(): void
}

/** Widens bounds by more than rounding. */
const ABOVE = 1 + 1e-12

/** Assets of some coordinates, each once. */
function assetsOf({ book, assetOf }: Lender, isOwn: (coordinate: number) => boolean): Int32Array {
  const coordinates = Array.from({ length: book.coordinates }, (_, c) => c)
  return Int32Array.from(new Set(coordinates.filter(isOwn).map((c) => assetOf(c))))
}

/**
 * Follow a lender's best margin. What a pair seizes is asked anew only when a price or a term has
 * changed: a lender hands out at most so much collateral in proportion to the value repaid, whatever
 * the debt.
 */
export function createYields(lender: Lender): Yields {
  const { book, liability, canSeize, assetOf } = lender
  const debts = assetsOf(lender, (c) => liability[c] === 1)
  const collaterals = assetsOf(lender, (c) => liability[c] === 0)
  const priced = assetsOf(lender, () => true)
  /** By asset: the most that is seized per USD repaid, and the prices for which that was asked. */
  let seized = new Float64Array(0)
  let last = new Float64Array(0)
  let revision = -1

  function ask(now: Float64Array): void {
    seized = new Float64Array(now.length)
    last = now.slice()
    revision = lender.revision
    let debt = 0
    while (debt < book.coordinates && !(liability[debt] === 1 && now[assetOf(debt)]! > 0)) debt++
    if (debt === book.coordinates) return
    for (let c = 0; c < book.coordinates; c++) {
      const asset = assetOf(c)
      if (liability[c] === 1 || canSeize[c] !== 1 || !(now[asset]! > 0)) continue
      const perUsd = lender.seizeFor(1, debt, c) / now[assetOf(debt)]!
      seized[asset] = Math.max(seized[asset]!, perUsd)
    }
  }
  function isKnown(now: Float64Array): boolean {
    if (last.length !== now.length || revision !== lender.revision) return false
    for (const asset of priced) if (last[asset] !== now[asset]) return false
    return true
  }
  return {
    best(spots, now, seen) {
      if (!isKnown(now)) ask(now)
      let proceeds = 0
      for (const asset of collaterals)
        if (seized[asset]! > 0) proceeds = Math.max(proceeds, seized[asset]! * spots.sell(asset))
      let best = Number.NEGATIVE_INFINITY
      for (const asset of debts) {
        if (!(seen[asset]! > 0 && now[asset]! > 0)) continue
        const margin = ABOVE * proceeds * now[asset]! - 1 / (ABOVE * spots.buy(asset))
        best = Math.max(best, margin / seen[asset]!)
      }
      return best
    },
    forget() {
      last = new Float64Array(0)
    },
  }
}
