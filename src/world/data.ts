/** Positions as columns: the rows of account i are start[i] .. start[i + 1] - 1. */
export type PositionTable = {
  readonly accounts: readonly string[]
  /** Names of assets that entries refer to. */
  readonly assets: readonly string[]
  /** Length accounts + 1. */
  readonly start: Int32Array
  /** Index into `assets`, per entry. */
  readonly asset: Int32Array
  /** 1 for debt, 0 for collateral, per entry. */
  readonly debt: Uint8Array
  /** Whole underlying tokens, >= 0, per entry. */
  readonly amount: Float64Array
  /** Threshold of a collateral entry; NaN where the market's own applies. */
  readonly threshold: Float64Array
  /** eMode category per account, 0 for none; absent where the protocol has no such thing. */
  readonly category?: Int32Array
}

/** One concentrated-liquidity pool as read from a chain. */
export type TickTable = {
  readonly pool: string
  /** Asset names; prices are in assets[1] per assets[0], as on the chain. */
  readonly assets: readonly [string, string]
  readonly decimals: readonly [number, number]
  /** One-side fee, fraction. */
  readonly fee: number
  readonly tickSpacing: number
  /** Active tick when the table was read. */
  readonly tick: number
  /** sqrt(raw price) when the table was read. */
  readonly sqrtPrice: number
  /** Active liquidity, raw units. */
  readonly liquidity: number
  /** Initialised ticks, ascending. */
  readonly ticks: Int32Array
  /** Net liquidity at each tick, raw units. */
  readonly net: Float64Array
}

/** Price impact by size of selling one asset for another, as quoted somewhere. */
export type ImpactTable = {
  readonly sell: string
  readonly buy: string
  /** Whole tokens sold, ascending, > 0. */
  readonly size: Float64Array
  /** Share of `spot` lost on average over that size, fraction, not falling. */
  readonly impact: Float64Array
  /** Bought per token sold at a vanishing size. */
  readonly spot: number
}

/** A price history on one time axis. */
export type PriceTable = {
  /** Unix seconds, ascending. */
  readonly time: Float64Array
  readonly assets: readonly string[]
  /** Per asset: USD, same length as `time`; NaN where the file has none. */
  readonly prices: readonly Float64Array[]
}

/** Where a file came from, as printed in every report. */
export type DataSource = {
  readonly source: string
  readonly date: string
  readonly sha256: string
}

/** A value that no file holds. `parameter` names the scenario parameter that changes it. */
export type Assumption = {
  readonly name: string
  readonly value: number | string
  readonly unit: string
  readonly source: string
  readonly parameter?: string
}

/** What a source was asked for and gave, with what it left out. */
export type Loaded = {
  /** Addressable in a scenario as `@name.path`. */
  readonly outputs: Readonly<Record<string, unknown>>
  readonly data: readonly DataSource[]
  /** What was left out and why, with counts. */
  readonly leftOut: readonly {
    readonly reason: string
    readonly count: number
    readonly amount?: number
    readonly unit?: string
  }[]
  readonly assumptions: readonly Assumption[]
  /** Sentences that a reader of any result must know, printed beside it. */
  readonly remarks?: readonly string[]
  /** Rows worth listing one by one, such as accounts that do not fit; folded in reports. */
  readonly lists?: readonly {
    readonly name: string
    readonly columns: readonly string[]
    readonly rows: readonly (readonly (string | number)[])[]
  }[]
  /** Distributions and figures worth printing, such as scaling factors. */
  readonly facts: readonly {
    readonly name: string
    readonly value: number
    readonly unit: string
  }[]
}
