import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Lender, Outcome } from '../../../world/index.ts'
import { type Account, aaveWorld, type LendingWorld } from '../testWorld.conformance.ts'
import * as exact from './exact.ts'
import { type ExactPool, exactPool, hold, mark, OPENED } from './exactPool.conformance.ts'

const CLOSE = 1e-9
const ASSETS = ['ETH', 'USDC', 'WBTC', 'ISO'] as const
const DECIMALS = { ETH: 18n, USDC: 6n, WBTC: 8n, ISO: 18n }
const PRICES = { ETH: 2000, USDC: 1, WBTC: 30000, ISO: 5 }
const CASH = 50_000
const RATES = { optimalUtilization: 0.8, baseRate: 0.01, slope1: 0.05, slope2: 0.9 }
const STRATEGY = {
  baseVariableBorrowRate: 10n ** 25n,
  variableRateSlope1: 5n * 10n ** 25n,
  variableRateSlope2: 9n * 10n ** 26n,
}
/** The first account is in an eMode, the last has an isolated collateral. */
const ACCOUNTS: readonly Account[] = [
  { collateral: { ETH: 10, WBTC: 0.1 }, debt: { USDC: 14000, ETH: 0.5 }, category: 1 },
  { collateral: { WBTC: 1, USDC: 500 }, debt: { ETH: 10, USDC: 100 } },
  { collateral: { USDC: 30000, ETH: 1 }, debt: { WBTC: 0.7, ETH: 1 } },
  { collateral: { ISO: 3000 }, debt: { USDC: 2000 } },
]
const EMODE = { category: 1, ltv: 0.85, liquidationThreshold: 0.9, liquidationBonus: 0.03 }
const EMODE_EXACT = {
  ltv: 8_500n,
  liquidationThreshold: 9_000n,
  liquidationBonus: 10_300n,
  priceSource: null,
}
/** What limits each reserve, in whole tokens. */
const LIMITS = {
  ETH: { eMode: 1, supplyCap: 50_040 },
  USDC: { borrowableInIsolation: 1 },
  WBTC: { eMode: 1, borrowCap: 2 },
  ISO: { debtCeiling: 8_000 },
}
const LIMITS_EXACT: Readonly<Record<Asset, Partial<exact.ReserveConfig>>> = {
  ETH: { eModeCategory: 1n, supplyCap: 50_040n },
  USDC: { borrowableInIsolation: true },
  WBTC: { eModeCategory: 1n, borrowCap: 2n },
  ISO: { debtCeiling: 800_000n },
}

type Asset = (typeof ASSETS)[number]
type Step = {
  readonly kind: 'supply' | 'withdraw' | 'borrow' | 'repay' | 'liquidate' | 'price' | 'wait'
  readonly row: number
  readonly asset: number
  readonly other: number
  /** Millionths of something. */
  readonly part: number
}

const steps: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    'supply',
    'withdraw',
    'borrow',
    'repay',
    'liquidate',
    'price',
    'wait',
    'liquidate',
    'liquidate',
    'price',
  ),
  row: fc.nat({ max: ACCOUNTS.length - 1 }),
  asset: fc.nat({ max: ASSETS.length - 1 }),
  other: fc.nat({ max: ASSETS.length - 1 }),
  part: fc.integer({ min: 1000, max: 990_000 }),
})

const nameOf = (row: number): string => `account ${row}`
/** Whole millionths of a token as both count them. */
const unitsOf = (asset: Asset, millionths: number): bigint =>
  BigInt(millionths) * 10n ** (DECIMALS[asset] - 6n)
const tokens = (asset: Asset, units: bigint): number =>
  Number(units) / 10 ** Number(DECIMALS[asset])

/** The same pool twice: the model in its world, and the exact one. */
function openTwins(): { model: LendingWorld; twin: ExactPool } {
  const terms = ASSETS.map((asset) => [asset, { ...RATES, ...LIMITS[asset], cash: CASH }])
  const reserves = Object.fromEntries(terms)
  const model = aaveWorld({ prices: PRICES, accounts: ACCOUNTS, reserves, eModes: [EMODE] })
  const specs = ASSETS.map((asset) => ({
    asset,
    price: BigInt(PRICES[asset]) * 10n ** 8n,
    config: { decimals: DECIMALS[asset], ...LIMITS_EXACT[asset] },
    strategy: STRATEGY,
    cash: BigInt(CASH) * 10n ** DECIMALS[asset],
  }))
  const twin = exactPool(specs, (made) => {
    for (const [row, account] of ACCOUNTS.entries()) fill(made, account, row)
    for (const asset of ASSETS) made.balances.set(`${asset} holder`, 10n ** 30n)
    made.pool.eModes.set(1n, { category: EMODE_EXACT })
    made.reserve('ISO').isolationModeTotalDebt = 200_000n
  })
  return { model, twin }
}

