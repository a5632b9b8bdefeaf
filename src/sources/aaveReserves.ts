import {
  type Assumption,
  data,
  file,
  fraction,
  type Loaded,
  list,
  number,
  type ParamSpec,
  type ParamsOf,
  type PositionTable,
  record,
  text,
  usd,
} from '../world/index.ts'
import { eModesOfReserves, type Membership } from './aaveEModes.ts'
import { type Reserve, readSnapshot, type Snapshot } from './aaveReserveFile.ts'
import { dataSource, type Files } from './files.ts'
import { createProblems, quoted, SourceError } from './problems.ts'
import { type Source, source } from './source.ts'

const optionalPositions: ParamSpec<PositionTable | undefined> = {
  ...data<PositionTable | undefined>(
    'positions',
    'accounts that the reserves must fund: cash is raised to what their collateral needs',
  ),
  optional: true,
}

const params = {
  file: file('JSON list of snapshots of Aave reserves'),
  snapshot: text('part of the name of the snapshot'),
  assets: list(
    'which reserves, as name=symbol, name=0xaddress or symbol alone; empty: all, by symbol',
    text('asset'),
    { default: [] },
  ),
  plain: list(
    'reserves for assets that the snapshot does not have, without interest',
    record('one such reserve', {
      asset: text('name of the asset'),
      price: usd('price of one token', { default: 1 }),
      liquidationThreshold: fraction('share that counts, where positions say nothing else', {
        default: 0.75,
      }),
      liquidationBonus: fraction('collateral seized beyond the value repaid', { default: 0.1 }),
      cash: number('held at the start', 'tokens', { default: 0, min: 0 }),
    }),
    { default: [] },
  ),
  cash: list(
    'cash that the snapshot does not give, or to be used instead',
    record('cash of one reserve', {
      asset: text('name of the asset in the world'),
      amount: number('held at the start', 'tokens', { default: 0, min: 0 }),
    }),
    { default: [] },
  ),
  cashScale: number('multiplies all cash; never below what positions need', 'factor', {
    default: 1,
    min: 0,
    max: 1000,
  }),
  utilization: fraction(
    'share of a reserve that is lent out, which gives the cash that the snapshot does not: what positions owe x (1 / utilization - 1)',
    { default: 1, min: 1e-6 },
  ),
  positions: optionalPositions,
  categories: list('eModes to take; empty: all', number('category', 'category'), { default: [] }),
  reserveIds: list(
    'symbols in the order of the pool’s reserve ids, for bitmaps of eModes; empty: known ones',
    text('symbol'),
    { default: [] },
  ),
  ethPrice: usd('price of ETH, where the snapshot’s prices are in ETH; 0: as USDC at par implies', {
    default: 0,
  }),
}

type Given = ParamsOf<typeof params>

/** One reserve as the model lending/aaveV3 takes it. */
export type AaveReserve = {
  readonly ltv: number
  readonly liquidationThreshold: number
  readonly liquidationBonus: number
  readonly liquidationProtocolFee: number
  readonly reserveFactor: number
  readonly supplyCap: number
  readonly borrowCap: number
  readonly debtCeiling: number
  readonly borrowableInIsolation: 0 | 1
  readonly siloedBorrowing: 0 | 1
  readonly eMode: number
  readonly optimalUtilization: number
  readonly baseRate: number
  readonly slope1: number
  readonly slope2: number
  readonly cash: number
}

/** A reserve under its name in the world, with its place in the snapshot. */
type Chosen = { readonly name: string; readonly at: number }

function choose(entry: string, snapshot: Snapshot): Chosen | string {
  const [name = '', wanted = name] = entry.split('=', 2)
  const isWanted = ({ symbol, address }: Reserve): boolean =>
    wanted.startsWith('0x') ? address === wanted.toLowerCase() : symbol === wanted
  const found = snapshot.reserves.flatMap((r, at) => (isWanted(r) ? [at] : []))
  if (found.length === 1 && name !== '') return { name, at: found[0]! }
  if (found.length === 0 || name === '')
    return `${quoted(entry)} names no reserve; there are ${snapshot.reserves.map((r) => r.symbol).join(', ')}`
  const addresses = found.map((at) => `${name}=${snapshot.reserves[at]!.address}`).join(' or ')
  return `${quoted(wanted)} stands ${found.length} times; choose ${addresses}`
}

