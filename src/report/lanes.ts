import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { RunOptions, RunOutcome } from '../experiments/index.ts'
import type { Variant } from './vary.ts'
import type { LaneData, LaneResult, LaneTask, Measured } from './worker.ts'

/** Most worker threads: each loads the scenario's data for itself. */
const LANES = 4

/** A re-run with the name that progress shows. */
export type Rerun = { readonly label: string; readonly variant: Variant }

/** Measures of a re-run by name, or why there are none. */
export type RerunResult = { readonly measures: Measured | null; readonly reason: string }

function showDone(done: number, all: number, label: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[Kre-run ${done}/${all}: ${label}\n`)
}

/** Let one worker take tasks until none is left; what it does not finish keeps its reason. */
function lane(data: LaneData, next: () => LaneTask | undefined, done: (r: LaneResult) => void) {
  // Options of this process, such as those of a test runner, are nothing for the worker.
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: data,
    execArgv: [],
  })
  let task: LaneTask | undefined
  const finished = new Promise<void>((resolve) => {
    const feed = (): void => {
      task = next()
      if (task) worker.postMessage(task)
      else void worker.terminate().then(() => resolve())
    }
    worker.on('message', (result: LaneResult) => {
      done(result)
      feed()
    })
    worker.on('error', (error) => {
      if (task) done({ index: task.index, measures: null, reason: String(error) })
      resolve()
    })
    worker.on('exit', () => resolve())
    feed()
  })
  return { finished, stop: () => worker.terminate() }
}

/**
 * Run variants of a scenario with one path each, on a few worker threads.
 * @returns results in the order of `reruns`, whatever the number of threads; those that an aborted
 *   signal prevented say so.
 */
export async function runLanes(
  outcome: RunOutcome,
  reruns: readonly Rerun[],
  options: RunOptions,
): Promise<readonly RerunResult[]> {
  const results: RerunResult[] = reruns.map(() => ({ measures: null, reason: 'interrupted' }))
  const { signal } = options
  if (signal?.aborted) return results
  let taken = 0
  let done = 0
  const next = (): LaneTask | undefined => {
    const rerun = reruns[taken]
    return rerun && !signal?.aborted ? { index: taken++, variant: rerun.variant } : undefined
  }
  const keep = ({ index, measures, reason }: LaneResult): void => {
    results[index] = { measures, reason }
    showDone(++done, reruns.length, reruns[index]!.label)
  }
  const { scenario, document } = outcome
  const data = { scenario, seed: document.seed, checked: options.checked ?? false }
  const size = Math.min(LANES, availableParallelism(), reruns.length)
  const lanes = Array.from({ length: size }, () => lane(data, next, keep))
  const abort = (): void => {
    for (const { stop } of lanes) void stop()
  }
  signal?.addEventListener('abort', abort)
  await Promise.all(lanes.map(({ finished }) => finished))
  signal?.removeEventListener('abort', abort)
  return results
}
