import type { Venue } from '../../../world/index.ts'
import { chainOf } from './chain.ts'
import type { Leg } from './kernel.ts'
import { findRoutes, legsOf, type Routes, routesOf } from './routes.ts'

/** For every asset, the assets that some venue buys for it, ascending. */
export type Links = readonly (readonly number[])[]

/** Read from all venues which pairs they trade. */
export function linksOf(venues: readonly Venue[], assets: number): Links {
  return Array.from({ length: assets }, (_, sell) => {
    const bought: number[] = []
    for (let buy = 0; buy < assets; buy++)
      if (buy !== sell && venues.some((venue) => venue.has(sell, buy))) bought.push(buy)
    return bought
  })
}

/** Count the hops from every asset to `buy`; Infinity where there is no way. */
function hopsTo(links: Links, buy: number): Float64Array {
  const back: number[][] = links.map(() => [])
  links.forEach((bought, sell) => {
    for (const asset of bought) back[asset]!.push(sell)
  })
  const hops = new Float64Array(links.length).fill(Infinity)
  hops[buy] = 0
  const queue = [buy]
  for (const asset of queue)
    for (const sell of back[asset]!)
      if (hops[sell] === Infinity) {
        hops[sell] = hops[asset]! + 1
        queue.push(sell)
      }
  return hops
}

/** Pairs of assets that routes use already: either way, because both ways share one price. */
function usedPairs({ direct, hops }: Routes, assets: number): Set<number> {
  const used = new Set<number>()
  for (const legs of [direct, ...hops.flatMap(({ to, on }) => [to, on])])
    for (const { sell, buy } of legs) used.add(pairOf(sell, buy, assets))
  return used
}

function pairOf(a: number, b: number, assets: number): number {
  return Math.min(a, b) * assets + Math.max(a, b)
}

/**
 * Take paths of exactly `length` hops, in the order of assets, none of which uses a pair that an
 * earlier one uses. Adds their pairs to `used`.
 * @param away hops from every asset to where the paths end.
 * @param avoid asset that no path goes over; -1 for none.
 */
function pathsOf(
  links: Links,
  away: Float64Array,
  sell: number,
  length: number,
  used: Set<number>,
  avoid: number,
): readonly (readonly number[])[] {
  const found: (readonly number[])[] = []
  function extend(path: readonly number[]): void {
    const left = length - path.length
    for (const next of links[path.at(-1)!]!) {
      // The target ends a path and stands nowhere else in it.
      if (away[next]! > left || (away[next] === 0) !== (left === 0) || path.includes(next)) continue
      if (next === avoid) continue
      const whole = [...path, next]
      const pairs = pairsOf(whole, links.length)
      // Asked at every step, because a path found meanwhile may have taken one of them.
      if (pairs.some((pair) => used.has(pair))) continue
      if (left > 0) extend(whole)
      else {
        found.push(whole)
        for (const pair of pairs) used.add(pair)
      }
    }
  }
  extend([sell])
  return found
}

function pairsOf(path: readonly number[], assets: number): readonly number[] {
  return path.slice(1).map((asset, i) => pairOf(path[i]!, asset, assets))
}

/** Everything that finds legs over several assets for one pair, and the pairs that are taken. */
type Search = {
  readonly venues: readonly Venue[]
  readonly links: Links
  readonly used: Set<number>
}

/** Find chains of `from` to `to` hops between two assets. */
function chains(
  { venues, links, used }: Search,
  sell: number,
  buy: number,
  from: number,
  to: number,
  avoid: number,
): readonly Leg[] {
  const away = hopsTo(links, buy)
  const legs: Leg[] = []
  for (let length = from; length <= to; length++)
    for (const path of pathsOf(links, away, sell, length, used, avoid))
      legs.push(chainOf(path.slice(1).map((asset, i) => legsOf(venues, path[i]!, asset))))
  return legs
}

/** Add longer ways to those in one or two hops: round each of their steps, and on their own. */
function lengthen(search: Search, short: Routes, sell: number, buy: number, hops: number): Routes {
  const ways = short.hops.map(({ to, on }) => {
    const via = on[0]!.sell
    return {
      to: [...to, ...chains(search, sell, via, 2, hops - 1, buy)],
      on: [...on, ...chains(search, via, buy, 2, hops - 1, sell)],
    }
  })
  return routesOf([...short.direct, ...chains(search, sell, buy, 3, hops, -1)], ways)
}

/**
 * Find all routes between two assets: those in one or two hops, or where there are none, those over
 * as few assets as there are.
 * @param links of `venues`, asked for only when two hops do not do.
 * @param hops longest routes that are used beside shorter ones, where they share no pair with them.
 * @returns null when there is none.
 */
export function findAllRoutes(
  venues: readonly Venue[],
  assets: number,
  links: () => Links,
  sell: number,
  buy: number,
  hops: number,
): Routes | null {
  const short = findRoutes(venues, assets, sell, buy)
  if (sell === buy || (short && hops <= 2)) return short
  const used = short ? usedPairs(short, assets) : new Set<number>()
  const search = { venues, links: links(), used }
  if (short) return lengthen(search, short, sell, buy, hops)
  const least = hopsTo(search.links, buy)[sell]!
  if (least === Infinity) return null
  return routesOf(chains(search, sell, buy, least, Math.max(hops, least), -1), [])
}
