import { philoxDraws } from '../../math/index.ts'
import { intervalOf } from '../cliff/curve.ts'
import type { Interval } from '../sensitivity/ranges.ts'
import { AttributionError } from './errors.ts'

/**
 * A game: what each coalition of players brings, path by path on the same draws. Bit p of a coalition is
 * player p; the coalition of nobody brings 0 and is never asked for.
 */
export type Game = (coalitions: readonly number[]) => Promise<readonly Float64Array[]>

/** Options of `shapley`. */
export type DivisionOptions = {
  /** Most players whose coalitions are all asked for; default 8. */
  readonly exactUpTo?: number
  /** Pairs of an order and its reverse beyond that; default 32. */
  readonly orders?: number
  /** Seed of the orders; default 1. */
  readonly seed?: number
  /** Number and interval of values over paths; default: their mean with Student's interval. */
  readonly summary?: (values: Float64Array) => Interval
}

/** What is due to one player. */
export type Share = {
  /** Mean of what it adds over all orders in which the players may come. */
  readonly share: Interval
  /** What it brings when it is alone, and what is missing when only it stays away. */
  readonly alone: Interval
  readonly last: Interval
  /** Its share on every path. */
  readonly perPath: Float64Array
}

/** A game divided among its players. */
export type Division = {
  readonly method: 'exact' | 'orders'
  /** Orders in which players came; 0 when all coalitions were asked for. */
  readonly orders: number
  /** What all players bring together. */
  readonly total: Interval
  readonly shares: readonly Share[]
  /**
   * The player with the largest share, then those of whom the interval of the paired difference does not say
   * that they have less: one alone surely has most.
   */
  readonly leaders: readonly number[]
}

/** Most players whose coalitions fit a number. */
const MOST = 30
const EXACT = 8
const ORDERS = 32

/** Values of coalitions that were asked for. */
type Known = (coalition: number) => Float64Array

/** Ask a game for coalitions, each once. */
async function ask(game: Game, coalitions: Iterable<number>): Promise<Known> {
  const wanted = [...new Set(coalitions)].filter((c) => c !== 0).sort((a, b) => a - b)
  const values = await game(wanted)
  const known = new Map(wanted.map((c, k) => [c, values[k]!]))
  const nothing = new Float64Array(values[0]?.length ?? 0)
  return (coalition) => (coalition === 0 ? nothing : known.get(coalition)!)
}

/** Add a multiple of what a player adds to a coalition. */
function addMarginal(
  known: Known,
  player: number,
  before: number,
  weight: number,
  out: Float64Array,
) {
  const without = known(before)
  const joined = known(before | (1 << player))
  for (let k = 0; k < out.length; k++) out[k]! += weight * (joined[k]! - without[k]!)
}

/** Weight of a coalition of `size` others among `players`: size! (players - size - 1)! / players!. */
function weightOf(size: number, players: number): number {
  let weight = 1 / players
  for (let k = 1; k <= size; k++) weight *= k / (players - k)
  return weight
}

function bitsOf(coalition: number): number {
  let bits = 0
  for (let rest = coalition; rest !== 0; rest &= rest - 1) bits++
  return bits
}

function exactShare(known: Known, player: number, players: number, paths: number): Float64Array {
  const share = new Float64Array(paths)
  for (let before = 0; before < 1 << players; before++)
    if ((before & (1 << player)) === 0)
      addMarginal(known, player, before, weightOf(bitsOf(before), players), share)
  return share
}

/** An order of the players, drawn evenly from all. */
function orderOf(players: number, pair: number, seed: number): readonly number[] {
  const draws = philoxDraws(seed, pair, 'attribution')
  const order = Array.from({ length: players }, (_, k) => k)
  for (let k = players - 1; k > 0; k--) {
    const other = Math.floor(draws.uniform(0, k) * (k + 1))
    ;[order[k], order[other]] = [order[other]!, order[k]!]
  }
  return order
}

/** The coalition that is there when a player comes, for every player of an order. */
function befores(order: readonly number[]): ReadonlyMap<number, number> {
  let before = 0
  return new Map(
    order.map((player) => {
      const found = [player, before] as const
      before |= 1 << player
      return found
    }),
  )
}

/** Widen an interval by an independent error of given reach. */
function widened({ value, low, high }: Interval, reach: number): Interval {
  return {
    value,
    low: value - Math.sqrt((value - low) ** 2 + reach ** 2),
    high: value + Math.sqrt((high - value) ** 2 + reach ** 2),
  }
}

