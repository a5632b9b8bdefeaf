import type { RunOptions, RunOutcome } from '../experiments/index.ts'
import type { Assumption } from '../world/index.ts'
import { short } from './format.ts'
import { type Rerun, type RerunResult, runLanes } from './lanes.ts'
import { type Knob, knobOf, type NoKnob, parameterNamed, turn } from './vary.ts'

/** Bad debt of a re-run in which one number was changed. */
export type Effect = {
  /** What the number was set to; null when it could not be changed. */
  readonly value: number | null
  /** USD; null when there was no run. */
  readonly badDebt: number | null
  /** Against the unchanged run, USD. */
  readonly change: number | null
  /** Why there is no run, or how the range limited it; '' when there is nothing to say. */
  readonly note: string
}

/** An assumption with what it moves. */
export type AssumptionEffect = Assumption & {
  /** The number that was varied; null when there is none. */
  readonly varied: { readonly name: string; readonly value: number } | null
  /** At -20 % and +20 % of it. */
  readonly low: Effect
  readonly high: Effect
}

/** One row of the study of market depth. */
export type DepthEffect = Effect & { readonly factor: number }

/** Effects on bad debt: same seed, one path each. */
export type Effects = {
  /** Bad debt of the unchanged run with one path, USD; null when that run failed. */
  readonly base: number | null
  readonly assumptions: readonly AssumptionEffect[]
  /** Bad debt at half, once and twice the depth of the reference markets. */
  readonly depth: readonly DepthEffect[] | NoKnob
}

const LOW = 0.8
const HIGH = 1.2
const DEPTHS = [0.5, 2]

/** Gathers re-runs; what is asked for is known only after they ran. */
function planner() {
  const reruns: Rerun[] = []
  let results: readonly RerunResult[] = []
  let base: number | null = null
  const none = (note: string, value: number | null = null): Effect => ({
    ...{ value, badDebt: null, change: null, note },
  })
  function ask(knob: Knob | NoKnob, factor: number): () => Effect {
    if ('reason' in knob) return () => none(knob.reason)
    const setting = turn(knob, factor)
    if ('reason' in setting) return () => none(setting.reason)
    const { variant, value, note } = setting
    const place = reruns.push({ label: `${knob.name} = ${short(value)}`, variant }) - 1
    return () => {
      const { measures, reason } = results[place]!
      const badDebt = measures?.badDebt ?? null
      if (badDebt === null) return none(reason, value)
      return { value, badDebt, change: base === null ? null : badDebt - base, note }
    }
  }
  function give(found: readonly RerunResult[], unchanged: number | null): void {
    results = found
    base = unchanged
  }
  return { reruns, ask, give }
}

/** Ask for an assumption to be varied. */
function askFor(
  assumption: Assumption,
  ask: ReturnType<typeof planner>['ask'],
  from: { readonly outcome: RunOutcome; readonly options: RunOptions },
): () => AssumptionEffect {
  const knob = knobOf(assumption, from.outcome, from.options)
  const low = ask(knob, LOW)
  const high = ask(knob, HIGH)
  const varied = 'reason' in knob ? null : { name: knob.name, value: knob.value }
  return () => ({ ...assumption, varied, low: low(), high: high() })
}

/**
 * Find what every assumption and the market depth do to bad debt, by running again with each of them
 * changed. Costs two paths per assumption.
 */
export async function effectsOf(outcome: RunOutcome, options: RunOptions): Promise<Effects> {
  const { document } = outcome
  const { reruns, ask, give } = planner()
  const asked = document.assumptions.map((a) => askFor(a, ask, { outcome, options }))
  const depth = parameterNamed('depth', outcome, options)
  const depths = DEPTHS.map((factor) => ({ factor, effect: ask(depth, factor) }))
  const single = document.paths === 1 && document.failedPaths === 0
  // A run of many paths has no run of one path to compare with; nothing to compare needs none.
  const extra = single || reruns.length === 0 ? [] : [{ set: options.set ?? {} }]
  const all = [...reruns, ...extra.map((variant) => ({ label: 'nothing changed', variant }))]
  const results = all.length === 0 ? [] : await runLanes(outcome, all, options)
  const known = document.measures.find((m) => m.name === 'badDebt')?.value ?? null
  const base = single ? known : (results[reruns.length]?.measures?.badDebt ?? null)
  give(results, base)
  const once: DepthEffect[] =
    'reason' in depth
      ? []
      : [{ factor: 1, value: depth.value, badDebt: base, change: 0, note: 'the scenario' }]
  const rows = [...depths.map(({ factor, effect }) => ({ factor, ...effect() })), ...once]
  return {
    base,
    assumptions: asked.map((make) => make()),
    depth: 'reason' in depth ? depth : rows.sort((a, b) => a.factor - b.factor),
  }
}