function fill(
  made: ExactPool,
  { collateral = {}, debt = {}, category = 0 }: Account,
  row: number,
): void {
  for (const asset of ASSETS) {
    const reserve = made.reserve(asset)
    const [own, owed] = [collateral[asset] ?? 0, debt[asset] ?? 0].map((t) => Math.round(t * 1e6))
    if (own) hold(reserve, 'supply', nameOf(row), unitsOf(asset, own))
    if (owed) hold(reserve, 'debt', nameOf(row), unitsOf(asset, owed))
    // What borrowers took, pure suppliers have supplied, beyond the accounts' collateral.
    hold(reserve, 'supply', 'lp', unitsOf(asset, owed!) - unitsOf(asset, own!))
  }
  mark(made.pool, nameOf(row))
  exact.userOf(made.pool, nameOf(row)).eMode = BigInt(category)
}

/** Do a step on both sides. @returns what each answered. */
function both(
  model: LendingWorld,
  twin: ExactPool,
  step: Step,
): [Outcome, exact.Done<unknown>] | null {
  const { row, part } = step
  const asset = ASSETS[step.asset]!
  const other = ASSETS[step.other]!
  if (step.kind === 'wait') {
    // At most 11 hours, so that all of a run is far below the 20 days of the kernel's test.
    const blocks = Math.ceil(part / 300)
    model.mine(blocks)
    twin.time += 12n * BigInt(blocks)
    return null
  }
  if (step.kind === 'price') {
    const cents = Math.round(PRICES[asset] * (70 + part / 20_000))
    model.setPrice(asset, cents / 100)
    twin.prices.set(asset, BigInt(cents) * 10n ** 6n)
    return null
  }
  if (step.kind === 'liquidate') return liquidateBoth(model, twin, { row, asset, other, part })
  const millionths = amountFor(twin, step.kind, row, asset, part)
  return millionths === 0 ? null : verbBoth(model, twin, step.kind, row, [asset, millionths])
}

/** Supply, withdraw, borrow or repay whole millionths of an asset. */
function verbBoth(
  { lender, holder, ...model }: LendingWorld,
  { pool, block }: ExactPool,
  kind: Step['kind'],
  row: number,
  [asset, millionths]: readonly [Asset, number],
): [Outcome, exact.Done<unknown>] | null {
  const amount = millionths / 1e6
  const order = { asset, amount: unitsOf(asset, millionths) }
  const [by, onBehalfOf] = ['holder', nameOf(row)]
  const [held, owed] = [model.collateral(asset), model.debt(asset)]
  if (!hasEntry(lender, row, kind === 'supply' || kind === 'withdraw' ? held : owed)) return null
  switch (kind) {
    case 'supply':
      return [
        lender.supply(row, held, amount, holder),
        exact.supply(pool, block(), { ...order, by, onBehalfOf }),
      ]
    case 'withdraw':
      return [
        lender.withdraw(row, held, amount, holder),
        exact.withdraw(pool, block(), { ...order, by: onBehalfOf, to: by }),
      ]
    case 'borrow':
      return [
        model.act('borrow', [row, owed, amount]),
        exact.borrow(pool, block(), { ...order, by: onBehalfOf, onBehalfOf, mode: 2n }),
      ]
    default:
      return [
        lender.repay(row, owed, amount, holder),
        exact.repay(pool, block(), {
          ...{ ...order, by, onBehalfOf },
          ...{ mode: 2n, withATokens: false },
        }),
      ]
  }
}

function hasEntry({ book }: Lender, row: number, coordinate: number): boolean {
  const start = book.start[row]!
  return book.coordinate.subarray(start, start + book.count[row]!).includes(coordinate)
}

/** An amount that is often allowed, whole millionths of a token. */
function amountFor(twin: ExactPool, kind: Step['kind'], row: number, asset: Asset, part: number) {
  const reserve = twin.reserve(asset)
  const { time } = twin
  const own = tokens(asset, exact.suppliedBy(reserve, nameOf(row), time))
  const owed = tokens(asset, exact.owedBy(reserve, nameOf(row), time))
  const data = exact.userAccountData(twin.pool, twin.block(), nameOf(row))
  const base = data.ok ? Number(data.value.availableBorrows) / 1e8 : 0
  const most = {
    supply: 10_000 / PRICES[asset],
    withdraw: own * 0.7,
    borrow: (1.2 * base) / (Number(twin.prices.get(asset)) / 1e8),
    repay: owed,
  }[kind as 'supply']
  return Math.floor(most * part)
}

