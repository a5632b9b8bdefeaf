import type { Lines } from './document.ts'
import type { Overrides, Parameter } from './parameters.ts'

/** What experiments measure and vary when they are not told. */
export type Order = {
  readonly measure: string
  /** Parameter that is the shock. */
  readonly shock?: string
  /** Parameter whose every option, or every one of `values`, the report runs against the shock. */
  readonly compare?: string
  /** Values of a numeric `compare`. */
  readonly values?: readonly number[]
  /** Asset or group that the shock falls on. */
  readonly asset?: string
  /** Instance whose prices count. */
  readonly source?: string
  /** Parameter that is the size of the system, such as its number of positions. */
  readonly size?: string
}

/** A scenario file, checked as far as that is possible without its data. Plain data. */
export type Scenario = {
  readonly name: string
  readonly title: string
  readonly description: string
  /** Path of the file as it was given; problems print it. */
  readonly path: string
  readonly text: string
  /** sha256 of the text, hexadecimal. */
  readonly hash: string
  readonly parameters: readonly Parameter[]
  readonly order: Order
  /** Default number of paths. */
  readonly paths: number
  /** Default seed. */
  readonly seed: number
  /** Measures to show first. */
  readonly measures: readonly string[]
  /** Values of parameters in the short form that CI runs. */
  readonly short: Overrides
  /** Values of parameters in calm weather, in which what defences cost is measured; empty when not stated. */
  readonly calm: Overrides
  /** The file as maps, lists and scalars, nothing replaced. */
  readonly document: Readonly<Record<string, unknown>>
  /** Where every value of the document stands. */
  readonly lines: Lines
}
