import { exp, expm1, log1p, pow } from '../../../math/index.ts'
import { InputError } from '../../../world/index.ts'

/** One level as a scenario states it: what all orders up to a distance from the mid add up to. */
export type Level = { readonly distance: number; readonly depth: number }

/**
 * Both sides of a book at full depth, as columns over a position: log distance below the undisturbed
 * mid, so that bids lie at positions > 0 and asks at positions < 0.
 */
export type Ladder = {
  /** Edges of the levels, ascending, 0 among them; log. */
  readonly edges: Float64Array
  /** Orders between an edge and the next, base tokens per log price; one shorter than `edges`. */
  readonly density: Float64Array
}

/** Thrown when the levels of a side do not describe a book. */
export class BookLevelsError extends InputError {
  override readonly name = 'BookLevelsError'
}

/** Thrown when the best bid of a book would not lie below its best ask. */
export class CrossedBookError extends InputError {
  override readonly name = 'CrossedBookError'
}

/** Refuse a book whose bid would meet its ask. @throws {CrossedBookError} */
export function checkSpread(name: string, spread: number): void {
  if (!(spread > 0))
    throw new CrossedBookError(
      `"${name}": with a spread of ${spread} the best bid is not below the best ask; ` +
        'give a spread above 0, such as 0.0002',
    )
}

function checkLevels(name: string, side: string, levels: readonly Level[]): void {
  let last: Level = { distance: 0, depth: 0 }
  if (levels.length === 0)
    throw new BookLevelsError(`"${name}": ${side} has no levels; give at least one`)
  levels.forEach((level, k) => {
    const { distance, depth } = level
    if (!(distance > last.distance && distance < 1 && depth > last.depth && depth < Infinity))
      throw new BookLevelsError(
        `"${name}": level ${k + 1} of ${side} (distance ${distance}, depth ${depth}) does not follow ` +
          `(distance ${last.distance}, depth ${last.depth}); depth adds up from the mid, so both ` +
          'must rise from level to level, distances below 1',
      )
    last = level
  })
}

/**
 * Make a ladder of the levels of both sides.
 * @param tokens base tokens per unit of `depth`, > 0.
 * @throws {BookLevelsError} when the levels of a side do not rise.
 */
export function ladderOf(
  name: string,
  bids: readonly Level[],
  asks: readonly Level[],
  tokens: number,
): Ladder {
  checkLevels(name, 'bids', bids)
  checkLevels(name, 'asks', asks)
  const below = bids.map(({ distance, depth }) => [-log1p(-distance), depth * tokens] as const)
  const above = asks.map(({ distance, depth }) => [-log1p(distance), -depth * tokens] as const)
  const knots = [...above.reverse(), [0, 0] as const, ...below]
  const edges = Float64Array.from(knots, ([at]) => at)
  const density = Float64Array.from(
    knots.slice(1),
    ([at, size], k) => (size - knots[k]![1]) / (at - knots[k]![0]),
  )
  return { edges, density }
}

/** Where an order ends and what it exchanges, per unit of depth and of the undisturbed mid. */
export type Fill = { position: number; base: number; money: number }

/** Level that a position lies in, seen in a direction: at an edge, the one ahead. */
function levelAt({ edges, density }: Ladder, position: number, direction: 1 | -1): number {
  let k = 0
  if (direction > 0) while (k < density.length && edges[k + 1]! <= position) k++
  else {
    k = density.length - 1
    while (k >= 0 && edges[k]! >= position) k--
  }
  return k
}

/**
 * Eat the orders from a position on until the first of three limits: another position, an amount of
 * base or of money. Within a level orders lie evenly in log price.
 *
 * money = integral of density x exp(-position).
 * @param direction 1 sells base into bids (position rises), -1 buys it from asks.
 * @param until position to stop at; a book ends at its last edge anyway.
 * @param out overwritten.
 */
export function eat(
  ladder: Ladder,
  from: number,
  direction: 1 | -1,
  until: number,
  base: number,
  money: number,
  out: Fill,
): void {
  const { edges, density } = ladder
  out.position = from
  out.base = 0
  out.money = 0
  for (let k = levelAt(ladder, from, direction); k >= 0 && k < density.length; k += direction) {
    const f = density[k]!
    const at = exp(-out.position)
    const edge = direction > 0 ? Math.min(edges[k + 1]!, until) : Math.max(edges[k]!, until)
    const way = direction * (edge - out.position)
    if (!(way > 0)) return
    // How far each limit reaches; -log1p(-x) is infinite when the money buys more than there is.
    const paid = (direction * (money - out.money)) / (f * at)
    const byMoney = paid < 1 ? -direction * log1p(-paid) : Infinity
    const step = Math.min(way, (base - out.base) / f, byMoney)
    out.base += f * step
    out.money += f * at * direction * -expm1(-direction * step)
    if (step < way) {
      out.position += direction * step
      return
    }
    out.position = edge
  }
}

/** Orders between the undisturbed mid and a position, base tokens at full depth; asks count below 0. */
export function sizeAt(ladder: Ladder, position: number): number {
  const { edges, density } = ladder
  let size = 0
  for (let k = 0; k < density.length; k++) {
    const low = Math.max(edges[k]!, Math.min(0, position))
    const high = Math.min(edges[k + 1]!, Math.max(0, position))
    if (high > low) size += density[k]! * (high - low)
  }
  return position < 0 ? -size : size
}

const reached: Fill = { position: 0, base: 0, money: 0 }

/**
 * Change how much of the full depth stands. Orders that are cancelled leave the price where it is;
 * those that come back fill what was eaten first. So the depth's ups and downs never pay anybody who
 * moves the price and back (Fruth, Schoeneborn and Urusov, Mathematical Finance 24, 2014).
 * @param before @param after shares of full depth, > 0.
 * @returns the position afterwards.
 */
export function redepth(ladder: Ladder, position: number, before: number, after: number): number {
  if (!(after > before) || position === 0) return position
  const left = Math.abs(sizeAt(ladder, position)) * (before / after)
  eat(ladder, 0, position > 0 ? 1 : -1, position, left, Infinity, reached)
  return reached.position
}

/**
 * Let makers come back: the position decays to the skew that their inventory asks for, or stays when it
 * is within it.
 * @param skew log price that makers give up to lay off their inventory; > 0 when they are long.
 * @param left share that is left of what decays.
 */
export function refill(position: number, skew: number, left: number): number {
  const rest =
    position > 0 ? Math.min(position, Math.max(0, skew)) : Math.max(position, Math.min(0, skew))
  return rest + (position - rest) * left
}

/**
 * Compute how much of the full depth makers quote.
 * @param vol realised volatility, 1/sqrt(year), >= 0.
 * @param halving volatility at which half of the depth is left; @param power how steeply, > 0.
 * @param load inventory over its limit, >= 0: nothing is quoted from 1 on.
 * @param least share that is always quoted.
 * @returns share: max(least, max(0, 1 - load) / (1 + (vol / halving)^power)).
 */
export function depthShare(
  vol: number,
  halving: number,
  power: number,
  load: number,
  least: number,
): number {
  const calm = vol > 0 ? 1 / (1 + pow(vol / halving, power)) : 1
  return Math.max(least, Math.max(0, 1 - load) * calm)
}

/** Share that is left of something after `dt` seconds. */
export function decayOver(halfLife: number, dt: number): number {
  return halfLife > 0 ? exp((-Math.LN2 * dt) / halfLife) : 0
}
