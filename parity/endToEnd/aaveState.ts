/** Aave's state as viem reads it at one block, and the exact model started from it. */
import * as Exact from '../../src/mechanisms/lending/aaveV3/exact.ts'
import { PEG } from '../protocols/aaveV3/setup.ts'
import type { World } from '../protocols/aaveV3/world.ts'
import type { TokenState } from '../token.ts'
import type { Reader } from './plan.ts'
import { ask, type Question } from './read.ts'

/** Scaled balance and the index at its last change. */
type Held = readonly [bigint, bigint]

/** One asset of the pool; units as the contract stores them. */
export type ReserveState = {
  readonly asset: string
  readonly strategy: string
  readonly config: bigint
  readonly liquidityIndex: bigint
  readonly currentLiquidityRate: bigint
  readonly variableBorrowIndex: bigint
  readonly currentVariableBorrowRate: bigint
  readonly currentStableBorrowRate: bigint
  readonly lastUpdateTimestamp: bigint
  readonly accruedToTreasury: bigint
  readonly unbacked: bigint
  readonly isolationModeTotalDebt: bigint
  readonly scaledSupply: bigint
  readonly scaledDebt: bigint
  /** Of the asset: held by the aToken, and in existence. */
  readonly cash: bigint
  readonly tokens: bigint
  /** Answer of its feed. */
  readonly price: bigint
}

/** One account; lists have an entry per reserve. */
export type AccountState = {
  readonly name: string
  readonly config: bigint
  readonly eMode: bigint
  readonly supply: readonly Held[]
  readonly debt: readonly Held[]
  readonly wallet: readonly bigint[]
}

/** The whole state; what is not read is the same for everybody (allowances of the pool). */
export type AaveState = {
  readonly block: bigint
  readonly time: bigint
  readonly users: readonly string[]
  readonly reserves: readonly ReserveState[]
  readonly strategies: Readonly<Record<string, Exact.Strategy>>
  readonly eModes: readonly (Omit<Exact.EModeCategory, 'priceSource'> & {
    readonly id: bigint
    readonly priceSource: string
  })[]
  readonly peg: bigint
  readonly flashLoanPremiumTotal: bigint
  readonly flashLoanPremiumToProtocol: bigint
  readonly bridgeProtocolFee: bigint
  readonly sequencer: { readonly answer: bigint; readonly updatedAt: bigint }
  readonly accounts: readonly AccountState[]
}

type Fields = Readonly<Record<string, bigint | string>>
const RESERVES = 6
const CATEGORIES = [1n, 2n]
const NUMBERS = Array.from({ length: RESERVES }, (_, i) => i)

/** Read everything that liquidations depend on or change. */
export async function readAave(reader: Reader): Promise<AaveState> {
  const { names, users } = reader
  const one = async (on: string, get: string, ...args: Question['args']): Promise<bigint> =>
    big((await ask(reader, [{ on, get, args }]))[0])
  const named = [...users, 'admin', 'treasury']
  return {
    block: reader.blockNumber,
    time: reader.time,
    users,
    reserves: await readReserves(reader),
    strategies: await readStrategies(reader),
    eModes: await readCategories(reader),
    peg: await one('oracle', 'getAssetPrice', names.address(PEG)),
    flashLoanPremiumTotal: await one('pool', 'FLASHLOAN_PREMIUM_TOTAL'),
    flashLoanPremiumToProtocol: await one('pool', 'FLASHLOAN_PREMIUM_TO_PROTOCOL'),
    bridgeProtocolFee: await one('pool', 'BRIDGE_PROTOCOL_FEE'),
    sequencer: {
      answer: await one('sequencer', 'latestAnswer'),
      updatedAt: await one('sequencer', 'latestTimestamp'),
    },
    accounts: await readAccounts(reader, named),
  }
}

