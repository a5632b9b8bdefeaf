import type { PriceSource } from './ports.ts'
import type { Trace } from './trace.ts'

/** How many events are walked back, and how many moves are taken back among them. */
const REACH = 4096
const MOVES = 32

/** What taking one event back did: it had made no move; a move is undone; the line is passed. */
export type Undone = 'none' | 'beyond' | 'safe'

/**
 * Find the event that moved something over its line, by taking events back one after the other from
 * the newest.
 * @param undo takes the move of one event back.
 * @param otherwise what to name when the line was crossed further back than the walk goes.
 * @param newest the last event that can have made a move.
 * @param before the newest event before another that can have made one.
 * @returns that event's id; -1 when the state stood beyond the line before the first event.
 */
export function crossing(
  trace: Trace,
  undo: (event: number) => Undone,
  otherwise: number,
  newest: number = trace.length - 1,
  before: (event: number) => number = (event) => event - 1,
): number {
  const first = Math.max(0, trace.length - REACH)
  let moves = 0
  for (let e = newest; e >= first; e = before(e)) {
    const undone = undo(e)
    if (undone === 'safe') return e
    if (undone === 'beyond' && ++moves === MOVES) return otherwise
  }
  return first === 0 ? -1 : otherwise
}

/**
 * Find the newest event before `event` in the chain of those that moved one price.
 * @param last the newest of the chain.
 * @returns an event id; -1 when there is none.
 */
export function moverBefore(trace: Trace, last: number, event: number): number {
  const { previous } = trace.columns
  let e = last
  while (e >= event) e = previous[e] ?? -1
  return e
}

/** The later one of two events that is before `event`; -1 when neither is. */
export function latestBefore(event: number, one: number, other: number): number {
  return Math.max(one < event ? one : -1, other < event ? other : -1)
}

/** The newest event before `event` that may have moved a source's price of an asset. */
export function moverOf(source: PriceSource, event: number, asset: number): number {
  return source.moverBefore?.(event, asset) ?? event - 1
}

/** The same for a price that several sources make. */
export function moverAmong(sources: readonly PriceSource[], event: number, asset: number): number {
  let newest = -1
  for (const source of sources) newest = Math.max(newest, moverOf(source, event, asset))
  return newest
}
