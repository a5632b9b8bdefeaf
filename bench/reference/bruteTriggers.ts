import type { Book, Triggers } from '../../src/world/index.ts'

const NEVER = Number.NEGATIVE_INFINITY

/** Answer what triggers answer by a scan of all rows whenever anybody asks: the brute engine. */
export function createTriggers(book: Book): Triggers {
  let looks = 0
  return {
    hits(values, out, minDebt = NEVER, minCollateral = minDebt) {
      looks += book.rows
      return book.below(values, out, minDebt, minCollateral)
    },
    bytes: 0,
    get looks() {
      return looks
    },
  }
}
