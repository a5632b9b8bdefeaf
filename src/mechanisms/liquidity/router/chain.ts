import type { Venue } from '../../../world/index.ts'
import { type Bracket, guess, isTight, tighten } from './bracket.ts'
import type { Leg } from './kernel.ts'
import { planOrder, readRoutes, routesOf, useRoutes } from './routes.ts'

/** What a stage takes and pays until its last unit is paid a stated price. Overwritten. */
type Reached = { sold: number; bought: number }

/** A step of a long route: one asset for another, over one or more venues, or over more steps. */
type Stage = {
  /** Bought per unit sold at the margin of an order of zero. */
  spot(): number
  quote(amount: number): number
  swap(amount: number, holder: number, cause: number): number
  /** Overwrite `out` with the amounts until the marginal price has fallen to `price`. */
  reach(price: number, out: Reached): void
}

/** How closely what arrives at an asset on the way must meet what is taken on, relative. */
const CLOSE = 1e-11
const MAX_STEPS = 100
/** Distance from an end of a bracket at which a stage without impact shows itself, relative. */
const HAIR = 4 * Number.EPSILON

/** Make a stage of parallel legs, between which orders are split. */
function stageOf(legs: readonly Leg[]): Stage {
  const r = routesOf(legs, [])
  return {
    spot: () => readRoutes(r),
    quote: (amount) => planOrder(r, amount),
    swap: (amount, holder, cause) =>
      planOrder(r, amount) > 0
        ? useRoutes(r, ({ venue, sell, buy }, part) => venue.swap(sell, buy, part, holder, cause))
        : 0,
    reach(price, out) {
      out.sold = 0
      out.bought = 0
      for (const { venue, sell, buy } of legs) {
        const sold = venue.amountTo(sell, buy, price)
        if (!(sold > 0)) continue
        out.sold += sold
        out.bought += venue.quote(sell, buy, sold)
      }
    },
  }
}

/** Value between two points of a line; the first where they are one. */
function between(x: number, y: number, toX: number, toY: number, atY: number): number {
  return toY > y ? x + ((atY - y) / (toY - y)) * (toX - x) : x
}

const nothing = (): Reached => ({ sold: 0, bought: 0 })

/** Join two stages: what the first buys is what the second sells. */
function join(first: Stage, second: Stage): Stage {
  const [more, less, taken, room] = [nothing(), nothing(), nothing(), nothing()]
  /** What the second stage can take, less what the first brings, when together they pay `target`. */
  function gap(target: number, near: number): number {
    first.reach(near, more)
    second.reach(target / near, room)
    return room.sold - more.bought
  }
  /** Find prices of the first stage between which what arrives is what is taken on. */
  function meet(target: number, near: number, far: number): readonly [number, number] {
    const [end, start] = [target / far, near]
    // Next to its spot a stage without impact takes as much as the other one can.
    const high = start * (1 - HAIR)
    const highRest = gap(target, high)
    if (highRest <= 0) return [high, start]
    const low = end * (1 + HAIR)
    const lowRest = gap(target, low)
    if (lowRest >= 0 || low >= high) return [end, low]
    const b: Bracket = { low, lowRest, high, highRest, side: 0 }
    for (let k = 0; k < MAX_STEPS && !isTight(b.low, b.high); k++) {
      const u = guess(b)
      const rest = gap(target, u)
      if (Math.abs(rest) <= CLOSE * room.sold) return [u, u]
      tighten(b, u, rest)
    }
    return [b.low, b.high]
  }
  function reach(target: number, out: Reached): void {
    out.sold = 0
    out.bought = 0
    const [near, far] = [first.spot(), second.spot()]
    if (!(target > 0 && near * far > target)) return
    const [low, high] = meet(target, near, far)
    first.reach(low, more)
    first.reach(high, less)
    second.reach(target / low, taken)
    second.reach(target / high, room)
    const flow = Math.min(more.bought, room.sold)
    out.sold = between(less.sold, less.bought, more.sold, more.bought, flow)
    out.bought = between(taken.bought, taken.sold, room.bought, room.sold, flow)
  }
  return {
    spot: () => first.spot() * second.spot(),
    quote(amount) {
      const arrives = first.quote(amount)
      return arrives > 0 ? second.quote(arrives) : 0
    },
    swap(amount, holder, cause) {
      const arrives = first.swap(amount, holder, cause)
      return arrives > 0 ? second.swap(arrives, holder, cause) : 0
    },
    reach,
  }
}

/**
 * Make one leg of a route over several assets.
 * @param steps legs of every step in order, at least one step and one leg each; no venue state may
 *   be used twice.
 */
export function chainOf(steps: readonly (readonly Leg[])[]): Leg {
  const { sell } = steps[0]![0]!
  const { buy } = steps.at(-1)![0]!
  const stage = steps.map(stageOf).reduceRight((rest, step) => join(step, rest))
  const reached = nothing()
  const isOwn = (s: number, b: number): boolean => s === sell && b === buy
  const venue: Venue = {
    has: isOwn,
    spot: (s, b) => (isOwn(s, b) ? stage.spot() : 0),
    quote: (s, b, amount) => (isOwn(s, b) ? stage.quote(amount) : 0),
    amountTo(s, b, target) {
      if (!isOwn(s, b)) return 0
      stage.reach(target, reached)
      return reached.sold
    },
    swap: (s, b, amount, holder, cause) => (isOwn(s, b) ? stage.swap(amount, holder, cause) : 0),
  }
  return { venue, sell, buy }
}
