import { startPath } from '../../engine/index.ts'
import type { Column } from '../../math/index.ts'
import type { Overrides, SourceCache } from '../../scenario/index.ts'
import type { World } from '../../world/index.ts'
import { isApart, isRandom } from '../chance.ts'
import { InterruptedError } from '../errors.ts'
import { followPath, measurePath } from '../path.ts'
import type { RunPlan } from '../plan.ts'
import { type Prepared, prepareRun } from '../prepare.ts'
import { intervalOf } from './curve.ts'
import { compareWays, type Hysteresis, notApplicable, sameWay } from './hysteresis.ts'
import { CliffError } from './types.ts'

type Columns = Readonly<Record<string, Column>>

/** What a path starts from: columns, and amounts of the books. */
type Start = { readonly columns: Columns; readonly amounts: readonly Float64Array[] }

/** A world at one place, and what a path there starts from. */
type Stage = { readonly ready: Prepared; start: Start }

const startOf = ({ columns, books }: World): Start => ({
  columns: Object.fromEntries(Object.entries(columns).map(([name, own]) => [name, own.slice()])),
  amounts: books.map(({ amount }) => amount.slice()),
})

/** @throws {CliffError} when the state of one world has no place in the other. */
function checkShapes(from: World, to: World): void {
  const names = Object.keys(to.columns)
  const isSame =
    names.length === Object.keys(from.columns).length &&
    names.every((name) => from.columns[name]?.length === to.columns[name]!.length) &&
    from.books.every((book, b) => book.rows === to.books[b]?.rows)
  if (!isSame) throw new CliffError('the parameter changes the shape of the world')
}

/**
 * What becomes of numbers that two worlds start with differently and that change on the way: they stay as the
 * world starts with them, or go on from the end of the other. Those that follow from others are right either
 * way; of state neither is, for the other world would not have come to where this one stands.
 */
type Rule = 'start' | 'go on'

/** How states are carried: the rule, and the numbers that it was needed for. */
type Manner = { readonly rule: Rule; readonly doubtful: Set<string> }

/** Whether a number goes on from the end of the other world. What the parameter sets, and nothing changes, stays. */
function goesOn(own: unknown, before: unknown, end: unknown, where: string, manner: Manner) {
  if (Object.is(own, before)) return true
  if (Object.is(end, before)) return false
  manner.doubtful.add(where)
  return manner.rule === 'go on'
}

/** Put the state at the end of one world into another that stands at the start of a path. */
function carryState(from: Stage, to: Stage, manner: Manner): void {
  const [source, target] = [from.ready.world, to.ready.world]
  checkShapes(source, target)
  for (const [name, column] of Object.entries(target.columns)) {
    const [own, before] = [to.start.columns[name]!, from.start.columns[name]!]
    const end = source.columns[name]!
    for (let k = 0; k < column.length; k++)
      if (goesOn(own[k], before[k], end[k], name, manner)) column[k] = end[k] as never
  }
  target.books.forEach((book, b) => {
    const [own, before] = [to.start.amounts[b]!, from.start.amounts[b]!]
    const { amount: end } = source.books[b]!
    for (let row = 0; row < book.rows; row++) {
      book.write(row)
      for (let k = book.start[row]!; k < book.start[row + 1]!; k++)
        if (goesOn(own[k], before[k], end[k], 'amounts of positions', manner))
          book.amount[k] = end[k]!
    }
  })
  for (const { instance } of target.instances) instance.refresh?.('load')
}

/** What is run up and down. */
export type Carried = {
  readonly plan: RunPlan
  /** Parameter that goes up and down. */
  readonly name: string
  /** Overrides at each place, in order. */
  readonly sets: readonly Overrides[]
  readonly x: readonly number[]
  readonly paths: number
  readonly measure: string
  readonly cache: SourceCache
  readonly signal?: AbortSignal | undefined
}

/** Runs a path at a stage, from the end of another or anew. */
async function runStage(
  to: Stage,
  from: Stage | null,
  path: number,
  { plan, measure, signal }: Carried,
  manner: Manner,
): Promise<number> {
  const { ready } = to
  const { world, focus, columns } = ready
  // A stage that follows itself is left as it stands.
  if (from !== to) {
    startPath(world, plan.seed, path)
    to.start = startOf(world)
    if (from) carryState(from, to, manner)
  }
  const look = (): void => {
    if (signal?.aborted) throw new InterruptedError('interrupted')
  }
  // What the change of the parameter itself sets off dies away before anything is measured.
  if (from !== null && from !== to) await followPath(world, focus, path, look)
  const view = await followPath(world, focus, path, look)
  const values = new Float64Array(columns.length)
  measurePath(view, columns, values)
  return values[columns.findIndex(({ name }) => name === measure)] ?? Number.NaN
}

