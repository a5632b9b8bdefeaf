import { getCompileCacheDir } from 'node:module'
import { Worker } from 'node:worker_threads'
import { InputError } from '../world/index.ts'
import { type Execution, partSize } from './execution.ts'
import type { Chunk, ChunkQueue, RunPlan } from './plan.ts'
import type { WorkerAnswer, WorkerData, WorkerTask } from './worker.ts'

/** Thrown when a worker thread ends before its work does. */
export class WorkerError extends InputError {
  override readonly name = 'WorkerError'
}

/** Worker threads, each with a lane of its own. */
export type Threads = {
  readonly work: (queue: ChunkQueue, execution: Execution) => Promise<void>
  readonly close: () => Promise<void>
}

function lost(cause: unknown): WorkerError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new WorkerError(
    `a worker thread ended early: ${why}; with too little memory, give a smaller --workers`,
    { cause },
  )
}

/** A worker thread and the runs whose plans it has been told. */
type Hand = { readonly worker: Worker; readonly told: Set<number> }

/**
 * Let one thread take parts until none is left.
 * @param plans the runs that chunks name.
 * @param finish called with every answer, and how many paths the part had.
 */
function employ(
  { worker, told }: Hand,
  plans: readonly RunPlan[],
  take: (pathSeconds: number) => Chunk | undefined,
  finish: (answer: WorkerAnswer, chunk: Chunk) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let chunk: Chunk | undefined
    let started = 0
    const give = (pathSeconds: number): void => {
      chunk = take(pathSeconds)
      started = performance.now()
      if (!chunk) {
        leave(resolve)
        return
      }
      const { run } = chunk
      const task: WorkerTask = told.has(run) ? { chunk } : { chunk, plan: plans[run]! }
      told.add(run)
      worker.postMessage(task)
    }
    const onMessage = (answer: WorkerAnswer): void => {
      const { from, to } = chunk!
      const seconds = (performance.now() - started) / 1000
      try {
        finish(answer, chunk!)
        give(seconds / (to - from))
      } catch (error) {
        leave(() => reject(error))
      }
    }
    const onError = (error: unknown): void => leave(() => reject(lost(error)))
    const onExit = (code: number): void => onError(`exit code ${code}`)
    function leave(then: () => void): void {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      then()
    }
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
    give(Number.POSITIVE_INFINITY)
  })
}

/**
 * Start worker threads.
 * @param plans the runs that chunks name, which may become more; every thread loads their data for
 *   itself.
 */
export function openThreads(plans: readonly RunPlan[], size: number): Threads {
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const workerData: WorkerData = { stop, compileCache: getCompileCacheDir() }
  // Options of this process, such as those of a test runner, are nothing for a worker.
  const open = (): Hand => ({
    worker: new Worker(new URL('./worker.ts', import.meta.url), { workerData, execArgv: [] }),
    told: new Set(),
  })
  const hands = Array.from({ length: size }, open)
  return {
    async work(queue, execution) {
      const { keep, refuse, signal, onProgress } = execution
      let done = 0
      const take = (seconds: number): Chunk | undefined =>
        signal?.aborted ? undefined : queue.take(partSize(seconds, queue.left(), size))
      const finish = (answer: WorkerAnswer, chunk: Chunk): void => {
        if ('result' in answer) keep(answer.result)
        else if (refuse) refuse(chunk, answer.reason)
        else throw lost(answer.reason)
        done += 'result' in answer ? answer.result.to - chunk.from : chunk.to - chunk.from
        onProgress?.({ paths: done, tick: 0 })
      }
      const onAbort = (): void => void Atomics.store(stop, 0, 1)
      signal?.addEventListener('abort', onAbort)
      try {
        await Promise.all(hands.map((hand) => employ(hand, plans, take, finish)))
      } finally {
        signal?.removeEventListener('abort', onAbort)
      }
    },
    close: async () => {
      await Promise.all(hands.map(({ worker }) => worker.terminate()))
    },
  }
}
