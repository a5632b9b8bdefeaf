import type { Arg, Check, Op } from '../../protocol.ts'
import { balanceCheck } from '../../token.ts'
import { ADMIN_KINDS } from './kinds.ts'
import { MARKETS } from './markets.ts'
import { callerOf, int, outside, text, type World } from './world.ts'

const NAMES = Object.keys(MARKETS)
const PAUSABLE = 9

/** Everything that a step may have changed. */
export function touchedBy(w: World, op: Op): Check[] {
  const names = [op.by, ...op.args].filter((arg): arg is string => typeof arg === 'string')
  const markets = [...new Set(names.filter((name) => name in MARKETS))]
  const accounts = [...new Set(names.filter((name) => w.users.includes(name)))]
  const isSetting = ADMIN_KINDS.includes(op.kind)
  // Reserves go to the admin and redemption fees to the treasury in any step.
  const receivers = [...new Set(['admin', w.pool.treasury])].filter((name) => name !== 'zero')
  return [
    ...markets.flatMap((name) => marketChecks(w, name)),
    ...markets.flatMap((name) =>
      receivers.map((to) => balanceCheck(MARKETS[name]!.token, w.tokens[name]!, to)),
    ),
    ...accounts.flatMap((name) => accountChecks(w, name, markets)),
    ...questions(w, op),
    ...allowancesIn(w, op),
    ...(isSetting ? poolChecks(w) : []),
    ...(isSetting || op.kind === 'price' ? markets.flatMap((name) => listing(w, name)) : []),
  ]
}

/** Every field of every market and account. */
export function everything(w: World): Check[] {
  const accounts = [...new Set(['admin', ...w.users])]
  return [
    ...poolChecks(w),
    ...NAMES.flatMap((name) => [...marketChecks(w, name), ...listing(w, name)]),
    ...accounts.flatMap((name) => accountChecks(w, name, NAMES)),
    ...w.users.flatMap((owner) =>
      w.users.flatMap((other) => [delegate(w, owner, other), allowance(w, 'v0', owner, other)]),
    ),
    ...w.users.flatMap((user) => NAMES.map((name) => forcedFor(w, user, name))),
  ]
}

function ask(on: string, get: string, args: readonly Arg[], read: () => Check['is']): Check {
  return { on, get, args, is: read() }
}

const of = (get: string, args: readonly Arg[], ...is: readonly Arg[]): Check => ({
  on: 'comptroller',
  get,
  args,
  is,
})

/** A getter that may revert as a verb does. */
function view(w: World, read: () => readonly Arg[]): Check['is'] {
  const done = w.exact.attempt(w.pool, read)
  return done.ok ? done.value : { reverts: done.reason }
}

function flag(isOn: boolean): bigint {
  return isOn ? 1n : 0n
}

function poolChecks({ pool }: World): Check[] {
  return [
    of('closeFactorMantissa', [], pool.closeFactor),
    of('protocolPaused', [], flag(pool.isPaused)),
    of('liquidatorContract', [], pool.liquidator ?? 'zero'),
    of('treasuryGuardian', [], pool.treasuryGuardian),
    of('treasuryAddress', [], pool.treasury),
    of('treasuryPercent', [], pool.treasuryPercent),
  ]
}

function marketChecks(w: World, name: string): Check[] {
  const market = w.pool.markets.get(name)!
  const one = (get: string, ...is: readonly Arg[]): Check => ({ on: name, get, args: [], is })
  return [
    one('accrualBlockNumber', market.accrualBlock),
    one('borrowIndex', market.borrowIndex),
    one('totalBorrows', market.totalBorrows),
    one('totalReserves', market.totalReserves),
    one('totalSupply', market.totalSupply),
    one('internalCash', market.cash),
    one('getCash', market.cash),
    one('reserveFactorMantissa', market.reserveFactor),
    one('reduceReservesBlockDelta', market.reduceReservesBlockDelta),
    one('reduceReservesBlockNumber', market.reduceReservesBlock),
    one('interestRateModel', w.rates[name]!),
    ...rateChecks(w, name),
    balanceCheck(MARKETS[name]!.token, w.tokens[name]!, name),
  ]
}

