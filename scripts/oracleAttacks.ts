/** The world and the attacks on which `scripts/oracles.ts` measures every kind of oracle. */
import { buildWorld, createStepper } from '../src/engine/index.ts'
import { MODELS } from '../src/mechanisms/index.ts'
import {
  type Asset,
  type Context,
  f64,
  type InstanceSpec,
  type Lender,
  type Liquidated,
  list,
  type Model,
  model,
  number,
  type Params,
  type Pool,
  type PositionTable,
  type PriceSource,
  type ReferenceMarket,
  record,
  refs,
  text,
  USD,
  type World,
} from '../src/world/index.ts'

/** BASE is what X is a share of; CLAIM is the rise of X above 1,000 USD; VOTE decides disputes. */
const ASSETS: readonly Asset[] = [
  { name: 'USD', price: 1, kind: 'numeraire' },
  { name: 'BASE', price: 2000, kind: 'volatile' },
  { name: 'X', price: 2000, kind: 'volatile' },
  { name: 'CLAIM', price: 1000, kind: 'volatile' },
  { name: 'VOTE', price: 1, kind: 'volatile' },
]
export const BASE = 1
export const X = 2
export const CLAIM = 3
export const VOTE = 4
export const ENTRY = 1000

const TICK = 12
const HOURS = 8
const LLTV = 0.8
const VENUES = ['v1', 'v2', 'v3'] as const

/** A venue's price is `factor` times the fair one. `sandwich`: in the block at `from` only, then undone. */
type Push = {
  readonly venues: readonly (typeof VENUES)[number][]
  readonly from: number
  readonly to: number
  readonly factor: number
  readonly how: 'sandwich' | 'held' | 'still'
}

/** What happens in eight hours: fair prices move, and venues are pushed or stand still. */
export type Attack = {
  readonly name: string
  readonly doc: string
  readonly shocks: readonly Params[]
  readonly pushes: readonly Push[]
}

const HOUR = 3600
const fall = (assets: readonly number[], drop: number, at: number, over: number): Params => ({
  assets,
  drop,
  scale: 1,
  at,
  over,
})
const push = (
  factor: number,
  from: number,
  to: number,
  how: Push['how'],
  venues: Push['venues'] = ['v1'],
): Push => ({ venues, from, to, factor, how })

/** The same for every kind. */
export const ATTACKS: readonly Attack[] = [
  {
    name: 'one block',
    doc: 'v1 is pushed to twice the fair price and back within one block, all others acting in between, on the full hour; two hours later to half',
    shocks: [],
    pushes: [
      push(2, HOUR, HOUR + TICK, 'sandwich'),
      push(0.5, 3 * HOUR, 3 * HOUR + TICK, 'sandwich'),
    ],
  },
  {
    name: 'held',
    doc: 'v1 is held at twice the fair price for 25 blocks over a full hour; two hours later at half',
    shocks: [],
    pushes: [
      push(2, HOUR - 60, HOUR + 240, 'held'),
      push(0.5, 3 * HOUR - 60, 3 * HOUR + 240, 'held'),
    ],
  },
  {
    name: 'elsewhere',
    doc: 'v3 is held in the same way, v1 is not',
    shocks: [],
    pushes: [
      push(2, HOUR - 60, HOUR + 240, 'held', ['v3']),
      push(0.5, 3 * HOUR - 60, 3 * HOUR + 240, 'held', ['v3']),
    ],
  },
  {
    name: 'misprint',
    doc: 'two of the three venues (one exchange behind both) print 0.65 of the fair price for ten minutes over a full hour',
    shocks: [],
    pushes: [push(0.65, HOUR - 300, HOUR + 300, 'held', ['v1', 'v2'])],
  },
  {
    name: 'crash',
    doc: 'BASE and X fall by 30 % within ten minutes, and stay',
    shocks: [fall([BASE, X], 0.3, HOUR + 600, 600)],
    pushes: [],
  },
  {
    name: 'outage',
    doc: 'v1 stands still for two hours, in which BASE and X fall by 30 % within one',
    shocks: [fall([BASE, X], 0.3, HOUR + 600, HOUR)],
    pushes: [push(1, HOUR, 3 * HOUR, 'still')],
  },
  {
    name: 'depeg',
    doc: 'X loses 30 % of its value in BASE within four hours, and stays',
    shocks: [fall([X], 0.3, HOUR, 4 * HOUR)],
    pushes: [],
  },
]

