import { startPath } from '../../engine/index.ts'
import type { Column } from '../../math/index.ts'
import type { Overrides, SourceCache } from '../../scenario/index.ts'
import type { World } from '../../world/index.ts'
import { InterruptedError } from '../errors.ts'
import { followPath, measurePath } from '../path.ts'
import type { RunPlan } from '../plan.ts'
import { type Prepared, prepareRun } from '../prepare.ts'
import { compareWays, type Hysteresis, notApplicable, sameWay } from './hysteresis.ts'
import { CliffError } from './types.ts'

type Columns = Readonly<Record<string, Column>>

/** A world at one place, and its columns at the start of a path there. */
type Stage = { readonly ready: Prepared; start: Columns }

const copyOf = (columns: Columns): Columns =>
  Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.slice()]))

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
 * Put the state at the end of one world into another that stands at the start of a path. What the two
 * worlds start with differently is what the parameter sets, and stays.
 */
function carryState(from: Stage, to: Stage): void {
  const [source, target] = [from.ready.world, to.ready.world]
  checkShapes(source, target)
  for (const [name, column] of Object.entries(target.columns)) {
    const [own, before, end] = [to.start[name]!, from.start[name]!, source.columns[name]!]
    for (let k = 0; k < column.length; k++)
      if (Object.is(own[k], before[k])) column[k] = end[k] as never
  }
  target.books.forEach((book, b) => {
    const { amount } = source.books[b]!
    for (let row = 0; row < book.rows; row++) {
      book.write(row)
      for (let k = book.start[row]!; k < book.start[row + 1]!; k++) book.amount[k] = amount[k]!
    }
  })
  for (const { instance } of target.instances) instance.refresh?.('load')
}

/** What is run up and down. */
export type Carried = {
  readonly plan: RunPlan
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
): Promise<number> {
  const { ready } = to
  const { world, focus, columns } = ready
  // A stage that follows itself is left as it stands.
  if (from !== to) {
    startPath(world, plan.seed, path)
    to.start = copyOf(world.columns)
    if (from) carryState(from, to)
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
async function walk(stages: readonly Stage[], path: number, carried: Carried) {
  const [first] = stages as [Stage]
  const fresh = await runStage(first, null, path, carried)
  const again = await runStage(first, first, path, carried)
  const up = [again]
  for (let k = 1; k < stages.length; k++)
    up.push(await runStage(stages[k]!, stages[k - 1]!, path, carried))
  const down = up.slice()
  for (let k = stages.length - 2; k >= 0; k--)
    down[k] = await runStage(stages[k]!, stages[k + 1]!, path, carried)
  return { fresh, again, up, down }
}

/**
 * Run every path up and down a parameter, each place started from the end of the one before.
 * @returns not applicable when a world cannot go on from another's end, or is one event that does not go on.
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
      stages.push({ ready, start: {} })
    }
    const walks: Awaited<ReturnType<typeof walk>>[] = []
    for (let path = 0; path < paths; path++) walks.push(await walk(stages, path, carried))
    const over = (value: (w: (typeof walks)[number]) => number) => Float64Array.from(walks, value)
    if (
      !sameWay(
        over(({ fresh }) => fresh),
        over(({ again }) => again),
      )
    )
      return notApplicable(
        'run on at the same value, the measure is another: a path is one event, not a state that goes on',
      )
    const way = (key: 'up' | 'down') => x.map((_, k) => over((own) => own[key][k]!))
    return compareWays(x, way('up'), way('down'))
  } catch (error) {
    if (error instanceof InterruptedError) throw error
    const why = error instanceof Error ? error.message : String(error)
    return notApplicable(`a world cannot go on from the end of another: ${why}`)
  }
}
