import { type Forest, forestOf } from '../measures/index.ts'
import { EVENT_NAMES, type EventName, eventCode, type Trace } from '../world/index.ts'

/** One tree of the forest. */
export type Tree = {
  readonly root: number
  /** All events of the tree, ascending. */
  readonly events: readonly number[]
  readonly liquidations: number
  /** Debt repaid in the tree, USD. */
  readonly repaid: number
  /** Longest chain of liquidations. */
  readonly depth: number
  /** Liquidations that one of another lender caused. */
  readonly crossings: readonly Crossing[]
}

/** A liquidation that one of another lender caused: the last liquidation before it in its chain. */
export type Crossing = { readonly event: number; readonly cause: number }

/** Name of an event's kind. */
export function kindOf(trace: Trace, event: number): EventName {
  return EVENT_NAMES[trace.columns.kind[event]!]!
}

/** The way from a root to an event, root first. */
export function pathTo(trace: Trace, event: number): readonly number[] {
  const way: number[] = []
  for (let e = event; e >= 0; e = trace.columns.parent[e]!) way.push(e)
  return way.reverse()
}

/** All liquidations that one of another lender caused, ascending. */
export function crossingsOf(trace: Trace): readonly Crossing[] {
  const { kind, parent, instance } = trace.columns
  const liquidation = eventCode('liquidation')
  const last = new Int32Array(trace.length)
  const found: Crossing[] = []
  for (let e = 0; e < trace.length; e++) {
    const cause = parent[e]! < 0 ? -1 : last[parent[e]!]!
    last[e] = cause
    if (kind[e] !== liquidation) continue
    last[e] = e
    if (cause >= 0 && instance[cause] !== instance[e]) found.push({ event: e, cause })
  }
  return found
}

/** All trees with at least one liquidation, the one that repaid most first. */
export function treesOf(trace: Trace, forest: Forest = forestOf(trace)): readonly Tree[] {
  const { kind, x } = trace.columns
  const liquidation = eventCode('liquidation')
  const repaid = new Float64Array(trace.length)
  const members = new Map<number, number[]>()
  for (let e = 0; e < trace.length; e++)
    if (kind[e] === liquidation) {
      repaid[forest.root[e]!]! += x[e]!
      members.set(forest.root[e]!, [])
    }
  for (let e = 0; e < trace.length; e++) members.get(forest.root[e]!)?.push(e)
  const crossings = new Map<number, Crossing[]>([...members.keys()].map((root) => [root, []]))
  for (const crossing of crossingsOf(trace))
    crossings.get(forest.root[crossing.event]!)!.push(crossing)
  const trees = [...members].map(([root, events]): Tree => {
    const liquidations = events.filter((e) => kind[e] === liquidation)
    const depth = liquidations.reduce((most, e) => Math.max(most, forest.depth[e]!), 0)
    const counts = { liquidations: liquidations.length, repaid: repaid[root]!, depth }
    return { root, events, ...counts, crossings: crossings.get(root)! }
  })
  return trees.sort((a, b) => b.repaid - a.repaid || a.root - b.root)
}