/** Keeps venues at the fair price (first in every block), and pushes them. */
const venueKeeper: Model = model({
  kind: 'table/venueKeeper',
  phase: 'agent',
  doc: 'sets the prices of venues',
  external: true,
  params: {
    venues: refs('pool', 'venues'),
    pushes: list(
      'pushes',
      record('one push', {
        venues: list('which', text('name')),
        from: number('start', 's'),
        to: number('end', 's'),
        factor: number('price over the fair one', 'factor'),
        how: text('sandwich, held or still'),
      }),
    ),
  },
  columns: () => ({ now: f64(1, 's') }),
  create(p, s, { self }) {
    let market: ReferenceMarket
    let pools: readonly Pool[] = []
    /** Trade every venue to its price; `phase` is what has been done in this block. */
    function setAll(phase: 'first' | 'last'): null {
      const now = s.now[0]!
      pools.forEach((pool, k) => {
        const push = p.pushes.find(
          ({ venues, from, to }) => venues.includes(p.venues[k]!) && now >= from && now < to,
        )
        if (push?.how === 'still') return
        const isPushed = push !== undefined && (push.how === 'held' || phase === 'first')
        setPrice(pool, market.fundamental(X) * (isPushed ? push.factor : 1), self)
      })
      return null
    }
    return {
      link(use) {
        market = use('referenceMarket', 'market')
        pools = p.venues.map((name) => use('pool', name))
      },
      observe({ time }, submit) {
        s.now[0] = time
        submit({ actions: [{ kind: 'first', args: [], gas: 0 }], bid: 1e6, key: 0 })
        submit({ actions: [{ kind: 'last', args: [], gas: 0 }], bid: -2, key: 1 })
      },
      actions: {
        first: { doc: 'set prices, pushes included', execute: () => setAll('first') },
        last: { doc: 'set prices, pushes of one block undone', execute: () => setAll('last') },
      },
    }
  },
})

/** Trade a pool of X and USD without fee to a price, from a holder without end. */
function setPrice(pool: Pool, price: number, holder: number): void {
  const isFall = price < pool.price()
  const [sell, buy] = isFall ? [X, USD] : [USD, X]
  const amount = pool.amountTo(sell, buy, isFall ? price : 1 / price)
  if (amount > 1e-9) pool.swap(sell, buy, amount, holder, -1)
}

/** A position: coordinates, debt in USD and collateral in whole tokens. */
type Row = {
  readonly debt: number
  readonly collateral: number
  readonly owed: number
  readonly pledged: number
}

function rowOf({ book, liability, value }: Lender, row: number): Row {
  const first = book.start[row]!
  const [a, b] = [first, first + 1]
  const [c, d] = liability[book.coordinate[a]!] === 1 ? [b, a] : [a, b]
  const [collateral, debt] = [book.coordinate[c]!, book.coordinate[d]!]
  // Debts are negative amounts.
  return { debt, collateral, owed: -book.amount[d]! * value(debt), pledged: book.amount[c]! }
}

/** What the predator has seen; places in its column. */
const ERROR = 0
const WRONG_AT = 1
const SILENT = 2
const TAKEN = 3

/** Compare the answer with the fair price, now. */
function compare(seen: Float64Array, answer: number, fair: number, time: number): void {
  const error = answer / fair - 1
  if (!(answer >= 0)) seen[SILENT]! += TICK
  else if (Math.abs(error) > Math.abs(seen[ERROR]!)) seen[ERROR] = error
  if (!(Math.abs(error) <= 0.01)) seen[WRONG_AT] = time
}

