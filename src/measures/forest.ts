import { eventCode, type Trace } from '../world/index.ts'

/** Place of every event in its tree. */
export type Forest = {
  /** Liquidations on the way from the root to each event, itself included. */
  readonly depth: Int32Array
  /** Root of each event's tree. */
  readonly root: Int32Array
}

/** Walk the forest once; a parent always comes before its children. */
export function forestOf(trace: Trace): Forest {
  const { kind, parent } = trace.columns
  const liquidation = eventCode('liquidation')
  const depth = new Int32Array(trace.length)
  const root = new Int32Array(trace.length)
  for (let e = 0; e < trace.length; e++) {
    const above = parent[e]!
    depth[e] = (above < 0 ? 0 : depth[above]!) + (kind[e] === liquidation ? 1 : 0)
    root[e] = above < 0 ? e : root[above]!
  }
  return { depth, root }
}

/** Ids of the events of one kind, in order. */
export function eventsOf(trace: Trace, name: Parameters<typeof eventCode>[0]): number[] {
  const code = eventCode(name)
  const ids: number[] = []
  for (let e = 0; e < trace.length; e++) if (trace.columns.kind[e] === code) ids.push(e)
  return ids
}
