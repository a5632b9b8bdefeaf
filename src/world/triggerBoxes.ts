import { BELOW, bucketOf, DOWN, isFine, link, TINY, UP, unlink, ZERO } from './triggerLists.ts'
import { cool, heat, NEVER, type State } from './triggerState.ts'

/** Width of a bucket, relative, at most; a box of less than half of it is not worth an order. */
const WIDTH = 1 / 1024
/** Boxes are a little smaller than the arithmetic allows: more than rounding can take back. */
const SAFE = 1 - 1e-9
/** USD; sums of products so small that they may have lost digits are not trusted. */
const SMALLEST = 1e-200

/** Places in `State.sums`; spreads are sums of |value| x weight. */
const MARGIN = 0
const DEBT = 1
const COLLATERAL = 2
const DEBT_SPREAD = 3
const COLLATERAL_SPREAD = 4
const LEAST_WEIGHT = 5

/**
 * Sum a row's entries into `sums`, in storage order.
 * @returns whether a box can be drawn: levels are in range, and sums did not lose digits.
 */
function weigh(t: State, row: number): boolean {
  const { values, buckets, weights, sums, coordinate, amount, start, count } = t
  const end = start[row]! + count[row]!
  let margin = 0
  let debt = 0
  let collateral = 0
  let debtSpread = 0
  let collateralSpread = 0
  let least = 1
  let isInRange = true
  let isEmpty = true
  for (let k = start[row]!; k < end; k++) {
    const w = amount[k]!
    const c = coordinate[k]!
    const value = w * values[c]!
    margin += value
    if (w < 0) {
      debt -= value
      debtSpread -= value * weights[c]!
    } else {
      collateral += value
      collateralSpread += value * weights[c]!
    }
    if (w === 0) continue
    const bucket = buckets[c]!
    if (bucket === ZERO) continue
    isEmpty = false
    if (!isFine(bucket)) isInRange = false
    else if (weights[c]! < least) least = weights[c]!
  }
  sums[MARGIN] = margin
  sums[DEBT] = debt
  sums[COLLATERAL] = collateral
  sums[DEBT_SPREAD] = debtSpread
  sums[COLLATERAL_SPREAD] = collateralSpread
  sums[LEAST_WEIGHT] = least
  return isInRange && !Number.isNaN(margin) && (isEmpty || debt + collateral > SMALLEST)
}

/** The relative reach of the box in which a side stays below its floor. */
function reachBelow(size: number, spread: number, floor: number): number {
  return size < floor ? (SAFE * (floor - size)) / spread : NEVER
}

/** What a box keeps: the sign of the margin, or one side's smallness. */
type Kept = typeof MARGIN | typeof DEBT | typeof COLLATERAL

/**
 * Draw the largest box around a row: levels may move by s x weight. Health is linear in each level, so
 * it is margin - s x spread at the worst corner; sizes below their floor grow by s x spread.
 * @returns false when there is none to speak of.
 */
function fence(t: State, row: number): boolean {
  const { sums, unit } = t
  const margin = sums[MARGIN]!
  const debt = sums[DEBT]!
  const collateral = sums[COLLATERAL]!
  const spread = sums[DEBT_SPREAD]! + sums[COLLATERAL_SPREAD]!
  const byDebt = reachBelow(debt, sums[DEBT_SPREAD]!, t.debtFloor * unit)
  const byCollateral = reachBelow(collateral, sums[COLLATERAL_SPREAD]!, t.collateralFloor * unit)
  let reach = margin >= 0 ? (spread > 0 ? (SAFE * margin) / spread : Infinity) : NEVER
  let kept: Kept = MARGIN
  if (byDebt > reach) {
    kept = DEBT
    reach = byDebt
  }
  if (byCollateral > reach) {
    kept = COLLATERAL
    reach = byCollateral
  }
  // With little room an equal move of all levels leaves more of it to those of small weight.
  const isFlat = kept === MARGIN && reach * sums[LEAST_WEIGHT]! < WIDTH
  if (isFlat) reach = (SAFE * margin) / (debt + collateral)
  if (!(reach >= WIDTH / 2) || !place(t, row, kept, reach, isFlat)) return false
  t.small[row] = kept === MARGIN ? 0 : 1
  return true
}

/** Put a stop order at each side of a box. @returns false when a side is in the level's own bucket. */
function place(t: State, row: number, kept: Kept, reach: number, isFlat: boolean): boolean {
  const { lists, levels, buckets, weights, coordinate, amount, start, count } = t
  const end = start[row]! + count[row]!
  for (let k = start[row]!; k < end; k++) {
    const w = amount[k]!
    const c = coordinate[k]!
    if (w === 0 || (kept !== MARGIN && w < 0 !== (kept === DEBT))) {
      unlink(lists, k)
      continue
    }
    const direction = kept === MARGIN && w > 0 ? DOWN : UP
    let bucket = direction === DOWN ? BELOW : TINY
    if (buckets[c] !== ZERO) {
      const move = isFlat ? reach : reach * weights[c]!
      bucket = bucketOf(levels[c]! * (direction === DOWN ? 1 - move : 1 + move))
      if (bucket === buckets[c]) return false
    }
    link(lists, k, row, c, direction, bucket)
  }
  return true
}

/** Look at a row: draw its box, or keep it among the hot ones. @returns whether it is a hit. */
export function examine(t: State, row: number): boolean {
  const isBoxed = weigh(t, row) && fence(t, row)
  if (isBoxed) cool(t, row)
  else heat(t, row)
  const { sums } = t
  return sums[MARGIN]! < 0 && sums[DEBT]! >= t.minDebt && sums[COLLATERAL]! >= t.minCollateral
}