/** Repay what can be repaid of a row. @returns what an account lost that was healthy at fair prices. */
function liquidate(lender: Lender, row: number, fair: number, holder: number): number {
  const done: Liquidated = { repaid: 0, seized: 0, event: -1 }
  const { debt, collateral, owed, pledged } = rowOf(lender, row)
  const repay = lender.maxRepay(row, debt, collateral)
  if (!(repay > 0)) return 0
  const isHealthy = pledged * fair * LLTV >= owed
  const refused = lender.liquidate(row, debt, collateral, repay, holder, done)
  return refused === null && isHealthy ? done.repaid : 0
}

/** Borrow what the limit allows against row 0, if that is more than its collateral is worth. */
function borrow(lender: Lender, fair: number, holder: number): void {
  const { debt, collateral, owed, pledged } = rowOf(lender, 0)
  const limit = pledged * lender.price(lender.assetOf(collateral)) * LLTV
  if (!(limit > pledged * fair)) return
  const amount = Math.min((limit - owed) * (1 - 1e-9), lender.cash(USD))
  if (amount > 1) lender.borrow(0, debt, amount, holder)
}

/**
 * Acts last but for the undoing of pushes, with money without end: borrows where collateral lends more
 * than it is worth, and liquidates whatever can be liquidated.
 */
const predator: Model = model({
  kind: 'table/predator',
  phase: 'agent',
  doc: 'takes what an oracle gives',
  external: true,
  params: {},
  columns: () => ({ seen: f64(4, 'fraction, s, s, USD'), now: f64(1, 's') }),
  create(_, s, { self }: Context) {
    let lender: Lender
    let market: ReferenceMarket
    let oracle: PriceSource
    return {
      link(use) {
        lender = use('lender', 'lender')
        market = use('referenceMarket', 'market')
        oracle = use('priceSource', 'oracle')
      },
      observe({ time }, submit) {
        s.now[0] = time
        submit({ actions: [{ kind: 'take', args: [], gas: 0 }], bid: -1, key: 0 })
      },
      actions: {
        take: {
          doc: 'borrow and liquidate',
          execute() {
            const asset = lender.assetOf(rowOf(lender, 0).collateral)
            const fair = fairPrice(market, asset)
            compare(s.seen, oracle.price(asset), fair, s.now[0]!)
            for (let row = 1; row < lender.book.rows; row++)
              s.seen[TAKEN]! += liquidate(lender, row, fair, self)
            borrow(lender, fair, self)
            return null
          },
        },
      },
    }
  },
})

/** What an asset is worth: the market's price without impact; a claim, the rise above its entry. */
function fairPrice(market: ReferenceMarket, asset: number): number {
  if (asset === CLAIM) return Math.max(0, market.fundamental(X) - ENTRY)
  return market.fundamental(asset)
}

/** Row 0 owes nothing on 100,000 USD; 40 others owe 40 to 75 % of 10,000 USD each. */
function positions(asset: number): PositionTable {
  const name = ASSETS[asset]!.name
  const rows = 41
  const entry = <T>(collateral: T, debt: T): T[] =>
    Array.from({ length: 2 * rows }, (_, k) => (k % 2 === 0 ? collateral : debt))
  const amount = Float64Array.from({ length: 2 * rows }, (_, k) => {
    const row = k >> 1
    if (k % 2 === 0) return (row === 0 ? 1e5 : 1e4) / ASSETS[asset]!.price
    return row === 0 ? 0 : 1e4 * (0.4 + (0.35 * (row - 1)) / (rows - 2))
  })
  return {
    accounts: Array.from({ length: rows }, (_, row) => `account ${row}`),
    assets: [name, 'USD'],
    start: Int32Array.from({ length: rows + 1 }, (_, row) => 2 * row),
    asset: Int32Array.from(entry(0, 1)),
    debt: Uint8Array.from(entry(0, 1)),
    amount,
    threshold: new Float64Array(2 * rows).fill(Number.NaN),
  }
}

/** Instances of an oracle, by name; the one that the lender reads is called "oracle". */
export type Stack = Readonly<Record<string, readonly [kind: string, params: Params]>>

