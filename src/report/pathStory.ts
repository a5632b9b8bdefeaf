import {
  ADVERSARIES,
  type Attribution,
  movesPools,
  namesRead,
  replayCommand,
  runScenario,
  type SurveyOptions,
} from '../experiments/index.ts'
import { eventsOf, measureInfo, type PathView } from '../measures/index.ts'
import { MODELS } from '../mechanisms/index.ts'
import type { Scenario } from '../scenario/index.ts'
import { clock, count, inUnit, percent } from './format.ts'
import { mispricedMost } from './mispriced.ts'
import { salesMove } from './salesMove.ts'
import { sayEvent } from './say.ts'
import { type Clause, storyOfPath } from './story.ts'
import { crossingsOf, kindOf, pathTo } from './tree.ts'

/** Which path is told: that in the middle, and that at the bad end. */
export type Told = 'median' | 'worst'

/** One path in words. */
export type PathStory = {
  /** Both where one path is both. */
  readonly told: readonly Told[]
  /** Such as `the median path`. */
  readonly name: string
  readonly path: number
  /** The measure on this path. */
  readonly value: number
  /** What the world was like before, and is like after: sentences about states, which no event proves. */
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** What happened; every clause names at least one event of the path's trace. */
  readonly clauses: readonly Clause[]
  /** Command that runs this path alone; with --out its trace holds the events. */
  readonly replay: string
}

/** Ratio of two prices beyond which it does not matter how many times. */
const MANY = 1e6

/** A number of a path's events that show a channel at work, with words. */
type Evidence = { readonly text: string; readonly events: readonly number[] }

/** Looks in a path for a channel at work; null when it was not. */
type Witness = (view: PathView) => Evidence | null

function most(events: readonly number[], size: (event: number) => number): number | null {
  let best: number | null = null
  for (const e of events) if (best === null || size(e) > size(best)) best = e
  return best
}

/** The crossing that repaid most among those whose way between both liquidations is as asked. */
function crossing(view: PathView, isMeant: (way: readonly number[]) => boolean): Evidence | null {
  const { trace } = view.world
  const between = ({ cause, event }: { cause: number; event: number }): readonly number[] => {
    const way = pathTo(trace, event)
    return way.slice(way.indexOf(cause))
  }
  const found = crossingsOf(trace).filter((c) => isMeant(between(c)))
  const event = most(
    found.map((c) => c.event),
    (e) => trace.columns.x[e]!,
  )
  const largest = found.find((c) => c.event === event)
  if (!largest) return null
  const way = between(largest)
  const ends = way.length > 6 ? [...way.slice(0, 3), ...way.slice(-3)] : way
  const said = `${sayEvent(view.world, largest.cause)}, which led to ${sayEvent(view.world, largest.event)}`
  return { text: said, events: ends }
}

function largestOfKind(
  view: PathView,
  kind: Parameters<typeof eventsOf>[1],
  size: (event: number) => number,
): Evidence | null {
  const event = most(eventsOf(view.world.trace, kind), size)
  return event === null ? null : { text: sayEvent(view.world, event), events: [event] }
}

/** An answer that protocols are told and the move before it, the longest apart. */
function lateAnswer(view: PathView): Evidence | null {
  const { trace, spec, instances } = view.world
  const { time, parent, instance } = trace.columns
  const read = new Set(namesRead(spec, MODELS))
  const late = eventsOf(trace, 'answer').filter(
    (e) =>
      parent[e]! >= 0 && time[e]! > time[parent[e]!]! && read.has(instances[instance[e]!]!.name),
  )
  const latest = most(late, (e) => time[e]! - time[parent[e]!]!)
  if (latest === null) return null
  const move = parent[latest]!
  const text = `${sayEvent(view.world, latest)} ${clock(time[latest]! - time[move]!)} after ${sayEvent(view.world, move)}`
  return { text, events: [move, latest] }
}

/**
 * The trade after which a reference price was furthest from its fundamental; where none was moved, the last
 * of the sales that moved a pool furthest.
 */
function pushedFurthest(view: PathView): Evidence | null {
  const { trace, spec, instances } = view.world
  const { w, asset, instance, time } = trace.columns
  const event = most(eventsOf(trace, 'impact'), (e) => Math.abs(w[e]!))
  if (event === null || w[event] === 0) {
    const sales = movesPools(spec, MODELS) ? salesMove(view.world) : null
    return sales && { text: `${sales.text} in all`, events: [sales.last] }
  }
  const name = spec.assets[asset[event]!]!.name
  const gap = percent(Math.abs(Math.expm1(w[event]!)))
  const side = w[event]! < 0 ? 'below' : 'above'
  const text = `trades have ${name} ${gap} ${side} its fundamental price on ${instances[instance[event]!]!.name} after ${clock(time[event]!)}`
  return { text, events: [event] }
}

/** How far one price is from another, by the log of their ratio. */
function apart(gap: number): string {
  const ratio = Math.exp(gap)
  if (ratio >= MANY) return `more than ${count(MANY, 'time')}`
  if (ratio >= 10) return `about ${count(ratio, 'time')}`
  return `about ${percent(Math.abs(ratio - 1))} ${gap < 0 ? 'below' : 'above'}`
}

/** The price that was furthest from the right one, and what made it so or came of it. */
function wrongPrice(view: PathView): Evidence | null {
  const worst = mispricedMost(view)
  if (worst === null) return null
  const { source, asset, gap, event } = worst
  const name = view.world.spec.assets[asset]!.name
  const told = `${source} tells ${name} ${apart(gap)} its fair price`
  if (event >= 0) return { text: `${told} after ${sayEvent(view.world, event)}`, events: [event] }
  const { x } = view.world.trace.columns
  const size = (e: number): number => x[e]!
  const came = largestOfKind(view, 'liquidation', size) ?? largestOfKind(view, 'borrow', size)
  return came && { text: `${told} from the start; ${came.text}`, events: came.events }
}

