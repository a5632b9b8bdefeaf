import type { RunDocument, RunOptions, RunOutcome } from '../experiments/index.ts'
import { referencePrices } from '../measures/index.ts'
import type { Parameter } from '../scenario/index.ts'
import { type AccountRow, type Concentration, concentrationOf } from './accounts.ts'
import { type Bin, binsOf } from './bins.ts'
import type { Curve, NoCurve } from './curve.ts'
import { type Effects, effectsOf } from './effects.ts'
import { type OrderSeries, orderSeriesOf } from './order.ts'
import { type Origin, originsOf } from './origins.ts'
import { type OutlineNode, outlineEvents, outlineOf } from './outline.ts'
import { type Retrace, retrace } from './retrace.ts'
import { sayEvent } from './say.ts'
import type { Series } from './series.ts'
import { type Clause, storyOfPath } from './story.ts'
import { kindOf, treesOf } from './tree.ts'
import { type TroubledTables, troubledTables } from './troubled.ts'

/** One event as a table shows it. */
export type EventLine = {
  readonly event: number
  readonly parent: number | null
  readonly time: number
  readonly kind: string
  readonly text: string
}

/** The accounts of a path. */
export type AccountTables = {
  readonly count: number
  /** The largest debts before the first block, and after the last. */
  readonly opening: readonly AccountRow[]
  readonly end: readonly AccountRow[]
  /** Those in trouble at the end, one by one and by reason. */
  readonly troubled: TroubledTables
  /** How many accounts have bad debt at the end, and how much there is. */
  readonly bad: {
    readonly count: number
    readonly total: number
    readonly openingTotal: number
  }
  readonly concentration: {
    readonly opening: readonly Concentration[]
    readonly end: readonly Concentration[]
  }
}

/** The largest cascade of a path. */
export type LargestCascade = {
  /** Trees with at least one liquidation. */
  readonly trees: number
  readonly events: number
  readonly liquidations: number
  readonly repaid: number
  readonly depth: number
  readonly outline: OutlineNode
}

/** What one path shows. */
export type PathReport = {
  /** Place of the path in the run, from 0. */
  readonly number: number
  readonly events: number
  readonly duration: number
  readonly story: readonly Clause[]
  /** The events that story and cascade name, with those that led to them. */
  readonly eventLines: readonly EventLine[]
  readonly series: Series
  readonly order: OrderSeries | null
  readonly bins: readonly Bin[]
  readonly curve: Curve | NoCurve
  readonly cascade: LargestCascade | null
  readonly accounts: AccountTables
}

/** Everything that a report says: report.json, and what report.html draws. */
export type Report = Omit<RunDocument, 'schema'> & {
  readonly schema: 'breakwater/report/1'
  readonly title: string
  readonly description: string
  /** Descriptions of the parameters, whose values are in `parameters`. */
  readonly parameterDocs: readonly Parameter[]
  /** Measure that the scenario is about. */
  readonly mainMeasure: string
  readonly interrupted: boolean
  /** The last finished path; null when none is known. */
  readonly path: PathReport | null
  /** Values per path of every measure that has any; empty with one path. */
  readonly perPath: Readonly<Record<string, readonly (number | null)[]>>
  readonly effects: Effects
  readonly origins: readonly Origin[]
}

const TOP = 20
const EVENT_LINES = 400

function accountTables({ view: { world }, opening, end }: Retrace): AccountTables {
  const byDebt = (rows: readonly AccountRow[]): readonly AccountRow[] =>
    rows
      .filter((a) => a.debt > 0)
      .sort((a, b) => b.debt - a.debt)
      .slice(0, TOP)
  const bad = end.filter((a) => a.badDebt > 0)
  const prices = referencePrices(world, new Float64Array(world.spec.assets.length))
  const sum = (rows: readonly AccountRow[]): number => rows.reduce((all, a) => all + a.badDebt, 0)
  return {
    count: end.length,
    opening: byDebt(opening),
    end: byDebt(end),
    troubled: troubledTables(world, end, prices, TOP),
    bad: { count: bad.length, total: sum(bad), openingTotal: sum(opening) },
    concentration: { opening: concentrationOf(opening), end: concentrationOf(end) },
  }
}

function largestCascade({ view }: Retrace): LargestCascade | null {
  const trees = treesOf(view.world.trace)
  const tree = trees[0]
  if (!tree) return null
  const { liquidations, repaid, depth } = tree
  return {
    ...{ trees: trees.length, events: tree.events.length, liquidations, repaid, depth },
    outline: outlineOf(view.world, tree),
  }
}

/** Events that clauses and cascade name, each with those that led to it, as far as there is room. */
function eventLines(
  { view: { world } }: Retrace,
  story: readonly Clause[],
  cascade: LargestCascade | null,
): readonly EventLine[] {
  const { parent, time } = world.trace.columns
  const wanted = new Set(story.flatMap((clause) => clause.events))
  for (const { event } of cascade ? outlineEvents(cascade.outline) : []) wanted.add(event)
  for (const event of wanted) {
    if (wanted.size >= EVENT_LINES) break
    if (parent[event]! >= 0) wanted.add(parent[event]!)
  }
  return [...wanted]
    .sort((a, b) => a - b)
    .map((event) => ({
      ...{ event, parent: parent[event]! < 0 ? null : parent[event]!, time: time[event]! },
      ...{ kind: kindOf(world.trace, event), text: sayEvent(world, event) },
    }))
}

function pathReport(traced: Retrace): PathReport {
  const { view, series } = traced
  const { trace, spec } = view.world
  const story = storyOfPath(view)
  const cascade = largestCascade(traced)
  const duration = spec.ticks * spec.tickSeconds
  return {
    ...{ number: view.path, events: trace.length, duration, story, cascade, series },
    eventLines: eventLines(traced, story, cascade),
    order: orderSeriesOf(view.world, view.focus.asset, series),
    bins: binsOf(trace, duration, spec.tickSeconds),
    curve: traced.curve,
    accounts: accountTables(traced),
  }
}

function valuesPerPath(outcome: RunOutcome): Report['perPath'] {
  if (outcome.document.paths < 2) return {}
  const known = outcome.document.measures.filter((m) => m.n > 0)
  return Object.fromEntries(
    known.map(({ name }) => [
      name,
      Array.from(outcome.values(name), (v) => (Number.isFinite(v) ? v : null)),
    ]),
  )
}

/**
 * Gather everything that a report says. Runs the last finished path again, and every assumption twice.
 * @returns the report; the world of `outcome.view` stands at the end of its path again.
 */
export async function reportOf(outcome: RunOutcome, options: RunOptions): Promise<Report> {
  const { document, scenario, resolved } = outcome
  const traced = await retrace(outcome)
  const path = traced === null ? null : pathReport(traced)
  return {
    ...document,
    schema: 'breakwater/report/1',
    ...{ title: scenario.title, description: scenario.description },
    parameterDocs: scenario.parameters,
    mainMeasure: scenario.order.measure,
    interrupted: outcome.interrupted,
    path,
    perPath: valuesPerPath(outcome),
    effects: await effectsOf(outcome, options),
    origins: originsOf(resolved, scenario),
  }
}
