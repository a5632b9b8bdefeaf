import type { Call, CallArg } from '../../chain/side.ts'
import type { Arg, Check } from '../../protocol.ts'

/** A call that nobody but another contract may make, and the reason of its refusal. */
export type Forbidden = { readonly call: Call; readonly reason: string }

const refused = (reason: string, on: string, call: string, ...args: CallArg[]): Forbidden => ({
  call: { on, call, args },
  reason,
})

const AGAIN = 'Contract instance has already been initialized'
const EMODE = {
  ltv: 1,
  liquidationThreshold: 1,
  liquidationBonus: 1,
  priceSource: 'zero',
  label: '',
}
const ATOKEN = {
  asset: 't0',
  treasury: 'u0',
  incentivesController: 'zero',
  name: '',
  symbol: '',
  implementation: 'aTokenImplementation',
  params: '0x',
}
const { treasury: _, ...DEBT_TOKEN } = ATOKEN

/** Steps of users without a role: calls whose arguments are structs, lists or flags. */
export const FORBIDDEN: readonly Forbidden[] = [
  refused('10', 'pool', 'setConfiguration', 't0', { data: 0n }),
  refused('10', 'pool', 'configureEModeCategory', 1, EMODE),
  refused('5', 'configurator', 'initReserves', []),
  refused('1', 'configurator', 'updateAToken', ATOKEN),
  refused('1', 'configurator', 'updateStableDebtToken', DEBT_TOKEN),
  refused('1', 'configurator', 'updateVariableDebtToken', DEBT_TOKEN),
  refused('4', 'configurator', 'setReserveStableRateBorrowing', 't0', true),
  refused('5', 'oracle', 'setAssetSources', [], []),
]

const closed = (reverts: string, on: string, get: string, ...args: Arg[]): Check => ({
  on,
  get,
  args,
  is: { reverts },
})

/** Calls that only another contract or an administrator may make, tried once by nobody. */
export const CLOSED: readonly Check[] = [
  closed('10', 'pool', 'initReserve', 't0', 'a0', 's0', 'v0', 'strategy0'),
  closed('10', 'pool', 'dropReserve', 't0'),
  closed('10', 'pool', 'setReserveInterestRateStrategyAddress', 't0', 'strategy1'),
  closed('10', 'pool', 'updateBridgeProtocolFee', 1n),
  closed('10', 'pool', 'updateFlashloanPremiums', 1n, 1n),
  closed('10', 'pool', 'resetIsolationModeTotalDebt', 't4'),
  closed('11', 'pool', 'finalizeTransfer', 't0', 'u0', 'u1', 1n, 1n, 1n),
  closed('1', 'pool', 'rescueTokens', 't0', 'u0', 1n),
  closed(AGAIN, 'pool', 'initialize', 'provider'),
  closed(AGAIN, 'configurator', 'initialize', 'provider'),
  closed('1', 'configurator', 'dropReserve', 't0'),
  closed('5', 'oracle', 'setFallbackOracle', 'u0'),
  closed('1', 'sentinel', 'setSequencerOracle', 'u0'),
  closed('4', 'sentinel', 'setGracePeriod', 0n),
  closed('23', 'a0', 'mint', 'u0', 'u0', 1n, 1n),
  closed('23', 'a0', 'burn', 'u0', 'u0', 1n, 1n),
  closed('23', 'a0', 'mintToTreasury', 1n, 1n),
  closed('23', 'a0', 'transferOnLiquidation', 'u0', 'u1', 1n),
  closed('23', 'a0', 'transferUnderlyingTo', 'u0', 1n),
  closed('23', 'a0', 'handleRepayment', 'u0', 'u0', 1n),
  closed('1', 'a0', 'rescueTokens', 't1', 'u0', 1n),
  closed(AGAIN, 'a0', 'initialize', 'pool', 'u0', 't0', 'zero', 18n, 'x', 'x', '0x'),
  ...['a0', 'v0', 's0'].map((on) => closed('1', on, 'setIncentivesController', 'u0')),
  closed('23', 'v0', 'mint', 'u0', 'u0', 1n, 1n),
  closed('23', 'v0', 'burn', 'u0', 1n, 1n),
  closed('23', 's0', 'mint', 'u0', 'u0', 1n, 1n),
  closed('23', 's0', 'burn', 'u0', 1n),
  ...['v0', 's0'].flatMap((on) => [
    closed(AGAIN, on, 'initialize', 'pool', 't0', 'zero', 18n, 'x', 'x', '0x'),
    closed('80', on, 'transfer', 'u0', 1n),
    closed('80', on, 'transferFrom', 'u0', 'u1', 1n),
    closed('80', on, 'approve', 'u0', 1n),
    closed('80', on, 'increaseAllowance', 'u0', 1n),
    closed('80', on, 'decreaseAllowance', 'u0', 1n),
    closed('80', on, 'allowance', 'u0', 'u1'),
  ]),
]
