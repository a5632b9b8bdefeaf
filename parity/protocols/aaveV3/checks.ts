import type * as Exact from '../../../src/mechanisms/lending/aaveV3/exact.ts'
import type { Arg, Check, Op } from '../../protocol.ts'
import { balanceCheck } from '../../token.ts'
import { PEG } from './setup.ts'
import { blockOf, OTHERS, type World } from './world.ts'

type Words = readonly (Arg | null)[]
const check = (on: string, get: string, is: Words | { readonly reverts: string }, ...args: Arg[]) =>
  ({ on, get, args, is }) satisfies Check
const bit = (on: boolean): bigint => (on ? 1n : 0n)

/** Everything that a step may have changed. */
export function touched(w: World, op: Op): Check[] {
  const assets = new Set(op.args.filter((a): a is string => w.pool.byAsset.has(`${a}`)))
  const reserves = [...assets].map((asset) => w.pool.byAsset.get(asset)!)
  const accounts = accountsIn(w, op)
  return [
    ...fees(w),
    ...w.pool.reserves.map((reserve) => reserveData(w, reserve)),
    ...reserves.flatMap((reserve) => reserveTotals(w, reserve)),
    ...accounts.flatMap((name) => account(w, name)),
    ...reserves.flatMap((r) => accounts.flatMap((name) => holdings(w, r, name))),
    ...special(w, op, reserves),
  ]
}

function accountsIn(w: World, { kind, by, args }: Op): string[] {
  const known = new Set([...w.users, ...OTHERS])
  const named = [by, ...args].filter((a): a is string => known.has(`${a}`))
  const treasury = kind === 'liquidate' || kind === 'mintToTreasury' ? ['treasury'] : []
  return [...new Set([...named, ...treasury])]
}

/** Fields that only some kinds of steps touch. */
function special(w: World, { kind, by, args }: Op, reserves: readonly Exact.Reserve[]): Check[] {
  if (kind === 'price') return [price(w, `${args[0]}`), ...w.users.map((u) => userData(w, u))]
  if (kind === 'sequencer') return sentinel(w)
  if (kind === 'category') return [category(w, args[0] as bigint)]
  if (['switch', 'limit', 'collateral', 'assetCategory', 'strategy'].includes(kind))
    return reserves.flatMap((reserve) => terms(reserve))
  const pair = grant(kind, by, args)
  return pair ? reserves.flatMap((r) => allowances(r, ...pair)) : []
}

/** Who granted what a step uses or changes, and to whom. */
function grant(kind: string, by: string, args: readonly Arg[]): [string, string] | null {
  if (['approve', 'increase', 'decrease', 'delegate'].includes(kind)) return [by, `${args[1]}`]
  if (kind === 'transferFrom' || kind === 'flashMany') return [`${args[1]}`, by]
  return kind === 'borrow' ? [`${args[3]}`, by] : null
}

/** Every field of the market and of every account. */
export function all(w: World): Check[] {
  const accounts = [...w.users, ...OTHERS]
  return [
    ...fees(w),
    ...sentinel(w),
    ...[1n, 2n, 3n].map((id) => category(w, id)),
    ...[...w.pool.byAsset.keys(), PEG].map((source) => price(w, source)),
    ...accounts.flatMap((name) => account(w, name)),
    ...w.pool.reserves.flatMap((reserve) => [
      reserveData(w, reserve),
      ...reserveTotals(w, reserve),
      ...terms(reserve),
      provided(w, reserve),
      ...stableTotals(reserve),
      ...accounts.flatMap((name) => [
        ...holdings(w, reserve, name),
        ...otherFields(w, reserve, name),
      ]),
      ...w.users.flatMap((owner) => w.users.flatMap((to) => allowances(reserve, owner, to))),
    ]),
  ]
}

function fees({ pool }: World): Check[] {
  return [
    check('pool', 'FLASHLOAN_PREMIUM_TOTAL', [pool.flashLoanPremiumTotal]),
    check('pool', 'FLASHLOAN_PREMIUM_TO_PROTOCOL', [pool.flashLoanPremiumToProtocol]),
    check('pool', 'BRIDGE_PROTOCOL_FEE', [pool.bridgeProtocolFee]),
  ]
}

