import { type Agreement, compare } from './compare.ts'
import { createEngineSide } from './engine.ts'
import { interleave, median, ratio } from './measure.ts'
import { createFusedLoop } from './reference/fusedLoop.ts'
import { pack } from './reference/layout.ts'
import { countBelow } from './reference/scanKernel.ts'
import type { Variant, Workload } from './workloads/crash.ts'

/** What was measured on one variant; times are medians of a whole path, ratios medians of rounds. */
export type CaseResult = {
  readonly variant: Variant
  readonly blocks: number
  readonly rows: number
  readonly rowsWithDebt: number
  readonly hashes: Workload['hashes']
  readonly agreement: Agreement
  /** Rows below their thresholds in the last block, and blocks in which the book had to be scanned. */
  readonly unhealthy: number
  readonly scans: number
  /** Seconds per path. */
  readonly kernel: number
  readonly fused: number
  readonly onChange: number
  readonly engine: number
  readonly fusedToKernel: number
  readonly engineToFused: number
  readonly engineToOnChange: number
}

/** One pass of the scan kernel per block, with the fundamental prices of that block. */
function kernelPasses(w: Workload): () => number {
  const { markets, market, factor, openingRate, groups, coordinate, amount } = pack(w)
  const { blocks } = w.frozen
  const unit = Float64Array.from(market, (m, c) =>
    c < markets ? w.assets[m + 1]!.price : w.assets[m + 1]!.price * openingRate[m]! * factor[c]!,
  )
  const moves = new Float64Array((blocks + 1) * markets)
  w.moves.forEach((column, m) => {
    for (let block = 0; block <= blocks; block++) moves[block * markets + m] = column[block]!
  })
  const values = new Float64Array(market.length)
  // A function per block, as in the loop: inlined into one long loop, the pass is compiled worse.
  function pass(block: number): number {
    for (let c = 0; c < values.length; c++)
      values[c] = unit[c]! * moves[block * markets + market[c]!]!
    return countBelow(groups, coordinate, amount, values)
  }
  return () => {
    let below = 0
    for (let block = 1; block <= blocks; block++) below += pass(block)
    return below
  }
}

/** Compare and time the engine, the reference loop and the scan kernel on one workload. */
export function measureCase(workload: Workload, rounds: number): CaseResult {
  const { blocks } = workload.frozen
  const engine = createEngineSide(workload)
  const fused = createFusedLoop(workload)
  const kernel = kernelPasses(workload)
  const agreement = compare(engine, fused, blocks)
  const times = interleave(
    {
      kernel,
      fused: () => fused.run('everyBlock', blocks),
      engine: () => engine.run(blocks),
    },
    rounds,
    3,
  )
  // Afterwards: the compiler serves the two ways of scanning worse when they take turns.
  const { unhealthy, scans } = fused.run('onChange', blocks)
  const after = interleave(
    { onChange: () => fused.run('onChange', blocks), engine: () => engine.run(blocks) },
    rounds,
    3,
  )
  const { variant, rows, rowsWithDebt, hashes } = workload
  return {
    variant,
    blocks,
    rows,
    rowsWithDebt,
    hashes,
    agreement,
    unhealthy,
    scans,
    kernel: median(times.kernel),
    fused: median(times.fused),
    onChange: median(after.onChange),
    engine: median(times.engine),
    fusedToKernel: ratio(times.fused, times.kernel),
    engineToFused: ratio(times.engine, times.fused),
    engineToOnChange: ratio(after.engine, after.onChange),
  }
}
