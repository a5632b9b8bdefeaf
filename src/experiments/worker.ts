import { enableCompileCache } from 'node:module'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { Pause } from './lane.ts'
import type { Chunk, ChunkResult, RunPlan } from './plan.ts'

/** What a worker thread is started with. */
export type WorkerData = {
  /** One shared number: not 0 when the work shall stop. */
  readonly stop: Int32Array
  /** Where the process that starts it keeps compiled modules; undefined when it does not. */
  readonly compileCache: string | undefined
}

/** A chunk to work on; its run's plan comes with the first chunk of it. */
export type WorkerTask = { readonly chunk: Chunk; readonly plan?: RunPlan }

/** Numbers of a chunk, or why its run cannot be prepared. */
export type WorkerAnswer = { readonly result: ChunkResult } | { readonly reason: string }

async function serve(port: MessagePort, { stop, compileCache }: WorkerData): Promise<void> {
  // A thread compiles anew what its process has compiled: half of its start, unless it is told before.
  if (compileCache !== undefined) enableCompileCache()
  const { createLane, reasonOf } = await import('./lane.ts')
  const { InterruptedError } = await import('./errors.ts')
  const plans: RunPlan[] = []
  const lane = createLane(plans, new Map())
  const pause: Pause = () => {
    if (Atomics.load(stop, 0) !== 0) throw new InterruptedError('interrupted')
  }
  port.on('message', async ({ chunk, plan }: WorkerTask) => {
    if (plan) plans[chunk.run] = plan
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

if (parentPort) await serve(parentPort, workerData as WorkerData)