const MINE = [venueKeeper, predator]

function specOf(name: string, kind: string, params: Params): InstanceSpec {
  const { params: specs } = [...MODELS, ...MINE].find((own) => own.kind === kind)!
  const filled = Object.fromEntries(Object.entries(specs).map(([key, own]) => [key, own.default]))
  return { name, kind, chain: 'chain', params: { ...filled, ...params } }
}

function worldOf({ shocks, pushes }: Attack, stack: Stack, asset: number): World {
  const pool = { base: X, quote: USD, baseReserve: 1000, fee: 0 }
  const lender = { oracle: 'oracle', loanAsset: USD, collateralAsset: asset, lltv: LLTV }
  const members: Stack = {
    falls: ['prices/schedule', { shocks }],
    market: ['prices/referenceMarket', { drivers: ['falls'] }],
    ...Object.fromEntries(VENUES.map((v) => [v, ['liquidity/constantProduct', pool] as const])),
    ...Object.fromEntries(
      VENUES.map((v) => [`${v}Spot`, ['oracles/spot', { pool: v, asset: X }] as const]),
    ),
    venues: ['table/venueKeeper', { venues: VENUES, pushes }],
    lender: [
      'lending/morphoBlue',
      { ...lender, irm: 'none', cash: 1e6, positions: positions(asset) },
    ],
    zPredator: ['table/predator', {}],
    ...stack,
  }
  const chain = { native: USD, gasPrice: 0, demand: 0 }
  return buildWorld(
    {
      assets: ASSETS,
      tickSeconds: TICK,
      ticks: (HOURS * HOUR) / TICK,
      chains: [specOf('chain', 'chain', chain)],
      instances: Object.entries(members).map(([name, [kind, own]]) => specOf(name, kind, own)),
    },
    [...MODELS, ...MINE],
    { seed: 1 },
  )
}

/** What an attack did to an oracle and to the lender that reads it. */
export type Damage = {
  /** Largest answer / fair - 1 by size, at the moments at which the predator acts. */
  readonly error: number
  /** Seconds from the end of the attack until the answer was within 1 %; Infinity: it never was. */
  readonly recovery: number
  /** Seconds without an answer. */
  readonly silent: number
  /** Debt without collateral at fair prices at the end, written off or not, USD. */
  readonly badDebt: number
  /** Repaid by liquidators of accounts that were healthy at fair prices, USD. */
  readonly falseLiquidations: number
}

/** When the last push or move of prices is over, s. */
function endOf({ shocks, pushes }: Attack): number {
  const moves = shocks.map(({ at, over }) => Number(at) + Number(over))
  return Math.max(...moves, ...pushes.map(({ to }) => to))
}

function badDebtOf(world: World, asset: number): number {
  const lender = world.port('lender', 'lender')
  const fair = fairPrice(world.port('referenceMarket', 'market'), asset)
  let total = lender.deficit(USD)
  for (let row = 0; row < lender.book.rows; row++) {
    const { owed, pledged } = rowOf(lender, row)
    total += Math.max(0, owed - pledged * fair)
  }
  return total
}

/** Debt of all accounts before the first block, USD. */
export function openingDebt(): number {
  return positions(X).amount.reduce((sum, amount, k) => (k % 2 === 0 ? sum : sum + amount), 0)
}

/** Run an attack on a lender that reads an oracle. */
export function damageOf(attack: Attack, stack: Stack, asset: number): Damage {
  const world = worldOf(attack, stack, asset)
  const step = createStepper(world)
  for (let tick = 0; tick < world.spec.ticks; tick++) step()
  const seen = world.columns['zPredator/seen'] as Float64Array
  const [error, wrongAt, silent, falseLiquidations] = [...seen] as [number, number, number, number]
  const isOver = wrongAt < world.spec.ticks * TICK
  const recovery = isOver ? Math.max(0, wrongAt + TICK - endOf(attack)) : Infinity
  return { error, recovery, silent, badDebt: badDebtOf(world, asset), falseLiquidations }
}
