import type { CaseResult } from '../cases.ts'
import type { PathResult } from '../detection/path.ts'
import type { KernelResults } from '../native/compare.ts'
import type { WholePathResult } from '../paths.ts'
import type { BookName, PathName } from '../workloads/detection.ts'
import { type BenchResult, memoryOf } from './result.ts'
import { times, whole } from './table.ts'

/** One demand and whether it is met. */
export type Bar = {
  readonly name: string
  readonly demand: string
  readonly value: string
  readonly isMet: boolean
  /** There is nothing to hold the demand to. */
  readonly isSkipped?: boolean
}

const MOST_OF_FUSED = { withoutBacklog: 2.5, withoutDust: 2.5, withBacklog: 6 } as const

/** What the books are called in the tables. */
export const BOOK_TITLES: Readonly<Record<BookName, string>> = {
  compound: 'real Compound book',
  wsteth: 'real wstETH book, ratio feeds',
  loops5: 'staking-token loops 1e5, ratio feeds',
  synthetic5: 'synthetic 1e5',
  tight5: 'tightened 1e5',
  trigger5: 'on their triggers 1e5',
  synthetic6: 'synthetic 1e6',
  tight6: 'tightened 1e6',
}

/** What the paths are called in the tables. */
export const PATH_TITLES: Readonly<Record<PathName, string>> = {
  quiet: 'quiet day',
  crash: '-30 % in a day',
  depeg: '-30 % and staked ether at -5 %',
  fall: 'ETH -40 % in 6 h',
  wild: '5 % a step',
  adverse: '20 % a step',
}

const DETECTION: readonly (readonly [BookName, PathName, number])[] = [
  ['compound', 'quiet', 40],
  ['synthetic5', 'quiet', 80],
  ['synthetic6', 'quiet', 80],
  ['compound', 'crash', 25],
  ['synthetic5', 'crash', 30],
  ['synthetic6', 'crash', 20],
  ['tight5', 'crash', 15],
  ['tight6', 'crash', 3],
  ['synthetic5', 'wild', 2],
  ['trigger5', 'adverse', 1],
  ['loops5', 'quiet', 10],
  ['loops5', 'crash', 10],
  ['loops5', 'depeg', 10],
]

const MOST_OF_NATIVE = { single: 15, pair: 7, ell: 7, csr: 7 } as const
const WHOLE_PATHS = {
  quiet: { engine: 2, fused: 3 },
  crash: { engine: 3, fused: 4 },
} as const

function atMost(name: string, value: number, most: number, unit: string): Bar {
  const text = unit === 'x' ? times(value) : `${value.toFixed(2)}${unit}`
  return { name, demand: `<= ${most}${unit}`, value: text, isMet: value <= most }
}

function atLeast(name: string, value: number, least: number): Bar {
  return { name, demand: `>= ${least}x`, value: times(value), isMet: value >= least }
}

function skipped(name: string, demand: string, value: string): Bar {
  return { name, demand, value, isMet: true, isSkipped: true }
}

function equalityBars({ detection, fuzz, paths }: BenchResult): readonly Bar[] {
  const steps = detection.reduce((sum, r) => sum + r.followed, 0)
  const hits = detection.reduce((sum, r) => sum + r.hits, 0)
  const other = detection.filter((r) => !r.isSame).map((r) => `${r.book} ${r.path}`)
  const demand = 'same rows in the same order, same amounts'
  const isSame = paths.every((p) => p.isSame)
  return [
    {
      name: 'triggers find what the scan finds, frozen books',
      demand,
      value: other.length === 0 ? `${whole(steps)} steps, ${whole(hits)} hits` : other.join(', '),
      isMet: other.length === 0,
    },
    {
      name: 'the same, random books (at least 200)',
      demand: 'same rows in the same order',
      value:
        fuzz.difference ||
        `${fuzz.books} books, ${whole(fuzz.steps)} steps, ${whole(fuzz.hits)} hits`,
      isMet: fuzz.difference === '' && fuzz.books >= 200,
    },
    {
      name: 'whole paths end the same, engine and reference loop, triggers and scan',
      demand: 'same liquidations, same badDebt to the bit',
      value: isSame ? paths.map((p) => `${p.weather} ${p.liquidations}`).join(', ') : 'they differ',
      isMet: isSame,
    },
  ]
}

