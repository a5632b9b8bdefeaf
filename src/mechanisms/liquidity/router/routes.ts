import type { Venue } from '../../../world/index.ts'
import { isTight } from './bracket.ts'
import { type Fill, fillLegs, type Leg, readSpots, settle, splitOrder } from './kernel.ts'

/**
 * Two-hop routes are first split as if the price of their second leg stood still. When an order
 * moves the marginal price of a used second leg by more than this (the average price by half of it),
 * it is split again with the second legs' impact counted.
 */
const STILL = 1e-4
const CLOSE = 1e-10
const MAX_STEPS = 100
/** How closely amounts found on the way must add up to be used, relative. */
const SAME = 1e-9

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
  /** Amount of the asset that arrives, and the one that `amount` divides; NaN while it divides none. */
  flow: number
  divided: number
  /** Where `meet` ended last in this order: both prices, and the slope there; price 0 = nowhere. */
  readonly met: { price: number; near: number; slope: number }
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
    divided: Number.NaN,
    met: { price: 0, near: 0, slope: 0 },
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
    // Nothing that was found for an earlier order is used for this one.
    hop.met.price = 0
    hop.amount[0] = Number.NaN
    hop.divided = Number.NaN
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

/** What the second legs can take less what the first bring, when both together pay `price`. */
function gapAt(hop: Hop, price: number, near: number, limit: number): number {
  return hop.fillOn(price / near, limit, hop.amount) - arriving(hop, near)
}

/**
 * Find the onward price at which the second legs take what the first legs bring, when both legs
 * together pay `price` at the margin. What arrives falls and what is taken grows in the first price.
 * Secants from where the last price of the same order ended, or from the ends; halving where one
 * leaves the bracket.
 */
function meet(hop: Hop, price: number): number {
  const { met } = hop
  let low = price / hop.far
  let high = hop.near
  const most = arriving(hop, low)
  if (!(most > 0)) return hop.far
  const limit = 1e6 * most
  let near = low
  let rest = -most
  let { slope } = met
  if (met.price > 0) {
    near = Math.min(Math.max(met.near * Math.sqrt(price / met.price), low), high)
    rest = gapAt(hop, price, near, limit)
  } else slope = (gapAt(hop, price, high, limit) + most) / (high - low)
  for (let k = 1; k < MAX_STEPS && Math.abs(rest) > CLOSE * most && !isTight(low, high); k++) {
    if (rest < 0) low = near
    else high = near
    const last = near
    const before = rest
    near = last - before / slope
    // Every eighth step is a half, so that a kink costs time only.
    if (!(near > low && near < high) || k % 8 === 0) near = low + (high - low) / 2
    rest = gapAt(hop, price, near, limit)
    slope = (rest - before) / (near - last)
  }
  met.price = price
  met.near = near
  met.slope = slope
  return price / near
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

/**
 * Divide what has arrived over a hop: as it was divided on the way to the split, where it was. Divided
 * once, so that what is traded is what was quoted.
 */
function divide(hop: Hop): boolean {
  const { on, flow, amount, spare, spots } = hop
  if (hop.divided === flow) return true
  let sum = 0
  for (let i = 0; i < on.length; i++) sum += amount[i]!
  if (Math.abs(sum - flow) <= SAME * flow) settle(amount, on.length, sum, flow)
  else if (splitOrder(hop.fillOn, spots, flow, on.length, amount, spare) === 0) return false
  hop.divided = flow
  return true
}

/** Sell all that has arrived over a hop. @returns the amount of the target bought; NaN on failure. */
function useHop(hop: Hop, use: UseLeg): number {
  if (hop.on.length === 1) hop.amount[0] = hop.flow
  else if (!divide(hop)) return Number.NaN
  return useLegs(hop.on, hop.amount, 0, use)
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
    bought += useHop(hop, use)
  }
  return bought > 0 ? bought : 0
}

/** Tell whether the split moves a used second leg by more than counts as still, or cannot be filled. */
function movesOn(r: Routes): boolean {
  for (const hop of r.hops) {
    const flow = useLegs(hop.to, r.amount, hop.from, quoteLeg)
    if (flow === 0) continue
    if (!(hop.fillOn(hop.far * (1 - STILL), Infinity, hop.spare) >= flow)) return true
  }
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
  const still = splitOrder(r.fillStill, r.spots, amount, n, r.amount, r.spare)
  if (still === 0) return 0
  if (movesOn(r) && splitOrder(r.fillMoving, r.spots, amount, n, r.amount, r.spare, still) === 0)
    return 0
  return useRoutes(r, quoteLeg)
}