/** One path: anew and once more at the first place, then up and down. */
async function walk(
  stages: readonly Stage[],
  path: number,
  carried: Carried,
  manner: Manner,
): Promise<Walk> {
  const [first] = stages as [Stage]
  const run = (to: Stage, from: Stage | null) => runStage(to, from, path, carried, manner)
  const fresh = await run(first, null)
  const again = await run(first, first)
  const up = [again]
  for (let k = 1; k < stages.length; k++) up.push(await run(stages[k]!, stages[k - 1]!))
  const down = up.slice()
  for (let k = stages.length - 2; k >= 0; k--) down[k] = await run(stages[k]!, stages[k + 1]!)
  return { fresh, again, up, down }
}

/** The same path by the other rule, where there was a doubt: whether anything that was measured is another. */
async function isDoubted(
  own: Walk,
  stages: readonly Stage[],
  path: number,
  carried: Carried,
  { doubtful }: Manner,
): Promise<boolean> {
  if (doubtful.size === 0) return false
  const other = await walk(stages, path, carried, { rule: 'go on', doubtful })
  return (['up', 'down'] as const).some((key) =>
    own[key].some((value, k) => isApart(value, other[key][k]!)),
  )
}

/** Measures of a path along the places. */
type Walk = {
  readonly fresh: number
  readonly again: number
  readonly up: readonly number[]
  readonly down: readonly number[]
}

/** Why paths do not tell whether a state goes on from one place to the next; null when they do. */
async function refusalOf(
  { plan, sets, cache, signal, paths }: Carried,
  over: (value: (walk: Walk) => number) => Float64Array,
  values: readonly Float64Array[],
): Promise<string | null> {
  const [fresh, again] = [over((walk) => walk.fresh), over((walk) => walk.again)]
  const means = values.map((own) => intervalOf(own).value)
  const verdict = sameWay(fresh, again, means)
  if (verdict === 'apart')
    return 'run on at the same value, the measure is another: a path is one event, not a state that goes on'
  if (verdict === 'cannot tell')
    return 'cannot tell whether a state goes on: run on at the same value, paths differ by too much; more paths may tell'
  if (paths > 1) return null
  const some = [sets[0]!, sets[Math.floor(sets.length / 2)]!, sets.at(-1)!]
  const { scenario, seed, set, checked } = plan
  return (await isRandom(scenario, some, { seed, set, checked, cache, ...(signal && { signal }) }))
    ? 'one path cannot tell what chance does from what the way does'
    : null
}

/**
 * Run every path up and down a parameter, each place started from the end of the one before.
 * @returns not applicable when a world cannot go on from another's end, when its state starts from the parameter
 *   and that matters, or when a path is one event that does not go on.
 * @throws {InterruptedError} when stopped.
 */
export async function carryBothWays(carried: Carried): Promise<Hysteresis> {
  const { plan, sets, x, paths, cache, measure } = carried
  try {
    const stages: Stage[] = []
    for (const set of sets) {
      const ready = await prepareRun({ ...plan, set: { ...plan.set, ...set } }, cache)
      if (!ready.columns.some((column) => column.name === measure))
        return notApplicable(`"${measure}" compares worlds, which are not carried together`)
      stages.push({ ready, start: startOf(ready.world) })
    }
    const walks: Walk[] = []
    const manner: Manner = { rule: 'start', doubtful: new Set() }
    for (let path = 0; path < paths; path++) {
      const own = await walk(stages, path, carried, manner)
      walks.push(own)
      if (await isDoubted(own, stages, path, carried, manner))
        return notApplicable(
          `the opening state depends on ${carried.name} (${[...manner.doubtful].sort().join(', ')})`,
        )
    }
    const over = (value: (w: (typeof walks)[number]) => number) => Float64Array.from(walks, value)
    const way = (key: 'up' | 'down') => x.map((_, k) => over((own) => own[key][k]!))
    const refused = await refusalOf(carried, over, [...way('up'), ...way('down')])
    if (refused !== null) return notApplicable(refused)
    return compareWays(x, way('up'), way('down'))
  } catch (error) {
    if (error instanceof InterruptedError) throw error
    const why = error instanceof Error ? error.message : String(error)
    return notApplicable(`a world cannot go on from the end of another: ${why}`)
  }
}
