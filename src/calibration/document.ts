import { median } from '../math/index.ts'
import { type Files, parseTime, priceHistory } from '../sources/index.ts'
import type { DataSource, Loaded, PriceTable } from '../world/index.ts'
import { calibrate } from './calibrate.ts'
import { type Fit, PROCESSES, type ProcessName } from './fit.ts'
import {
  CalibrationError,
  minute,
  onGrid,
  rowDistance,
  type Sample,
  type Span,
  type SpikeRule,
  sampleOf,
} from './sample.ts'
import { calmSpans, stressSpans } from './windows.ts'

/** What to calibrate on. */
export type CalibrationInput = {
  readonly files: readonly string[]
  /** Columns or symbols to keep; empty: all. */
  readonly assets?: readonly string[]
  /** Other names for assets of the files. */
  readonly rename?: Readonly<Record<string, string>>
  readonly from?: string
  readonly to?: string
  readonly regime?: 'calm' | 'stress' | 'all'
  /** Seconds per return, a multiple of the usual distance of rows; left out: that distance. */
  readonly step?: number
  /** What happens to prices that are off for one bar only. */
  readonly spikes?: SpikeRule
}

/** Everything that a calibration gave, as it is saved. */
export type Calibration = {
  readonly version: 1
  readonly regime: 'calm' | 'stress' | 'all'
  readonly assets: readonly string[]
  /** Seconds per return. */
  readonly step: number
  readonly rows: number
  /** First and last moment of the returns, ISO, UTC. */
  readonly from: string
  readonly to: string
  /** Stretches that were kept; empty: all. */
  readonly spans: readonly { readonly from: string; readonly to: string }[]
  readonly data: readonly DataSource[]
  readonly dropped: readonly string[]
  readonly fits: readonly Fit[]
}

function momentOf(text: string | undefined, name: string, otherwise: number): number {
  if (text === undefined || text === '') return otherwise
  const value = parseTime(text)
  if (Number.isNaN(value))
    throw new CalibrationError(`--${name} is "${text}"; write a date such as 2023-05-01`)
  return value
}

function spansOf(input: CalibrationInput, table: PriceTable): readonly Span[] {
  const whole = {
    from: momentOf(input.from, 'from', table.time[0]!),
    to: momentOf(input.to, 'to', table.time.at(-1)!),
  }
  const [first, last] = [table.time[0]!, table.time.at(-1)!]
  if (whole.from >= whole.to && input.from && input.to)
    throw new CalibrationError(
      `--from ${input.from} is not before --to ${input.to}; exchange or correct them`,
    )
  if (whole.from >= last || whole.to <= first)
    throw new CalibrationError(
      `no prices from ${iso(whole.from)} to ${iso(whole.to)}; the files hold ${iso(first)} to ${iso(last)}: correct --from and --to`,
    )
  const { regime = 'all' } = input
  if (regime === 'all') return [whole]
  const spans = regime === 'stress' ? stressSpans(whole) : calmSpans(whole)
  if (spans.length === 0)
    throw new CalibrationError(
      `no stress window lies between ${iso(whole.from)} and ${iso(whole.to)}; widen --from and --to, or leave out --regime`,
    )
  return spans
}

const iso = minute

/** The chosen step in seconds; 0 when none is given. */
function stepOf({ step }: CalibrationInput, { time, prices }: PriceTable): number {
  if (step === undefined) return 0
  if (!(step > 0) || !Number.isFinite(step))
    throw new CalibrationError(`--step is ${step}; use seconds above 0, such as 3600`)
  const distance = rowDistance(time, prices)
  if (step % distance !== 0)
    throw new CalibrationError(
      `--step is ${step} s, but prices stand ${distance} s apart; use a multiple of ${distance}`,
    )
  return step
}

async function read(
  { files, assets = [], rename = {} }: CalibrationInput,
  disk: Files,
): Promise<{ readonly table: PriceTable; readonly loaded: Loaded }> {
  const loaded = await priceHistory.load(
    { files, names: [], assets, column: 'close', from: '', to: '', minPrice: 0 },
    disk,
  )
  const table = loaded.outputs.prices as PriceTable
  return { table: { ...table, assets: table.assets.map((a) => rename[a] ?? a) }, loaded }
}

/** Each asset on all its own rows, which are more than the joint ones. */
function apart(
  { time, assets, prices }: PriceTable,
  spans: readonly Span[],
  step: number,
  spikes: SpikeRule,
): readonly Sample[] {
  return assets.map((asset, i) =>
    sampleOf({ time, assets: [asset], prices: [prices[i]!] }, spans, step, spikes),
  )
}

/** Whether every asset stays within a fifth of 1 USD most of the time. */
function isPegged({ levels }: Sample): boolean {
  return levels.every((column) => Math.abs(median(column)) < 0.2)
}

/** A fit that could not be made is a row with its reason, as long as others were asked for too. */
function attempt(process: ProcessName, run: () => Fit): Fit {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof CalibrationError)) throw error
    return {
      ...{ process, parameters: [], logLikelihood: null, counted: 0, checks: [], fits: false },
      ...{ verdict: `not fitted: ${error.message}`, settings: {}, notes: [] },
    }
  }
}

/** Six digits: more than any standard error leaves, and stable where last bits are not. */
function rounded<T>(value: T): T {
  if (typeof value === 'number')
    return (Number.isFinite(value) ? Number(value.toPrecision(6)) : null) as T
  if (Array.isArray(value)) return value.map(rounded) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, rounded(v)])) as T
}

/**
 * Read prices and fit processes to them.
 *
 * @param processes 'all': every process, `ou` only where all assets are pegged to 1 USD.
 * @param onProgress told in words what is being done.
 * @throws {SourceError} when a file cannot be used; {CalibrationError} when the sample cannot.
 */
export async function calibrateFiles(
  input: CalibrationInput,
  processes: readonly ProcessName[] | 'all',
  disk: Files,
  onProgress: (text: string) => void = () => {},
): Promise<Calibration> {
  const { table: asRead, loaded } = await read(input, disk)
  const table = onGrid(asRead)
  const spans = spansOf(input, table)
  const { spikes = 'drop' } = input
  const sample = sampleOf(table, spans, stepOf(input, table), spikes)
  const singles = apart(table, spans, sample.step, spikes)
  const fitted = (process: ProcessName): Fit => calibrate(sample, process, onProgress, singles)
  const fits =
    processes === 'all'
      ? PROCESSES.filter((process) => process !== 'ou' || isPegged(sample)).map((process) =>
          attempt(process, () => fitted(process)),
        )
      : processes.map(fitted)
  return rounded({
    version: 1 as const,
    regime: input.regime ?? 'all',
    ...{ assets: sample.assets, step: sample.step, rows: sample.rows },
    ...{ from: iso(sample.from), to: iso(sample.to) },
    spans: spans.map(({ from, to }) => ({ from: iso(from), to: iso(to) })),
    ...{ data: loaded.data, dropped: sample.dropped, fits },
  })
}