async function readReserves(reader: Reader): Promise<ReserveState[]> {
  const { names } = reader
  const strategies = strategyNames(names)
  const questions = NUMBERS.flatMap((i): Question[] => [
    { on: 'pool', get: 'getReserveData', args: [names.address(`t${i}`)] },
    { on: `a${i}`, get: 'scaledTotalSupply', args: [] },
    { on: `v${i}`, get: 'scaledTotalSupply', args: [] },
    { on: `t${i}`, get: 'balanceOf', args: [names.address(`a${i}`)] },
    { on: `t${i}`, get: 'totalSupply', args: [] },
    { on: 'oracle', get: 'getAssetPrice', args: [names.address(`t${i}`)] },
  ])
  const answers = await ask(reader, questions)
  return NUMBERS.map((i) => {
    const [data, supply, debt, cash, tokens, price] = answers.slice(6 * i, 6 * i + 6)
    const d = data as Fields & { readonly configuration: { readonly data: bigint } }
    const field = (key: string): bigint => big(d[key])
    return {
      asset: `t${i}`,
      strategy: strategies(String(d.interestRateStrategyAddress)),
      config: d.configuration.data,
      liquidityIndex: field('liquidityIndex'),
      currentLiquidityRate: field('currentLiquidityRate'),
      variableBorrowIndex: field('variableBorrowIndex'),
      currentVariableBorrowRate: field('currentVariableBorrowRate'),
      currentStableBorrowRate: field('currentStableBorrowRate'),
      lastUpdateTimestamp: field('lastUpdateTimestamp'),
      accruedToTreasury: field('accruedToTreasury'),
      unbacked: field('unbacked'),
      isolationModeTotalDebt: field('isolationModeTotalDebt'),
      scaledSupply: big(supply),
      scaledDebt: big(debt),
      cash: big(cash),
      tokens: big(tokens),
      price: big(price),
    }
  })
}

const STRATEGIES = ['strategy0', 'strategy1', 'strategy2']

function strategyNames(names: Reader['names']): (address: string) => string {
  return (address) => STRATEGIES.find((s) => BigInt(names.address(s)) === BigInt(address))!
}

async function readStrategies(reader: Reader): Promise<Record<string, Exact.Strategy>> {
  const getters = {
    optimalUsageRatio: 'OPTIMAL_USAGE_RATIO',
    baseVariableBorrowRate: 'getBaseVariableBorrowRate',
    variableRateSlope1: 'getVariableRateSlope1',
    variableRateSlope2: 'getVariableRateSlope2',
    stableRateSlope1: 'getStableRateSlope1',
    stableRateSlope2: 'getStableRateSlope2',
    baseStableBorrowRate: 'getBaseStableBorrowRate',
    stableRateExcessOffset: 'getStableRateExcessOffset',
    optimalStableToTotalDebtRatio: 'OPTIMAL_STABLE_TO_TOTAL_DEBT_RATIO',
  } as const
  const found: Record<string, Exact.Strategy> = {}
  for (const on of STRATEGIES) {
    const questions = Object.values(getters).map((get): Question => ({ on, get, args: [] }))
    const answers = (await ask(reader, questions)).map(big)
    const terms = Object.fromEntries(Object.keys(getters).map((key, k) => [key, answers[k]!]))
    const { baseStableBorrowRate, ...rest } = terms as Record<keyof typeof getters, bigint>
    // The contract states its stable base above the first slope; the model has the difference.
    found[on] = { ...rest, baseStableRateOffset: baseStableBorrowRate - rest.variableRateSlope1 }
  }
  return found
}

async function readCategories(reader: Reader): Promise<AaveState['eModes']> {
  const { names } = reader
  const ids = CATEGORIES.map(
    (id): Question => ({ on: 'pool', get: 'getEModeCategoryData', args: [Number(id)] }),
  )
  const answers = (await ask(reader, ids)) as Readonly<Record<string, number | string>>[]
  return answers.map((c, k) => ({
    id: CATEGORIES[k]!,
    ltv: BigInt(c.ltv!),
    liquidationThreshold: BigInt(c.liquidationThreshold!),
    liquidationBonus: BigInt(c.liquidationBonus!),
    priceSource: BigInt(c.priceSource!) === BigInt(names.address(PEG)) ? PEG : 'zero',
  }))
}

