import type { Crossings } from '../../src/measures/crossings.ts'
import type { Book } from '../../src/world/index.ts'

/** Margin of a row, summed as the book's scan sums it. */
function marginOf({ start, count, coordinate, amount }: Book, row: number, values: Float64Array) {
  let margin = 0
  for (let k = start[row]!; k < start[row]! + count[row]!; k++)
    margin += amount[k]! * values[coordinate[k]!]!
  return margin
}

/** Find what crosses by a scan of all rows, at `now` and at `then`. */
export function createCrossings(book: Book): Crossings {
  return {
    find(now, then) {
      const found: number[] = []
      for (let row = 0; row < book.rows; row++)
        if (marginOf(book, row, then) < 0 && !(marginOf(book, row, now) < 0)) found.push(row)
      return found
    },
  }
}