function sentinel(w: World): Check[] {
  const up = [bit(w.exact.isSequencerUp(blockOf(w)))]
  return [check('sentinel', 'isBorrowAllowed', up), check('sentinel', 'isLiquidationAllowed', up)]
}

const LABEL = BigInt(`0x${Buffer.from('eMode').toString('hex').padEnd(64, '0')}`)

function category(w: World, id: bigint): Check {
  const found = w.exact.categoryOf(w.pool, id)
  const is = found
    ? [
        ...[32n, found.ltv, found.liquidationThreshold, found.liquidationBonus],
        ...[found.priceSource ?? 'zero', 160n, 5n, LABEL],
      ]
    : [32n, 0n, 0n, 0n, 'zero', 160n, 0n]
  return check('pool', 'getEModeCategoryData', is, id)
}

function price(w: World, source: string): Check {
  const answer = w.prices.get(source)!
  const is = answer > 0n ? [answer] : { reverts: 'empty' }
  return check('oracle', 'getAssetPrice', is, source)
}

const token = (letter: string, { id }: Exact.Reserve): string => `${letter}${id}`

function reserveData({ exact }: World, r: Exact.Reserve): Check {
  const is = [
    ...[
      exact.encodeConfig(r.config),
      r.liquidityIndex,
      r.currentLiquidityRate,
      r.variableBorrowIndex,
    ],
    ...[r.currentVariableBorrowRate, r.currentStableBorrowRate, r.lastUpdateTimestamp],
    ...[BigInt(r.id), token('a', r), token('s', r), token('v', r), r.strategy],
    ...[r.accruedToTreasury, r.unbacked, r.isolationModeTotalDebt],
  ]
  return check('pool', 'getReserveData', is, r.asset)
}

function reserveTotals(w: World, r: Exact.Reserve): Check[] {
  const { exact, time } = w
  const supply = exact.totalSupply(r, time)
  const debt = exact.totalDebt(r, time)
  return [
    check('pool', 'getConfiguration', [exact.encodeConfig(r.config)], r.asset),
    check('pool', 'getReserveNormalizedIncome', [exact.normalizedIncome(r, time)], r.asset),
    check('pool', 'getReserveNormalizedVariableDebt', [exact.normalizedDebt(r, time)], r.asset),
    check(token('a', r), 'totalSupply', [supply]),
    check(token('a', r), 'scaledTotalSupply', [r.supply.total]),
    check(token('v', r), 'totalSupply', [debt]),
    check(token('v', r), 'scaledTotalSupply', [r.debt.total]),
    check('dataProvider', 'getATokenTotalSupply', [supply], r.asset),
    check('dataProvider', 'getTotalDebt', [debt], r.asset),
    balanceCheck(r.asset, w.tokens.get(r.asset)!, r.aToken),
  ]
}

function provided({ exact, time }: World, r: Exact.Reserve): Check {
  const is = [
    ...[r.unbacked, r.accruedToTreasury, exact.totalSupply(r, time), 0n, exact.totalDebt(r, time)],
    ...[r.currentLiquidityRate, r.currentVariableBorrowRate, r.currentStableBorrowRate, 0n],
    ...[r.liquidityIndex, r.variableBorrowIndex, r.lastUpdateTimestamp],
  ]
  return check('dataProvider', 'getReserveData', is, r.asset)
}

/** What the data provider answers of a configuration. */
function terms({ asset, config: c, strategy, id }: Exact.Reserve): Check[] {
  const ask = (get: string, ...is: Arg[]): Check => check('dataProvider', get, is, asset)
  return [
    ask(
      'getReserveConfigurationData',
      ...[c.decimals, c.ltv, c.liquidationThreshold, c.liquidationBonus, c.reserveFactor],
      ...[bit(c.liquidationThreshold !== 0n), bit(c.borrowingEnabled)],
      ...[bit(c.stableBorrowingEnabled), bit(c.active), bit(c.frozen)],
    ),
    ask('getReserveEModeCategory', c.eModeCategory),
    ask('getReserveCaps', c.borrowCap, c.supplyCap),
    ask('getPaused', bit(c.paused)),
    ask('getSiloedBorrowing', bit(c.siloedBorrowing)),
    ask('getLiquidationProtocolFee', c.liquidationProtocolFee),
    ask('getUnbackedMintCap', c.unbackedMintCap),
    ask('getDebtCeiling', c.debtCeiling),
    ask('getFlashLoanEnabled', bit(c.flashLoanEnabled)),
    ask('getInterestRateStrategyAddress', strategy),
    ask('getReserveTokensAddresses', `a${id}`, `s${id}`, `v${id}`),
  ]
}