function chooseAll(snapshot: Snapshot, given: Given): readonly Chosen[] {
  const p = createProblems()
  const path = `aaveReserves of ${quoted(snapshot.name)}`
  const asked = given.assets.length > 0 ? given.assets : snapshot.reserves.map((r) => r.symbol)
  const chosen = asked.flatMap((entry, i): Chosen[] => {
    const found = choose(entry, snapshot)
    if (typeof found !== 'string') return [found]
    p.add({ path: `${path}: assets[${i}]` }, found)
    return []
  })
  const names = [...chosen.map((c) => c.name), ...given.plain.map((c) => c.asset)]
  for (const name of new Set(names))
    if (names.filter((other) => other === name).length > 1)
      p.add({ path }, `${quoted(name)} has two reserves; give one of them another name`)
  for (const { asset } of given.cash)
    if (!names.includes(asset))
      p.add(
        { path: `${path}: cash` },
        `${quoted(asset)} has no reserve; known are ${names.join(', ')}`,
      )
  p.check()
  return chosen
}

/** Tokens that positions hold as collateral beyond what they owe, and what they owe, by asset. */
function neededBy(positions: PositionTable | undefined): {
  readonly needed: ReadonlyMap<string, number>
  readonly owed: ReadonlyMap<string, number>
} {
  const supplied = new Map<string, number>()
  const owed = new Map<string, number>()
  positions?.asset.forEach((a, k) => {
    const into = positions.debt[k] === 1 ? owed : supplied
    const name = positions.assets[a]!
    into.set(name, (into.get(name) ?? 0) + positions.amount[k]!)
  })
  const needed = [...supplied].map(
    ([name, amount]) => [name, amount * (1 + 1e-9) - (owed.get(name) ?? 0)] as const,
  )
  return { needed: new Map(needed.filter(([, amount]) => amount > 0)), owed }
}

/** USD per ETH of a snapshot whose prices are in ETH; 1 for the others. */
function unitOf(snapshot: Snapshot, given: Given): number {
  if (!snapshot.isV2) return 1
  if (given.ethPrice > 0) return given.ethPrice
  const usdc = snapshot.reserves.find((r) => r.symbol === 'USDC')
  if (usdc) return 1 / usdc.answer
  throw new SourceError([
    `${snapshot.place}: prices are in ETH and there is no USDC to imply ETH’s; give the parameter "ethPrice"`,
  ])
}

/** Cash of reserves: what was given, else the snapshot's, else none; raised to what is needed. */
function createTill(given: Given) {
  const { needed, owed } = neededBy(given.positions)
  const idle = 1 / given.utilization - 1
  const own = new Map(given.cash.map(({ asset, amount }) => [asset, amount]))
  const raised: string[] = []
  const missing: string[] = []
  return {
    raised,
    missing,
    cashOf(name: string, listed: number): number {
      const least = needed.get(name) ?? 0
      const known = own.get(name) ?? listed
      if (Number.isNaN(known)) missing.push(name)
      const listedOrIdle = Number.isNaN(known) ? (owed.get(name) ?? 0) * idle : known
      const wanted = listedOrIdle * given.cashScale
      if (wanted >= least) return wanted
      raised.push(name)
      return least
    },
  }
}

type Till = ReturnType<typeof createTill>

function reserveOf(r: Reserve, eMode: number, cash: number): AaveReserve {
  const { symbol: _, address: __, category: ___, answer: ____, isFrozen: _____, ...terms } = r
  return { ...terms, eMode, cash }
}

function plainReserve(plain: Given['plain'][number], till: Till): AaveReserve {
  const { asset, liquidationThreshold, liquidationBonus, cash } = plain
  return {
    ltv: liquidationThreshold,
    liquidationThreshold,
    liquidationBonus,
    liquidationProtocolFee: 0,
    reserveFactor: 0,
    supplyCap: 0,
    borrowCap: 0,
    debtCeiling: 0,
    borrowableInIsolation: 0,
    siloedBorrowing: 0,
    eMode: 0,
    optimalUtilization: 1,
    baseRate: 0,
    slope1: 0,
    slope2: 0,
    cash: till.cashOf(asset, cash > 0 ? cash : Number.NaN),
  }
}

