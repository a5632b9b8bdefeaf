import { type ImpactTable, InputError } from '../../../world/index.ts'

/**
 * Marginal price of a venue as a share of the going price, against displacement (tokens sold on
 * balance, negative: bought): linear between `at[i]` and `at[i + 1]`, continuous, never rising.
 */
export type Curve = {
  /** Displacements, ascending and symmetric about 0. */
  readonly at: Float64Array
  /** Share of the going price, > 0, same length. */
  readonly share: Float64Array
}

/** Where a trade ends; overwritten by every call that takes it. */
export type Stop = {
  displacement: number
  /** Area under the curve that was passed: tokens times share of the going price. */
  area: number
}

/** Thrown when a table of quotes does not describe a price impact. */
export class ImpactTableError extends InputError {
  override readonly name = 'ImpactTableError'
}

/** Least distance of a corner of the curve from a quoted size, relative to the piece. */
const APART = 1e-12
/** What may be left of an order that ends with the largest measured size, relative. */
const ROUNDING = 1e-12

function checkRow(table: ImpactTable, k: number): void {
  const { size, impact } = table
  const where = `quotes "${table.sell}" for "${table.buy}", row ${k}`
  const least = k === 0 ? 0 : size[k - 1]!
  if (!(size[k]! > least && size[k]! < Infinity))
    throw new ImpactTableError(
      `${where}: size ${size[k]} after ${least}; sort sizes, merge equal ones, leave out 0`,
    )
  if (!(impact[k]! >= 0 && impact[k]! < 1))
    throw new ImpactTableError(`${where}: impact ${impact[k]}; it is a share in [0, 1)`)
}

/** Corners of the bought amount over size, such that a larger sale never has a better last unit. */
type Hull = { readonly size: number[]; readonly bought: number[] }

/**
 * Find the least concave majorant of what is bought, from (0, 0) on. Quotes that lie below the line
 * between their neighbours are noise or a bad route: who sells that much can do better.
 */
function hullOf(table: ImpactTable): Hull {
  const size = [0]
  const bought = [0]
  const slope = (i: number, q: number, b: number): number => (b - bought[i]!) / (q - size[i]!)
  for (let k = 0; k < table.size.length; k++) {
    checkRow(table, k)
    const q = table.size[k]!
    const b = q * (1 - table.impact[k]!)
    let last = size.length - 1
    while (last > 0 && slope(last, q, b) >= slope(last - 1, size[last]!, bought[last]!)) {
      size.pop()
      bought.pop()
      last--
    }
    if (!(b > bought[last]!))
      throw new ImpactTableError(
        `quotes "${table.sell}" for "${table.buy}", row ${k}: selling ${q} buys no more ` +
          'than selling less; leave the row out',
      )
    size.push(q)
    bought.push(b)
  }
  return { size, bought }
}

/** Slopes at the corners of a hull: between those of the chords on both sides, 1 at size 0. */
function slopesOf({ size, bought }: Hull): number[] {
  const n = size.length - 1
  const width = (k: number): number => size[k]! - size[k - 1]!
  const chord = (k: number): number => (bought[k]! - bought[k - 1]!) / width(k)
  const slopes = [1]
  for (let k = 1; k < n; k++) {
    const [left, right] = [width(k), width(k + 1)]
    // Where the first sizes have no impact at all, the price falls only after them.
    const isFlat = chord(k) >= slopes[k - 1]!
    slopes.push(isFlat ? chord(k) : (chord(k) * right + chord(k + 1) * left) / (left + right))
  }
  const last = chord(n)
  slopes.push(Math.max(2 * last - slopes[n - 1]!, last / 2))
  return slopes
}

/**
 * Build the marginal curve of a table of average impacts.
 *
 * Between two corners of the hull the marginal price falls from one slope to the other through the
 * chord's, placed so that its area is what the table says was bought (Schumaker, SIAM Journal on
 * Numerical Analysis 20, 1983): the curve is continuous, never rises and meets every corner. Buying
 * lifts the price as selling lowers it: share(-x) = 2 - share(x).
 * @param unit multiplies every size, > 0.
 * @throws {ImpactTableError} when the table is empty, or a row is no price impact.
 */
export function curveOf(table: ImpactTable, unit: number): Curve {
  if (table.size.length === 0 || table.size.length !== table.impact.length)
    throw new ImpactTableError(
      `quotes "${table.sell}" for "${table.buy}": ${table.size.length} sizes with ` +
        `${table.impact.length} impacts; give at least one row of both`,
    )
  const hull = hullOf(table)
  const slopes = slopesOf(hull)
  const at = [0]
  const share = [1]
  // Rounding must not lift it by a last digit: a walk would stop there.
  const fallTo = (next: number): number => share.push(Math.min(next, share[share.length - 1]!))
  for (let k = 1; k < slopes.length; k++) {
    const [from, to] = [hull.size[k - 1]!, hull.size[k]!]
    const chord = (hull.bought[k]! - hull.bought[k - 1]!) / (to - from)
    const [before, after] = [slopes[k - 1]!, slopes[k]!]
    if (before > after) {
      // However close to an end it lies, the corner stays apart from it: no piece has zero width.
      const gap = Math.max(APART * (to - from), 4 * Number.EPSILON * to)
      const corner = from + ((chord - after) / (before - after)) * (to - from)
      at.push(Math.min(Math.max(corner, from + gap), to - gap))
      fallTo(chord)
    }
    at.push(to)
    fallTo(after)
  }
  const n = at.length - 1
  return {
    at: Float64Array.from({ length: 2 * n + 1 }, (_, i) =>
      i < n ? -unit * at[n - i]! : unit * at[i - n]!,
    ),
    share: Float64Array.from({ length: 2 * n + 1 }, (_, i) =>
      i < n ? 2 - share[n - i]! : share[i - n]!,
    ),
  }
}

