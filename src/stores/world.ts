import { bytesOf, type Column, createByteHash, hashBytes } from '../math/index.ts'
import {
  type Book,
  EVENT_NAMES,
  eventCode,
  TRACE_VERSION,
  type Trace,
  type TraceColumns,
  type World,
} from '../world/index.ts'

/** What of a world is saved and loaded; its structure comes from the scenario. */
export type StoredWorld = Pick<
  World,
  'spec' | 'instances' | 'columns' | 'state' | 'books' | 'trace'
>

/** Thrown when bytes are no saved world, or one of another version, scenario or state of the file. */
export class WorldFileError extends Error {
  override readonly name = 'WorldFileError'
}

/** First bytes of a saved world. */
const MAGIC = 'BREAKWATERWORLD\0'

/** Version of the format; the event table has its own in the header. */
const WORLD_VERSION = 2

const HEAD = MAGIC.length + 8

type Header = {
  readonly trace: number
  /** Hash of what must be equal in the world that the bytes are loaded onto. */
  readonly layout: string
  /** Hash of the body. */
  readonly body: string
  readonly state: number
  /** Per book: rows and entries, appended ones included. */
  readonly books: readonly { readonly rows: number; readonly entries: number }[]
  readonly events: number
  readonly texts: readonly string[]
}

const TRACE_KEYS: readonly (keyof TraceColumns)[] = [
  ...(['kind', 'tick', 'time', 'instance', 'parent', 'previous', 'row', 'asset', 'other'] as const),
  ...(['x', 'y', 'z', 'w'] as const),
]

function typeOf(column: Column): string {
  return column.constructor.name
}

/** Hash names, kinds and shapes of everything whose bytes are saved, but no values. */
function layoutOf(world: StoredWorld): string {
  const columns = Object.keys(world.columns).sort()
  const shape = {
    assets: world.spec.assets.map((asset) => asset.name),
    tick: world.spec.tickSeconds,
    instances: world.instances.map(({ name, spec }) => [name, spec.kind]),
    columns: columns.map((k) => [k, typeOf(world.columns[k]!), world.columns[k]!.length]),
    books: world.books.map((book) => book.coordinates),
  }
  return hashBytes([new TextEncoder().encode(JSON.stringify(shape))])
}

function entriesOf(book: Book): number {
  return book.start[book.rows] ?? 0
}

function bodyOf(world: StoredWorld): readonly Uint8Array[] {
  const { columns, length } = world.trace
  return [
    world.state,
    ...world.books.flatMap((book) => [
      bytesOf(book.start, book.rows + 1),
      bytesOf(book.coordinate, entriesOf(book)),
      bytesOf(book.amount, entriesOf(book)),
    ]),
    ...TRACE_KEYS.map((key) => bytesOf(columns[key], length)),
  ]
}

/**
 * Save a world between two ticks: state columns, books with appended rows, trace.
 *
 * Seed, path and scenario are not in the bytes: draws are functions of them, so the world that they
 * are loaded onto is built from the same spec with the same seed and path.
 * @returns header (magic, version, layout, sizes) and body; little-endian.
 */
export function saveWorld(world: StoredWorld): Uint8Array {
  const body = bodyOf(world)
  const header: Header = {
    trace: TRACE_VERSION,
    layout: layoutOf(world),
    body: hashBytes(body),
    state: world.state.length,
    books: world.books.map((book) => ({ rows: book.rows, entries: entriesOf(book) })),
    events: world.trace.length,
    texts: world.trace.texts,
  }
  const text = new TextEncoder().encode(JSON.stringify(header))
  const size = HEAD + text.length + body.reduce((sum, part) => sum + part.length, 0)
  const bytes = new Uint8Array(size)
  bytes.set(new TextEncoder().encode(MAGIC))
  const view = new DataView(bytes.buffer)
  view.setUint32(MAGIC.length, WORLD_VERSION, true)
  view.setUint32(MAGIC.length + 4, text.length, true)
  let at = HEAD
  for (const part of [text, ...body]) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

const AGAIN = 'save the world again with this version and scenario'

function readHeader(given: Uint8Array): { readonly header: Header; readonly body: Uint8Array } {
  // A Buffer's own slice would share its memory.
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
  const magic = new TextDecoder().decode(bytes.subarray(0, MAGIC.length))
  if (magic !== MAGIC || bytes.length < HEAD)
    throw new WorldFileError('these bytes are no saved world; take what saveWorld returned')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = view.getUint32(MAGIC.length, true)
  if (version !== WORLD_VERSION)
    throw new WorldFileError(
      `saved world of version "${version}", this is version "${WORLD_VERSION}"; ${AGAIN}`,
    )
  const start = HEAD + view.getUint32(MAGIC.length + 4, true)
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(HEAD, start))
    return { header: JSON.parse(text) as Header, body: bytes.slice(start) }
  } catch (cause) {
    throw new WorldFileError(`the header of the saved world is damaged; ${AGAIN}`, { cause })
  }
}

