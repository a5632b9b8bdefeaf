import type { Venue } from '../../../world/index.ts'
import { type Bracket, guess, isTight, tighten } from './bracket.ts'
import { type Fill, fillLegs, type Leg, readSpots, splitOrder } from './kernel.ts'

/**
 * Two-hop routes are first split as if the price of their second leg stood still. When an order
 * moves the average price of a used second leg by more than this, it is split again with the second
 * legs' impact counted.
 */
const STILL = 5e-5
const CLOSE = 1e-11
const MAX_STEPS = 100

/** Legs over one asset on the way. */
export type Hop = {
  /** Legs to the asset, and where they stand in `Routes.first`. */
  readonly to: readonly Leg[]
  readonly from: number
  /** Legs from the asset to the target. */
  readonly on: readonly Leg[]
  readonly fillOn: Fill
  /** Amounts of `on`. Overwritten. */
  readonly amount: Float64Array
  readonly spare: Float64Array
  readonly spots: Float64Array
  /** Best price of the asset in `sell`, and in the target, before the order. */
  near: number
  far: number
  /** Price of the asset in the target that the split counts with. */
  onward: number
  /** Amount of the asset that arrives, and the average price that it is sold at. */
  flow: number
  average: number
}

/**
 * Ways from one asset to another, directly or over one asset, with scratch arrays for one order. A
 * leg may itself be a chain over more assets.
 * No pair of assets occurs twice, so no venue is used twice in one direction.
 */
export type Routes = {
  /** First legs: those that buy the target directly, then those of every hop. */
  readonly first: readonly Leg[]
  /** Those that buy the target directly. */
  readonly direct: readonly Leg[]
  readonly hops: readonly Hop[]
  /** Amounts of `first`. Overwritten by `planOrder`. */
  readonly amount: Float64Array
  readonly spare: Float64Array
  /** Prices of `first` at the margin before the order, in the target. Overwritten by `readRoutes`. */
  readonly spots: Float64Array
  readonly fillStill: Fill
  readonly fillMoving: Fill
}

/** Find the venues that trade a pair. */
export function legsOf(venues: readonly Venue[], sell: number, buy: number): Leg[] {
  return venues.filter((v) => v.has(sell, buy)).map((venue) => ({ venue, sell, buy }))
}

function hopOf(to: readonly Leg[], on: readonly Leg[], from: number): Hop {
  return {
    to,
    from,
    on,
    fillOn: (price, limit, out) => fillLegs(on, price, limit, out, 0),
    amount: new Float64Array(on.length),
    spare: new Float64Array(on.length),
    spots: new Float64Array(on.length),
    near: 0,
    far: 0,
    onward: 0,
    flow: 0,
    average: 0,
  }
}

/** Legs to an asset on the way, and on from it. */
type Way = Pick<Hop, 'to' | 'on'>

/**
 * Find all routes between two assets in one or two hops.
 * @param assets number of assets of the world.
 * @returns null when there is none.
 */
export function findRoutes(
  venues: readonly Venue[],
  assets: number,
  sell: number,
  buy: number,
): Routes | null {
  if (sell === buy) return null
  const direct = legsOf(venues, sell, buy)
  const hops: Way[] = []
  for (let via = 0; via < assets; via++) {
    if (via === sell || via === buy) continue
    const to = legsOf(venues, sell, via)
    const on = legsOf(venues, via, buy)
    if (to.length > 0 && on.length > 0) hops.push({ to, on })
  }
  return direct.length + hops.length === 0 ? null : routesOf(direct, hops)
}

/**
 * Make routes of legs.
 * @param direct legs from the asset sold to the target.
 * @param ways legs to and from every asset on the way.
 */
export function routesOf(direct: readonly Leg[], ways: readonly Way[]): Routes {
  const first = [...direct]
  const hops = ways.map(({ to, on }) => {
    first.push(...to)
    return hopOf(to, on, first.length - to.length)
  })
  const routes: Routes = {
    first,
    direct,
    hops,
    amount: new Float64Array(first.length),
    spare: new Float64Array(first.length),
    spots: new Float64Array(first.length),
    fillStill: (price, limit, out) => fillStill(routes, price, limit, out),
    fillMoving: (price, limit, out) => fillMoving(routes, price, limit, out),
  }
  return routes
}

/** Read the spots of all legs. @returns the best price over all routes, at the margin. */
export function readRoutes({ direct, hops, spots }: Routes): number {
  let best = readSpots(direct, 1, spots, 0)
  for (const hop of hops) {
    hop.far = readSpots(hop.on, 1, hop.spots, 0)
    hop.onward = hop.far
    const price = readSpots(hop.to, hop.far, spots, hop.from)
    hop.near = hop.far > 0 ? price / hop.far : 0
    best = Math.max(best, price)
  }
  return best
}

