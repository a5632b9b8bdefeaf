import type { Call, CallArg } from '../../chain/side.ts'
import type { Arg, Op } from '../../protocol.ts'
import { FORBIDDEN } from './forbidden.ts'

const NO_SIGNATURE = [27, `0x${'00'.repeat(32)}`, `0x${'00'.repeat(32)}`] as const
/** Functions of the configurator by what the model calls a field. */
const SETTERS: Readonly<Record<string, string>> = {
  active: 'setReserveActive',
  frozen: 'setReserveFreeze',
  paused: 'setReservePause',
  borrowingEnabled: 'setReserveBorrowing',
  flashLoanEnabled: 'setReserveFlashLoaning',
  borrowableInIsolation: 'setBorrowableInIsolation',
  siloedBorrowing: 'setSiloedBorrowing',
  reserveFactor: 'setReserveFactor',
  borrowCap: 'setBorrowCap',
  supplyCap: 'setSupplyCap',
  liquidationProtocolFee: 'setLiquidationProtocolFee',
  unbackedMintCap: 'setUnbackedMintCap',
  debtCeiling: 'setDebtCeiling',
  flashLoanPremiumTotal: 'updateFlashloanPremiumTotal',
  flashLoanPremiumToProtocol: 'updateFlashloanPremiumToProtocol',
  bridgeProtocolFee: 'updateBridgeProtocolFee',
}

type Build = (args: readonly Arg[], by: string) => Call

const pool = (call: string, ...args: CallArg[]): Call => ({ on: 'pool', call, args })
const configurator = (call: string, ...args: CallArg[]): Call => ({
  on: 'configurator',
  call,
  args,
})
/** The token of an asset: `a`, `v` or `s` and its number. */
const tokenOf = (letter: string, asset: Arg | undefined): string => letter + String(asset).slice(1)

