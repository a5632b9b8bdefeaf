import type { Call, CallArg } from '../../chain/side.ts'
import type { Arg, Op } from '../../protocol.ts'
import { FORBIDDEN } from './forbidden.ts'

const NO_SIGNATURE = [27, `0x${'00'.repeat(32)}`, `0x${'00'.repeat(32)}`] as const
/** Functions of the configurator by what the model calls a field. */
const SETTERS: Readonly<Record<string, string>> = {
  active: 'setReserveActive',
  borrowingEnabled: 'setReserveBorrowing',
  flashLoanEnabled: 'setReserveFlashLoaning',
  borrowableInIsolation: 'setBorrowableInIsolation',
  siloedBorrowing: 'setSiloedBorrowing',
  reserveFactor: 'setReserveFactor',
  borrowCap: 'setBorrowCap',
  supplyCap: 'setSupplyCap',
  liquidationProtocolFee: 'setLiquidationProtocolFee',
  debtCeiling: 'setDebtCeiling',
  collateralBitmap: 'setAssetCollateralInEMode',
  borrowableBitmap: 'setAssetBorrowableInEMode',
  ltvzeroBitmap: 'setAssetLtvzeroInEMode',
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
  useAsCollateral: ([asset, use, user], by) =>
    user === by
      ? pool('setUserUseReserveAsCollateral', asset!, use === 1n)
      : pool('setUserUseReserveAsCollateralOnBehalfOf', asset!, use === 1n, user!),
  manager: ([to, approved]) => pool('approvePositionManager', to!, approved === 1n),
  renounce: ([user]) => pool('renouncePositionManagerRole', user!),
  eliminate: ([asset, amount]) => pool('eliminateReserveDeficit', asset!, amount!),
  setUserEMode: ([id, user], by) =>
    user === by
      ? pool('setUserEMode', Number(id))
      : pool('setUserEModeOnBehalfOf', Number(id), user!),
  liquidate: ([collateral, debt, user, amount, receiveAToken]) =>
    pool('liquidationCall', collateral!, debt!, user!, amount!, receiveAToken === 1n),
  mintToTreasury: (assets) => pool('mintToTreasury', assets),
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
  price: ([source, answer]) => on(`feed-${source}`, 'set', answer!),
  sequencer: ([answer]) => on('sequencer', 'set', answer!),
  create: ([asset, to, amount]) => on(String(asset), 'mint', to!, amount!),
  donate: ([asset, amount]) => on(String(asset), 'transfer', tokenOf('a', asset), amount!),
  pauseToken: ([asset, paused]) => on(String(asset), 'pause', paused === 1n),
  allow: ([asset, amount]) => on(String(asset), 'approve', 'pool', amount!),
  switch: ([asset, field, value]) => configurator(SETTERS[String(field)]!, asset!, value === 1n),
  limit: ([asset, field, value]) => configurator(SETTERS[String(field)]!, asset!, value!),
  flashPremium: ([value]) => configurator('updateFlashloanPremium', value!),
  freeze: ([asset, on]) => configurator('setReserveFreeze', asset!, on === 1n),
  ltvzero: ([asset, on]) => configurator('setReserveLtvzero', asset!, on === 1n),
  pause: ([asset, on, grace]) =>
    configurator('setReservePause(address,bool,uint40)', asset!, on === 1n, Number(grace)),
  endGrace: ([asset]) => configurator('disableLiquidationGracePeriod', asset!),
  setPoolPause: ([on, grace]) =>
    configurator('setPoolPause(bool,uint40)', on === 1n, Number(grace)),
  collateral: ([asset, ltv, threshold, bonus]) =>
    configurator('configureReserveAsCollateral', asset!, ltv!, threshold!, bonus!),
  category: ([id, ...terms]) =>
    configurator('setEModeCategory', Number(id), ...terms.map(Number), 'eMode'),
  assetCategory: ([asset, id, list, on]) =>
    configurator(SETTERS[String(list)]!, asset!, Number(id), on === 1n),
  setRates: ([asset, ...terms]) =>
    configurator('setReserveInterestRateData', asset!, rateData(terms as bigint[])),
  rates: ([asset, unbacked, added, taken, totalDebt, virtual, factor]) =>
    on('strategy', 'calculateInterestRates', {
      unbacked: unbacked!,
      liquidityAdded: added!,
      liquidityTaken: taken!,
      totalDebt: totalDebt!,
      reserveFactor: factor!,
      reserve: asset!,
      usingVirtualBalance: true,
      virtualUnderlyingBalance: virtual!,
    }),
  forbidden: ([index]) => FORBIDDEN[Number(index)]!.call,
}

/** Rates as the strategy takes them: four words. */
export function rateData(terms: readonly bigint[]): string {
  return `0x${terms.map((value) => value.toString(16).padStart(64, '0')).join('')}`
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
