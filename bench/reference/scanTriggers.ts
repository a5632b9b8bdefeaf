import type { Book, Triggers } from '../../src/world/index.ts'

const NEVER = Number.NEGATIVE_INFINITY

/**
 * Answer what triggers answer by a scan of all rows, whenever values, amounts or sizes have changed:
 * the event-driven base that the engine with triggers is measured against.
 */
export function createTriggers(book: Book): Triggers {
  const last = new Float64Array(book.coordinates).fill(Number.NaN)
  let found = new Int32Array(book.rows)
  let size = 0
  let looks = 0
  let version = -1
  let floors: readonly number[] = []
  function isOld(values: Float64Array, minDebt: number, minCollateral: number): boolean {
    if (version !== book.version || floors[0] !== minDebt || floors[1] !== minCollateral)
      return false
    for (let c = 0; c < last.length; c++) if (last[c] !== values[c]) return false
    return true
  }
  return {
    hits(values, out, minDebt = NEVER, minCollateral = minDebt) {
      if (!isOld(values, minDebt, minCollateral)) {
        if (found.length < book.rows) found = new Int32Array(2 * book.rows)
        size = book.below(values, found, minDebt, minCollateral)
        looks += book.rows
        last.set(values)
        version = book.version
        floors = [minDebt, minCollateral]
      }
      for (let j = 0; j < size; j++) out[j] = found[j]!
      return size
    },
    bytes: 0,
    get looks() {
      return looks
    },
  }
}
