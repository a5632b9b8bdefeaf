import type { Call, CallArg } from '../../chain/side.ts'
import type { Arg, Op } from '../../protocol.ts'
import { ALL_ACTIONS } from './kinds.ts'
import { MARKETS } from './markets.ts'

type Build = (args: readonly Arg[]) => readonly Call[]

const on = (name: string, call: string, ...args: CallArg[]): Call => ({ on: name, call, args })
const pool = (call: string, ...args: CallArg[]): readonly Call[] => [
  on('comptroller', call, ...args),
]
/** A call on the market that the first argument names; the others are handed on. */
const market =
  (call: string): Build =>
  ([m, ...rest]) => [on(String(m), call, ...rest)]
const tokenOf = (m: Arg | undefined): string => MARKETS[String(m)]!.token
const yes = (arg: Arg | undefined): boolean => arg === 1n

const BUILD: Readonly<Record<string, Build>> = {
  repay: market('repayBorrow'),
  repayBehalf: market('repayBorrowBehalf'),
  liquidate: market('liquidateBorrow'),
  accrue: market('accrueInterest'),
  addReserves: market('_addReserves'),
  reduceReserves: market('_reduceReserves'),
  reserveFactor: market('_setReserveFactor'),
  rateModel: market('_setInterestRateModel'),
  reduceDelta: market('setReduceReservesBlockDelta'),
  sweep: market('sweepTokenAndSync'),
  enter: (names) => pool('enterMarkets', names),
  enterBehalf: ([m, who]) => pool('enterMarketBehalf', who!, m!),
  exit: ([m]) => pool('exitMarket', m!),
  delegate: ([who, isOn]) => pool('updateDelegate', who!, yes(isOn)),
  collateralFactor: (args) => pool('setCollateralFactor(address,uint256,uint256)', ...args),
  incentive: (args) => pool('setLiquidationIncentive(address,uint256)', ...args),
  closeFactor: (args) => pool('setCloseFactor', ...args),
  supplyCap: ([m, cap]) => pool('setMarketSupplyCaps', [m!], [cap!]),
  borrowCap: ([m, cap]) => pool('setMarketBorrowCaps', [m!], [cap!]),
  pause: ([m, action, isOn]) => pool('setActionsPaused', [m!], [action!], yes(isOn)),
  pauseAll: ([isOn]) => pool('_setProtocolPaused', yes(isOn)),
  treasury: (args) => pool('_setTreasuryData', ...args),
  forced: ([m, isOn]) => pool('setForcedLiquidation', m!, yes(isOn)),
  forcedFor: ([who, m, isOn]) => pool('_setForcedLiquidationForUser', who!, m!, yes(isOn)),
  borrowable: ([m, isOn]) => pool('setIsBorrowAllowed', 0n, m!, yes(isOn)),
  liquidator: ([who]) => pool('_setLiquidatorContract', who!),
  support: ([m]) => pool('supportMarket', m!),
  unlist: ([m]) => pool('unlistMarket', m!),
  retire: ([m]) => [
    ...pool('setActionsPaused', [m!], ALL_ACTIONS, true),
    ...pool('setMarketSupplyCaps', [m!], [0n]),
    ...pool('setMarketBorrowCaps', [m!], [0n]),
    ...pool('setCollateralFactor(address,uint256,uint256)', m!, 0n, 0n),
    ...pool('unlistMarket', m!),
  ],
  price: ([m, price]) => [on('oracle', 'setUnderlyingPrice', m!, price!)],
  donate: ([m, units]) => [on(tokenOf(m), 'transfer', m!, units!)],
  tokenPause: ([m, isOn]) => [on(tokenOf(m), 'pause', yes(isOn))],
  tokenApprove: ([m, units]) => [on(tokenOf(m), 'approve', m!, units!)],
}

/** The calls of a step; a kind that is not listed is a function of the market. */
export function calls({ kind, args }: Op): readonly Call[] {
  return (BUILD[kind] ?? market(kind))(args)
}