/** Piece of the curve on which `x` lies; at a corner the one on the side of `direction`. */
function pieceOf({ at }: Curve, x: number, direction: -1 | 1): number {
  let low = 0
  let high = at.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (direction > 0 ? at[middle]! <= x : at[middle]! < x) low = middle
    else high = middle
  }
  return low
}

function fall({ at, share }: Curve, i: number): number {
  return (share[i]! - share[i + 1]!) / (at[i + 1]! - at[i]!)
}

/** Marginal price at a displacement, share of the going price. */
export function shareAt(curve: Curve, x: number): number {
  const i = pieceOf(curve, x, 1)
  return curve.share[i]! - fall(curve, i) * (x - curve.at[i]!)
}

/** What is walked until: tokens displaced, area passed, or a marginal price reached. */
type Until = 'tokens' | 'area' | 'share'

/**
 * Step from `x` along one piece to its end, or to where `limit` is met.
 * @param slope change of the share per token walked: negative when selling.
 * @returns tokens walked, at most `room`.
 */
function within(until: Until, limit: number, share: number, slope: number, room: number): number {
  if (until === 'tokens') return Math.min(limit, room)
  if (until === 'share') {
    if (slope === 0) return limit === share ? 0 : room
    return Math.max(0, Math.min((limit - share) / slope, room))
  }
  if (limit >= room * (share + (slope * room) / 2)) return room
  return Math.min(room, (2 * limit) / (share + Math.sqrt(share * share + 2 * slope * limit)))
}

/**
 * Walk along the curve, piece by piece.
 * @param direction 1 sells, -1 buys.
 * @param stop overwritten with where it ends; at the end of the curve when `limit` lies beyond.
 * @returns what is left of `limit` (tokens, area); 0 for a share.
 */
function walk(
  curve: Curve,
  x: number,
  direction: -1 | 1,
  until: Until,
  limit: number,
  stop: Stop,
): number {
  const { at } = curve
  let left = limit
  let from = x
  let share = shareAt(curve, x)
  stop.area = 0
  for (let i = pieceOf(curve, x, direction); i >= 0 && i < at.length - 1; i += direction) {
    const end = at[direction > 0 ? i + 1 : i]!
    const room = Math.abs(end - from)
    const slope = -direction * fall(curve, i)
    const step = within(until, left, share, slope, room)
    const area = step * (share + (slope * step) / 2)
    stop.area += area
    stop.displacement = step < room ? from + direction * step : end
    if (until !== 'share') left -= until === 'tokens' ? step : area
    if (step < room || (until !== 'share' && left <= ROUNDING * limit)) return 0
    from = end
    share = curve.share[direction > 0 ? i + 1 : i]!
  }
  return until === 'share' ? 0 : left
}

/** Largest displacement that was measured, either way. */
function reach({ at }: Curve): number {
  return at[at.length - 1]!
}

/**
 * Sell tokens on top of a displacement.
 * @param amount tokens, > 0.
 * @param stop overwritten; `area` times the going price is what they earn.
 * @returns false when the order goes beyond the largest measured size.
 */
export function sell(curve: Curve, x: number, amount: number, stop: Stop): boolean {
  return x < reach(curve) && walk(curve, x, 1, 'tokens', amount, stop) <= ROUNDING * amount
}

/**
 * Buy tokens for an area: what is spent over the going price.
 * @param area > 0.
 * @param stop overwritten; the displacement falls by what is bought.
 * @returns false when the order goes beyond the largest measured size.
 */
export function buy(curve: Curve, x: number, area: number, stop: Stop): boolean {
  return x > -reach(curve) && walk(curve, x, -1, 'area', area, stop) <= ROUNDING * area
}

/**
 * Find where the marginal price reaches a share of the going price, or the curve ends.
 * @param direction 1 by selling (the share falls), -1 by buying.
 * @param stop overwritten; left at `x` when the share is beyond the target already.
 */
export function moveTo(
  curve: Curve,
  x: number,
  direction: -1 | 1,
  share: number,
  stop: Stop,
): void {
  stop.displacement = x
  stop.area = 0
  if ((share - shareAt(curve, x)) * direction < 0) walk(curve, x, direction, 'share', share, stop)
}
