import { availableParallelism } from 'node:os'
import { InterruptedError } from './errors.ts'
import { type Execution, type Executor, partSize, type Reached } from './execution.ts'
import { type Lane, type Pause, reasonOf } from './lane.ts'
import { type Chunk, type ChunkQueue, queueOf, type RunPlan } from './plan.ts'
import { openThreads, type Threads } from './threads.ts'

/** Work that must be left before threads are worth their start, s. */
const WORTH_SECONDS = 3

/** Longest time without letting signals in, ms. */
const BREATH = 50

/** Threads that this machine has cores and memory for, given that each loads the data anew. */
function usualWorkers(): number {
  const room = Math.floor((0.5 * process.availableMemory()) / process.memoryUsage.rss())
  return Math.max(1, Math.min(availableParallelism(), room))
}

/** Let signals in now and then, tell how far the work is, and stop when asked to. */
function createPulse({ signal, onProgress }: Execution) {
  let last = performance.now()
  return (reached: Reached): Promise<void> | undefined => {
    if (signal?.aborted) throw new InterruptedError('interrupted')
    const now = performance.now()
    if (now - last < BREATH) return undefined
    last = now
    onProgress?.(reached)
    return new Promise((resolve, reject) => {
      setImmediate(() =>
        signal?.aborted ? reject(new InterruptedError('interrupted')) : resolve(),
      )
    })
  }
}

/** Have a lane work on a chunk; when the run cannot be prepared, its asker is told, or it rejects. */
async function workOn(lane: Lane, chunk: Chunk, pause: Pause, execution: Execution) {
  try {
    await lane.ready(chunk.run)
  } catch (error) {
    if (!execution.refuse) throw error
    execution.refuse(chunk, reasonOf(error))
    return chunk.to
  }
  const result = await lane.work(chunk, pause)
  execution.keep(result)
  return result.to
}

/**
 * Work in this thread until the queue is empty, the signal is aborted, or `enough` says so.
 * @param enough given the seconds that a path takes.
 * @returns paths that are done.
 */
async function workHere(
  lane: Lane,
  queue: ChunkQueue,
  execution: Execution,
  enough: (pathSeconds: number) => boolean,
): Promise<number> {
  const pulse = createPulse(execution)
  const started = performance.now()
  let done = 0
  let size = 1
  while (!execution.signal?.aborted) {
    const chunk = queue.take(size)
    if (!chunk) break
    const before = done - chunk.from
    const pause: Pause = (path, tick) => pulse({ paths: before + path, tick })
    done = before + (await workOn(lane, chunk, pause, execution))
    execution.onProgress?.({ paths: done, tick: 0 })
    const seconds = (performance.now() - started) / 1000 / Math.max(1, done)
    if (enough(seconds)) break
    size = partSize(seconds, queue.left(), 1)
  }
  return done
}

/** Where an experiment's runs are made on this machine. */
export type LocalOptions = {
  /** The lane of this thread. */
  readonly lane: Lane
  /** Worker threads; 1 works in this thread, undefined starts threads when there is enough to do. */
  readonly workers: number | undefined
}

/**
 * Open the executor of this machine: this thread, or worker threads with a world each.
 * @param plans the runs that chunks name, which may become more.
 */
export function openExecutor(plans: readonly RunPlan[], { lane, workers }: LocalOptions): Executor {
  let threads: Threads | null = null
  const worthThreads = (queue: ChunkQueue) => (pathSeconds: number) =>
    workers === undefined && pathSeconds * queue.left() > WORTH_SECONDS && usualWorkers() > 1
  return {
    async execute(chunks, execution) {
      const queue = queueOf(chunks)
      let done = 0
      if (threads === null && ((workers ?? 1) === 1 || queue.left() === 1))
        done = await workHere(lane, queue, execution, worthThreads(queue))
      if (queue.left() === 0 || execution.signal?.aborted) return
      threads ??= openThreads(plans, Math.min(workers ?? usualWorkers(), queue.left()))
      await threads.work(queue, {
        ...execution,
        onProgress: ({ paths, tick }) => execution.onProgress?.({ paths: done + paths, tick }),
      })
    },
    close: async () => threads?.close(),
  }
}
