import { parentPort, workerData } from 'node:worker_threads'
import { InterruptedError } from './errors.ts'
import { createLane, type Pause, reasonOf } from './lane.ts'
import type { Chunk, ChunkResult, RunPlan } from './plan.ts'

/** What a worker thread is started with. */
export type WorkerData = {
  readonly plans: readonly RunPlan[]
  /** One shared number: not 0 when the work shall stop. */
  readonly stop: Int32Array
}

/** Numbers of a chunk, or why its run cannot be prepared. */
export type WorkerAnswer = { readonly result: ChunkResult } | { readonly reason: string }

if (parentPort) {
  const port = parentPort
  const { plans, stop } = workerData as WorkerData
  const lane = createLane(plans, new Map())
  const pause: Pause = () => {
    if (Atomics.load(stop, 0) !== 0) throw new InterruptedError('interrupted')
  }
  port.on('message', async (chunk: Chunk) => {
    try {
      await lane.ready(chunk.run)
    } catch (error) {
      port.postMessage({ reason: reasonOf(error) } satisfies WorkerAnswer)
      return
    }
    const result = await lane.work(chunk, pause)
    port.postMessage({ result } satisfies WorkerAnswer, [result.values.buffer as ArrayBuffer])
  })
}
