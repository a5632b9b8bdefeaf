import {
  fraction,
  InputError,
  type InstanceSpec,
  list,
  type Model,
  model,
  modelOf,
  type Params,
  type PerAsset,
  type PositionTable,
  record,
  refs,
  split,
  usd,
  type WorldSpec,
  without,
} from '../../world/index.ts'
import { type Cell, type Closing, type Pool, takeApart } from './cells.ts'

/** Thrown when something that is no pool is to be taken apart. */
export class IsolationError extends InputError {
  override readonly name = 'IsolationError'
}

/** Names that lenders give to the share of an asset that counts as collateral. */
const COUNTS = ['collateralFactor', 'liquidationThreshold', 'ltv'] as const

type Market = PerAsset<Readonly<Record<string, number>>>

const params = {
  lenders: refs('lender', 'pools that are taken apart'),
  closingCost: fraction('share of a sale that is lost when collateral cannot be carried over', {
    default: 0.005,
    max: 0.5,
  }),
  outcome: list(
    'what it has cost, one entry per pool; the control fills it in',
    record('one pool', {
      closedDebt: usd('debt repaid because its collateral could not be carried over'),
      closingCost: usd('lost on the sales that paid for it'),
      returned: usd('collateral that went back to its owners'),
      brought: usd('cash that the cells need and the pool did not have'),
    }),
    { default: [] },
  ),
}

/** The parameter of a lender that lists its markets. @throws {IsolationError} when it has none. */
function marketsKey(pool: InstanceSpec, models: readonly Model[]): string {
  const specs = Object.entries(modelOf(models, pool.kind)?.params ?? {})
  const found = specs.find(([, { type, of }]) => type === 'perAsset' && of?.fields?.cash)
  if (found) return found[0]
  throw new IsolationError(
    `"${pool.name}" (${pool.kind}) has no list of markets with cash, so that it cannot be taken ` +
      'apart; name a pooled lender such as lending/compoundV2 or lending/aaveV3',
  )
}

/** Share of an asset that counts in the health test, by whichever name. */
function countsOf(value: Readonly<Record<string, number>>): number {
  return value.collateralFactor ?? value.liquidationThreshold ?? 0
}

/** Threshold of an eMode's collateral, where a pool has such. */
function categoriesOf(params: Params, markets: readonly Market[]): Pool['categoryThreshold'] {
  const eModes = (params.eModes ?? []) as readonly Readonly<Record<string, number>>[]
  return (category, asset) => {
    const own = markets.find((m) => m.asset === asset)?.value
    if (category === 0 || own?.eMode !== category || countsOf(own) === 0) return Number.NaN
    return eModes.find((eMode) => eMode.category === category)?.liquidationThreshold ?? Number.NaN
  }
}

function poolOf(spec: WorldSpec, pool: InstanceSpec, key: string, closingCost: number): Pool {
  const markets = pool.params[key] as readonly Market[]
  const positions = pool.params.positions as PositionTable
  return {
    markets: markets.map(({ asset, value }) => ({
      asset,
      threshold: countsOf(value),
      cash: value.cash ?? 0,
      reserves: value.reserves ?? 0,
    })),
    positions,
    assetOf: positions.assets.map((name) => spec.assets.findIndex((a) => a.name === name)),
    prices: spec.assets.map(({ price }) => price),
    categoryThreshold: categoriesOf(pool.params, markets),
    closingCost,
  }
}

/** The pool as one cell: its accounts, its cash, and one asset that counts as collateral. */
function cellOf(pool: InstanceSpec, key: string, cell: Cell): InstanceSpec {
  const markets = (pool.params[key] as readonly Market[]).map(({ asset, value }, m) => {
    const none = asset === cell.asset ? [] : COUNTS.filter((name) => name in value)
    const closed = Object.fromEntries(none.map((name) => [name, 0]))
    const reserves = 'reserves' in value ? { reserves: cell.reserves[m]! } : {}
    return { asset, value: { ...value, ...closed, ...reserves, cash: cell.cash[m]! } }
  })
  return { ...pool, params: { ...pool.params, [key]: markets, positions: cell.positions } }
}

/** Copies of agents that act for one account, in cells which do not have it. */
function strangers(spec: WorldSpec, pool: string): ReadonlySet<string> {
  const names = spec.instances.flatMap(({ name, params: { lender, account } }) => {
    if (typeof account !== 'string' || typeof lender !== 'string') return []
    const cell = lender.startsWith(`${pool}.`) && spec.instances.find((i) => i.name === lender)
    if (!cell) return []
    return (cell.params.positions as PositionTable).accounts.includes(account) ? [] : [name]
  })
  return new Set(names)
}

/** Put the cells of one pool in its place. */
function isolate(spec: WorldSpec, name: string, closingCost: number, models: readonly Model[]) {
  const pool = spec.instances.find((i) => i.name === name)
  if (!pool) throw new IsolationError(`"${name}" does not exist, so that it cannot be taken apart`)
  const key = marketsKey(pool, models)
  const { cells, closing } = takeApart(poolOf(spec, pool, key, closingCost))
  if (cells.length === 0) return { spec, closing }
  const parts = new Map(
    cells.map((cell) => [spec.assets[cell.asset]!.name, cellOf(pool, key, cell)] as const),
  )
  const apart = split(spec, models, name, parts)
  return { spec: without(apart, models, strangers(apart, name)), closing }
}

function arrange(spec: WorldSpec, own: InstanceSpec, models: readonly Model[]): WorldSpec {
  const { lenders, closingCost, outcome } = own.params as {
    readonly lenders: readonly string[]
    readonly closingCost: number
    readonly outcome: readonly Closing[]
  }
  if (outcome.length > 0) return spec
  const done: Closing[] = []
  let now = spec
  for (const name of lenders) {
    const made = isolate(now, name, closingCost, models)
    now = made.spec
    done.push(made.closing)
  }
  const instances = now.instances.map((i) =>
    i.name === own.name ? { ...i, params: { ...i.params, outcome: done } } : i,
  )
  return { ...now, instances }
}

/**
 * Isolated cells instead of a pool, from the start: a loss stays in the cell whose collateral failed, and
 * is at most what that cell has; but cash is in pieces too, and what an account had pledged together is
 * closed. Cells are named `pool.ASSET`; caps hold for each of them. The cost is in the parameter
 * `outcome`, which measures read.
 */
export const isolation: Model = model({
  kind: 'controls/isolation',
  phase: 'control',
  doc: 'takes pools apart into one isolated cell per collateral before the run begins',
  params,
  arrange,
  create: () => ({}),
})
