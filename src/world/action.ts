/** A moment of the base clock. `round` counts the reactions within the tick, from 0. */
export type Block = {
  readonly tick: number
  /** Seconds since the start of the path, at the end of this tick. */
  readonly time: number
  /** Seconds per tick. */
  readonly dt: number
  readonly round: number
}

/** Result of an action: null when done, else the reason why it was refused. */
export type Outcome = string | null

/** What an instance asks a chain to execute. `args` are plain numbers so that actions can be saved. */
export type Action = {
  /** Instance to act on; the submitter itself when absent. */
  readonly to?: string
  readonly kind: string
  readonly args: readonly number[]
  /** Gas used. */
  readonly gas: number
}

/** One submission: actions that are taken whole or not at all, with one bid. */
export type Submission = {
  readonly actions: readonly Action[]
  /** Priority fee, gwei per gas. */
  readonly bid: number
  /** Identity within the submitter (row, asset), for ties and for the trace. */
  readonly key: number
  /** Seconds after the start of the block at which it reaches the builder. */
  readonly arrival?: number
}

export type Submit = (submission: Submission) => void

/** What others may submit to an instance. */
export type ActionHandler = {
  readonly doc: string
  /** Protects others (feed answers, repayments): an adversarial builder puts it last. */
  readonly protective?: boolean
  /** Act for `sender` (holder index). Only here may value move. */
  execute(args: readonly number[], sender: number): Outcome
}
