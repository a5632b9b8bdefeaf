import { bytesOf, hashBytes } from '../math/index.ts'
import type { Snapshot, World } from '../world/index.ts'

/** Remember this moment. Cost: the bytes of the state columns, whatever the size of the books. */
export function snapshot(world: Pick<World, 'state' | 'books' | 'trace'>): Snapshot {
  const marks = world.books.map((book) => book.mark())
  return { state: world.state.slice(), marks, events: world.trace.length }
}

/** Return to an earlier moment of the same path, or to the opening from any path. */
export function rewind(world: World, to: Snapshot): void {
  world.state.set(to.state)
  world.books.forEach((book, i) => {
    book.undo(to.marks[i]!)
  })
  world.trace.truncate(to.events)
  for (const i of world.instances) i.instance.refresh?.('rewind')
}

/** Start path `path` of `seed` from the opening: undo, draw anew, open. */
export function startPath(world: World, seed: number, path: number): void {
  rewind(world, world.opening)
  world.reseed(seed, path)
  world.trace.at(0, 0)
  world.ledger.open(true)
  for (const i of world.ordered) i.instance.start?.()
}

/** Hash everything that a path is: state, books and trace. Same version, scenario, seed: same hash. */
export function hashWorld(world: World): string {
  const amounts = world.books.map((book) => bytesOf(book.amount, book.start[book.rows] ?? 0))
  const events = Object.values(world.trace.columns).map((c) => bytesOf(c, world.trace.length))
  return hashBytes([world.state, ...amounts, ...events])
}
