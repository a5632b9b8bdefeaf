import { buildWorld } from '../engine/index.ts'
import {
  COMPARISONS,
  type Comparison,
  columnsOf,
  type Focus,
  type MeasureColumn,
  type MeasureInfo,
  namedLenders,
  ofLender,
  type PathView,
} from '../measures/index.ts'
import type { Model, World, WorldSpec } from '../world/index.ts'
import { CHANNELS, type Channel } from './channels.ts'

/** A measure of which cut channels are told. */
const LOSS = 'loss'

/** Thrown when a channel does not exist. */
export class ChannelError extends Error {
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
  for (const name of names) {
    if (name === 'all' || CHANNELS.some((c) => c.name === name)) continue
    const known = CHANNELS.map((c) => c.name).join(', ')
    throw new ChannelError(`no channel is named "${name}"; there are ${known}, and all`)
  }
  return CHANNELS.filter(({ name }) => names.includes(name) || names.includes('all'))
}

function comparisonsIn(measures: readonly string[]): readonly Comparison[] {
  return COMPARISONS.filter(({ name }) =>
    measures.some((wanted) => wanted === name || wanted.startsWith(`${name}[`)),
  )
}

/** Sum of a measure over the worlds of a cut run, by column name: each lender stands in one of them. */
async function measureCut(
  cut: CutRun,
  options: CompareOptions,
  run: RunWorld,
): Promise<(name: string) => number> {
  const sums = new Map<string, number>()
  for (const world of cut.worlds) {
    const view = await run(world, options.focusOf(world))
    const lenders = namedLenders(world).map(({ name }) => name)
    for (const { name, value } of columnsOf(lenders).filter(isCompared))
      sums.set(name, (sums.get(name) ?? 0) + (value(view) ?? Number.NaN))
  }
  return (name) => sums.get(name) ?? Number.NaN
}

function isCompared({ name }: MeasureColumn): boolean {
  const base = name.split('[')[0]!
  return base === LOSS || COMPARISONS.some((c) => c.measure === base)
}

/** Columns of a comparison: of all lenders together, then of each. */
function columnsOfComparison(comparison: Comparison, lenders: readonly string[]) {
  const { name, unit, better, doc, measure, channel } = comparison
  const all = { info: { name, unit, better, doc }, measure, channel, only: undefined }
  const each = lenders.map((lender) => ({
    info: { name: ofLender(name, lender), unit, better, doc: `${doc}; ${lender} alone` },
    ...{ measure, channel, only: lender },
  }))
  return [all, ...each]
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
  const comparisons = isAlone ? COMPARISONS : comparisonsIn(options.measures)
  const columns = comparisons.flatMap((c) => columnsOfComparison(c, lenders))
  const needed = isAlone ? told : CHANNELS.filter((c) => isNeeded(c, told, comparisons))
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
    worlds: cuts.reduce((n, { worlds }) => n + worlds.length, 0),
    async compare(run, own) {
      const left = new Map<string, (name: string) => number>()
      for (const cut of cuts)
        if (cut.worlds.length > 0) left.set(cut.channel.name, await measureCut(cut, options, run))
      const change = (measure: string, channel: string, only?: string): number => {
        const without = left.get(channel)
        // Alone, a protocol has everything for itself already.
        if (!without) return isAlone && channel === 'sharedVenue' ? 0 : Number.NaN
        // Lender by lender, so that what is not touched cancels to the last bit.
        return (only === undefined ? lenders : [only])
          .map((lender) => ofLender(measure, lender))
          .reduce((sum, name) => sum + (own(name) - without(name)), 0)
      }
      return Float64Array.from([
        ...columns.map(({ measure, channel, only }) => change(measure, channel, only)),
        ...told.map(({ name }) => change(LOSS, name)),
      ])
    },
  }
}

function isNeeded(
  channel: Channel,
  told: readonly Channel[],
  comparisons: readonly Comparison[],
): boolean {
  return told.includes(channel) || comparisons.some((c) => c.channel === channel.name)
}
