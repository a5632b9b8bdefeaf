import type { TracedWorld } from '../stores/index.ts'
import { EVENT_NAMES, type EventName, eventCode } from '../world/index.ts'
import { change, count, short } from './format.ts'
import { sayEvent } from './say.ts'
import { pathTo, type Tree } from './tree.ts'

/** One drawn event of a tree, with what was folded into it. */
export type OutlineNode = {
  readonly event: number
  readonly kind: EventName
  readonly time: number
  readonly text: string
  /** Protocol that it liquidates on; null for other events. */
  readonly lender: string | null
  /** Protocol whose liquidation caused this one, where it is another; null elsewhere. */
  readonly crossedFrom: string | null
  /** Debt repaid by this event, USD. */
  readonly repaid: number
  /** Debt repaid by this event and all that it caused, USD. */
  readonly caused: number
  /** Liquidations in this event's subtree, itself included. */
  readonly liquidations: number
  /** Drawn events that this one caused, the largest first. */
  readonly children: readonly OutlineNode[]
  /** Liquidations below that are not drawn, with the debt they repaid. */
  readonly rest: { readonly liquidations: number; readonly repaid: number }
}

/** Most events drawn; the others are counted where they hang. */
const DRAWN = 150

/** Most of them that are drawn because a liquidation crosses protocols, with all that led there. */
const CROSSING = 60

type Sums = {
  readonly repaid: ReadonlyMap<number, number>
  readonly liquidations: ReadonlyMap<number, number>
}

/** Debt repaid and liquidations below every event of a tree; parents come before their children. */
function sumsOf({ trace }: TracedWorld, tree: Tree): Sums {
  const { kind, parent, x } = trace.columns
  const code = eventCode('liquidation')
  const repaid = new Map<number, number>()
  const liquidations = new Map<number, number>()
  for (const e of [...tree.events].reverse()) {
    const own = kind[e] === code ? 1 : 0
    const all = (repaid.get(e) ?? 0) + own * x[e]!
    const n = (liquidations.get(e) ?? 0) + own
    repaid.set(e, all)
    liquidations.set(e, n)
    if (e === tree.root) continue
    repaid.set(parent[e]!, (repaid.get(parent[e]!) ?? 0) + all)
    liquidations.set(parent[e]!, (liquidations.get(parent[e]!) ?? 0) + n)
  }
  return { repaid, liquidations }
}

type Folded = { trades: number; sold: number; move: number }

/** What the trades that a liquidation caused, other than through later liquidations, did. */
function foldTrades({ trace }: TracedWorld, tree: Tree): ReadonlyMap<number, Folded> {
  const { kind, parent, asset, x, y, z } = trace.columns
  const [liquidation, swap, impact] = (['liquidation', 'swap', 'impact'] as const).map(eventCode)
  const owner = new Map<number, number>()
  const folded = new Map<number, Folded>()
  const impacts = new Set<number>()
  for (const e of tree.events) {
    const from = kind[e] === liquidation ? e : owner.get(parent[e]!)
    if (from === undefined) continue
    owner.set(e, from)
    const sums = folded.get(from) ?? { trades: 0, sold: 0, move: 0 }
    folded.set(from, sums)
    const same = asset[e] === asset[from]
    if (kind[e] === swap) {
      sums.trades++
      if (same && parent[e] === from) sums.sold += x[e]!
      if (same && !impacts.has(from)) sums.move += z[e]!
    } else if (kind[e] === impact && same) {
      // A reference market says its move in an impact of its own; count that one.
      if (!impacts.has(from)) sums.move = 0
      impacts.add(from)
      sums.move += y[e]!
    }
  }
  return folded
}

/** Name of the instance that an event happened on. */
export function lenderOf({ trace, instances }: TracedWorld, event: number): string {
  return instances[trace.columns.instance[event]!]!.name
}

function textOf(world: TracedWorld, event: number, folded: Folded | undefined): string {
  const text = sayEvent(world, event)
  if (!folded || folded.trades === 0) return text
  const asset = world.spec.assets[world.trace.columns.asset[event]!]?.name ?? '?'
  const moved = Math.expm1(folded.move)
  const sold = `${short(folded.sold)} ${asset} sold in ${count(folded.trades, 'trade')}`
  return `${text}; ${sold}${Math.abs(moved) < 1e-5 ? '' : `, ${asset} ${change(moved)}`}`
}

/** Events to draw: what leads to the largest crossings between protocols, then the largest branches. */
function pick({ trace }: TracedWorld, tree: Tree, { repaid, liquidations }: Sums): number[] {
  const { x } = trace.columns
  const bySize = (a: number, b: number): number => repaid.get(b)! - repaid.get(a)! || a - b
  const shown = new Set<number>()
  const crossings = tree.crossings.map(({ event }) => event).sort((a, b) => x[b]! - x[a]! || a - b)
  for (const event of crossings) {
    const way = pathTo(trace, event).filter((e) => !shown.has(e))
    if (shown.size + way.length <= CROSSING) for (const e of way) shown.add(e)
  }
  // A cause repays at least as much as its effects and comes first: no event loses its own.
  for (const e of tree.events.filter((own) => liquidations.get(own)! > 0).sort(bySize))
    if (shown.size < DRAWN) shown.add(e)
  return [...shown].sort(bySize)
}

/**
 * Fold a tree into an outline that can be read: only events that are liquidations or led to some are
 * drawn, the largest by debt repaid; trades are told with the liquidation that made them.
 */
export function outlineOf(world: TracedWorld, tree: Tree): OutlineNode {
  const { kind, parent, time, x } = world.trace.columns
  const sums = sumsOf(world, tree)
  const { repaid, liquidations } = sums
  const folded = foldTrades(world, tree)
  const shown = pick(world, tree, sums)
  const causes = new Map(tree.crossings.map(({ event, cause }) => [event, cause]))
  const below = new Map<number, number[]>(shown.map((e) => [e, []]))
  for (const e of shown) if (e !== tree.root) below.get(parent[e]!)!.push(e)
  const nodes = new Map<number, OutlineNode>()
  // Children have larger ids than their parents: build from the last event to the first.
  for (const e of [...shown].sort((a, b) => b - a)) {
    const children = below.get(e)!.map((child) => nodes.get(child)!)
    const isLiquidation = kind[e] === eventCode('liquidation')
    const own = isLiquidation ? x[e]! : 0
    const drawn = children.reduce((sum, child) => sum + child.liquidations, isLiquidation ? 1 : 0)
    const paid = children.reduce((sum, child) => sum + child.caused, own)
    nodes.set(e, {
      ...{ event: e, kind: EVENT_NAMES[kind[e]!]!, time: time[e]! },
      text: textOf(world, e, folded.get(e)),
      lender: isLiquidation ? lenderOf(world, e) : null,
      crossedFrom: causes.has(e) ? lenderOf(world, causes.get(e)!) : null,
      ...{ repaid: own, caused: repaid.get(e)!, liquidations: liquidations.get(e)!, children },
      rest: {
        liquidations: liquidations.get(e)! - drawn,
        repaid: Math.max(0, repaid.get(e)! - paid),
      },
    })
  }
  return nodes.get(tree.root)!
}

/** All drawn events of an outline, in the order in which they are printed. */
export function outlineEvents(root: OutlineNode): readonly OutlineNode[] {
  const found: OutlineNode[] = []
  const open = [root]
  while (open.length > 0) {
    const node = open.pop()!
    found.push(node)
    open.push(...[...node.children].reverse())
  }
  return found
}
