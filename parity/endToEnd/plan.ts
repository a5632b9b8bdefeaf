/** What the end-to-end check does for each protocol, and the shapes that pass between its parts. */
import type { PublicClient } from 'viem'
import type { World } from '../../src/world/index.ts'
import type { Names } from '../chain/names.ts'
import type { Op, Simulation } from '../protocol.ts'
import type { Random } from '../random.ts'

/** A step with the seconds to wait before it; 0n keeps it in the block of the one before. */
export type Timed = { readonly wait: bigint; readonly op: Op }

/** How state is read: a viem client and the names of what was deployed. */
export type Reader = {
  readonly client: PublicClient
  readonly names: Names
  /** Block whose state is read. */
  readonly blockNumber: bigint
  /** Its timestamp, seconds. */
  readonly time: bigint
  readonly users: readonly string[]
  /** What the deployment found (ids of markets). */
  readonly facts: Readonly<Record<string, bigint>>
}

/** The shock: a source of prices, its old answer and the new one, as the oracle states them. */
export type Move = {
  readonly source: string
  readonly from: bigint
  readonly to: bigint
  /** Block of the run in which it comes; the further shock comes after the run. */
  readonly tick: number
}

/** Tick of moves that come after the run. */
export const AFTERWARDS: number = Number.POSITIVE_INFINITY

/** Tell the moves of the run from further ones. */
export function split(moves: readonly Move[]): { readonly run: Move[]; readonly further: Move[] } {
  return {
    run: moves.filter(({ tick }) => tick < AFTERWARDS),
    further: moves.filter(({ tick }) => tick === AFTERWARDS),
  }
}

/** Answers of oracles as shares of those before, basis points or a ratio, and when they come. */
export type Stage = {
  readonly tick: number
  readonly shares: Readonly<Record<string, bigint | readonly [bigint, bigint]>>
}

/** Work out the moves of stages, one after the other. @param prices answers before the first. */
export function movesOf(stages: readonly Stage[], prices: ReadonlyMap<string, bigint>): Move[] {
  const now = new Map(prices)
  return stages.flatMap(({ tick, shares }) =>
    Object.entries(shares).map(([source, share]): Move => {
      const from = now.get(source)!
      const [above, below] = typeof share === 'bigint' ? [share, 10_000n] : share
      const to = (from * above) / below
      now.set(source, to)
      return { source, from, to, tick }
    }),
  )
}

/** A liquidation that the model in floats made, in whole tokens. */
export type FloatLiquidation = {
  readonly lender: string
  readonly account: string
  readonly debt: string
  readonly collateral: string
  readonly repaid: number
  /** With what the protocol keeps. */
  readonly seized: number
  readonly health: number
  readonly tick: number
}

/** A number that both sides have, by `kind of it`, and the size against which a gap is measured. */
export type Figure = { readonly value: number; readonly size: number }
export type Figures = Map<string, Figure>

/** A running exact model with what the comparison asks of it. */
export type ExactRun = Simulation & {
  /** Move the clock without a step, to look at interest. */
  at(time: bigint): void
  /** Turn a liquidation into the call that a liquidator would make. */
  order(liquidation: FloatLiquidation): Op
  /** What the last liquidation did, in whole tokens, with the sizes of both pools. */
  outcome(): { readonly repaid: Figure; readonly seized: Figure }
  /** What the floats are compared with. */
  figures(): Figures
  /** Name of the figure that is an account's health in a lender. */
  healthKey(account: string, lender: string): string
  /** Health of the account in a lender as the contract judges it; Infinity without debt. */
  health(account: string, lender: string): number
  /**
   * Figures that the contract itself cuts off more coarsely than the limit, by the reason: they are
   * measured and stated, not held to it.
   */
  stated(): ReadonlyMap<string, string>
  /** One more liquidation that the floats have no part in: any account, any amount. */
  propose(random: Random): ReturnType<Simulation['propose']>
}

/** Files of a scenario by name. */
export type Files = Readonly<Record<string, string>>

/**
 * One protocol's part, which needs no contract packages. `State` is plain data: lists and records of
 * texts and bigints.
 */
export type EndToEnd<State> = {
  /** Name of its folder in parity/protocols. */
  readonly name: string
  /** Steps that give a user tokens which the protocol may take. */
  funding(user: string): readonly Op[]
  /** Steps that open the accounts; the last block touches everything, so that rates are fresh. */
  opening(random: Random, users: readonly string[]): readonly Timed[]
  read(reader: Reader): Promise<State>
  /** Moves of the oracles: those of the run, which the floats make as well, and further ones. */
  shocks(state: State): { readonly run: readonly Move[]; readonly further: readonly Move[] }
  price(move: Move): Op
  start(state: State): ExactRun
  /** The same figures of a world that ran the scenario; sizes are not used. */
  floatFigures(world: World): Figures
  /** The scenario that anybody can run; `<name>.yaml` is its main file. */
  scenario(state: State, shock: readonly Move[]): Files
}
