import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildWorld, createStepper, startPath } from '../src/engine/index.ts'
import {
  columnsOf,
  createWatched,
  endingOf,
  focusOf,
  openingOf,
  type PathView,
} from '../src/measures/index.ts'
import { MODELS } from '../src/mechanisms/index.ts'
import { parseScenario, resolveScenario } from '../src/scenario/index.ts'
import {
  type Governed,
  type Lender,
  type Model,
  model,
  type Outcome,
  type World,
} from '../src/world/index.ts'

/** A move of X: fall (negative: rise), when it starts and how long it takes, days. */
export type Move = readonly [drop: number, at: number, over?: number]

/** What a managed world is made of; everything but the defence has a default. */
export type Managed = {
  /** Entries of `defences:`, one line of YAML each, by name. */
  readonly defences: Readonly<Record<string, string>>
  readonly moves?: readonly Move[]
  /** Collateral in X and debt in USD, per account. */
  readonly accounts: readonly (readonly [x: number, usd: number])[]
  /** Sale that moves X by 1 %, USD. */
  readonly depth?: number
  readonly days?: number
  /** Somebody of the test's own, by name, on the only chain and without parameters. */
  readonly agents?: Readonly<Record<string, Model>>
  /** More instances, a line of YAML each. */
  readonly more?: readonly string[]
  readonly oracle?: string
  /** The lender; Compound v2 by default. */
  readonly lender?: string
  readonly gasPrice?: number
  readonly vol?: number
  /** Times in which the feed is stuck, days. */
  readonly stuck?: readonly [from: number, to: number]
  /** Gas per liquidation. */
  readonly liquidationGas?: number
  /** Bonus and close factor of liquidations at the start. */
  readonly bonus?: number
  readonly close?: number
}

const LENDER = `{ kind: lending/compoundV2, oracle: $oracle, closeFactor: $close, liquidationBonus: $bonus,
    protocolSeizeShare: 0, positions: '@book.positions', markets: {
      X: { collateralFactor: 0.8, exchangeRate: 1, cash: 1.0e+6 },
      USD: { collateralFactor: 0, exchangeRate: 1, cash: 1.0e+6 } } }`

/** Falls and rises by the same factor, every half day. */
export function swings(drop: number, days: number): readonly Move[] {
  const back = 1 - 1 / (1 - drop)
  return Array.from({ length: 2 * days }, (_, k): Move => [k % 2 ? back : drop, (k + 1) / 2])
}

/** Accounts of 10 X at 100 USD. */
export function accounts(from: number, step: number, n: number): Managed['accounts'] {
  return Array.from({ length: n }, (_, k) => [10, from + step * k] as const)
}

/**
 * Aave v3.3 with X as collateral and USD as debt.
 * @param x more terms of X, as YAML.
 * @param usd all terms of USD beside its limits.
 */
export function aave(x: string, usd: string): string {
  const limits = 'ltv: 0.75, liquidationThreshold: 0.8, liquidationBonus: 0.08'
  return `{ kind: lending/aaveV3, rules: v3.3, oracle: $oracle, positions: '@book.positions', reserves: {
      X: { ${limits}, cash: 1000, slope1: 0, slope2: 0, ${x} },
      USD: { ltv: 0.7, liquidationThreshold: 0.75, ${usd} } } }`
}

function textOf(world: Managed): string {
  const { defences, moves = [], depth = 1e9, days = 10, more = [], gasPrice = 20 } = world
  const shocks = moves.map(
    ([drop, at, over = 0]) =>
      `{ assets: [X], drop: ${drop}, at: { days: ${at} }, over: { days: ${over} } }`,
  )
  const [from, to] = world.stuck ?? []
  const stuck = world.stuck ? `{ from: { days: ${from} }, to: { days: ${to} } }` : ''
  const lines = Object.entries(defences).map(([name, line]) => `  ${name}: ${line}`)
  return `
name: managed
title: a managed lender
parameters:
  oracle: { value: ${world.oracle ?? 'market'}, unit: choice, options: [market, feed], doc: whom the lender reads }
  bonus: { value: ${world.bonus ?? 0.08}, unit: fraction, doc: bonus }
  close: { value: ${world.close ?? 1}, unit: fraction, doc: close factor }
time: { tick: 600, duration: { days: ${days} } }
assets: { X: { price: 100 }, ETH: { price: 2000 } }
sources:
  book: { kind: positionsTable, file: positions.csv, market: main }
chains: { main: { gasPrice: ${gasPrice}, native: ETH } }
instances:
  path: { kind: prices/schedule, shocks: [${shocks.join(', ')}] }
  noise: { kind: prices/gbm, assets: [X], vol: ${world.vol ?? 0} }
  market: { kind: prices/referenceMarket, drivers: [path, noise], depth: { X: ${depth} } }
  feed: { kind: oracles/feed, source: market, assets: [X], gas: 0, latency: 0, deviation: 0.001, stuck: [${stuck}] }
  lender: ${world.lender ?? LENDER}
  liquidators: { kind: agents/liquidator, lenders: [lender], venue: market, capital: 1.0e+7, gas: ${world.liquidationGas ?? 0}, minProfit: 0 }
${more.map((line) => `  ${line}`).join('\n')}
defences:
${lines.join('\n')}
order: { measure: loss, asset: X, source: market }
`
}

