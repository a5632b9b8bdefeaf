import { buildWorld } from '../engine/index.ts'
import {
  COMPARISONS,
  type Comparison,
  columnsOf,
  type Focus,
  MEASURES,
  type MeasureInfo,
  namedLenders,
  ofLender,
  type PathView,
} from '../measures/index.ts'
import { InputError, type Model, type World, type WorldSpec } from '../world/index.ts'
import { togetherNamed } from './attribution/together.ts'
import { CHANNELS, type Channel } from './channels.ts'

/** A measure of which cut channels are told. */
const LOSS = 'loss'

/** Channel that a protocol does not share with anybody when it is alone. */
const SHARED = 'sharedVenue'

/** Thrown when a channel does not exist. */
export class ChannelError extends InputError {
  override readonly name = 'ChannelError'
}

/** Runs one path of a world and gives its view. */
export type RunWorld = (world: World, focus: Focus) => Promise<PathView>

/** A channel with the worlds in which it is cut. */
type CutRun = {
  readonly channel: Channel
  readonly worlds: readonly World[]
  /** Why there is nothing to cut; '' when there is. */
  readonly reason: string
}

/** What a run does beside its own paths: the same paths with channels cut. */
export type Comparer = {
  /** Columns that compare: a measure less what is left of it with a channel cut. */
  readonly columns: readonly MeasureInfo[]
  /** Channels that are told by name, with why one could not be cut. */
  readonly channels: readonly { readonly channel: Channel; readonly reason: string }[]
  /** Whether a column of the uncut path is asked for by its name. */
  readonly reads: (column: string) => boolean
  /** Worlds that every path runs in beside its own. */
  readonly worlds: number
  /**
   * Run a path again in all worlds with something cut.
   * @param own value of a column in the uncut path.
   * @returns one number per column, then one per channel; NaN where there is none.
   */
  readonly compare: (run: RunWorld, own: (column: string) => number) => Promise<Float64Array>
}

/** What to compare with. */
export type CompareOptions = {
  /** Names of measures that are wanted; comparisons among them are made. */
  readonly measures: readonly string[]
  /** Channels to cut by name, `all` for every one. */
  readonly cuts: readonly string[]
  readonly seed: number
  readonly checked: boolean
  readonly focusOf: (world: World) => Focus
}

function channelsNamed(names: readonly string[]): readonly Channel[] {
  const joint: Channel[] = []
  for (const name of new Set(names)) {
    if (name === 'all' || CHANNELS.some((c) => c.name === name)) continue
    const together = togetherNamed(name)
    if (together) joint.push(together)
    else {
      const known = CHANNELS.map((c) => c.name).join(', ')
      throw new ChannelError(
        `no channel is named "${name}"; there are ${known}, all, and several with + between`,
      )
    }
  }
  const single = CHANNELS.filter(({ name }) => names.includes(name) || names.includes('all'))
  return [...single, ...joint]
}

function isListed({ name }: Comparison, measures: readonly string[]): boolean {
  return measures.some((wanted) => wanted === name || wanted.startsWith(`${name}[`))
}

/** Alone, a protocol has everything for itself already: such a cut changes nothing. */
function isFree(channels: readonly string[]): boolean {
  return channels.every((name) => name === SHARED)
}

/**
 * Sum of a measure over the worlds of a cut run, by column name: each lender stands in one of them.
 * Who is in none of them loses nothing.
 */
async function measureCut(
  cut: CutRun,
  options: CompareOptions,
  run: RunWorld,
): Promise<(name: string) => number> {
  const sums = new Map<string, number>()
  const own = baseOf(cut.channel.measure ?? LOSS)
  for (const world of cut.worlds) {
    const view = await run(world, options.focusOf(world))
    const lenders = namedLenders(world).map(({ name }) => name)
    for (const { name, value } of columnsOf(lenders)) {
      const base = baseOf(name)
      if (base !== own && !isAdded(base)) continue
      // Who is not there loses nothing; what is no loss cannot be told of a world that has none.
      sums.set(name, (sums.get(name) ?? 0) + (value(view) ?? (isAdded(base) ? 0 : Number.NaN)))
    }
  }
  return (name) => sums.get(name) ?? 0
}

function baseOf(measure: string): string {
  return measure.split('[')[0]!
}

/** Whether a measure is a loss that adds up over worlds. */
function isAdded(base: string): boolean {
  return base === LOSS || COMPARISONS.some((c) => c.measures.includes(base))
}

