import {
  BTC,
  ETH,
  type Member,
  selfOf,
  smallWorld,
  stepWorld,
  TEST_ASSETS,
  USDC,
} from '../../../test/conformance/model.ts'
import {
  createOwed,
  EVENT_NAMES,
  f64,
  type Governed,
  type Model,
  model,
  number,
  TERM_NAMES,
  TERMS,
  type TermName,
  type World,
} from '../../world/index.ts'
import { forger } from '../agents/index.ts'
import { aaveV3 } from '../lending/index.ts'
import { type Account, positionTable } from '../lending/testWorld.conformance.ts'
import { referenceMarket, schedule } from '../prices/index.ts'
import { control } from './control.ts'

const OFFERED: readonly TermName[] = ['borrowing', 'ltv', 'supplyCap', 'trading']

/** Something with four terms per asset, all 1 at the start; it takes no negative value, and `denied`. */
export const governed: Model = model({
  kind: 'test/governed',
  phase: 'protocol',
  doc: 'terms and nothing else',
  params: { denied: number('value that it refuses', 'any', { default: -1 }) },
  columns: (_, assets) => ({ value: f64(OFFERED.length * (assets.length + 1), 'any', 1) }),
  create(p, s, { assets }) {
    const place = (name: TermName, asset: number): number =>
      OFFERED.indexOf(name) * (assets.length + 1) + asset + 1
    const port: Governed = {
      terms: OFFERED,
      term: (name, asset) =>
        (TERMS[name].per === 'all') === asset < 0 ? s.value[place(name, asset)]! : Number.NaN,
      setTerm(name, asset, value) {
        if (value === p.denied) return 'denied'
        s.value[place(name, asset)] = value
        return null
      },
    }
    return { ports: { governed: port } }
  },
})

/** Proposes a stated value of one term at stated times. */
export const planned: Model = control({
  kind: 'controls/planned',
  doc: 'proposes by plan',
  params: {
    first: number('value', 'any', { default: 0 }),
    at: number('time', 's', { default: 12 }),
    second: number('value', 'any', { default: 1 }),
    secondAt: number('time', 's', { default: 1e9 }),
  },
  slots: () => [{ target: 'target', term: 'ltv', asset: 1 }],
  create: (p, _s, _context, desk) => ({
    observe({ time }) {
      if (time === p.at) desk.propose(0, p.first, -1)
      if (time === p.secondAt) desk.propose(0, p.second, desk.changedBy(0))
    },
  }),
})

/** A world of `target`, a governed thing, and `control`. */
export function plannedWorld(
  params: Readonly<Record<string, unknown>> = {},
  options: Parameters<typeof smallWorld>[1] & {
    readonly target?: Member
    readonly more?: Readonly<Record<string, Member>>
  } = {},
): World {
  const { target = [governed, {}], more = {}, ...others } = options
  return smallWorld({ target, control: [planned, params], ...more }, others)
}

/** One change of a term. */
export type Changed = {
  readonly id: number
  readonly tick: number
  readonly by: string
  readonly target: string
  readonly term: TermName
  readonly asset: number
  readonly from: number
  readonly to: number
  readonly wait: number
  readonly parent: number
}

/** All changes of terms so far. */
export function changes(world: World): readonly Changed[] {
  const { columns: c, length } = world.trace
  const name = (index: number): string => world.instances[index]!.name
  return Array.from({ length }, (_, id) => id)
    .filter((id) => EVENT_NAMES[c.kind[id]!] === 'term')
    .map((id) => ({
      id,
      tick: c.tick[id]!,
      by: name(c.instance[id]!),
      target: name(c.row[id]!),
      term: TERM_NAMES[c.other[id]!]!,
      asset: c.asset[id]!,
      from: c.x[id]!,
      to: c.y[id]!,
      wait: c.z[id]!,
      parent: c.parent[id]!,
    }))
}

/** Reasons of failed actions so far. */
export function failures(world: World): readonly string[] {
  const { columns: c, length, texts } = world.trace
  return Array.from({ length }, (_, id) => id)
    .filter((id) => EVENT_NAMES[c.kind[id]!] === 'failed')
    .map((id) => texts[c.other[id]!]!)
}

const NAMES = TEST_ASSETS.map(({ name }) => name)

