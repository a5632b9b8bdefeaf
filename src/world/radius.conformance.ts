import { log } from '../math/index.ts'
import type { Book } from './book.ts'

/** What `Book.below` answers, found in another way than by boxes. */
export type Radius = {
  below(values: Float64Array, minDebt: number, minCollateral: number): number[]
}

const CLASSES = 5

/** The absolute log move of a value; Infinity from, to and between what has no logarithm. */
function moveOf(before: number, after: number): number {
  if (Object.is(before, after)) return 0
  const isRatio = before > 0 && after > 0 && before < Infinity && after < Infinity
  return isRatio ? Math.abs(log(after / before)) : Infinity
}

/**
 * Check triggers against an engine that shares no code and no idea of levels with them: a row is safe
 * until the log moves of its values, summed since it was last looked at, reach log(1 + margin / gross).
 * Clock j counts the largest move among the first (j + 1) / 5 of the coordinates; a row runs on the
 * first clock that covers all of its own.
 */
export function createRadius(book: Book): Radius {
  const last = new Float64Array(book.coordinates).fill(Number.NaN)
  const clocks = new Float64Array(CLASSES)
  /** When a row must be looked at again, on its clock; at once when it is not positive. */
  let expiry = new Float64Array(0)
  let clockOf = new Uint8Array(0)
  let version = -1
  const classOf = (coordinate: number) => Math.floor((coordinate * CLASSES) / book.coordinates)
  function tick(values: Float64Array): void {
    for (let j = 0; j < CLASSES; j++) {
      let move = 0
      for (let c = 0; c < values.length; c++)
        if (classOf(c) <= j) move = Math.max(move, moveOf(last[c]!, values[c]!))
      if (move === Infinity) expiry.fill(0)
      else clocks[j]! += move
    }
    last.set(values)
  }
  function look(values: Float64Array, row: number, floors: readonly number[]): boolean {
    let [margin, gross, debt, collateral, group, owes] = [0, 0, 0, 0, 0, false]
    for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++) {
      const c = book.coordinate[k]!
      const value = book.amount[k]! * values[c]!
      margin += value
      gross += Math.abs(value)
      if (book.amount[k]! < 0) debt -= value
      else collateral += value
      owes ||= book.liability[c] === 1
      group = Math.max(group, classOf(c))
    }
    const reach = margin > 0 ? log(1 + margin / gross) - 1e-9 : 0
    clockOf[row] = group
    expiry[row] = reach > 0 ? clocks[group]! + reach : 0
    return owes && margin < 0 && debt >= floors[0]! && collateral >= floors[1]!
  }
  return {
    below(values, ...floors) {
      // A change of the book looks at all rows again: nothing is shared with its journal.
      if (version !== book.version) {
        expiry = new Float64Array(book.rows)
        clockOf = new Uint8Array(book.rows)
      }
      version = book.version
      tick(values)
      const out: number[] = []
      for (let row = 0; row < book.rows; row++) {
        const isSafe = expiry[row]! > clocks[clockOf[row]!]!
        if (!isSafe && look(values, row, floors)) out.push(row)
      }
      return out
    },
  }
}
