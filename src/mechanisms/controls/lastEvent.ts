import { type EventName, eventCode, type Trace } from '../../world/index.ts'

/** Find the last event of one of some kinds in one instance. @returns its id; -1 when there is none. */
export function lastEvent(
  { columns, length }: Trace,
  kinds: readonly EventName[],
  instance: number,
): number {
  const codes = kinds.map(eventCode)
  for (let id = length - 1; id >= 0; id--)
    if (columns.instance[id] === instance && codes.includes(columns.kind[id]!)) return id
  return -1
}
