import type { Column, Draws } from '../math/index.ts'
import type { Book } from './book.ts'
import type { Ledger } from './ledger.ts'
import type { Instance, Model } from './model.ts'
import type { Chain, PortName, Ports } from './ports.ts'
import type { InstanceSpec, WorldSpec } from './spec.ts'
import type { Trace } from './trace.ts'

/** A moment to return to: bytes of the state columns, undo marks of the books, length of the trace. */
export type Snapshot = {
  readonly state: Uint8Array
  readonly marks: readonly number[]
  readonly events: number
}

/** A running instance. `self` is its holder index in the ledger and its index in events. */
export type Built = {
  readonly name: string
  readonly self: number
  readonly spec: InstanceSpec
  readonly model: Model
  readonly chain: Chain
  readonly instance: Instance
}

/** All state of one lane: columns in one buffer, books, trace, and the instances linked over them. */
export type World = {
  readonly spec: WorldSpec
  /** Chains first, then by name. */
  readonly instances: readonly Built[]
  /** By phase, then name: the order of stepping and observing. */
  readonly ordered: readonly Built[]
  readonly chains: readonly Chain[]
  readonly ledger: Ledger
  readonly trace: Trace
  readonly books: readonly Book[]
  /** All state columns, as `instance/column`. */
  readonly columns: Readonly<Record<string, Column>>
  /** The same columns as bytes. */
  readonly state: Uint8Array
  /** Ticks done, length 1. */
  readonly clock: Float64Array
  /** What each instance has paid for gas in this path, USD; length instances. */
  readonly gas: Float64Array
  readonly checked: boolean
  readonly builderDraws: Draws
  /** The world as built: before any path, and before opening conditions are drawn. */
  readonly opening: Snapshot
  /** Another instance's port. @throws {LinkError} when there is none. */
  port<N extends PortName>(port: N, name: string): Ports[N]
  /** All instances that offer a port. */
  all(port: PortName): readonly Built[]
  /** Give every instance the draws of another path. */
  reseed(seed: number, path: number): void
}
