/**
 * What a protocol gives to the parity harness. This file has no dependency, so that recorded traces
 * can be replayed without a node, a compiler or the contract packages.
 */
import type { Random } from './random.ts'

/** A number, or the name of an account or contract (`u0`, `admin`, `pair`, `zero`). */
export type Arg = bigint | string

/** One step: `by` acts, and either everything in it happens or nothing. */
export type Op = { readonly kind: string; readonly by: string; readonly args: readonly Arg[] }

/** What a step did: the words that its last call returned, or the reason why it was refused. */
export type Result =
  | { readonly ok: true; readonly returned: readonly Arg[] }
  | { readonly ok: false; readonly reason: string }

/** What a getter must answer, word by word (null: not compared), or the reason with which it reverts. */
export type Check = {
  readonly on: string
  readonly get: string
  readonly args: readonly Arg[]
  readonly is: readonly (Arg | null)[] | { readonly reverts: string }
}

/** The next step and the seconds to wait before it; 0n keeps it in the block of the previous one. */
export type Proposal = { readonly wait: bigint; readonly op: Op }

/** Where a case starts. */
export type Setup = {
  /** Number of user accounts, named u0, u1, ... */
  readonly users: number
  /** Timestamp of the last block before the case, seconds. */
  readonly time: bigint
  /** Number of the case, for models that vary their opening; cases share one deployment. */
  readonly number: number
  /** Whatever the deployment found and the model needs (initial indices, timestamps). */
  readonly facts: Readonly<Record<string, bigint>>
}

/** One running case of a model. */
export type Simulation = {
  /** Draw the next step from the present state; only `random` may decide. */
  propose(random: Random): Proposal
  /** Do a step at a block timestamp (seconds); when refused the state is unchanged. */
  apply(op: Op, time: bigint): Result
  /** Everything that the step may have changed: market and the accounts or ticks it names. */
  touched(op: Op): readonly Check[]
  /** Every field of the market and of every account. */
  all(): readonly Check[]
}

/** An edit of the exact model's source that the recorded vectors must notice. */
export type Mutant = {
  readonly what: string
  /** File relative to the repository; the model's `exact` when absent. */
  readonly file?: string
  /** Text that occurs exactly once in the file. */
  readonly find: string
  readonly replace: string
}

/** The model's side of a protocol: `parity/protocols/<name>/model.ts` exports it as `model`. */
export type ModelSide<Exact> = {
  readonly name: string
  /** Main file of the exact model, relative to the repository. */
  readonly exact: string
  /** Steps per case before the contracts are put back to their deployment. */
  readonly caseLength: number
  /** Start a case. `exact` is the module of the exact model, or a mutant of it. */
  create(exact: Exact, setup: Setup): Simulation
  readonly mutants: readonly Mutant[]
}

/** Write a step as one line, as traces do. */
export function formatOp({ kind, by, args }: Op): string {
  return [by, kind, ...args].join(' ')
}

/**
 * Read a step from a line that `formatOp` wrote.
 * @throws {SyntaxError} when the line has no account or no kind.
 */
export function parseOp(line: string): Op {
  const [by, kind, ...args] = line.split(' ')
  if (!by || !kind) throw new SyntaxError(`'${line}' is not a step; write <account> <kind> <args>`)
  return { by, kind, args: args.map((a) => (/^-?\d/.test(a) ? BigInt(a) : a)) }
}

/** Name a field of a check, for messages and traces. */
export function fieldName({ on, get, args }: Check, word: number): string {
  return `${on}.${get}(${args.join(', ')})[${word}]`
}
