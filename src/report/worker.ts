import { parentPort, workerData } from 'node:worker_threads'
import { runScenario } from '../experiments/index.ts'
import type { Scenario, SourceCache } from '../scenario/index.ts'
import { type Variant, variantScenario } from './vary.ts'

/** What a worker is started with. */
export type LaneData = {
  readonly scenario: Scenario
  readonly seed: number
  readonly checked: boolean
}

/** A re-run to do, by its place in the plan. */
export type LaneTask = { readonly index: number; readonly variant: Variant }

/** Values of the measures of a run, by name; those without a value are missing. */
export type Measured = Readonly<Record<string, number>>

/** What came of it, or why there is nothing. */
export type LaneResult = {
  readonly index: number
  readonly measures: Measured | null
  readonly reason: string
}

async function rerun(data: LaneData, variant: Variant, cache: SourceCache): Promise<Measured> {
  const { document } = await runScenario(variantScenario(data.scenario, variant), {
    ...{
      seed: data.seed,
      paths: 1,
      set: variant.set,
      checked: data.checked,
      cache,
      compare: false,
    },
  })
  return Object.fromEntries(
    document.measures.flatMap(({ name, value }) => (value === null ? [] : [[name, value]])),
  )
}

/** First lines of an error, without its code frame. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n')[0]!.slice(0, 200)
}

if (parentPort) {
  const port = parentPort
  const data = workerData as LaneData
  const cache: SourceCache = new Map()
  port.on('message', ({ index, variant }: LaneTask) => {
    rerun(data, variant, cache)
      .then((measures): LaneResult => ({ index, measures, reason: '' }))
      .catch((error): LaneResult => ({ index, measures: null, reason: reasonOf(error) }))
      .then((result) => port.postMessage(result))
  })
}