async function readAccounts(reader: Reader, accounts: readonly string[]): Promise<AccountState[]> {
  const { names } = reader
  const questions = accounts.flatMap((name): Question[] => {
    const args = [names.address(name)]
    return [
      { on: 'pool', get: 'getUserConfiguration', args },
      { on: 'pool', get: 'getUserEMode', args },
      ...NUMBERS.flatMap((i): Question[] => [
        { on: `a${i}`, get: 'scaledBalanceOf', args },
        { on: `a${i}`, get: 'getPreviousIndex', args },
        { on: `v${i}`, get: 'scaledBalanceOf', args },
        { on: `v${i}`, get: 'getPreviousIndex', args },
        { on: `t${i}`, get: 'balanceOf', args },
      ]),
    ]
  })
  const answers = await ask(reader, questions)
  const width = 2 + 5 * RESERVES
  return accounts.map((name, k) => {
    const own = answers.slice(k * width, (k + 1) * width)
    const at = (i: number, field: number): bigint => big(own[2 + 5 * i + field])
    return {
      name,
      config: (own[0] as { readonly data: bigint }).data,
      eMode: big(own[1]),
      supply: NUMBERS.map((i) => [at(i, 0), at(i, 1)] as const),
      debt: NUMBERS.map((i) => [at(i, 2), at(i, 3)] as const),
      wallet: NUMBERS.map((i) => at(i, 4)),
    }
  })
}

function big(value: unknown): bigint {
  return BigInt(value as bigint | number)
}

const MAX = (1n << 256n) - 1n

/** Start the exact model, and the tokens around it, from a state. */
export function aaveWorld(state: AaveState): World {
  const pool = Exact.createPool({
    treasury: 'treasury',
    strategies: new Map(Object.entries(state.strategies)),
    roles: new Map(),
  })
  pool.flashLoanPremiumTotal = state.flashLoanPremiumTotal
  pool.flashLoanPremiumToProtocol = state.flashLoanPremiumToProtocol
  pool.bridgeProtocolFee = state.bridgeProtocolFee
  for (const { id, priceSource, ...terms } of state.eModes)
    pool.eModes.set(id, {
      category: { ...terms, priceSource: priceSource === 'zero' ? null : priceSource },
    })
  for (const [i, reserve] of state.reserves.entries()) addReserve(pool, state, i, reserve)
  for (const { name, config, eMode } of state.accounts)
    Object.assign(Exact.userOf(pool, name), { config, eMode })
  return {
    exact: Exact,
    users: state.users,
    number: 0,
    steps: 0,
    time: state.time,
    pool,
    tokens: new Map(state.reserves.map((_, i) => [`t${i}`, tokenOf(state, i)])),
    prices: new Map([
      ...state.reserves.map(({ asset, price }) => [asset, price] as const),
      [PEG, state.peg],
    ]),
    sequencer: { ...state.sequencer },
  }
}

function addReserve(pool: Exact.Pool, state: AaveState, i: number, from: ReserveState): void {
  const { asset, strategy, config, scaledSupply, scaledDebt, cash: _, tokens: __, ...rest } = from
  const { price: ___, ...fields } = rest
  const reserve = Exact.addReserve(pool, asset, `a${i}`, strategy, Exact.decodeConfig(config))
  Object.assign(reserve, fields)
  reserve.supply.total = scaledSupply
  reserve.debt.total = scaledDebt
  for (const { name, supply, debt } of state.accounts) {
    put(reserve.supply.holdings, name, supply[i]!)
    put(reserve.debt.holdings, name, debt[i]!)
  }
}

function put(
  holdings: Exact.Reserve['supply']['holdings'],
  name: string,
  [balance, index]: Held,
): void {
  if (index !== 0n) holdings.set(name, { balance, index })
}

function tokenOf(state: AaveState, i: number): TokenState {
  const { tokens, cash } = state.reserves[i]!
  const balances = new Map(state.accounts.map(({ name, wallet }) => [name, wallet[i]!]))
  balances.set(`a${i}`, cash)
  const allowances = new Map(state.accounts.map(({ name }) => [`${name} pool`, MAX]))
  return { totalSupply: tokens, paused: false, balances, allowances }
}