/** One column that compares: of all lenders together, or of the one named. */
type ComparedColumn = Pick<Comparison, 'measures' | 'channels' | 'shows'> & {
  readonly info: MeasureInfo
  readonly only?: string
}

/** Columns of a comparison: of all lenders together, then of each where it is taken of each. */
function columnsOfComparison(
  comparison: Comparison,
  lenders: readonly string[],
): readonly ComparedColumn[] {
  const { name, unit, better, doc, measures, channels, shows } = comparison
  const compared = { measures, channels, shows }
  const each = lenders.map((only) => ({
    info: { name: ofLender(name, only), unit, better, doc: `${doc}; ${only} alone` },
    ...{ ...compared, only },
  }))
  const all = { info: { name, unit, better, doc }, ...compared }
  return comparison.perLender ? [all, ...each] : [all]
}

/** Columns that add up to a measure: lender by lender, so that what is not touched cancels to the last bit. */
function partsOf(measure: string, lenders: readonly string[]): readonly string[] {
  const isEach = MEASURES.find(({ name }) => name === measure)?.perLender ?? false
  return isEach ? lenders.map((lender) => ofLender(measure, lender)) : [measure]
}

/** Values of a path with one channel cut, by column name; null where it cannot be cut. */
type Left = (channel: string) => ((column: string) => number) | null

/** Work out one column of a path. @returns NaN where a channel cannot be cut. */
function comparedValue(
  { measures, channels, shows, only }: Omit<ComparedColumn, 'info'>,
  lenders: readonly string[],
  own: (column: string) => number,
  left: Left,
): number {
  const cut = channels.map(left)
  if (cut.some((values) => values === null)) return Number.NaN
  const sign = shows === 'gone' ? -1 : 1
  return measures
    .flatMap((measure) => partsOf(measure, only === undefined ? lenders : [only]))
    .map((name) =>
      cut.reduce((sum, values) => sum + sign * values!(name), shows === 'gone' ? own(name) : 0),
    )
    .reduce((sum, value) => sum + value, 0)
}

/**
 * Prepare the worlds that a run is compared with.
 * @throws {ChannelError} when a channel does not exist.
 */
export function createComparer(
  spec: WorldSpec,
  models: readonly Model[],
  lenders: readonly string[],
  options: CompareOptions,
): Comparer {
  const told = channelsNamed(options.cuts)
  const isAlone = lenders.length < 2
  const comparisons = COMPARISONS.filter(
    (c) => isListed(c, options.measures) || (isAlone && isFree(c.channels)),
  )
  const columns = comparisons.flatMap((c) => columnsOfComparison(c, lenders))
  const needed = [
    ...CHANNELS.filter((c) => told.includes(c) || isCompared(c, isAlone, comparisons)),
    ...told.filter((c) => !CHANNELS.includes(c)),
  ]
  const cuts = needed.map((channel): CutRun => {
    const cut = channel.cut(spec, models)
    if ('reason' in cut) return { channel, worlds: [], reason: cut.reason }
    const { seed, checked } = options
    const worlds = cut.specs.map((own) => buildWorld(own, models, { seed, checked }))
    return { channel, worlds, reason: '' }
  })
  const reasonOf = (channel: Channel): string => cuts.find((c) => c.channel === channel)!.reason
  return {
    columns: columns.map(({ info }) => info),
    channels: told.map((channel) => ({ channel, reason: reasonOf(channel) })),
    reads: (column) => {
      const base = baseOf(column)
      if (told.some(({ measure = LOSS }) => measure === base)) return true
      return comparisons.some(({ measures }) => measures.includes(base))
    },
    worlds: cuts.reduce((n, { worlds }) => n + worlds.length, 0),
    async compare(run, own) {
      const known = new Map<string, (name: string) => number>()
      for (const cut of cuts)
        if (cut.worlds.length > 0) known.set(cut.channel.name, await measureCut(cut, options, run))
      const left: Left = (channel) =>
        known.get(channel) ?? (isAlone && channel === SHARED ? own : null)
      const change = ({ name, measure = LOSS }: Channel): number =>
        comparedValue({ measures: [measure], channels: [name], shows: 'gone' }, lenders, own, left)
      return Float64Array.from([
        ...columns.map((column) => comparedValue(column, lenders, own, left)),
        ...told.map(change),
      ])
    },
  }
}

function isCompared(
  { name }: Channel,
  isAlone: boolean,
  comparisons: readonly Comparison[],
): boolean {
  return (
    !(isAlone && name === SHARED) && comparisons.some(({ channels }) => channels.includes(name))
  )
}
