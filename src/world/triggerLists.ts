/**
 * Stop orders on a price axis: doubly linked lists of entries by bucket of the level at which they
 * fire. A bucket is the sign, exponent and first ten bits of a double, so that 1,024 of them make a
 * factor of two: no logarithm, and the same bits everywhere.
 */
export type TriggerLists = {
  /** Four integers per entry: next, previous, list (-1: in none), row. */
  nodes: Int32Array
  /** First entry of every list, -1 when empty; pages of `PAGE` lists, made when first used. */
  heads: Int32Array
  pages: number
  /** Page of a coordinate, direction and octave; -1 when there is none. */
  readonly pageOf: Int32Array
}

/** Lists fire when a level is reached from above or from below. */
export const DOWN = 0
export const UP = 1

/** Buckets below the range: negative levels and those that are no numbers, zero, and tiny ones. */
export const BELOW = 0
export const ZERO = 1
export const TINY = 2

const PAGE = 1024
const OCTAVES = 64
/** 2^32, half of the octaves above 1 and half below. */
const HIGH = 4_294_967_296
const LOW = 1 / HIGH
/** First bucket in range, and the one of all levels above it. */
const FIRST = PAGE
const TOP = PAGE + OCTAVES * PAGE
const PAGES = OCTAVES + 2
/** Bits of a bucket within an octave, and what the exponent of `LOW` counts for. */
const SHIFT = 10
const OFFSET = (1023 - OCTAVES / 2) << SHIFT

const double = new Float64Array(1)
const words = new Int32Array(double.buffer)
/** Place of the word with sign and exponent. */
const HEAD = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0

/** Find the bucket of a level; it never falls when the level rises. */
export function bucketOf(level: number): number {
  if (!(level >= LOW)) return level > 0 ? TINY : level === 0 ? ZERO : BELOW
  if (level >= HIGH) return TOP
  double[0] = level
  return FIRST + (words[HEAD]! >> (20 - SHIFT)) - OFFSET
}

/** Whether a bucket is one of levels that differ by less than a thousandth. */
export function isFine(bucket: number): boolean {
  return bucket >= FIRST && bucket < TOP
}

/** Make empty lists for `coordinates` axes and `entries` entries. */
export function createLists(coordinates: number, entries: number): TriggerLists {
  return {
    nodes: new Int32Array(4 * entries).fill(-1),
    heads: new Int32Array(0),
    pages: 0,
    pageOf: new Int32Array(coordinates * 2 * PAGES).fill(-1),
  }
}

function addPage(lists: TriggerLists, slot: number): number {
  const size = (lists.pages + 1) * PAGE
  if (lists.heads.length < size) {
    const heads = new Int32Array(Math.max(size, Math.ceil(lists.pages * 1.5) * PAGE)).fill(-1)
    heads.set(lists.heads)
    lists.heads = heads
  }
  lists.pageOf[slot] = lists.pages
  return lists.pages++
}

/** Take an entry out of its list, if it is in one. */
export function unlink({ nodes, heads }: TriggerLists, entry: number): void {
  const at = 4 * entry
  const list = nodes[at + 2]!
  if (list < 0) return
  const next = nodes[at]!
  const previous = nodes[at + 1]!
  if (previous < 0) heads[list] = next
  else nodes[4 * previous] = next
  if (next >= 0) nodes[4 * next + 1] = previous
  nodes[at + 2] = -1
}

/** Move an entry of `row` to the list of a bucket. */
export function link(
  lists: TriggerLists,
  entry: number,
  row: number,
  coordinate: number,
  direction: typeof DOWN | typeof UP,
  bucket: number,
): void {
  const slot = (coordinate * 2 + direction) * PAGES + (bucket >> SHIFT)
  let page = lists.pageOf[slot]!
  if (page < 0) page = addPage(lists, slot)
  const list = page * PAGE + (bucket & (PAGE - 1))
  const { nodes } = lists
  const at = 4 * entry
  if (nodes[at + 2] === list) return
  unlink(lists, entry)
  const { heads } = lists
  const next = heads[list]!
  nodes[at] = next
  nodes[at + 1] = -1
  nodes[at + 2] = list
  nodes[at + 3] = row
  if (next >= 0) nodes[4 * next + 1] = entry
  heads[list] = entry
}

/** Rows that wait, each once: the mark of those that do is `tick`. */
export type Pending = {
  mark: Int32Array
  tick: number
  rows: Int32Array
  size: number
}

/** Empty one list, and collect its rows. */
function drain(nodes: Int32Array, head: number, into: Pending): void {
  const { mark, tick, rows } = into
  for (let at = 4 * head; at >= 0; at = 4 * nodes[at]!) {
    nodes[at + 2] = -1
    const row = nodes[at + 3]!
    if (mark[row] === tick) continue
    mark[row] = tick
    rows[into.size++] = row
  }
}

/** Empty neighbouring lists, and collect their rows. */
function drainAll(
  { nodes, heads }: TriggerLists,
  first: number,
  last: number,
  into: Pending,
): void {
  for (let list = first; list <= last; list++) {
    const head = heads[list]!
    if (head < 0) continue
    heads[list] = -1
    drain(nodes, head, into)
  }
}

/**
 * Take all entries that fire on the way from one bucket to another, `to` included, out of their lists,
 * and collect their rows: each is then looked at, and is hot or has a new box.
 */
export function walk(
  lists: TriggerLists,
  coordinate: number,
  from: number,
  to: number,
  into: Pending,
): void {
  const direction = to < from ? DOWN : UP
  const low = direction === DOWN ? to : from + 1
  const high = direction === DOWN ? from - 1 : to
  const slot = (coordinate * 2 + direction) * PAGES
  for (let octave = low >> SHIFT; octave <= high >> SHIFT; octave++) {
    const page = lists.pageOf[slot + octave]!
    if (page < 0) continue
    const first = Math.max(low, octave << SHIFT) & (PAGE - 1)
    const last = Math.min(high, (octave << SHIFT) + PAGE - 1) & (PAGE - 1)
    drainAll(lists, page * PAGE + first, page * PAGE + last, into)
  }
}
