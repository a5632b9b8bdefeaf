import type { KernelResults } from '../native/compare.ts'
import type { BookName, PathName } from '../workloads/detection.ts'
import { type Bar, BOOK_TITLES, PATH_TITLES } from './bars.ts'
import type { BenchResult } from './result.ts'
import { micro, table, times, whole } from './table.ts'

function verdict({ isMet, isSkipped }: Bar): string {
  if (isSkipped) return ''
  return isMet ? 'pass' : 'FAIL'
}

/** @returns bars as a table. */
export function barTable(bars: readonly Bar[]): string {
  const rows = bars.map((bar) => [bar.name, bar.demand, bar.value, verdict(bar)])
  return table([['Bar', 'Demand', 'Measured', ''], ...rows])
}

/** @returns what a step costs on every frozen book and path. */
export function detectionTable({ detection }: BenchResult): string {
  const head = [
    'Book',
    'Path',
    'rows',
    'steps',
    'hits',
    'looks per hit',
    'scan us/step',
    'triggers us/step',
    'scan / triggers',
    'triggers, MB',
  ]
  const rows = detection.map((r) => [
    BOOK_TITLES[r.book as BookName],
    PATH_TITLES[r.path as PathName],
    whole(r.rows),
    r.followed === r.steps ? whole(r.steps) : `${whole(r.steps)} (scan ${whole(r.followed)})`,
    whole(r.hits),
    r.hits === 0 ? '' : (r.looks / r.hits).toFixed(1),
    micro(r.scan),
    micro(r.triggers),
    times(r.ratio),
    (r.bytes / 1e6).toFixed(1),
  ])
  return table([head, ...rows])
}

/** @returns whole paths with triggers and with the event-driven scan. */
export function pathTable({ paths }: BenchResult): string {
  const head = [
    'Whole path, real book',
    'blocks',
    'liquidations',
    'fused, scan us/block',
    'fused, triggers us/block',
    '',
    'engine, scan us/block',
    'engine, triggers us/block',
    '',
  ]
  const rows = paths.map((p) => [
    p.weather,
    whole(p.blocks),
    whole(p.liquidations),
    micro(p.fusedScan),
    micro(p.fused),
    times(p.fusedRatio),
    micro(p.engineScan),
    micro(p.engine),
    times(p.engineRatio),
  ])
  return table([head, ...rows])
}

/** @returns the whole scenario, block by block, and its lanes. */
export function scenarioTable({ scenario: s, lanes }: BenchResult): string {
  const block = (time: number): string => `${micro(time / s.blocks)} us`
  const numbers = `${whole(s.normals)} normal, ${whole(s.uniforms)} uniform`
  return table([
    ['compound-v2-eth-crash', 'Measured'],
    ['blocks in a path; rows with debt', `${whole(s.blocks)}; ${whole(s.rowsWithDebt)}`],
    ['an average block, everything: engine, measures, reset', block(s.whole)],
    ['an average block, engine alone', block(s.path)],
    ['one brute scan of the book', `${micro(s.scan)} us`],
    ['block, everything / scan', times(s.blockToScan)],
    ['random numbers of a path', numbers],
    ['the same numbers alone, per block', block(s.draws)],
    ['path, everything / its random numbers alone', times(s.pathToDraws)],
    [`${lanes.paths} paths, one lane`, `${lanes.one.toFixed(2)} s`],
    [`${lanes.paths} paths, two worker lanes`, `${lanes.two.toFixed(2)} s (${times(lanes.ratio)})`],
  ])
}

/** @returns loops over typed arrays next to C, or why not. */
export function kernelTable(kernels: KernelResults): string {
  if ('missing' in kernels) return `Not measured: ${kernels.missing}.`
  const rows = kernels.results.map((k) => [
    k.layout,
    whole(k.rows),
    k.script.toFixed(2),
    k.native.toFixed(2),
    times(k.ratio),
  ])
  const head = ['Scan kernel', 'rows', 'typed arrays ns/row', 'C ns/row', 'typed arrays / C']
  return table([head, ...rows])
}

/** @returns the engine next to the reference loop. */
export function speedTable({ cases }: BenchResult): string {
  const head = [
    'Workload',
    'rows with debt',
    'kernel us/block',
    'reference us/block',
    'event-driven reference us/block',
    'engine us/block',
    'engine blocks/s',
    'engine position-blocks/s',
    'reference / kernel',
    'engine / reference',
    'engine / event-driven reference',
  ]
  const rows = cases.map((c) => {
    const block = (path: number): string => micro(path / c.blocks)
    const rate = c.blocks / c.engine
    return [
      c.variant,
      whole(c.rowsWithDebt),
      block(c.kernel),
      block(c.fused),
      block(c.onChange),
      block(c.engine),
      whole(rate),
      whole(rate * c.rowsWithDebt),
      times(c.fusedToKernel),
      times(c.engineToFused),
      times(c.engineToOnChange),
    ]
  })
  return table([head, ...rows])
}
