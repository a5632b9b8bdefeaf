import type { RunDocument, RunOptions, RunOutcome } from '../experiments/index.ts'
import { namedLenders, referencePrices } from '../measures/index.ts'
import type { Parameter } from '../scenario/index.ts'
import type { World } from '../world/index.ts'
import { type AccountRow, type Concentration, concentrationOf } from './accounts.ts'
import { type Bin, binsOf } from './bins.ts'
import { type CrossingCount, crossingCounts } from './contagion.ts'
import { type Change, type Defences, defencesOf } from './controls.ts'
import type { Curve, NoCurve } from './curve.ts'
import { type Distribution, distributionOf } from './distribution.ts'
import { type Effects, effectsOf } from './effects.ts'
import { type OrderSeries, orderSeriesOf } from './order.ts'
import { type Origin, originsOf } from './origins.ts'
import { type OutlineNode, outlineEvents, outlineOf } from './outline.ts'
import { type Response, responseOf } from './response.ts'
import { type Retrace, retrace } from './retrace.ts'
import { sayEvent } from './say.ts'
import type { Series } from './series.ts'
import { type Clause, storyOfPath } from './story.ts'
import { kindOf, type Tree, treesOf } from './tree.ts'
import { type TroubledTables, troubledTables } from './troubled.ts'
import type { NoKnob } from './vary.ts'

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

/** One cascade of a path. */
export type Cascade = {
  readonly events: number
  readonly liquidations: number
  /** Liquidations that one of another protocol caused. */
  readonly crossings: number
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
  /** Trees with at least one liquidation. */
  readonly trees: number
  /** Protocols, in the order of the world. */
  readonly lenders: readonly string[]
  /** The largest cascade. */
  readonly cascade: Cascade | null
  /** The largest one that crosses from one protocol to another, where that is not the largest of all. */
  readonly crossingCascade: Cascade | null
  /** Liquidations that crossed, per pair of protocols; empty with one protocol. */
  readonly crossings: readonly CrossingCount[]
  readonly accounts: AccountTables
  /** What the controls did; null in worlds without controls. */
  readonly defences: Defences | null
}

/** Everything that a report says: report.json, and what report.html draws. */
export type Report = Omit<RunDocument, 'schema' | 'path'> & {
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
  /** The losses over all paths, and the paths at their percentiles; null with few paths. */
  readonly distribution: Distribution | null
  /**
   * Values of every measure, path by path; empty with one path. Of more than 1,000 paths only 400 values
   * at evenly spaced ranks, ascending: paths.parquet has all.
   */
  readonly perPath: Readonly<Record<string, readonly (number | null)[]>>
  readonly effects: Effects
  /** What the scenario's measures show first. */
  readonly listedMeasures: readonly string[]
  /** What grows with the shock; null when the scenario compares nothing. */
  readonly response: Response | NoKnob | null
  readonly origins: readonly Origin[]
}

const TOP = 20

/** Runs of more paths give values at ranks, so many of each measure. */
const MANY = 1000
const RANKS = 400
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

function cascadeOf(world: World, tree: Tree): Cascade {
  const { liquidations, repaid, depth } = tree
  return {
    ...{
      events: tree.events.length,
      liquidations,
      crossings: tree.crossings.length,
      repaid,
      depth,
    },
    outline: outlineOf(world, tree),
  }
}

/** The largest cascade, and the largest that crosses protocols unless it is the same. */
function cascadesOf(world: World) {
  const trees = treesOf(world.trace)
  const [tree] = trees
  const crossing = trees.find(({ crossings }) => crossings.length > 0)
  return {
    trees: trees.length,
    cascade: tree ? cascadeOf(world, tree) : null,
    crossingCascade: crossing && crossing !== tree ? cascadeOf(world, crossing) : null,
  }
}

/** Events that clauses, cascades and changes name, each with those that led to it, as far as there is room. */
function eventLines(
  { view: { world } }: Retrace,
  story: readonly Clause[],
  cascades: readonly (Cascade | null)[],
  changes: readonly Change[],
): readonly EventLine[] {
  const { parent, time } = world.trace.columns
  const wanted = new Set(story.flatMap((clause) => clause.events))
  for (const cascade of cascades)
    for (const { event } of cascade ? outlineEvents(cascade.outline) : []) wanted.add(event)
  for (const { event } of changes) wanted.add(event)
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
  const { cascade, crossingCascade, trees } = cascadesOf(view.world)
  const duration = spec.ticks * spec.tickSeconds
  const defences = defencesOf(view.world)
  return {
    ...{ number: view.path, events: trace.length, duration, story, trees, series },
    ...{ cascade, crossingCascade, crossings: crossingCounts(view.world) },
    lenders: namedLenders(view.world).map(({ name }) => name),
    eventLines: eventLines(traced, story, [cascade, crossingCascade], defences?.changes ?? []),
    order: orderSeriesOf(view.world, view.focus.asset, series),
    bins: binsOf(trace, duration, spec.tickSeconds),
    curve: traced.curve,
    accounts: accountTables(traced),
    defences,
  }
}

/** Values at evenly spaced ranks, smallest and largest included. */
function ranked(values: Float64Array): Float64Array {
  const sorted = values.filter((v) => !Number.isNaN(v)).sort()
  const last = sorted.length - 1
  return Float64Array.from(
    { length: RANKS },
    (_, k) => sorted[Math.round((k * last) / (RANKS - 1))]!,
  )
}

function valuesPerPath(outcome: RunOutcome): Report['perPath'] {
  if (outcome.document.paths < 2) return {}
  const known = outcome.document.measures.filter((m) => m.n > 0)
  const isMany = outcome.document.paths > MANY
  const told = isMany ? known.filter(({ name }) => !name.includes('[')) : known
  return Object.fromEntries(
    told.map(({ name }) => {
      const values = isMany ? ranked(outcome.values(name)) : outcome.values(name)
      return [name, Array.from(values, (v) => (Number.isFinite(v) ? v : null))]
    }),
  )
}

/**
 * Gather everything that a report says. Runs the paths at the percentiles and the last one again, every
 * assumption twice, and what is compared against the shock.
 * @returns the report; the world of `outcome.view` stands at the end of its path again.
 */
export async function reportOf(outcome: RunOutcome, options: RunOptions): Promise<Report> {
  const { document, scenario, resolved } = outcome
  // The world must end at the last path: the paths at the percentiles are run before it.
  const distribution = await distributionOf(outcome, options)
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
    distribution,
    perPath: valuesPerPath(outcome),
    listedMeasures: scenario.measures,
    response: await responseOf(outcome, options),
    effects: await effectsOf(outcome, options),
    origins: originsOf(resolved, scenario),
  }
}
