import { median, ratio, seconds } from '../measure.ts'
import type { DetectionBook } from '../workloads/books.ts'
import { classOf, type DetectionWorkload } from '../workloads/detection.ts'
import { createScanSide, createTriggerSide, type Side, type SideOptions } from './sides.ts'

/** What a side did on a path or a part of it. */
type Tally = { hits: number; busySteps: number; checksum: number }

/** Triggers next to the scan on one book and path. */
export type PathResult = {
  readonly book: string
  readonly path: string
  readonly rows: number
  readonly entries: number
  readonly steps: number
  readonly hits: number
  /** Whether every step had the same hits in the same order, and amounts end with the same bits. */
  readonly isSame: boolean
  readonly rounds: number
  /** Seconds per step, medians. */
  readonly scan: number
  readonly triggers: number
  /** Median of the rounds' ratios scan / triggers. */
  readonly ratio: number
  /** Bytes of the triggers' arrays. */
  readonly bytes: number
}

/** Values of every coordinate, step by step: the price of its asset, as debt and as collateral. */
export function valuesOf({ book, path, steps }: DetectionWorkload): readonly Float64Array[] {
  const n = book.assets.length
  return Array.from({ length: steps + 1 }, (_, step) =>
    Float64Array.from({ length: 2 * n }, (_, c) => book.price[c % n]! * path[step * n + (c % n)]!),
  )
}

/**
 * How boxes are shaped: assets that hardly move get a tenth of the room. Books of staked ether are
 * measured in ether, where ether stands still and dollars move.
 */
export function shapeOf(book: DetectionBook): Pick<SideOptions, 'numeraire' | 'weights'> {
  const isStaked = book.assets.some((asset) => classOf(asset) === 'staked')
  const still = isStaked ? ['lead', 'staked'] : ['stable']
  const weights = [...book.assets, ...book.assets].map((asset) =>
    still.includes(classOf(asset)) ? 0.1 : 1,
  )
  return isStaked ? { weights, numeraire: book.assets.indexOf('ETH') } : { weights }
}

/** Steps `from` .. `to` - 1 of a path: find, liquidate what was found, count. */
export function runSteps(
  side: Side,
  values: readonly Float64Array[],
  from: number,
  to: number,
  out: Int32Array,
  tally: Tally,
): void {
  let { hits, checksum, busySteps } = tally
  for (let step = from; step < to; step++) {
    const at = values[step]!
    const n = side.find(at, out)
    for (let j = 0; j < n; j++) {
      const row = out[j]!
      checksum = Math.imul(checksum ^ (row + Math.imul(step, 0x9e3779b1)), 0x85ebca6b)
      side.liquidate(row, at)
    }
    hits += n
    if (n > 0) busySteps++
  }
  Object.assign(tally, { hits, checksum, busySteps })
}

function haveEqualAmounts(a: Side, b: Side, rows: number): boolean {
  for (let row = 0; row < rows; row++) {
    const first = a.amountsOf(row)
    const second = b.amountsOf(row)
    for (let k = 0; k < first.length; k++) if (!Object.is(first[k], second[k])) return false
  }
  return true
}

const tallied = (): Tally => ({ hits: 0, busySteps: 0, checksum: 0 })

/**
 * Time both sides on one path, in turn. Where a scan of the path takes more than `most` seconds a
 * round has only its part of the steps, against the triggers' whole path: what a scan costs hardly
 * depends on the step.
 */
export function measurePath(w: DetectionWorkload, rounds: number, most: number): PathResult {
  const { book, floor, frozen } = w
  const rows = book.start.length - 1
  const options = { floor, terms: frozen, ...shapeOf(book) }
  const scan = createScanSide(book, options)
  const triggers = createTriggerSide(book, options)
  const values = valuesOf(w)
  const out = new Int32Array(rows)
  const whole = (side: Side): Tally => {
    const tally = tallied()
    side.reset()
    runSteps(side, values, 0, values.length, out, tally)
    return tally
  }
  const expected = whole(triggers)
  const probe = seconds(() => runSteps(scan, values, 0, 20, out, tallied()))
  const isCut = (probe / 20) * values.length > most
  if (!isCut) whole(scan)
  const times = { scan: [] as number[], triggers: [] as number[] }
  const found = tallied()
  let isSame = true
  for (let round = 0; round < rounds; round++) {
    const from = isCut ? Math.floor((round * values.length) / rounds) : 0
    const to = isCut ? Math.floor(((round + 1) * values.length) / rounds) : values.length
    if (from === 0) {
      scan.reset()
      Object.assign(found, tallied())
    }
    const time = seconds(() => runSteps(scan, values, from, to, out, found))
    times.scan.push(time / (to - from))
    let again = expected
    times.triggers.push(seconds(() => (again = whole(triggers))) / values.length)
    isSame &&= again.checksum === expected.checksum && again.hits === expected.hits
    if (to === values.length)
      isSame &&= found.checksum === expected.checksum && found.hits === expected.hits
  }
  return {
    book: w.bookName,
    path: w.pathName,
    rows,
    entries: book.amount.length,
    steps: values.length,
    hits: expected.hits,
    isSame: isSame && haveEqualAmounts(scan, triggers, rows),
    rounds,
    scan: median(times.scan),
    triggers: median(times.triggers),
    ratio: ratio(times.scan, times.triggers),
    bytes: triggers.bytes,
  }
}
