import { EVENT_NAMES, type EventName } from './events.ts'

/** One event by its columns; `parent` is the event that caused it, -1 for a root. */
export type EventFields = {
  readonly instance: number
  readonly parent: number
  /** The event before this one that moved the same price of the same instance; -1 for none. */
  readonly previous?: number
  readonly row?: number
  readonly asset?: number
  readonly other?: number
  readonly x?: number
  readonly y?: number
  readonly z?: number
  readonly w?: number
}

/** The columns of a trace; entries 0 .. length - 1 are valid. */
export type TraceColumns = {
  kind: Uint8Array
  tick: Int32Array
  time: Float64Array
  instance: Int32Array
  parent: Int32Array
  previous: Int32Array
  row: Int32Array
  asset: Int32Array
  other: Int32Array
  x: Float64Array
  y: Float64Array
  z: Float64Array
  w: Float64Array
}

/** What happened in a path, as a forest: every event names its cause. Ids are places in the columns. */
export type Trace = {
  readonly length: number
  readonly columns: Readonly<TraceColumns>
  /** Texts that events refer to, such as reasons of failure. */
  readonly texts: readonly string[]
  /** Add an event at the current moment. @returns its id. */
  add(kind: EventName, event: EventFields): number
  /** Index of a text in `texts`, adding it if new. */
  text(value: string): number
  /** Set the moment of the events that follow. */
  at(tick: number, time: number): void
  /** Drop the events from `length` on. */
  truncate(length: number): void
}

const CODE: ReadonlyMap<EventName, number> = new Map(EVENT_NAMES.map((name, code) => [name, code]))

/** Code of a kind of event in the `kind` column. */
export function eventCode(name: EventName): number {
  return CODE.get(name)!
}

function columnsOf(n: number): TraceColumns {
  const i32 = (): Int32Array => new Int32Array(n)
  const f64 = (): Float64Array => new Float64Array(n)
  return {
    kind: new Uint8Array(n),
    tick: i32(),
    time: f64(),
    instance: i32(),
    parent: i32(),
    previous: i32(),
    row: i32(),
    asset: i32(),
    other: i32(),
    x: f64(),
    y: f64(),
    z: f64(),
    w: f64(),
  }
}

function enlarge(columns: TraceColumns): void {
  const bigger = columnsOf(columns.kind.length * 2)
  for (const key of Object.keys(columns) as (keyof TraceColumns)[]) {
    bigger[key].set(columns[key] as never)
    columns[key] = bigger[key] as never
  }
}

/** Make an empty trace. */
export function createTrace(): Trace {
  const columns = columnsOf(1024)
  const texts: string[] = []
  // Length of the trace when each text was added, so that truncating forgets what came later.
  const addedAt: number[] = []
  const codes = new Map<string, number>()
  let length = 0
  let tick = 0
  let time = 0
  function add(kind: EventName, event: EventFields): number {
    if (length === columns.kind.length) enlarge(columns)
    const id = length++
    columns.kind[id] = CODE.get(kind)!
    columns.tick[id] = tick
    columns.time[id] = time
    columns.instance[id] = event.instance
    columns.parent[id] = event.parent
    // A state carried from another path holds ids of its trace, which lead nowhere in this one.
    columns.previous[id] = event.previous !== undefined && event.previous < id ? event.previous : -1
    columns.row[id] = event.row ?? -1
    columns.asset[id] = event.asset ?? -1
    columns.other[id] = event.other ?? -1
    columns.x[id] = event.x ?? 0
    columns.y[id] = event.y ?? 0
    columns.z[id] = event.z ?? 0
    columns.w[id] = event.w ?? 0
    return id
  }
  return {
    get length() {
      return length
    },
    columns,
    texts,
    add,
    text(value) {
      const known = codes.get(value)
      if (known !== undefined) return known
      codes.set(value, texts.length)
      addedAt.push(length)
      return texts.push(value) - 1
    },
    at(newTick, newTime) {
      tick = newTick
      time = newTime
    },
    truncate(to) {
      length = Math.min(length, to)
      while (addedAt.length > 0 && addedAt.at(-1)! >= length) {
        codes.delete(texts.pop()!)
        addedAt.pop()
      }
    },
  }
}