function assumptionsOf(snapshot: Snapshot, unit: number, till: Till, given: Given): Assumption[] {
  const about = (
    name: string,
    names: readonly string[],
    source: string,
    parameter: string,
  ): Assumption[] =>
    names.length === 0
      ? []
      : [{ name, value: names.join(', '), unit: 'reserves', source, parameter }]
  const ethPrice: Assumption = {
    name: 'ethPrice',
    value: unit,
    unit: 'USD',
    source: given.ethPrice > 0 ? 'parameter' : 'implied by the snapshot with USDC at par',
    parameter: 'ethPrice',
  }
  const terms: Assumption = {
    name: 'terms of the reserves',
    value: snapshot.name,
    unit: 'snapshot',
    source:
      'thresholds, bonuses, caps and rates of that date and version, whatever the date of the positions',
    parameter: 'snapshot',
  }
  return [
    terms,
    ...(snapshot.isV2 ? [ethPrice] : []),
    ...about(
      'cash',
      till.missing,
      `not in the snapshot: what a utilization of ${given.utilization} leaves beside the debts of the positions, at least what their collateral needs`,
      'utilization',
    ),
    ...about(
      'cash raised',
      till.raised,
      'the collateral of the positions, beyond what they owe, must be funded',
      'cash',
    ),
    ...about(
      'plain reserves',
      given.plain.map((r) => r.asset),
      'stand for assets known only in value: stated terms, no interest',
      'plain',
    ),
  ]
}

function leftOut(membership: Membership, frozen: number, notTaken: number): Loaded['leftOut'] {
  return [
    { reason: 'reserves of the snapshot that were not asked for', count: notTaken },
    { reason: 'further eModes of reserves that are in several', count: membership.further },
    {
      reason:
        'reserves that can only be borrowed in their eMode, kept with its terms as collateral',
      count: membership.borrowOnly,
    },
    {
      reason: 'eModes whose bitmaps cannot be read without the parameter reserveIds',
      count: membership.unknownIds ? 1 : 0,
    },
    { reason: 'frozen reserves, kept as if they were not', count: frozen },
  ].filter((entry) => entry.count > 0)
}

function reservesOf(
  chosen: readonly Chosen[],
  snapshot: Snapshot,
  membership: Membership,
  given: Given,
  till: Till,
): Readonly<Record<string, AaveReserve>> {
  const own = chosen.map(({ name, at }): [string, AaveReserve] => {
    const reserve = snapshot.reserves[at]!
    return [name, reserveOf(reserve, membership.of[at]!, till.cashOf(name, reserve.cash))]
  })
  const plain = given.plain.map((p): [string, AaveReserve] => [p.asset, plainReserve(p, till)])
  return Object.fromEntries([...own, ...plain])
}

function pricesOf(
  chosen: readonly Chosen[],
  snapshot: Snapshot,
  given: Given,
  unit: number,
): Readonly<Record<string, number>> {
  const own = chosen.map(({ name, at }) => [name, snapshot.reserves[at]!.answer * unit])
  return Object.fromEntries([...own, ...given.plain.map(({ asset, price }) => [asset, price])])
}

function load(given: Given, files: Files): Loaded {
  const read = files.read(given.file)
  const snapshot = readSnapshot(read.text, given.file, given.snapshot)
  const isTaken = (category: number): boolean =>
    given.categories.length === 0 || given.categories.includes(category)
  const eModes = snapshot.eModes.filter((eMode) => isTaken(eMode.category))
  const membership = eModesOfReserves(snapshot, eModes, given.reserveIds)
  const chosen = chooseAll(snapshot, given)
  const unit = unitOf(snapshot, given)
  const till = createTill(given)
  const all = snapshot.reserves
  const reserves = reservesOf(chosen, snapshot, membership, given, till)
  const frozen = chosen.filter(({ at }) => all[at]!.isFrozen).length
  return {
    outputs: {
      reserves,
      eModes: eModes.map(({ collateral: _, borrowable: __, ...terms }) => terms),
      prices: pricesOf(chosen, snapshot, given, unit),
    },
    data: [dataSource(given.file, read, snapshot.name)],
    leftOut: leftOut(membership, frozen, all.length - new Set(chosen.map((c) => c.at)).size),
    assumptions: assumptionsOf(snapshot, unit, till, given),
    facts: [
      { name: 'reservesOfSnapshot', value: all.length, unit: 'reserves' },
      { name: 'reserves', value: Object.keys(reserves).length, unit: 'reserves' },
      { name: 'eModes', value: eModes.length, unit: 'categories' },
      { name: 'reservesWithCashRaised', value: till.raised.length, unit: 'reserves' },
    ],
  }
}

/** Terms of Aave reserves from a snapshot of the chain. */
export const aaveReserves: Source = source({
  kind: 'aaveReserves',
  doc: 'terms, eModes and prices of Aave reserves as they stood, with plain ones added',
  params,
  outputs: {
    reserves: 'asset -> terms and opening cash, for lending/aaveV3',
    eModes: 'terms of the eModes, for lending/aaveV3',
    prices: 'asset -> USD per whole token, as the oracle answered',
  },
  load,
})