function rateChecks(w: World, name: string): Check[] {
  const market = w.pool.markets.get(name)!
  const { cash, totalBorrows, totalReserves, reserveFactor, rates } = market
  const amounts = [cash, totalBorrows, totalReserves] as const
  const { borrowRatePerBlock, supplyRatePerBlock, utilizationRate, exchangeRateStored } = w.exact
  const supply = view(w, () => [supplyRatePerBlock(rates, ...amounts, reserveFactor)])
  const borrow = view(w, () => [borrowRatePerBlock(rates, ...amounts)])
  const model = w.rates[name]!
  return [
    ask(name, 'exchangeRateStored', [], () => view(w, () => [exchangeRateStored(market)])),
    ask(name, 'borrowRatePerBlock', [], () => borrow),
    ask(name, 'supplyRatePerBlock', [], () => supply),
    ask(model, 'getBorrowRate', amounts, () => borrow),
    ask(model, 'getSupplyRate', [...amounts, reserveFactor], () => supply),
    ask(model, 'utilizationRate', amounts, () => view(w, () => [utilizationRate(...amounts)])),
  ]
}

function listing(w: World, name: string): Check[] {
  const market = w.pool.markets.get(name)!
  const { collateralFactor, liquidationThreshold, liquidationIncentive } = market
  const price = w.prices[name]!
  const [isListed, isBorrowAllowed] = [flag(market.isListed), flag(market.isBorrowAllowed)]
  const terms = [collateralFactor, 0n, liquidationThreshold, liquidationIncentive, 0n]
  return [
    of('markets', [name], isListed, ...terms, isBorrowAllowed),
    of('isMarketListed', [name], isListed),
    of('getCollateralFactor', [name], collateralFactor),
    of('getLiquidationThreshold', [name], liquidationThreshold),
    of('getLiquidationIncentive', [name], liquidationIncentive),
    of('supplyCaps', [name], market.supplyCap),
    of('borrowCaps', [name], market.borrowCap),
    of('isForcedLiquidationEnabled', [name], flag(market.isForcedLiquidation)),
    ...Array.from({ length: PAUSABLE }, (_, action) =>
      of('actionPaused', [name, BigInt(action)], flag(market.paused.has(action))),
    ),
    { on: 'oracle', get: 'getUnderlyingPrice', args: [name], is: [price] },
    { on: 'bounded', get: 'getBoundedPricesView', args: [name], is: [price, price] },
  ]
}

function accountChecks(w: World, account: string, markets: readonly string[]): Check[] {
  const entered = w.pool.entered.get(account) ?? []
  const listed = entered.filter((name) => w.pool.markets.get(name)!.isListed)
  const liquidity = (weighting: 'collateralFactor' | 'liquidationThreshold'): Check['is'] =>
    view(w, () => {
      const { NO_CHANGE, hypotheticalLiquidity } = w.exact
      return hypotheticalLiquidity(w.pool, outside(w), account, NO_CHANGE, weighting)
    })
  const pool = (get: string, is: Check['is']): Check => ({
    on: 'comptroller',
    get,
    args: [account],
    is,
  })
  return [
    pool('getAccountLiquidity', liquidity('liquidationThreshold')),
    pool('getBorrowingPower', liquidity('collateralFactor')),
    pool('getAssetsIn', [32n, BigInt(listed.length), ...listed]),
    ...entered.map((name, i) => of('accountAssets', [account, BigInt(i)], name)),
    ...markets.flatMap((name) => inMarket(w, account, name)),
  ]
}

function inMarket(w: World, account: string, name: string): Check[] {
  const market = w.pool.markets.get(name)!
  const { accountSnapshot, borrowBalanceStored } = w.exact
  const tokens = market.tokens.get(account) ?? 0n
  const owed = (): readonly bigint[] => [borrowBalanceStored(market, account)]
  return [
    { on: name, get: 'balanceOf', args: [account], is: [tokens] },
    ask(name, 'getAccountSnapshot', [account], () => accountSnapshot(market, account)),
    ask(name, 'borrowBalanceStored', [account], () => view(w, owed)),
    of('checkMembership', [account, name], flag(market.members.has(account))),
    of('getEffectiveLtvFactor', [account, name, 0n], market.collateralFactor),
    of('getEffectiveLtvFactor', [account, name, 1n], market.liquidationThreshold),
    of('getEffectiveLiquidationIncentive', [account, name], market.liquidationIncentive),
    balanceCheck(MARKETS[name]!.token, w.tokens[name]!, account),
  ]
}

