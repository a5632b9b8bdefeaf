import type { CaseResult } from '../cases.ts'
import type { FuzzResult } from '../detection/fuzz.ts'
import type { PathResult } from '../detection/path.ts'
import type { KernelResults } from '../native/compare.ts'
import type { WholePathResult } from '../paths.ts'
import type { LanesResult, ScenarioResult } from '../scenario.ts'

/** Everything that one run of the benchmark found. */
export type BenchResult = {
  readonly detection: readonly PathResult[]
  readonly fuzz: FuzzResult
  readonly paths: readonly WholePathResult[]
  readonly scenario: ScenarioResult
  readonly lanes: LanesResult
  readonly kernels: KernelResults
  readonly cases: readonly CaseResult[]
  /** CPU seconds of `breakwater --help`: with the compile cache filled, and without one. */
  readonly helpWarm: number
  readonly helpCold: number
  readonly detectionHashes: Readonly<Record<string, string>>
  readonly rounds: number
  readonly date: string
}

/** Bytes of a position's columns in a book, and of what a lane adds: amounts, their log, triggers. */
export function memoryOf({ rows, entries, bytes }: PathResult): {
  readonly shared: number
  readonly lane: number
} {
  // start, count and place in a group per row; coordinate and opening amount per entry.
  const shared = (12 * rows + 12 * entries) / rows
  return { shared, lane: 8 * entries + 4 * rows + bytes }
}
