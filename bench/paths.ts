import { createEngineSide } from './engine.ts'
import { interleave, median, ratio } from './measure.ts'
import { createFusedLoop } from './reference/fusedLoop.ts'
import { loadScanEngine } from './scanEngine.ts'
import { loadWorkload, type Weather } from './workloads/crash.ts'

/** Whole paths on the real book: triggers against a scan in those blocks in which something changed. */
export type WholePathResult = {
  readonly weather: Weather
  readonly blocks: number
  readonly rows: number
  readonly liquidations: number
  /** Whether all four sides did the same liquidations and left the same bad debt, bit for bit. */
  readonly isSame: boolean
  /** Seconds per block, medians. */
  readonly fusedScan: number
  readonly fused: number
  readonly engineScan: number
  readonly engine: number
  /** Medians of the rounds' ratios. */
  readonly fusedRatio: number
  readonly engineRatio: number
}

/** Liquidations and bad debt of a side, in a form that can be compared. */
function traceOf(
  rows: Int32Array,
  blocks: Int32Array,
  count: number,
  failed: number,
  bad: number,
): string {
  return [count, failed, bad, rows.slice(0, count).join(), blocks.slice(0, count).join()].join(';')
}

/** Time the reference loop and the engine, each with triggers and with the event-driven scan. */
export async function measureWholePath(weather: Weather, rounds: number): Promise<WholePathResult> {
  const workload = await loadWorkload('withBacklog', weather)
  const { blocks } = workload.frozen
  const scanEngine = (await loadScanEngine()).createEngineSide(workload)
  const engine = createEngineSide(workload)
  const fusedScan = createFusedLoop(workload, 'scan')
  const fused = createFusedLoop(workload, 'triggers')
  const traces = [
    ...[fusedScan, fused].map((loop) => {
      const { row, block, liquidations, failed } = loop.run('onChange', blocks)
      return traceOf(row, block, liquidations, failed, loop.badDebt())
    }),
    ...[scanEngine, engine].map((side) => {
      side.run(blocks)
      const { row, block } = side.liquidations()
      return traceOf(row, block, row.length, side.failed(), side.badDebt())
    }),
  ]
  const { liquidations } = fused.run('onChange', blocks)
  const times = interleave(
    {
      fusedScan: () => fusedScan.run('onChange', blocks),
      fused: () => fused.run('onChange', blocks),
      engineScan: () => scanEngine.run(blocks),
      engine: () => engine.run(blocks),
    },
    rounds,
    2,
  )
  return {
    weather,
    blocks,
    rows: workload.rowsWithDebt,
    liquidations,
    isSame: traces.every((trace) => trace === traces[0]),
    fusedScan: median(times.fusedScan) / blocks,
    fused: median(times.fused) / blocks,
    engineScan: median(times.engineScan) / blocks,
    engine: median(times.engine) / blocks,
    fusedRatio: ratio(times.fusedScan, times.fused),
    engineRatio: ratio(times.engineScan, times.engine),
  }
}
