import type { Call, CallArg } from '../../chain/side.ts'

/** A call that nobody but another contract may make, and the reason of its refusal. */
export type Forbidden = { readonly call: Call; readonly reason: string }

const refused = (reason: string, on: string, call: string, ...args: CallArg[]): Forbidden => ({
  call: { on, call, args },
  reason,
})

const POOL_ONLY = 'CallerNotPoolConfigurator'
const EMODE = { ltv: 1, liquidationThreshold: 1, liquidationBonus: 1, label: '' }

/** Steps of users without a role: calls whose arguments are structs, lists or flags. */
export const FORBIDDEN: readonly Forbidden[] = [
  refused(POOL_ONLY, 'pool', 'setConfiguration', 't0', { data: 0n }),
  refused(POOL_ONLY, 'pool', 'configureEModeCategory', 1, EMODE),
  refused('CallerNotAssetListingOrPoolAdmin', 'configurator', 'initReserves', []),
  refused('CallerNotPoolAdmin', 'configurator', 'dropReserve', 't0'),
  refused(POOL_ONLY, 'pool', 'dropReserve', 't0'),
  refused(POOL_ONLY, 'pool', 'initReserve', 't0', 'u0', 'u0'),
  refused(POOL_ONLY, 'pool', 'syncIndexesState', 't0'),
  refused(POOL_ONLY, 'pool', 'syncRatesState', 't0'),
  refused(POOL_ONLY, 'pool', 'updateFlashloanPremium', 1n),
  refused(POOL_ONLY, 'pool', 'resetIsolationModeTotalDebt', 't4'),
  refused(POOL_ONLY, 'pool', 'setLiquidationGracePeriod', 't0', 1),
  refused(POOL_ONLY, 'pool', 'configureEModeCategoryCollateralBitmap', 1, 1n),
  refused(POOL_ONLY, 'pool', 'configureEModeCategoryBorrowableBitmap', 1, 1n),
  refused(POOL_ONLY, 'pool', 'configureEModeCategoryLtvzeroBitmap', 1, 1n),
  refused('CallerNotAToken', 'pool', 'finalizeTransfer', 't0', 'u0', 'u1', 1n, 1n),
  refused('CallerNotPoolAdmin', 'pool', 'rescueTokens', 't0', 'u0', 1n),
  refused('CallerMustBePool', 'a0', 'mint', 'u0', 'u0', 1n, 1n),
  refused('CallerMustBePool', 'a0', 'burn', 'u0', 'u0', 1n, 1n, 1n),
  refused('CallerMustBePool', 'a0', 'mintToTreasury', 1n, 1n),
  refused('CallerMustBePool', 'a0', 'transferOnLiquidation', 'u0', 'u1', 1n, 1n, 1n),
  refused('CallerMustBePool', 'a0', 'transferUnderlyingTo', 'u0', 1n),
  refused('CallerNotPoolAdmin', 'a0', 'rescueTokens', 't1', 'u0', 1n),
  refused('CallerMustBePool', 'v0', 'mint', 'u0', 'u0', 1n, 1n, 1n),
  refused('CallerMustBePool', 'v0', 'burn', 'u0', 1n, 1n),
  refused('OperationNotSupported', 'v0', 'transfer', 'u0', 1n),
  refused('OperationNotSupported', 'v0', 'transferFrom', 'u0', 'u1', 1n),
  refused('OperationNotSupported', 'v0', 'approve', 'u0', 1n),
  refused('OperationNotSupported', 'v0', 'allowance', 'u0', 'u1'),
  refused('OperationNotSupported', 'v0', 'increaseAllowance', 'u0', 1n),
  refused('OperationNotSupported', 'v0', 'decreaseAllowance', 'u0', 1n),
  refused('OperationNotSupported', 'v0', 'renounceAllowance', 'u0'),
  refused('CallerNotAssetListingOrPoolAdmin', 'oracle', 'setAssetSources', [], []),
  refused('CallerNotAssetListingOrPoolAdmin', 'oracle', 'setFallbackOracle', 'u0'),
  refused('CallerNotPoolAdmin', 'sentinel', 'setSequencerOracle', 'u0'),
  refused('CallerNotRiskOrPoolAdmin', 'sentinel', 'setGracePeriod', 0n),
]