/** The largest loan that an attack led to, with the way there; or what else names an adversary as party. */
function attack(view: PathView): Evidence | null {
  const { trace, instances } = view.world
  const { row, x } = trace.columns
  const isAdversary = (k: number): boolean => ADVERSARIES.includes(instances[k]?.spec.kind ?? '')
  if (!instances.some((_, k) => isAdversary(k))) return null
  // Nobody else takes out loans while a path runs.
  const loan = most(eventsOf(trace, 'borrow'), (e) => x[e]!)
  const own = (['drain', 'bribe', 'assertion'] as const)
    .flatMap((kind) => eventsOf(trace, kind))
    .filter((e) => isAdversary(row[e]!))
  const event = loan ?? own[0]
  if (event === undefined) return null
  const way = pathTo(trace, event)
  const ends = way.length > 2 ? [way[0]!, event] : way
  return { text: ends.map((e) => sayEvent(view.world, e)).join(', then '), events: ends }
}

/** How each channel shows itself in the events of a path. */
const WITNESSES: Readonly<Record<string, Witness>> = {
  sharedVenue: (view) => crossing(view, () => true),
  sharedCollateral: (view) =>
    crossing(view, (way) => way.some((e) => kindOf(view.world.trace, e) === 'answer')),
  mispricing: wrongPrice,
  feedLag: lateAnswer,
  priceImpact: pushedFurthest,
  hedging: (view) => {
    const { x } = view.world.trace.columns
    return largestOfKind(view, 'hedge', (e) => Math.abs(x[e]!))
  },
  lending: (view) => largestOfKind(view, 'liquidation', (e) => view.world.trace.columns.x[e]!),
  adversary: attack,
  lenderRun: (view) => largestOfKind(view, 'withdrawal', (e) => view.world.trace.columns.x[e]!),
}

/** A channel's part of what one path loses. */
export type PathShare = { readonly name: string; readonly value: number }

/**
 * Tell which channels were at work on a path, the largest share first.
 * @param unit of the shares.
 * @param of what the path lost in all; NaN when no share shall be told of it.
 * @returns one clause per channel that left events.
 */
export function channelClauses(
  view: PathView,
  shares: readonly PathShare[],
  unit: string,
  of: number,
): readonly Clause[] {
  const bySize = [...shares].sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
  return bySize.flatMap(({ name, value }): readonly Clause[] => {
    const seen = value === 0 ? null : WITNESSES[name]?.(view)
    if (!seen) return []
    const part = of > 0 && value > 0 ? ` (${percent(value / of)} of it)` : ''
    const did = value < 0 ? 'takes away' : 'adds'
    const text = `${name} ${did} ${inUnit(Math.abs(value), unit)}${part}: ${seen.text}.`
    return [{ text, events: seen.events }]
  })
}

/** Paths in the middle and at the bad end of a measure; the first of those with equal values. */
export function toldPaths(
  values: ArrayLike<number>,
  better: 'lower' | 'higher',
): readonly { readonly told: readonly Told[]; readonly path: number }[] {
  const sign = better === 'lower' ? 1 : -1
  const order = Array.from(values, (_, path) => path)
    .filter((path) => !Number.isNaN(values[path]!))
    .sort((a, b) => sign * (values[a]! - values[b]!) || a - b)
  const first = (path: number): number => order.find((p) => values[p] === values[path])!
  if (order.length === 0) return []
  const median = first(order[(order.length - 1) >> 1]!)
  const worst = first(order.at(-1)!)
  if (median === worst) return [{ told: ['median', 'worst'], path: median }]
  return [
    { told: ['median'], path: median },
    { told: ['worst'], path: worst },
  ]
}

/** Options of `pathStories`; those of runs mean the same. */
export type StoryOptions = Pick<SurveyOptions, 'seed' | 'set' | 'checked' | 'cache' | 'signal'>

function sharesOn({ channels, paths }: Attribution, path: number): readonly PathShare[] {
  const k = paths.indexOf(path)
  return k < 0 ? [] : channels.map(({ name, perPath }) => ({ name, value: perPath[k]! }))
}

function isProven({ events }: Clause): boolean {
  return events.length > 0
}

function statesIn(story: readonly Clause[]): readonly string[] {
  return story.filter((clause) => !isProven(clause)).map(({ text }) => text)
}

/**
 * Tell the median and the worst path of a measure: what broke, through which channel, who lost how much.
 * Each is run again alone, with its trace.
 * @param attribution of the same scenario, seed and overrides.
 * @throws what `runScenario` throws.
 */
export async function pathStories(
  scenario: Scenario,
  attribution: Attribution,
  options: StoryOptions = {},
): Promise<readonly PathStory[]> {
  const { seed, values, measure, unit } = attribution
  const { better = 'lower' } = measureInfo(measure.split('.')[0]!) ?? {}
  const stories: PathStory[] = []
  for (const { told, path } of toldPaths(values, better)) {
    const outcome = await runScenario(scenario, { ...options, seed, path, compare: false })
    const { view } = outcome
    if (view === null) continue
    const value = values[path]!
    const story = storyOfPath(view)
    const channels = channelClauses(view, sharesOn(attribution, path), unit, value)
    stories.push({
      ...{ told, name: `the ${told.join(' and the ')} path`, path, value },
      ...{ before: statesIn(story.slice(0, 1)), after: statesIn(story.slice(1)) },
      clauses: [...story.filter(isProven), ...channels],
      replay: replayCommand({ scenario: scenario.path, seed, path, set: options.set ?? {} }),
    })
  }
  return stories
}
