import { BELOW, bucketOf, DOWN, isFine, link, TINY, UP, unlink, ZERO } from './triggerLists.ts'
import { cool, heat, NEVER, type State } from './triggerState.ts'

/** Width of a bucket, relative, at most; a move of less than half of it is not worth an order. */
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
  }
  sums[MARGIN] = margin
  sums[DEBT] = debt
  sums[COLLATERAL] = collateral
  sums[DEBT_SPREAD] = debtSpread
  sums[COLLATERAL_SPREAD] = collateralSpread
  return isInRange && !Number.isNaN(margin) && (isEmpty || debt + collateral > SMALLEST)
}

/**
 * How far a level of weight 1 may move so that all moves together take no more than `room`: each gets
 * the width of a bucket, and what is left is shared by weight.
 * @param gross sum of |value|, and `spread` sum of |value| x weight, over what may move.
 */
function farthest(room: number, gross: number, spread: number): number {
  if (!(spread > 0)) return Number.POSITIVE_INFINITY
  const rest = room - WIDTH * gross
  return rest >= 0 ? WIDTH + rest / spread : room / gross
}

/** What a box keeps: the sign of the margin, or one side's smallness. */
type Kept = typeof MARGIN | typeof DEBT | typeof COLLATERAL

/**
 * Draw the largest box around a row. Health is linear in each level, so at the worst corner it is
 * margin - sum |value| x move; a side below its floor grows by the same sum over its own entries.
 * @returns false when there is none to speak of.
 */
function fence(t: State, row: number): boolean {
  const { sums, unit } = t
  const margin = sums[MARGIN]!
  const debt = sums[DEBT]!
  const collateral = sums[COLLATERAL]!
  const debtSpread = sums[DEBT_SPREAD]!
  const collateralSpread = sums[COLLATERAL_SPREAD]!
  const debtRoom = SAFE * (t.debtFloor * unit - debt)
  const collateralRoom = SAFE * (t.collateralFloor * unit - collateral)
  let kept: Kept = MARGIN
  let move = NEVER
  if (margin >= 0) move = farthest(SAFE * margin, debt + collateral, debtSpread + collateralSpread)
  if (debtRoom > 0) {
    const other = farthest(debtRoom, debt, debtSpread)
    if (other > move) {
      kept = DEBT
      move = other
    }
  }
  if (collateralRoom > 0) {
    const other = farthest(collateralRoom, collateral, collateralSpread)
    if (other > move) {
      kept = COLLATERAL
      move = other
    }
  }
  if (!(move >= WIDTH / 2) || !place(t, row, kept, move)) return false
  t.small[row] = kept === MARGIN ? 0 : 1
  return true
}

/** Put a stop order at each side of a box. @returns false when a side is in the level's own bucket. */
function place(t: State, row: number, kept: Kept, move: number): boolean {
  const { lists, levels, buckets, weights, coordinate, amount, start, count } = t
  const end = start[row]! + count[row]!
  const base = Math.min(move, WIDTH)
  const more = move - base
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
      const own = base + more * weights[c]!
      bucket = bucketOf(levels[c]! * (direction === DOWN ? 1 - own : 1 + own))
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