function liquidateBoth(
  model: LendingWorld,
  twin: ExactPool,
  { row, asset, other, part }: { row: number; asset: Asset; other: Asset; part: number },
): [Outcome, exact.Done<unknown>] | null {
  const { lender, holder } = model
  // In one asset the contract sets the last rates before the repayment arrives; the model after it.
  if (asset === other) return null
  const [owed, held] = [model.debt(asset), model.collateral(other)]
  if (!hasEntry(lender, row, owed) || !hasEntry(lender, row, held)) return null
  const most = lender.maxRepay(row, owed, held)
  const millionths = Math.floor(most * part)
  if (!(millionths > 1000)) return null
  const result = { repaid: NaN, seized: NaN, event: -1 }
  const outcome = lender.liquidate(row, owed, held, millionths / 1e6, holder, result)
  const done = exact.liquidate(twin.pool, twin.block(), {
    by: 'holder',
    user: nameOf(row),
    debt: asset,
    collateral: other,
    debtToCover: unitsOf(asset, millionths),
    receiveAToken: false,
  })
  if (outcome === null && done.ok) {
    // Two units of the last place, or 1e-9 of the position.
    const position = tokens(other, exact.suppliedBy(twin.reserve(other), nameOf(row), twin.time))
    const size = Math.max(position, result.seized)
    const last = 2 / 10 ** Number(DECIMALS[other])
    const exactly = tokens(other, done.value.seized)
    // What is repaid is rounded to its own units first, which the other asset may show.
    const coarse =
      (tokens(asset, 2n) * Number(twin.prices.get(asset))) / Number(twin.prices.get(other))
    expect(Math.abs(result.seized - exactly)).toBeLessThanOrEqual(CLOSE * size + last + coarse)
  }
  return [outcome, done]
}

/** Compare all that both sides hold. @param done operations so far. */
function compare(model: LendingWorld, twin: ExactPool, done: number): void {
  for (const [m, asset] of ASSETS.entries()) {
    const reserve = twin.reserve(asset)
    const at = (column: string): number => model.column(column)[m]!
    const ray = (x: bigint): number => Number(x) / 1e27
    const close = (got: number, want: number, size: number): void =>
      expect(Math.abs(got - want), `${asset}`).toBeLessThanOrEqual(CLOSE * size)
    close(at('liquidityIndex'), ray(reserve.liquidityIndex), 1)
    close(at('variableBorrowIndex'), ray(reserve.variableBorrowIndex), 1)
    close(at('variableBorrowRate'), ray(reserve.currentVariableBorrowRate), 1)
    close(at('liquidityRate'), ray(reserve.currentLiquidityRate), 1)
    expect(at('lastUpdate')).toBe(Number(reserve.lastUpdateTimestamp - OPENED))
    const size = tokens(asset, reserve.supply.total)
    const slack = size + (done * 2) / 10 ** Number(DECIMALS[asset]) / CLOSE
    const kept = exact.scaledOf(reserve.supply, 'treasury')
    close(at('scaledSupply'), tokens(asset, reserve.supply.total - kept), slack)
    close(at('scaledDebt'), tokens(asset, reserve.debt.total), slack)
    close(at('treasury'), tokens(asset, kept + reserve.accruedToTreasury), slack)
    // The contract counts whole cents, rounded down at each step.
    const isolated = Number(reserve.isolationModeTotalDebt) / 100
    expect(Math.abs(at('isolatedDebt') - isolated)).toBeLessThanOrEqual(0.01 * done)
    const cash = twin.balances.get(`${asset} ${reserve.aToken}`)!
    close(model.lender.cash(model.asset(asset)), tokens(asset, cash), slack)
  }
}

describe('the float model and the exact contract', () => {
  it('answer alike and stay within 1e-9 of the pool, or two units a step', () => {
    const seen = { done: 0, refused: 0, liquidated: 0 }
    fc.assert(
      fc.property(fc.array(steps, { minLength: 20, maxLength: 60 }), (list) => {
        const { model, twin } = openTwins()
        compare(model, twin, 1)
        list.forEach((step, i) => {
          const balances = [...twin.balances]
          const answers = both(model, twin, step)
          if (answers) {
            if (!answers[1].ok) for (const [key, held] of balances) twin.balances.set(key, held)
            const [outcome, done] = answers
            expect(
              outcome === null,
              `${JSON.stringify(step)} ${outcome} ${JSON.stringify(done, (_, v) => `${v}`)}`,
            ).toBe(done.ok)
            seen[done.ok ? 'done' : 'refused']++
            if (done.ok && step.kind === 'liquidate') seen.liquidated++
          }
          compare(model, twin, i + 1)
        })
      }),
      { numRuns: 300, seed: 42 },
    )
    expect(seen.done).toBeGreaterThan(1000)
    expect(seen.refused).toBeGreaterThan(20)
    expect(seen.liquidated).toBeGreaterThan(20)
  })
})
