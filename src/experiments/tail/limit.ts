import { createStepper, startPath } from '../../engine/index.ts'
import {
  endingOf,
  type MeasureColumn,
  type Opening,
  openingOf,
  type PathView,
} from '../../measures/index.ts'
import type { Condition } from '../condition.ts'
import { measurePath, runPath } from '../path.ts'
import type { Prepared } from '../prepare.ts'
import { createBasket, distanceToBadDebt } from './distance.ts'
import { TailError } from './types.ts'

/** Measures that look at every tick of a path or at probes along it. */
const WATCHING =
  /^(timeToExit|timeToRecovery|lockedAtEnd|loopGain|hedgingLoopGain|volRatio|lag1Autocorrelation|arbOverLvr|attackerProfit|attackCost|fundsTrapped|falseAlarms|capitalCost)/

/** Moments of a path at which the basket of collateral is looked at. */
const LOOKS = 48

/** A condition on one path: its numbers and how far they are from it. */
export type PathLimit = {
  /**
   * Run one path and place it: negative where the condition holds, smaller the nearer it is.
   * @param path number of the path, for what is not steered.
   */
  readonly at: (path: number) => Promise<number>
  /** Run the first ticks of path 0, whatever comes of them. */
  readonly start: (ticks: number) => void
}

const UNWATCHED: PathView['watched'] = {
  gap: new Float64Array(0),
  locked: new Map(),
  lockedAtEnd: new Set(),
  price: new Float64Array(0),
  hedgingGain: null,
  arbitrage: null,
  attack: null,
  controls: null,
  extremes: { share: Number.NaN, price: Number.NaN, low: Number.NaN },
}

/** Runs paths without what only watching measures need. */
function createRunner({ world, focus }: Prepared, seed: number, look: () => void) {
  let opening: Opening | null = null
  const every = Math.max(1, Math.ceil(world.spec.ticks / LOOKS))
  return (path: number): PathView => {
    startPath(world, seed, path)
    opening ??= openingOf(world, focus)
    const step = createStepper(world)
    for (let tick = 1; tick <= world.spec.ticks; tick++) {
      step()
      if (tick % every === 0) look()
    }
    return { world, focus, path, opening, watched: UNWATCHED, ending: endingOf(world), gains: [] }
  }
}

/** The bound of a condition on all bad debt alone; null for any other condition. */
function badDebtBound(text: string): number | null {
  const match = /^\s*badDebt\s*>=?\s*([0-9.eE+-]+)\s*$/.exec(text)
  return match ? Number(match[1]) : null
}

/**
 * Make the limit state of a condition on the numbers of one path. Where bad debt is asked for, it is
 * the distance to insolvency at the end of the path; for other measures it is what they lack, and
 * while they lack as much as at the beginning, the deepest fall of the opening's collateral.
 */
export function createLimit(ready: Prepared, seed: number, condition: Condition): PathLimit {
  const { world, focus, columns } = ready
  const asked = condition.measures.map((name) => columnNamed(columns, name))
  const values = new Float64Array(asked.length)
  const bound = badDebtBound(condition.text)
  const basket = createBasket(world)
  let lowest = 1
  const runPlainly = createRunner(ready, seed, () => {
    lowest = Math.min(lowest, basket())
  })
  const isWatching = condition.measures.some((name) => WATCHING.test(name))
  let least: number | null = null
  return {
    start(ticks) {
      startPath(world, seed, 0)
      const step = createStepper(world)
      for (let tick = 0; tick < ticks; tick++) step()
    },
    async at(path) {
      lowest = 1
      const view = isWatching ? await runPath(world, focus, seed, path, () => {}) : runPlainly(path)
      measurePath(view, asked, values)
      if (values.some(Number.isNaN)) return 1 + lowest
      const numberOf = (name: string): Float64Array =>
        values.subarray(nameIndex(condition, name)).slice(0, 1)
      if (condition.holds(numberOf)) return -1
      if (bound !== null) return Math.max(1e-12, distanceToBadDebt(world, bound))
      const lack = -condition.excess(numberOf)
      least ??= lack
      return lack < least && least > 0 ? Math.max(1e-12, lack / least) : 1 + lowest
    },
  }
}

function nameIndex({ measures }: Condition, name: string): number {
  return measures.indexOf(name)
}

function columnNamed(columns: readonly MeasureColumn[], name: string): MeasureColumn {
  const found = columns.find((column) => column.name === name)
  if (!found)
    throw new TailError(
      `"${name}" is compared between runs and has no tail here; ask for another measure`,
    )
  return found
}