/** A path that was run to its end, and its numbers by name; NaN where a measure has none. */
export type Path = { readonly world: World; readonly get: (name: string) => number }

async function worldOf(own: Managed, defences: string): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-managed-'))
  const rows = own.accounts.map(([x, usd], k) => `a${k},main,X:${x},USD:${usd},`)
  const header = 'account,market,collateral,debt,threshold'
  writeFileSync(join(folder, 'positions.csv'), `${header}\n${rows.join('\n')}\n`)
  const scenario = parseScenario(textOf(own), join(folder, 'managed.yaml'))
  const { spec } = await resolveScenario(scenario, { set: { defences } })
  rmSync(folder, { recursive: true })
  const agents = Object.entries(own.agents ?? {})
  const instances = agents.map(([name, { kind }]) => ({ name, kind, chain: 'main', params: {} }))
  const models = [...MODELS, ...agents.map(([, model]) => model)]
  const all = { ...spec, instances: [...spec.instances, ...instances] }
  return buildWorld(all, models, { seed: 1, checked: true })
}

/** Run a world with some of its defences, or with none. */
export async function managed(own: Managed, defences: string): Promise<Path> {
  const world = await worldOf(own, defences)
  startPath(world, 1, 0)
  const focus = focusOf(world, 1, 'market')
  const opening = openingOf(world, focus)
  const watch = createWatched(world, focus)
  const step = createStepper(world)
  watch.look(0)
  for (let tick = 1; tick <= world.spec.ticks; tick++) {
    step()
    watch.look(tick)
  }
  const view: PathView = {
    ...{ world, focus, path: 0, opening, gains: [] },
    ...{ watched: watch.result(), ending: endingOf(world) },
  }
  const columns = columnsOf(['lender'])
  const value = (name: string) => columns.find((c) => c.name === name)?.value(view)
  return { world, get: (name) => value(name) ?? Number.NaN }
}

/** Run the same path without any defence and with all of them. */
export async function compared(
  own: Managed,
): Promise<{ readonly without: Path; readonly with: Path }> {
  return { without: await managed(own, 'none'), with: await managed(own, 'all') }
}

/** Coordinate of an asset as collateral or as debt. */
function coordinateOf({ book, liability, assetOf }: Lender, asset: number, side: 0 | 1): number {
  for (let c = 0; c < book.coordinates; c++)
    if (assetOf(c) === asset && liability[c] === side) return c
  throw new Error(`the lender has no asset ${asset}`)
}

const X = 1
const USD = 0

/** Somebody outside who does one thing to the lender in every block, if he wants to. */
function actor(
  name: string,
  bid: number,
  wants: (tick: number, lender: Lender, governed: Governed) => boolean,
  act: (lender: Lender, self: number, governed: Governed) => Outcome,
): Model {
  return model({
    kind: `test/${name}`,
    phase: 'agent',
    doc: name,
    external: true,
    params: {},
    create(_p, _s, { self }) {
      let lender: Lender
      let governed: Governed
      return {
        link(use) {
          lender = use('lender', 'lender')
          governed = use('governed', 'lender')
        },
        observe({ tick }, submit) {
          if (wants(tick, lender, governed))
            submit({ actions: [{ kind: 'act', args: [], gas: 0 }], bid, key: 0 })
        },
        actions: { act: { doc: name, execute: () => act(lender, self, governed) } },
      }
    },
  })
}

/** Borrows an amount once, in a stated tick, with a stated bid. */
export function hasty(tick: number, bid: number, row: number, amount: number): Model {
  return actor(
    'hasty',
    bid,
    (now) => now === tick,
    (lender, self) => lender.borrow(row, coordinateOf(lender, USD, 1), amount, self),
  )
}

/** Fills what room the supply cap leaves with X, and borrows nearly all that it is said to be worth. */
export function filler(row: number, share: number): Model {
  const room = (lender: Lender, governed: Governed): number =>
    governed.term('supplyCap', X) - lender.claims(X)
  return actor(
    'filler',
    5,
    (_, lender, governed) => room(lender, governed) > 1,
    (lender, self, governed) => {
      const amount = room(lender, governed) - 0.5
      const worth = share * amount * lender.price(X)
      return (
        lender.supply(row, coordinateOf(lender, X, 0), amount, self) ??
        lender.borrow(row, coordinateOf(lender, USD, 1), worth, self)
      )
    },
  )
}

/** Repays a part of a debt in every block in which it costs more than he tolerates, 1/year. */
export function payer(row: number, tolerated: number, part: number): Model {
  let before = { tick: -1, worth: 0 }
  const rate = (tick: number, lender: Lender): number => {
    const worth = lender.value(coordinateOf(lender, USD, 1))
    const growth = before.tick === tick - 1 ? worth / before.worth - 1 : 0
    before = { tick, worth }
    return growth * 365 * 144
  }
  return actor(
    'payer',
    1,
    (tick, lender) => rate(tick, lender) > tolerated,
    (lender, self) => lender.repay(row, coordinateOf(lender, USD, 1), part, self),
  )
}