function checkHeader(header: Header, body: Uint8Array, world: StoredWorld): void {
  if (header.trace !== TRACE_VERSION)
    throw new WorldFileError(
      `saved with event table "${header.trace}", this is "${TRACE_VERSION}"; ${AGAIN}`,
    )
  const layout = layoutOf(world)
  if (header.layout !== layout)
    throw new WorldFileError(
      `saved from a world of layout "${header.layout}", this one has "${layout}"; build it from the same scenario and parameters`,
    )
  const hash = createByteHash()
  hash.add(body)
  if (hash.value() !== header.body)
    throw new WorldFileError(`the saved world is cut off or damaged; ${AGAIN}`)
}

/** Reads typed arrays one after the other. */
function reader(body: Uint8Array) {
  let at = 0
  const take = (bytes: number): ArrayBuffer => {
    const part = body.slice(at, at + bytes)
    at += bytes
    return part.buffer
  }
  return {
    u8: (n: number) => new Uint8Array(take(n)),
    i32: (n: number) => new Int32Array(take(4 * n)),
    f64: (n: number) => new Float64Array(take(8 * n)),
  }
}

type Reader = ReturnType<typeof reader>

type SavedRows = {
  readonly rows: number
  readonly start: Int32Array
  readonly coordinate: Int32Array
  readonly amount: Float64Array
}

function readRows(size: Header['books'][number], read: Reader): SavedRows {
  const start = read.i32(size.rows + 1)
  return {
    rows: size.rows,
    start,
    coordinate: read.i32(size.entries),
    amount: read.f64(size.entries),
  }
}

function checkBook(book: Book, saved: SavedRows): void {
  const entries = entriesOf(book)
  const same =
    saved.rows >= book.rows &&
    saved.start.subarray(0, book.rows + 1).every((value, i) => value === book.start[i]) &&
    saved.coordinate.subarray(0, entries).every((value, k) => value === book.coordinate[k])
  if (!same)
    throw new WorldFileError(
      `saved from a book of other rows (${saved.rows} saved, ${book.rows} here); build the world from the same scenario and data`,
    )
}

function restoreBook(book: Book, saved: SavedRows): void {
  const known = book.rows
  for (let row = 0; row < known; row++) {
    book.write(row)
    for (let k = saved.start[row]!; k < saved.start[row + 1]!; k++)
      book.amount[k] = saved.amount[k]!
  }
  for (let row = known; row < saved.rows; row++) {
    const [from, to] = [saved.start[row]!, saved.start[row + 1]!]
    book.append(saved.coordinate.subarray(from, to), saved.amount.subarray(from, to))
  }
}

function restoreTrace(trace: Trace, { events, texts }: Header, read: Reader): void {
  const c = {
    kind: read.u8(events),
    ...{ tick: read.i32(events), time: read.f64(events), instance: read.i32(events) },
    ...{ parent: read.i32(events), previous: read.i32(events), row: read.i32(events) },
    ...{ asset: read.i32(events), other: read.i32(events), x: read.f64(events) },
    ...{ y: read.f64(events), z: read.f64(events), w: read.f64(events) },
  }
  const failed = eventCode('failed')
  trace.truncate(0)
  for (let e = 0; e < events; e++) {
    trace.at(c.tick[e]!, c.time[e]!)
    trace.add(EVENT_NAMES[c.kind[e]!]!, {
      instance: c.instance[e]!,
      parent: c.parent[e]!,
      previous: c.previous[e]!,
      row: c.row[e]!,
      asset: c.asset[e]!,
      other: c.kind[e] === failed ? trace.text(texts[c.other[e]!] ?? '') : c.other[e]!,
      x: c.x[e]!,
      y: c.y[e]!,
      z: c.z[e]!,
      w: c.w[e]!,
    })
  }
}

/**
 * Load saved bytes onto a world that was freshly built from the same spec, seed and path; it then
 * stands where the saved one stood. Nothing is changed when the bytes are refused.
 * @throws {WorldFileError} when the bytes are damaged or belong to another version or scenario.
 */
export function loadWorld(bytes: Uint8Array, world: StoredWorld): void {
  const { header, body } = readHeader(bytes)
  checkHeader(header, body, world)
  const read = reader(body)
  const state = read.u8(header.state)
  const saved = header.books.map((size) => readRows(size, read))
  world.books.forEach((book, i) => {
    checkBook(book, saved[i]!)
  })
  world.state.set(state)
  world.books.forEach((book, i) => {
    restoreBook(book, saved[i]!)
  })
  restoreTrace(world.trace, header, read)
  for (const i of world.instances) i.instance.refresh?.('load')
}