/** Aave without interest: ETH at 2,000 USD as collateral (0.75, 0.8, 5 %) for USDC. */
function aaveOf(accounts: readonly Account[], oracle: string): Member {
  const flat = { slope1: 0, slope2: 0, baseRate: 0, reserveFactor: 0, supplyCap: 0, borrowCap: 0 }
  const terms = { ...flat, debtCeiling: 0, borrowableInIsolation: 0, siloedBorrowing: 0, eMode: 0 }
  const reserve = (ltv: number, liquidationThreshold: number, cash: number) => ({
    ...{ ...terms, ltv, liquidationThreshold, cash, liquidationBonus: 0.05 },
    ...{ liquidationProtocolFee: 0, optimalUtilization: 0.9 },
  })
  const cashOf = (name: string): number =>
    accounts.reduce((sum, { collateral = {} }) => sum + (collateral[name] ?? 0), 0)
  return [
    aaveV3,
    {
      oracle,
      reserves: [
        { asset: ETH, value: reserve(0.75, 0.8, cashOf('ETH')) },
        { asset: BTC, value: reserve(0.7, 0.75, cashOf('BTC')) },
        { asset: USDC, value: reserve(0.75, 0.8, cashOf('USDC')) },
      ],
      positions: positionTable(accounts, NAMES),
    },
  ]
}

/** What a defended world is made of beside its market and its lender. */
export type Defended = {
  /** Suppliers of USDC that nobody else supplies; borrowers. */
  readonly accounts: readonly Account[]
  readonly members?: Readonly<Record<string, Member>>
  readonly defence?: Member | null
  /** Drops of ETH: fraction, from, over, s. */
  readonly falls?: readonly (readonly [drop: number, at: number, over: number])[]
  /** More drivers of the market's prices. */
  readonly drivers?: readonly string[]
  readonly oracle?: string
  readonly lender?: Member
  readonly seed?: number
}

/** A world of ETH and USDC, `market`, `lender` and, if there is one, `defence`; gas costs something. */
export function defendedWorld(spec: Defended): World {
  const { accounts, members = {}, defence = null, falls = [], oracle = 'market' } = spec
  const shocks = falls.map(([drop, at, over]) => ({ assets: [ETH], drop, scale: 1, at, over }))
  const all = {
    fall: [schedule, { shocks }] as Member,
    market: [referenceMarket, { drivers: ['fall', ...(spec.drivers ?? [])], depth: [] }] as Member,
    lender: spec.lender ?? aaveOf(accounts, oracle),
    ...members,
    ...(defence ? { defence } : {}),
  }
  return smallWorld(all, { chain: { gasPrice: 30 }, seed: spec.seed ?? 1 })
}

/** USD per token at the reference market. */
export function pricesOf(world: World): number[] {
  const market = world.port('referenceMarket', 'market')
  return world.spec.assets.map((_, asset) => (asset === 0 ? 1 : market.price(asset)))
}

/** Bad debt at reference prices, USD. */
export function badDebtOf(world: World): number {
  const lender = world.port('lender', 'lender')
  const prices = pricesOf(world)
  const booked = prices.map((price, asset) => Math.max(0, lender.deficit(asset)) * price || 0)
  return createOwed(lender)(prices, -1).short + booked.reduce((a, b) => a + b, 0)
}

/** What the accounts own less what they owe at reference prices, USD. */
export function equityOf(world: World, rows: readonly number[]): number {
  const { book, coordinatesAt } = world.port('lender', 'lender')
  const values = new Float64Array(book.coordinates)
  coordinatesAt(pricesOf(world), 'value', values)
  let total = 0
  for (const row of rows)
    for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++)
      total += book.amount[k]! * values[book.coordinate[k]!]!
  return total
}

/** What an outside holder has got of an asset, tokens; negative: paid. */
export function gained(world: World, name: string, asset: number): number {
  return world.ledger.balance(selfOf(world, name), asset)
}

/** Advance and give the world back. */
export function ran(world: World, minutes: number): World {
  stepWorld(world, Math.round((minutes * 60) / 12))
  return world
}

/** Somebody who deposits `tranche` ETH a minute in account `row` and borrows half of its price. */
export function borrower(row: number, forged: number, tranche = 1): Member {
  const own = { lender: 'lender', account: `account ${row}`, collateral: ETH, debt: USDC }
  return [forger, { ...own, share: 0.5, forged, tranche, at: 12, every: 60 }]
}

/** What borrowers have lost to liquidations so far, USD at oracle prices. */
export function penaltiesOf({ trace: { columns: c, length } }: World): number {
  let total = 0
  for (let id = 0; id < length; id++)
    if (EVENT_NAMES[c.kind[id]!] === 'liquidation') total += c.y[id]! - c.x[id]!
  return total
}
