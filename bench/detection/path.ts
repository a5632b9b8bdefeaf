import { median, ratio, repeatsFor, seconds, secondsEach } from '../measure.ts'
import type { DetectionBook } from '../workloads/books.ts'
import { classOf, type DetectionWorkload } from '../workloads/detection.ts'
import { createScanSide, createTriggerSide, type Side, type SideOptions } from './sides.ts'

/** What a side did on a path or a part of it. */
type Tally = { hits: number; checksum: number }

/** Triggers next to the scan on one book and path. */
export type PathResult = {
  readonly book: string
  readonly path: string
  readonly rows: number
  readonly entries: number
  readonly steps: number
  /** Steps that the scan followed, and over which both sides were compared. */
  readonly followed: number
  readonly hits: number
  /** Whether steps had the same hits in the same order, and amounts ended with the same bits. */
  readonly isSame: boolean
  readonly rounds: number
  /** Seconds per step, medians. */
  readonly scan: number
  readonly triggers: number
  /** Median of the rounds' ratios scan / triggers. */
  readonly ratio: number
  /** Rows that triggers looked at on the path. */
  readonly looks: number
  /** Bytes of the triggers' arrays. */
  readonly bytes: number
}

/** Values of every coordinate, step by step: the price of its asset, as debt and as collateral. */
function valuesOf({ book, path, steps }: DetectionWorkload): readonly Float64Array[] {
  const n = book.assets.length
  return Array.from({ length: steps + 1 }, (_, step) =>
    Float64Array.from({ length: 2 * n }, (_, c) => book.price[c % n]! * path[step * n + (c % n)]!),
  )
}

/**
 * How boxes are shaped: assets that hardly move get a tenth of the room. Books of staked ether are
 * measured in ether, where ether stands still and dollars move.
 */
function shapeOf(book: DetectionBook): Pick<SideOptions, 'numeraire' | 'weights'> {
  const isStaked = book.assets.some((asset) => classOf(asset) === 'staked')
  const still = isStaked ? ['lead', 'staked'] : ['stable']
  const weights = [...book.assets, ...book.assets].map((asset) =>
    still.includes(classOf(asset)) ? 0.1 : 1,
  )
  return isStaked ? { weights, numeraire: book.assets.indexOf('ETH') } : { weights }
}

/** Steps `from` .. `to` - 1 of a path: find, liquidate what was found, count. */
function runSteps(
  side: Side,
  values: readonly Float64Array[],
  from: number,
  to: number,
  out: Int32Array,
  tally: Tally,
): void {
  let { hits, checksum } = tally
  for (let step = from; step < to; step++) {
    const at = values[step]!
    const n = side.find(at, out)
    for (let j = 0; j < n; j++) {
      const row = out[j]!
      checksum = Math.imul(checksum ^ (row + Math.imul(step, 0x9e3779b1)), 0x85ebca6b)
      side.liquidate(row, at)
    }
    hits += n
  }
  tally.hits = hits
  tally.checksum = checksum
}

function haveEqualAmounts(a: Side, b: Side, rows: number): boolean {
  for (let row = 0; row < rows; row++) {
    const first = a.amountsOf(row)
    const second = b.amountsOf(row)
    for (let k = 0; k < first.length; k++) if (!Object.is(first[k], second[k])) return false
  }
  return true
}

const tallied = (): Tally => ({ hits: 0, checksum: 0 })

function isEqual(a: Tally, b: Tally): boolean {
  return a.hits === b.hits && a.checksum === b.checksum
}

/** What a round of the scan may take, and what the scan of one path may take in all; seconds. */
export type ScanBudget = { readonly round: number; readonly path: number }

/** Steps that the scan follows, in parts of a round each. */
function partsOf(stepTime: number, steps: number, rounds: number, budget: ScanBudget): number[] {
  const isWhole = stepTime * steps <= budget.round
  const followed = isWhole ? steps : Math.min(steps, Math.floor(budget.path / stepTime))
  return Array.from({ length: rounds + 1 }, (_, round) =>
    isWhole ? steps : Math.floor((round * followed) / rounds),
  )
}

/**
 * Time both sides on one path, in turn. Where a scan of the path takes too long a round has only its
 * part of the steps, against the triggers' whole path: what a scan costs hardly depends on the step.
 */
export function measurePath(w: DetectionWorkload, rounds: number, budget: ScanBudget): PathResult {
  const { book, floor, frozen } = w
  const rows = book.start.length - 1
  const options = { floor, terms: frozen, ...shapeOf(book) }
  const scan = createScanSide(book, options)
  const triggers = createTriggerSide(book, options)
  const values = valuesOf(w)
  const out = new Int32Array(rows)
  const follow = (side: Side, steps: number): Tally => {
    const tally = tallied()
    side.reset()
    runSteps(side, values, 0, steps, out, tally)
    return tally
  }
  const probe = seconds(() => runSteps(scan, values, 0, 20, out, tallied())) / 20
  const parts = partsOf(probe, values.length, rounds, budget)
  const isWhole = parts[0] === values.length
  if (isWhole) follow(scan, values.length)
  follow(triggers, values.length)
  const before = triggers.looks
  let whole = tallied()
  const own = seconds(() => {
    whole = follow(triggers, values.length)
  })
  const repeats = repeatsFor(own, probe * (parts[1]! - (isWhole ? 0 : parts[0]!)))
  const looks = triggers.looks - before
  const times = { scan: [] as number[], triggers: [] as number[] }
  let found = tallied()
  let isSame = true
  for (let round = 0; round < rounds; round++) {
    const from = isWhole ? 0 : parts[round]!
    const to = parts[round + 1]!
    if (from === 0) {
      scan.reset()
      found = tallied()
    }
    const time = seconds(() => runSteps(scan, values, from, to, out, found))
    times.scan.push(time / (to - from))
    let again = whole
    const each = secondsEach(() => {
      again = follow(triggers, values.length)
    }, repeats)
    times.triggers.push(each / values.length)
    isSame &&= isEqual(again, whole) && (!isWhole || isEqual(found, whole))
  }
  const followed = parts[rounds]!
  isSame &&= isEqual(follow(triggers, followed), found)
  return {
    book: w.bookName,
    path: w.pathName,
    rows,
    entries: book.amount.length,
    steps: values.length,
    followed,
    hits: whole.hits,
    isSame: isSame && haveEqualAmounts(scan, triggers, rows),
    rounds,
    scan: median(times.scan),
    triggers: median(times.triggers),
    ratio: ratio(times.scan, times.triggers),
    looks,
    bytes: triggers.bytes,
  }
}