function detectionBars(detection: readonly PathResult[]): readonly Bar[] {
  return DETECTION.map(([book, path, least]) => {
    const name = `detection, ${BOOK_TITLES[book]}, ${PATH_TITLES[path]}: scan / triggers`
    const found = detection.find((r) => r.book === book && r.path === path)
    return found
      ? atLeast(name, found.ratio, least)
      : { name, demand: `>= ${least}x`, value: 'not measured', isMet: false }
  })
}

function pathBars(paths: readonly WholePathResult[]): readonly Bar[] {
  return paths.flatMap((p) => {
    const least = WHOLE_PATHS[p.weather]
    const name = `whole path, real book, ${p.weather}, event-driven scan / triggers`
    return [
      atLeast(`${name}: through the engine`, p.engineRatio, least.engine),
      atLeast(`${name}: fused`, p.fusedRatio, least.fused),
    ]
  })
}

function kernelBars(kernels: KernelResults): readonly Bar[] {
  if ('missing' in kernels)
    return [skipped('scan kernels / C', '<= 15x and 7x', `not measured: ${kernels.missing}`)]
  return kernels.results
    .filter(({ rows }) => rows === 1e5)
    .map((k) =>
      atMost(`scan kernel ${k.layout}, 1e5 rows / C`, k.ratio, MOST_OF_NATIVE[k.layout], 'x'),
    )
}

function memoryBars(detection: readonly PathResult[]): readonly Bar[] {
  return (['compound', 'synthetic5', 'synthetic6'] as const).flatMap((book) => {
    const found = detection.find((r) => r.book === book && r.path === 'crash')
    if (!found) return []
    const { shared, lane } = memoryOf(found)
    const most = 32e6 + 128 * found.rows
    const mega = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
    return [
      atMost(`memory, ${BOOK_TITLES[book]}, shared`, shared, 200, ' bytes a position'),
      {
        name: `memory, ${BOOK_TITLES[book]}, a lane`,
        demand: `<= 32 MB + 128 bytes a position = ${mega(most)}`,
        value: mega(lane),
        isMet: lane <= most,
      },
    ]
  })
}

function agreementBar({ agreement: a, variant }: CaseResult): Bar {
  const value = a.isSame
    ? `${a.liquidations} liquidations, badDebt off by ${a.badDebtGap.toExponential(1)}`
    : a.difference
  return {
    name: `${variant}: engine does what the reference loop does`,
    demand: 'same rows, blocks, order; badDebt within 1e-9',
    value,
    isMet: a.isSame && a.badDebtGap <= 1e-9 && a.liquidations > 0,
  }
}

function engineBars({ cases, helpWarm, helpCold }: BenchResult): readonly Bar[] {
  return [
    ...cases.map(agreementBar),
    ...cases
      .filter((c) => c.variant === 'withoutBacklog')
      .map((c) => atMost(`${c.variant}: reference loop / scan kernel`, c.fusedToKernel, 1.5, 'x')),
    ...cases.map((c) =>
      atMost(
        `${c.variant}: engine / reference loop`,
        c.engineToFused,
        MOST_OF_FUSED[c.variant],
        'x',
      ),
    ),
    atMost('breakwater --help, CPU', helpWarm, 0.3, ' s'),
    atMost('breakwater --help, CPU, without compile cache', helpCold, 0.3, ' s'),
  ]
}

/** All demands with what was measured. */
export function barsOf(result: BenchResult): readonly Bar[] {
  const { detection, paths, scenario, lanes, kernels } = result
  const two = atLeast('two worker lanes / one', lanes.ratio, 1.6)
  return [
    ...equalityBars(result),
    ...detectionBars(detection),
    ...pathBars(paths),
    atMost(
      'compound-v2-eth-crash: an average block, everything / a scan',
      scenario.blockToScan,
      0.5,
      'x',
    ),
    {
      ...two,
      demand: `${two.demand}, same bits`,
      value: `${two.value}, ${lanes.isSame ? 'same bits' : 'other bits'}`,
      isMet: two.isMet && lanes.isSame,
    },
    ...kernelBars(kernels),
    skipped('own WASM scan', '>= 60x / 20x / 0.85x, C within 4x and 2.5x', 'none is shipped'),
    ...memoryBars(detection),
    ...engineBars(result),
  ]
}
