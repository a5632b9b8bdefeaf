import { availableParallelism } from 'node:os'
import {
  type Chunk,
  createLane,
  openExecutor,
  type RunOptions,
  type RunOutcome,
  type RunPlan,
} from '../experiments/index.ts'
import { type Variant, variantScenario } from './vary.ts'

/** Most worker threads: each loads the scenario's data for itself. */
const LANES = 4

/** Most characters of a reason. */
const REASON = 200

/** A re-run with the name that progress shows. */
export type Rerun = {
  readonly label: string
  readonly variant: Variant
  /** `compared` = with the runs that the measures of the run are compared with; by default without. */
  readonly worlds?: 'compared'
}

/** Values of the measures of a run, by name; those without a value are missing. */
export type Measured = Readonly<Record<string, number>>

/** Measures of a re-run by name, or why there are none. */
export type RerunResult = { readonly measures: Measured | null; readonly reason: string }

function showDone(done: number, all: number, label: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[Kre-run ${done}/${all}: ${label}\n`)
}

/** First line of an error, without its code frame. */
function firstLine(reason: string): string {
  return reason.split('\n')[0]!.slice(0, REASON)
}

function planOf(outcome: RunOutcome, options: RunOptions, rerun: Rerun): RunPlan {
  const { variant, worlds } = rerun
  return {
    scenario: variantScenario(outcome.scenario, variant),
    ...{ seed: outcome.document.seed, set: variant.set, checked: options.checked ?? false },
    measures: worlds === 'compared' ? outcome.names : [],
    cuts: [],
  }
}

/** Name the numbers of a path: what a re-run measures is the first of what the run did. */
function measured(names: readonly string[], values: Float64Array): Measured {
  const entries = Array.from(values, (value, k) => [names[k]!, value] as const)
  return Object.fromEntries(entries.filter(([, value]) => !Number.isNaN(value)))
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
  let done = 0
  const finish = ({ run }: Chunk, result: RerunResult): void => {
    results[run] = result
    showDone(++done, reruns.length, reruns[run]!.label)
  }
  const plans = reruns.map((rerun) => planOf(outcome, options, rerun))
  const workers = Math.max(1, Math.min(LANES, availableParallelism(), reruns.length))
  const lane = createLane(plans, options.cache ?? new Map())
  const executor = openExecutor(plans, { lane, workers })
  try {
    await executor.execute(
      plans.map((_, run) => ({ run, from: 0, to: 1 })),
      {
        keep(result) {
          const [failure] = result.failures
          if (failure) finish(result, { measures: null, reason: firstLine(failure.reason) })
          else if (result.to > result.from)
            finish(result, { measures: measured(outcome.names, result.values), reason: '' })
        },
        refuse: (chunk, reason) => finish(chunk, { measures: null, reason: firstLine(reason) }),
        ...(signal ? { signal } : {}),
      },
    )
  } finally {
    await executor.close()
  }
  return results
}
