import type * as Exact from '../../../src/mechanisms/lending/aaveV3Origin/exact.ts'
import type { Arg, Check, Op } from '../../protocol.ts'
import { balanceCheck } from '../../token.ts'
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
  if (kind === 'category') return category(w, args[0] as bigint)
  if (kind === 'assetCategory') return category(w, args[1] as bigint)
  if (kind === 'manager') return [manager(w, by, `${args[0]}`)]
  if (kind === 'renounce') return [manager(w, `${args[0]}`, by)]
  if (['switch', 'limit', 'collateral', 'freeze', 'ltvzero', 'pause', 'setRates'].includes(kind))
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
    ...[1n, 2n, 3n].flatMap((id) => category(w, id)),
    ...[...w.pool.byAsset.keys()].map((source) => price(w, source)),
    ...accounts.flatMap((name) => account(w, name)),
    ...accounts.flatMap((a) => accounts.map((b) => manager(w, a, b))),
    ...w.pool.reserves.flatMap((reserve) => [
      reserveData(w, reserve),
      ...reserveTotals(w, reserve),
      ...terms(reserve),
      provided(w, reserve),
      ...accounts.flatMap((name) => [
        ...holdings(w, reserve, name),
        ...otherFields(w, reserve, name),
      ]),
      ...w.users.flatMap((owner) => w.users.flatMap((to) => allowances(reserve, owner, to))),
    ]),
  ]
}

function fees({ pool }: World): Check[] {
  return [check('pool', 'FLASHLOAN_PREMIUM_TOTAL', [pool.flashLoanPremiumTotal])]
}

function sentinel(w: World): Check[] {
  const up = [bit(w.exact.isSequencerUp(blockOf(w)))]
  return [check('sentinel', 'isBorrowAllowed', up), check('sentinel', 'isLiquidationAllowed', up)]
}

const LABEL = BigInt(`0x${Buffer.from('eMode').toString('hex').padEnd(64, '0')}`)

function category(w: World, id: bigint): Check[] {
  const found = w.exact.categoryOf(w.pool, id)
  const terms = [found.ltv, found.liquidationThreshold, found.liquidationBonus]
  const label = found.ltv === 0n ? [0n] : [5n, LABEL]
  const ask = (get: string, ...is: Arg[]): Check => check('pool', get, is, id)
  return [
    ask('getEModeCategoryData', 32n, ...terms, 'zero', 160n, ...label),
    ask('getEModeCategoryCollateralConfig', ...terms),
    ask('getEModeCategoryLabel', 32n, ...label),
    ask('getEModeCategoryCollateralBitmap', found.collateralBitmap),
    ask('getEModeCategoryBorrowableBitmap', found.borrowableBitmap),
    ask('getEModeCategoryLtvzeroBitmap', found.ltvzeroBitmap),
  ]
}

function manager(w: World, user: string, by: string): Check {
  const is = [bit(w.exact.isManager(w.pool, user, by))]
  return check('pool', 'isApprovedPositionManager', is, user, by)
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
    ...[r.currentVariableBorrowRate, 0n, r.lastUpdateTimestamp],
    ...[BigInt(r.id), token('a', r), 'zero', token('v', r), 'strategy'],
    ...[r.accruedToTreasury, 0n, r.isolationModeTotalDebt],
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
    check('pool', 'getVirtualUnderlyingBalance', [r.virtualBalance], r.asset),
    check('pool', 'getReserveDeficit', [r.deficit], r.asset),
    check('pool', 'getLiquidationGracePeriod', [r.gracePeriodUntil], r.asset),
    check('configurator', 'getPendingLtv', [r.pendingLtv], r.asset),
    balanceCheck(r.asset, w.tokens.get(r.asset)!, r.aToken),
  ]
}

function provided({ exact, time }: World, r: Exact.Reserve): Check {
  const is = [
    ...[0n, r.accruedToTreasury, exact.totalSupply(r, time), 0n, exact.totalDebt(r, time)],
    ...[r.currentLiquidityRate, r.currentVariableBorrowRate, 0n, 0n],
    ...[r.liquidityIndex, r.variableBorrowIndex, r.lastUpdateTimestamp],
  ]
  return check('dataProvider', 'getReserveData', is, r.asset)
}

/** What the data provider answers of a configuration. */
function terms({ asset, config: c, id, rates, ...r }: Exact.Reserve): Check[] {
  const ask = (get: string, ...is: Arg[]): Check => check('dataProvider', get, is, asset)
  return [
    ask(
      'getReserveConfigurationData',
      ...[c.decimals, c.ltv, c.liquidationThreshold, c.liquidationBonus, c.reserveFactor],
      ...[bit(c.liquidationThreshold !== 0n), bit(c.borrowingEnabled)],
      ...[0n, bit(c.active), bit(c.frozen)],
    ),
    ask('getReserveCaps', c.borrowCap, c.supplyCap),
    ask('getPaused', bit(c.paused)),
    ask('getSiloedBorrowing', bit(c.siloedBorrowing)),
    ask('getLiquidationProtocolFee', c.liquidationProtocolFee),
    ask('getUnbackedMintCap', 0n),
    ask('getDebtCeiling', c.debtCeiling),
    ask('getFlashLoanEnabled', bit(c.flashLoanEnabled)),
    ask('getInterestRateStrategyAddress', 'strategy'),
    ask('getReserveTokensAddresses', `a${id}`, 'zero', `v${id}`),
    ask('getIsVirtualAccActive', 1n),
    ask('getVirtualUnderlyingBalance', r.virtualBalance),
    ask('getReserveDeficit', r.deficit),
    ...ratesOf(asset, rates),
  ]
}

/** What the strategy answers of a reserve's rates. */
function ratesOf(asset: string, rates: Exact.RateData): Check[] {
  const ask = (get: string, ...is: Arg[]): Check => check('strategy', get, is, asset)
  const ray = (basisPoints: bigint): bigint => basisPoints * 10n ** 23n
  const { optimalUsageRatio, baseVariableBorrowRate: base } = rates
  const { variableRateSlope1: one, variableRateSlope2: two } = rates
  const all = [optimalUsageRatio, base, one, two]
  return [
    ask('getInterestRateData', ...all.map(ray)),
    ask('getInterestRateDataBps', ...all),
    ask('getOptimalUsageRatio', ray(optimalUsageRatio)),
    ask('getBaseVariableBorrowRate', ray(base)),
    ask('getVariableRateSlope1', ray(one)),
    ask('getVariableRateSlope2', ray(two)),
    ask('getMaxVariableBorrowRate', ray(base + one + two)),
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
  return [
    check('dataProvider', 'getUserReserveData', is, r.asset, name),
    check(token('a', r), 'getScaledUserBalanceAndSupply', [units, r.supply.total], name),
    check(token('v', r), 'getScaledUserBalanceAndSupply', [owed, r.debt.total], name),
    ...['a', 'v'].map((letter) => check(token(letter, r), 'nonces', [0n], name)),
  ]
}

function allowances(r: Exact.Reserve, owner: string, spender: string): Check[] {
  const key = `${owner} ${spender}`
  const may = r.allowances.get(key)?.amount ?? 0n
  const credit = r.delegations.get(key)?.amount ?? 0n
  return [
    check(token('a', r), 'allowance', [may], owner, spender),
    check(token('v', r), 'borrowAllowance', [credit], owner, spender),
  ]
}
