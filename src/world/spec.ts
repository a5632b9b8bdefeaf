import type { Assets } from './assets.ts'
import type { Params } from './params.ts'

/** One instance to build: a kind, its resolved parameters, and its opening balances. */
export type InstanceSpec = {
  readonly name: string
  readonly kind: string
  /** Chain that the instance lives on. */
  readonly chain: string
  readonly params: Params
}

/** Everything that the engine needs to build a world: plain data, validated at the edge. */
export type WorldSpec = {
  readonly assets: Assets
  /** Seconds per tick of the base clock. */
  readonly tickSeconds: number
  /** Length of a path in ticks. */
  readonly ticks: number
  readonly chains: readonly InstanceSpec[]
  readonly instances: readonly InstanceSpec[]
}