const BUILD: Readonly<Record<string, Build>> = {
  supply: ([asset, amount, to]) => pool('supply', asset!, amount!, to!, 0),
  deposit: ([asset, amount, to]) => pool('deposit', asset!, amount!, to!, 0),
  withdraw: ([asset, amount, to]) => pool('withdraw', asset!, amount!, to!),
  borrow: ([asset, amount, mode, to]) => pool('borrow', asset!, amount!, mode!, 0, to!),
  repay: ([asset, amount, mode, to]) => pool('repay', asset!, amount!, mode!, to!),
  repayWithATokens: ([asset, amount, mode]) => pool('repayWithATokens', asset!, amount!, mode!),
  swapBorrowRateMode: ([asset, mode]) => pool('swapBorrowRateMode', asset!, mode!),
  rebalance: ([asset, user]) => pool('rebalanceStableBorrowRate', asset!, user!),
  useAsCollateral: ([asset, use]) => pool('setUserUseReserveAsCollateral', asset!, use === 1n),
  setUserEMode: ([id]) => pool('setUserEMode', Number(id)),
  liquidate: ([collateral, debt, user, amount, receiveAToken]) =>
    pool('liquidationCall', collateral!, debt!, user!, amount!, receiveAToken === 1n),
  mintToTreasury: (assets) => pool('mintToTreasury', assets),
  mintUnbacked: ([asset, amount, to]) => pool('mintUnbacked', asset!, amount!, to!, 0),
  backUnbacked: ([asset, amount, fee]) => pool('backUnbacked', asset!, amount!, fee!),
  flash: ([receiver, asset, amount, ...inner]) =>
    pool('flashLoanSimple', receiver!, asset!, amount!, callback(inner, String(receiver)), 0),
  flashMany: ([receiver, onBehalfOf, n, ...rest]) => {
    const part = (k: number): readonly Arg[] => rest.slice(k * Number(n), (k + 1) * Number(n))
    const inner = callback(rest.slice(3 * Number(n)), String(receiver))
    return pool('flashLoan', receiver!, part(0), part(1), part(2), onBehalfOf!, inner, 0)
  },
  supplyWithPermit: ([asset, amount, deadline], by) =>
    pool('supplyWithPermit', asset!, amount!, by, 0, deadline!, ...NO_SIGNATURE),
  repayWithPermit: ([asset, amount, deadline], by) =>
    pool('repayWithPermit', asset!, amount!, 2n, by, deadline!, ...NO_SIGNATURE),
  transfer: ([asset, to, amount]) => on(tokenOf('a', asset), 'transfer', to!, amount!),
  transferFrom: ([asset, from, to, amount]) =>
    on(tokenOf('a', asset), 'transferFrom', from!, to!, amount!),
  approve: ([asset, spender, amount]) => on(tokenOf('a', asset), 'approve', spender!, amount!),
  increase: ([asset, spender, amount]) =>
    on(tokenOf('a', asset), 'increaseAllowance', spender!, amount!),
  decrease: ([asset, spender, amount]) =>
    on(tokenOf('a', asset), 'decreaseAllowance', spender!, amount!),
  delegate: ([asset, to, amount]) => on(tokenOf('v', asset), 'approveDelegation', to!, amount!),
  permit: ([asset, owner, deadline]) =>
    on(tokenOf('a', asset), 'permit', owner!, 'u0', 1n, deadline!, ...NO_SIGNATURE),
  delegationWithSig: ([letter, asset, owner, deadline]) =>
    on(
      tokenOf(String(letter), asset),
      'delegationWithSig',
      owner!,
      'u0',
      1n,
      deadline!,
      ...NO_SIGNATURE,
    ),
  price: ([source, answer]) => on(`feed-${source}`, 'set', answer!),
  sequencer: ([answer]) => on('sequencer', 'set', answer!),
  create: ([asset, to, amount]) => on(String(asset), 'mint', to!, amount!),
  donate: ([asset, amount]) => on(String(asset), 'transfer', tokenOf('a', asset), amount!),
  pauseToken: ([asset, paused]) => on(String(asset), 'pause', paused === 1n),
  allow: ([asset, amount]) => on(String(asset), 'approve', 'pool', amount!),
  switch: ([asset, field, value]) => configurator(SETTERS[String(field)]!, asset!, value === 1n),
  limit: ([asset, field, value]) => configurator(SETTERS[String(field)]!, asset!, value!),
  fee: ([field, value]) => configurator(SETTERS[String(field)]!, value!),
  setPoolPause: ([paused]) => configurator('setPoolPause', paused === 1n),
  collateral: ([asset, ltv, threshold, bonus]) =>
    configurator('configureReserveAsCollateral', asset!, ltv!, threshold!, bonus!),
  category: ([id, ltv, threshold, bonus, source]) => {
    const terms = [Number(ltv), Number(threshold), Number(bonus)]
    return configurator('setEModeCategory', Number(id), ...terms, source!, 'eMode')
  },
  assetCategory: ([asset, id]) => configurator('setAssetEModeCategory', asset!, Number(id)),
  strategy: ([asset, name]) => configurator('setReserveInterestRateStrategyAddress', asset!, name!),
  rates: ([strategy, asset, unbacked, added, taken, stable, variable, average, factor]) =>
    on(String(strategy), 'calculateInterestRates', {
      unbacked: unbacked!,
      liquidityAdded: added!,
      liquidityTaken: taken!,
      totalStableDebt: stable!,
      totalVariableDebt: variable!,
      averageStableBorrowRate: average!,
      reserveFactor: factor!,
      reserve: asset!,
      aToken: tokenOf('a', asset),
    }),
  forbidden: ([index]) => FORBIDDEN[Number(index)]!.call,
}

function on(contract: string, call: string, ...args: CallArg[]): Call {
  return { on: contract, call, args }
}

/** What the receiver of a flash loan does before it pays back: another step, or nothing. */
function callback([kind, ...args]: readonly Arg[], receiver: string): CallArg {
  if (kind === undefined) return { callback: [] }
  return { callback: calls({ kind: String(kind), by: receiver, args }) }
}

/** The calls of a step. */
export function calls({ kind, by, args }: Op): readonly Call[] {
  return [BUILD[kind]!(args, by)]
}