/** A share path by path, and that of every pair of orders; without pairs where all coalitions are asked for. */
type Part = { readonly perPath: Float64Array; readonly byPair: readonly Float64Array[] }

type Summary = NonNullable<DivisionOptions['summary']>

function tellOf({ perPath, byPair }: Part, summary: Summary): Interval {
  if (byPair.length === 0) return summary(perPath)
  const { value, high } = intervalOf(Float64Array.from(byPair, (values) => summary(values).value))
  return widened(summary(perPath), high - value)
}

function differenceOf(a: Part, b: Part): Part {
  const less = (own: Float64Array, than: Float64Array): Float64Array =>
    own.map((value, k) => value - than[k]!)
  return {
    perPath: less(a.perPath, b.perPath),
    byPair: a.byPair.map((own, k) => less(own, b.byPair[k]!)),
  }
}

/** Share of the largest below which a difference is that of the order of sums. */
const ROUNDING = 1e-9

function leadersOf(parts: readonly Part[], summary: Summary): readonly number[] {
  const values = parts.map((part) => summary(part.perPath).value)
  const first = values.indexOf(Math.max(...values))
  if (first < 0) return []
  const isLess = (p: number): boolean =>
    tellOf(differenceOf(parts[first]!, parts[p]!), summary).low >
    ROUNDING * Math.abs(values[first]!)
  const others = values
    .map((_, p) => p)
    .filter((p) => p !== first && !isLess(p))
    .sort((a, b) => values[b]! - values[a]!)
  return [first, ...others]
}

/** Share of a player over sampled orders, and the share that each pair of orders gives. */
function sampledShare(
  known: Known,
  player: number,
  pairs: readonly (readonly ReadonlyMap<number, number>[])[],
  paths: number,
) {
  const perPath = new Float64Array(paths)
  const byPair = pairs.map((pair) => {
    const own = new Float64Array(paths)
    for (const before of pair) addMarginal(known, player, before.get(player)!, 1 / pair.length, own)
    for (let k = 0; k < paths; k++) perPath[k]! += own[k]! / pairs.length
    return own
  })
  return { perPath, byPair }
}

/**
 * Divide what players bring together among them by Shapley's value: shares add up to the whole on every
 * path. Up to 8 players all coalitions are asked for; beyond that the players come in sampled orders, each
 * with its reverse, and intervals hold both errors: that over paths and that over orders.
 * Source: Shapley, Contributions to the Theory of Games II (1953) 307; Mitchell et al., JMLR 23 (2022) 43.
 * @throws {AttributionError} with no players, more than 30, or fewer than 2 pairs of orders.
 */
export async function shapley(
  players: number,
  game: Game,
  options: DivisionOptions = {},
): Promise<Division> {
  const { exactUpTo = EXACT, orders = ORDERS, seed = 1, summary = intervalOf } = options
  if (!(Number.isSafeInteger(players) && players >= 1 && players <= MOST))
    throw new AttributionError(`${players} players; use 1 to ${MOST}`)
  const isExact = players <= exactUpTo
  if (!isExact && !(Number.isSafeInteger(orders) && orders >= 2))
    throw new AttributionError(`${orders} pairs of orders; an interval needs 2 or more`)
  const all = 2 ** players - 1
  const own = Array.from({ length: players }, (_, p) => p)
  const ends = own.flatMap((p) => [1 << p, all - (1 << p)])
  const pairs = Array.from({ length: isExact ? 0 : orders }, (_, k) => {
    const order = orderOf(players, k, seed)
    return [befores(order), befores(order.toReversed())]
  })
  const met = pairs.flat().flatMap((before) => [...before].flatMap(([p, c]) => [c, c | (1 << p)]))
  const every = isExact ? Array.from({ length: all + 1 }, (_, c) => c) : [all, ...ends, ...met]
  const known = await ask(game, every)
  const paths = known(all).length
  const parts = own.map(
    (player): Part =>
      isExact
        ? { perPath: exactShare(known, player, players, paths), byPair: [] }
        : sampledShare(known, player, pairs, paths),
  )
  const missing = (player: number): Float64Array => {
    const out = new Float64Array(paths)
    addMarginal(known, player, all - (1 << player), 1, out)
    return out
  }
  return {
    ...{ method: isExact ? 'exact' : 'orders', orders: 2 * pairs.length },
    total: summary(known(all)),
    shares: parts.map((part, p) => ({
      ...{ perPath: part.perPath, share: tellOf(part, summary) },
      alone: summary(known(1 << p)),
      last: summary(missing(p)),
    })),
    leaders: leadersOf(parts, summary),
  }
}