/** Fill all first legs to one price in the target asset, at the onward prices as they stand. */
function fillStill(r: Routes, price: number, limit: number, out: Float64Array): number {
  let sum = fillLegs(r.direct, price, limit, out, 0)
  for (const { to, from, near, onward } of r.hops) {
    if (near * onward > price) sum += fillLegs(to, price / onward, limit, out, from)
    else out.fill(0, from, from + to.length)
  }
  return sum
}

/** Fill all first legs to one price in the target asset, with the impact of second legs counted. */
function fillMoving(r: Routes, price: number, limit: number, out: Float64Array): number {
  for (const hop of r.hops) hop.onward = hop.near * hop.far > price ? meet(hop, price) : hop.far
  return fillStill(r, price, limit, out)
}

/** Amount of the asset on the way that the first legs buy when they are sold into down to `price`. */
function arriving({ to }: Hop, price: number): number {
  let sum = 0
  for (let i = 0; i < to.length; i++) {
    const { venue, sell, buy } = to[i]!
    sum += venue.quote(sell, buy, venue.amountTo(sell, buy, price))
  }
  return sum
}

/**
 * Find the onward price at which the second legs take what the first legs bring, when both legs
 * together pay `price` at the margin. What arrives falls and what is taken grows in the first price.
 */
function meet(hop: Hop, price: number): number {
  const most = arriving(hop, price / hop.far)
  const b: Bracket = { low: price / hop.far, lowRest: -most, high: hop.near, highRest: 0, side: 0 }
  const rest = (near: number): number => {
    const room = hop.fillOn(price / near, 1e6 * most, hop.amount)
    return room - arriving(hop, near)
  }
  b.highRest = rest(b.high)
  for (let k = 0; k < MAX_STEPS && most > 0 && !isTight(b.low, b.high); k++) {
    const near = guess(b)
    const left = rest(near)
    if (Math.abs(left) <= CLOSE * most) return price / near
    tighten(b, near, left)
  }
  return price / (b.low + (b.high - b.low) / 2)
}

/** Use one leg for an amount, by quoting or by trading. @returns the amount bought; 0 on failure. */
export type UseLeg = (leg: Leg, amount: number) => number

/** Use a leg with liquidity only. */
export function quoteLeg({ venue, sell, buy }: Leg, amount: number): number {
  return venue.quote(sell, buy, amount)
}

/** Use parallel legs. @returns what they buy together; NaN when one fails. */
function useLegs(legs: readonly Leg[], amounts: Float64Array, from: number, use: UseLeg): number {
  let bought = 0
  for (let i = 0; i < legs.length; i++) {
    const amount = amounts[from + i]!
    if (!(amount > 0)) continue
    const part = use(legs[i]!, amount)
    bought += part > 0 ? part : Number.NaN
  }
  return bought
}

/** Sell all that has arrived over a hop. @returns the amount of the target bought; NaN on failure. */
function useHop(hop: Hop, use: UseLeg): number {
  const { on, flow, amount, spare, spots } = hop
  if (on.length === 1) amount[0] = flow
  else if (!splitOrder(hop.fillOn, spots, flow, on.length, amount, spare)) return Number.NaN
  return useLegs(on, amount, 0, use)
}

/**
 * Carry out the split in `r.amount`, leg by leg.
 * @param use quotes or trades one leg.
 * @returns the amount bought; 0 when any leg fails, so that an order is filled whole or not at all.
 */
export function useRoutes(r: Routes, use: UseLeg): number {
  let bought = useLegs(r.direct, r.amount, 0, use)
  for (const hop of r.hops) {
    hop.flow = useLegs(hop.to, r.amount, hop.from, use)
    if (hop.flow === 0) continue
    const part = useHop(hop, use)
    hop.average = part / hop.flow
    bought += part
  }
  return bought > 0 ? bought : 0
}

/** Tell whether a used second leg moved by more than counts as still, or could not be filled. */
function hasMoved({ hops }: Routes): boolean {
  for (const { flow, average, far } of hops)
    if (flow !== 0 && !(average >= far * (1 - STILL))) return true
  return false
}

/**
 * Split an order over all routes.
 * @param amount whole tokens, > 0.
 * @returns the amount bought, with the split left in `r.amount`; 0 when it cannot be filled.
 */
export function planOrder(r: Routes, amount: number): number {
  const n = r.first.length
  readRoutes(r)
  r.amount[0] = amount
  if (n === 1) return useRoutes(r, quoteLeg)
  if (!splitOrder(r.fillStill, r.spots, amount, n, r.amount, r.spare)) return 0
  const bought = useRoutes(r, quoteLeg)
  if (!hasMoved(r)) return bought
  if (!splitOrder(r.fillMoving, r.spots, amount, n, r.amount, r.spare)) return 0
  return useRoutes(r, quoteLeg)
}
