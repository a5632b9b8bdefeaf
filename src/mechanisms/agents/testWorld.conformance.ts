import {
  BTC,
  ETH,
  type Member,
  selfOf,
  smallWorld,
  TEST_ASSETS,
  USDC,
} from '../../../test/conformance/model.ts'
import { EVENT_NAMES, type Lender, margin, USD, type World } from '../../world/index.ts'
import { compoundV2 } from '../lending/compoundV2/index.ts'
import { type Account, positionTable } from '../lending/testWorld.conformance.ts'
import { referenceMarket, schedule } from '../prices/index.ts'

export type Given = Readonly<Record<string, unknown>>

/** USD whose sale moves ETH by 1 %; BTC moves a fifth as much, USDC not at all. */
export function marketOf(depth: number, drivers: readonly string[] = ['fall']): Member {
  const depths = [
    { asset: ETH, value: depth },
    { asset: BTC, value: 5 * depth },
  ]
  return [referenceMarket, { drivers, depth: depths }]
}

/** Fall of some assets by a fraction, all at once at `at`. */
export function fallOf(drop: number, at = 12, assets: readonly number[] = [ETH]): Member {
  return [schedule, { shocks: [{ assets, drop, scale: 1, at, over: 0 }] }]
}

/** A lender: threshold 0.8, close factor 0.5, bonus 8 %, no seize share, no interest, ample cash. */
export function lenderOf(accounts: readonly Account[], params: Given = {}): Member {
  const terms = {
    collateralFactor: 0.8,
    exchangeRate: 1,
    cash: 1e8,
    reserves: 0,
    reserveFactor: 0,
    baseRate: 0,
    multiplier: 0,
    jumpMultiplier: 0,
    kink: 0.8,
  }
  const names = TEST_ASSETS.map(({ name }) => name)
  return [
    compoundV2,
    {
      oracle: 'market',
      protocolSeizeShare: 0,
      markets: [USD, ETH, BTC, USDC].map((asset) => ({ asset, value: terms })),
      positions: positionTable(accounts, names),
      ...params,
    },
  ]
}

/** ETH collateral against a debt, at 2,000 USD per ETH. */
export function account(eth: number, debt: number, asset = 'USD'): Account {
  return { collateral: { ETH: eth }, debt: { [asset]: debt } }
}

/** A world of a market, one lender "lender" and more. */
export function agentWorld(
  accounts: readonly Account[],
  members: Readonly<Record<string, Member>>,
  options: Parameters<typeof smallWorld>[1] = {},
): World {
  return smallWorld(
    {
      fall: fallOf(0.1),
      market: marketOf(1e9),
      lender: lenderOf(accounts),
      ...members,
    },
    options,
  )
}

/** One event as a record. */
export type Seen = {
  readonly id: number
  readonly tick: number
  readonly instance: string
  readonly row: number
  readonly parent: number
  readonly asset: number
  readonly other: number
  readonly x: number
  readonly y: number
  readonly text: string
}

/** All events of one kind. */
export function seen(world: World, name: string): Seen[] {
  const { columns, texts, length } = world.trace
  const out: Seen[] = []
  for (let id = 0; id < length; id++) {
    if (EVENT_NAMES[columns.kind[id]!] !== name) continue
    out.push({
      id,
      tick: columns.tick[id]!,
      instance: world.instances[columns.instance[id]!]!.name,
      row: columns.row[id]!,
      parent: columns.parent[id]!,
      asset: columns.asset[id]!,
      other: columns.other[id]!,
      x: columns.x[id]!,
      y: columns.y[id]!,
      text: name === 'failed' ? texts[columns.other[id]!]! : '',
    })
  }
  return out
}

/** Collateral x threshold over debt of a row, at the lender's oracle prices. */
export function health(lender: Lender, row: number): number {
  const { book, liability } = lender
  const values = lender.coordinates().slice()
  const debts = values.map((value, c) => (liability[c] === 1 ? value : 0))
  const owed = -margin(book, debts, row)
  return (margin(book, values, row) + owed) / owed
}

/** USD that a named instance holds. */
export function cash(world: World, name: string): number {
  return world.ledger.balance(selfOf(world, name), USD)
}
