import { type Forest, forestOf } from '../measures/index.ts'
import { EVENT_NAMES, type Trace } from '../world/index.ts'

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
}

/** Name of an event's kind. */
export function kindOf(trace: Trace, event: number): (typeof EVENT_NAMES)[number] {
  return EVENT_NAMES[trace.columns.kind[event]!]!
}

/** The way from a root to an event, root first. */
export function pathTo(trace: Trace, event: number): readonly number[] {
  const way: number[] = []
  for (let e = event; e >= 0; e = trace.columns.parent[e]!) way.unshift(e)
  return way
}

/** All trees with at least one liquidation, the one that repaid most first. */
export function treesOf(trace: Trace, forest: Forest = forestOf(trace)): readonly Tree[] {
  const members = new Map<number, number[]>()
  for (let e = 0; e < trace.length; e++) {
    const root = forest.root[e]!
    const list = members.get(root)
    if (list) list.push(e)
    else members.set(root, [e])
  }
  const trees: Tree[] = []
  for (const [root, events] of members) {
    const liquidations = events.filter(e => kindOf(trace, e) === 'liquidation')
    if (liquidations.length === 0) continue
    trees.push({
      root,
      events,
      liquidations: liquidations.length,
      repaid: liquidations.reduce((total, e) => total + trace.columns.x[e]!, 0),
      depth: liquidations.reduce((most, e) => Math.max(most, forest.depth[e]!), 0),
    })
  }
  return trees.sort((a, b) => b.repaid - a.repaid || a.root - b.root)
}
