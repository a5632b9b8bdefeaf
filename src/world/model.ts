import type { Column, ColumnSpec, Draws } from '../math/index.ts'
import type { ActionHandler, Block, Submit } from './action.ts'
import type { Assets } from './assets.ts'
import type { Book } from './book.ts'
import type { Ledger } from './ledger.ts'
import type { ParamSpecs, Params, ParamsOf } from './params.ts'
import type { Chain, PortName, Ports } from './ports.ts'
import type { InstanceSpec, WorldSpec } from './spec.ts'
import type { Trace } from './trace.ts'

/** Why derived values must be made to agree with the columns. */
export type RefreshCause = 'build' | 'load' | 'rewind' | 'parameter'

/** What an instance is given once, when it is created. */
export type Context = {
  readonly name: string
  /** Its holder index in the ledger, and its instance index in events. */
  readonly self: number
  readonly assets: Assets
  readonly ledger: Ledger
  readonly trace: Trace
  readonly draws: Draws
  readonly chain: Chain
  /** Seconds per tick. */
  readonly tickSeconds: number
  /** Instance index of another instance in events, by its name; -1 when there is none. */
  indexOf(name: string): number
  /** Register a book so that snapshots, rewinds and undo include it. */
  book(book: Book): Book
}

/** Fetch another instance's port by name. @throws {LinkError} when it does not offer the port. */
export type Use = <N extends PortName>(port: N, name: string) => Ports[N]

/** A running model: plain functions over its columns. */
export type Instance = {
  readonly ports?: { readonly [N in PortName]?: Ports[N] }
  link?(use: Use): void
  /** Make derived values agree with the columns. */
  refresh?(cause: RefreshCause): void
  /** Draw opening conditions of a path, before its first block. */
  start?(): void
  /** Move what is exogenous. */
  step?(block: Block): void
  /** Look at the world and submit actions; nothing but own columns may change. */
  observe?(block: Block, submit: Submit): void
  readonly actions?: Readonly<Record<string, ActionHandler>>
}

/** Order in which instances step and observe within a tick; names break ties. */
export const PHASES = [
  'chain',
  'driver',
  'market',
  'venue',
  'oracle',
  'control',
  'protocol',
  'agent',
] as const

export type Phase = (typeof PHASES)[number]

/** Columns as a model sees them, typed by their specs. */
export type TypedColumns<C extends Readonly<Record<string, ColumnSpec>>> = {
  readonly [K in keyof C]: C[K]['type'] extends 'f64'
    ? Float64Array
    : C[K]['type'] extends 'i32'
      ? Int32Array
      : Uint8Array
}

/**
 * Ideal twin of a model, by which a channel of contagion is cut: other values of some parameters, or
 * another kind under the same name, which keeps the parameters that it knows.
 */
export type Cut = { readonly set: Params } | { readonly become: string }

/** What is held to be true where prices may be wrong. */
export type Truth = {
  /** Name of the reference market. */
  readonly market: string
  /** Whether anything moves an asset in that market. */
  moves(asset: number): boolean
}

/** An oracle that protocols read in the place of another one, for the assets that this one may price wrongly. */
export type Corrected = {
  readonly assets: readonly number[]
  readonly kind: string
  readonly params: Params
}

/**
 * The oracle that would be right where this one may be wrong; what makes its answers late stays.
 * @returns null where the truth is not known.
 */
export type Correct<P = Params> = (own: string, p: P, truth: Truth) => Corrected | null

/**
 * Rearrange a world before it is built: others in the place of some instances, such as isolated cells
 * in the place of a pool.
 * @param own the instance that does so; what is returned must not rearrange once more.
 */
export type Arrange = (spec: WorldSpec, own: InstanceSpec, models: readonly Model[]) => WorldSpec

/** Channels that models may cut by parameters or replacement. */
export type ChannelName = 'feedLag' | 'priceImpact'

export type Cuts = { readonly [C in ChannelName]?: Cut }

/** Components that every world can be asked to change, by the same name everywhere. */
export type KnobName =
  | 'liquidationDelay'
  | 'concentration'
  | 'oracleLatency'
  | 'marginRequirement'
  | 'bookSize'

/**
 * Parameters of an instance after a knob has been turned.
 * @param value in the knob's unit.
 * @returns those that change.
 */
export type Turn<P = Params> = (p: P, value: number, assets: Assets) => Partial<P>

export type Knobs<P = Params> = { readonly [K in KnobName]?: Turn<P> }

type Definition<S extends ParamSpecs, C extends Readonly<Record<string, ColumnSpec>>> = {
  /** `family/name`. */
  readonly kind: string
  readonly phase: Phase
  /** One line: what it models. */
  readonly doc: string
  readonly params: S
  /** Holder may go below zero in the ledger: a source or sink of tokens. */
  readonly external?: boolean
  readonly cuts?: Cuts
  /** For oracles that may be wrong about what they price, not only late. */
  readonly correct?: Correct<ParamsOf<S>>
  /** What knobs that all worlds share do to its parameters. */
  readonly knobs?: Knobs<ParamsOf<S>>
  readonly arrange?: Arrange
  /** State columns, from parameters and the number of assets. */
  readonly columns?: (p: ParamsOf<S>, assets: Assets, tickSeconds: number) => C
  readonly create: (p: ParamsOf<S>, s: TypedColumns<C>, context: Context) => Instance
}

/** A model as the engine sees it: a record of plain functions, its parameters not yet typed. */
export type Model = {
  readonly kind: string
  readonly phase: Phase
  readonly doc: string
  readonly params: ParamSpecs
  readonly external: boolean
  readonly cuts: Cuts
  readonly correct: Correct | undefined
  readonly knobs: Knobs
  readonly arrange: Arrange | undefined
  columns(p: Params, assets: Assets, tickSeconds: number): Readonly<Record<string, ColumnSpec>>
  create(p: Params, s: Readonly<Record<string, Column>>, context: Context): Instance
}

/**
 * Define a model. Parameters and columns are typed from their descriptors; the engine gets the
 * untyped record, because parameters have been validated at the edge.
 */
export function model<
  const S extends ParamSpecs,
  const C extends Readonly<Record<string, ColumnSpec>>,
>(definition: Definition<S, C>): Model {
  const { columns, create } = definition
  return {
    kind: definition.kind,
    phase: definition.phase,
    doc: definition.doc,
    params: definition.params,
    external: definition.external ?? false,
    cuts: definition.cuts ?? {},
    correct: definition.correct as Correct | undefined,
    knobs: (definition.knobs ?? {}) as Knobs,
    arrange: definition.arrange,
    columns: (p, assets, tickSeconds) =>
      columns ? columns(p as ParamsOf<S>, assets, tickSeconds) : {},
    create: (p, s, context) => create(p as ParamsOf<S>, s as TypedColumns<C>, context),
  }
}

/** Describe a state column of floats. */
export function f64(length: number, unit: string, fill = 0): ColumnSpec & { readonly type: 'f64' } {
  return { type: 'f64', length, unit, fill }
}

/** Describe a state column of 32-bit integers. */
export function i32(length: number, unit: string, fill = 0): ColumnSpec & { readonly type: 'i32' } {
  return { type: 'i32', length, unit, fill }
}

/** Describe a state column of bytes. */
export function u8(length: number, unit: string, fill = 0): ColumnSpec & { readonly type: 'u8' } {
  return { type: 'u8', length, unit, fill }
}