/** Questions with the step's own amounts: what if it were done (again) now? */
function questions(w: World, op: Op): Check[] {
  const [m] = op.args
  const name = text(m)
  if (!(name in MARKETS)) return []
  if (op.kind === 'liquidate') return seizing(w, op)
  const units = int(op.args.find((arg) => typeof arg === 'bigint'))
  if (!['redeem', 'borrow', 'transfer'].includes(op.kind)) return []
  const [redeemTokens, borrowAmount] = op.kind === 'borrow' ? [0n, units] : [units, 0n]
  const change = { market: name, redeemTokens, borrowAmount }
  const is = view(w, () =>
    w.exact.hypotheticalLiquidity(w.pool, outside(w), op.by, change, 'collateralFactor'),
  )
  const args = [op.by, name, redeemTokens, borrowAmount]
  return [
    { on: 'comptroller', get: 'getHypotheticalAccountLiquidity', args, is },
    {
      on: 'lens',
      get: 'getHypotheticalAccountLiquidity',
      args: ['comptroller', ...args, 0n],
      is,
    },
  ]
}

function seizing(w: World, { by, args: [m, borrower, repay, c] }: Op): Check[] {
  const borrowed = w.pool.markets.get(text(m))!
  const collateral = w.pool.markets.get(text(c))!
  const units = int(repay)
  const seize = view(w, () => w.exact.calculateSeizeTokens(outside(w), borrowed, collateral, units))
  const order = {
    borrowed,
    collateral,
    liquidator: by,
    borrower: text(borrower),
    repayAmount: units,
  }
  const allowed = view(w, () => [w.exact.liquidateAllowed(w.pool, callerOf(w, by).outside, order)])
  const pair = [text(m), text(c), units]
  const get = 'liquidateCalculateSeizeTokens'
  const three = '(address,address,uint256)'
  const four = '(address,address,address,uint256)'
  const five = '(address,address,address,address,uint256)'
  const who = text(borrower)
  return [
    { on: 'comptroller', get: get + three, args: pair, is: seize },
    { on: 'comptroller', get: get + four, args: [who, ...pair], is: seize },
    { on: 'lens', get: get + four, args: ['comptroller', ...pair], is: seize },
    { on: 'lens', get: get + five, args: [who, 'comptroller', ...pair], is: seize },
    {
      on: 'comptroller',
      get: 'liquidateBorrowAllowed',
      args: [text(m), text(c), by, who, units],
      is: allowed,
    },
  ]
}

function allowancesIn(w: World, { kind, by, args }: Op): Check[] {
  const [first, second] = args
  if (kind === 'approve') return [allowance(w, text(first), by, text(second))]
  if (kind === 'transferFrom') return [allowance(w, text(first), text(second), by)]
  if (kind === 'delegate') return first === 'zero' ? [] : [delegate(w, by, text(first))]
  return kind === 'forcedFor' ? [forcedFor(w, text(first), text(second))] : []
}

function allowance(w: World, name: string, owner: string, spender: string): Check {
  const is = [w.pool.markets.get(name)!.allowances.get(`${owner} ${spender}`) ?? 0n]
  return { on: name, get: 'allowance', args: [owner, spender], is }
}

function delegate({ pool }: World, owner: string, other: string): Check {
  return of('approvedDelegates', [owner, other], flag(pool.delegates.has(`${owner} ${other}`)))
}

function forcedFor({ pool }: World, user: string, name: string): Check {
  const isForced = flag(pool.forcedFor.has(`${user} ${name}`))
  return of('isForcedLiquidationEnabledForUser', [user, name], isForced)
}