/** Stable debt is disabled: its tokens stay empty. */
function stableTotals(r: Exact.Reserve): Check[] {
  const on = token('s', r)
  return [
    check(on, 'totalSupply', [0n]),
    check(on, 'getSupplyData', [0n, 0n, 0n, 0n]),
    check(on, 'getTotalSupplyAndAvgRate', [0n, 0n]),
    check(on, 'getTotalSupplyLastUpdated', [0n]),
    check(on, 'getAverageStableRate', [0n]),
  ]
}

function account(w: World, name: string): Check[] {
  const { config, eMode } = w.exact.userOf(w.pool, name)
  return [
    check('pool', 'getUserConfiguration', [config], name),
    check('pool', 'getUserEMode', [eMode], name),
    userData(w, name),
  ]
}

function userData(w: World, name: string): Check {
  const done = w.exact.userAccountData(w.pool, blockOf(w), name)
  if (!done.ok) return check('pool', 'getUserAccountData', { reverts: done.reason }, name)
  const { collateral, debt, availableBorrows, liquidationThreshold, ltv, healthFactor } = done.value
  const is = [collateral, debt, availableBorrows, liquidationThreshold, ltv, healthFactor]
  return check('pool', 'getUserAccountData', is, name)
}

function holdings(w: World, r: Exact.Reserve, name: string): Check[] {
  const { exact, time } = w
  const index = ({ holdings: all }: Exact.Reserve['supply']): bigint => all.get(name)?.index ?? 0n
  return [
    check(token('a', r), 'balanceOf', [exact.suppliedBy(r, name, time)], name),
    check(token('a', r), 'scaledBalanceOf', [exact.scaledOf(r.supply, name)], name),
    check(token('a', r), 'getPreviousIndex', [index(r.supply)], name),
    check(token('v', r), 'balanceOf', [exact.owedBy(r, name, time)], name),
    check(token('v', r), 'scaledBalanceOf', [exact.scaledOf(r.debt, name)], name),
    check(token('v', r), 'getPreviousIndex', [index(r.debt)], name),
    balanceCheck(r.asset, w.tokens.get(r.asset)!, name),
  ]
}

function otherFields(w: World, r: Exact.Reserve, name: string): Check[] {
  const { exact, time } = w
  const [units, owed] = [exact.scaledOf(r.supply, name), exact.scaledOf(r.debt, name)]
  const used = bit((exact.userOf(w.pool, name).config & r.collateralBit) !== 0n)
  const both = [exact.suppliedBy(r, name, time), 0n, exact.owedBy(r, name, time), 0n, owed]
  const is = [...both, 0n, r.currentLiquidityRate, 0n, used]
  const stable = ['balanceOf', 'principalBalanceOf', 'getUserStableRate', 'getUserLastUpdated']
  return [
    check('dataProvider', 'getUserReserveData', is, r.asset, name),
    check(token('a', r), 'getScaledUserBalanceAndSupply', [units, r.supply.total], name),
    check(token('v', r), 'getScaledUserBalanceAndSupply', [owed, r.debt.total], name),
    ...['a', 'v', 's'].map((letter) => check(token(letter, r), 'nonces', [0n], name)),
    ...stable.map((get) => check(token('s', r), get, [0n], name)),
  ]
}

function allowances(r: Exact.Reserve, owner: string, spender: string): Check[] {
  const key = `${owner} ${spender}`
  const may = r.allowances.get(key)?.amount ?? 0n
  const credit = r.delegations.get(key)?.amount ?? 0n
  return [
    check(token('a', r), 'allowance', [may], owner, spender),
    check(token('v', r), 'borrowAllowance', [credit], owner, spender),
    check(token('s', r), 'borrowAllowance', [0n], owner, spender),
  ]
}
