/**
 * Flash loans, whose premium goes to the treasury alone, and the treasury's income.
 * Source: aave-dao/aave-v3-origin 3.6.0 src/contracts/protocol/libraries/logic/FlashLoanLogic.sol,
 * PoolLogic.sol.
 */

import { VARIABLE } from '../aaveV3/exactBorrow.ts'
import type { FlashLoan, SimpleFlashLoan } from '../aaveV3/exactFlash.ts'
import { add, must, Refusal, sub } from '../aaveV3/exactMath.ts'
import { normalizedIncome } from '../aaveV3/exactReserve.ts'
import { attempt, type Block, type Done, hasRole, write } from '../aaveV3/exactState.ts'
import { paid } from '../aaveV3/exactSupply.ts'
import { executeBorrow } from './exactBorrow.ts'
import { percentMulUp, toUint128 } from './exactMath.ts'
import {
  accrueToTreasury,
  mintScaled,
  totalSupply,
  updateRates,
  updateState,
} from './exactReserve.ts'
import type { Pool, Reserve } from './exactState.ts'

/** Lend an asset for the time of a call; nobody is free of the premium, rounded up. */
export function flashLoanSimple(pool: Pool, block: Block, loan: SimpleFlashLoan): Done<null> {
  return attempt(pool, () => {
    const { receiver, asset, amount, callback } = loan
    const reserve = pool.byAsset.get(asset)
    mustFlash(block, reserve, amount)
    const premium = percentMulUp(amount, pool.flashLoanPremiumTotal)
    lend(pool, block, reserve, receiver, amount)
    paid(callback([premium]))
    takeBack(pool, block, reserve, { receiver, amount, premium })
    return null
  })
}

function mustFlash(
  { time }: Block,
  reserve: Reserve | undefined,
  amount: bigint,
): asserts reserve is Reserve {
  if (!reserve) throw new Refusal('ReserveInactive')
  must(!reserve.config.paused, 'ReservePaused')
  must(reserve.config.active, 'ReserveInactive')
  must(reserve.config.flashLoanEnabled, 'FlashloanDisabled')
  must(totalSupply(reserve, time) >= amount, 'InvalidAmount')
}

function lend(pool: Pool, block: Block, reserve: Reserve, to: string, amount: bigint): void {
  write(pool, reserve, 'virtualBalance', sub(reserve.virtualBalance, toUint128(amount)))
  paid(block.tokens.transfer(reserve.asset, reserve.aToken, to, amount))
}

/** Lend several assets for the time of a call; those with role flashBorrower pay no premium. */
export function flashLoan(pool: Pool, block: Block, loan: FlashLoan): Done<null> {
  return attempt(pool, () => {
    const { by, receiver, assets, amounts, modes, callback } = loan
    must(assets.length === amounts.length, 'InconsistentFlashloanParams')
    const reserves = assets.map((asset, i) => {
      must(!assets.includes(asset, i + 1), 'InconsistentFlashloanParams')
      const reserve = pool.byAsset.get(asset)
      mustFlash(block, reserve, amounts[i]!)
      return reserve
    })
    const rate = hasRole(pool, by, 'flashBorrower') ? 0n : pool.flashLoanPremiumTotal
    const premiums = reserves.map((reserve, i) => {
      const premium = modeAt(modes, i) === 0n ? percentMulUp(amounts[i]!, rate) : 0n
      lend(pool, block, reserve, receiver, amounts[i]!)
      return premium
    })
    paid(callback(premiums))
    reserves.forEach((reserve, i) => {
      const amount = amounts[i]!
      if (modes[i] === 0n) {
        takeBack(pool, block, reserve, { receiver, amount, premium: premiums[i]! })
      } else {
        const debt = { by, asset: reserve.asset, amount, mode: modes[i]! }
        executeBorrow(pool, block, { ...debt, onBehalfOf: loan.onBehalfOf }, false)
      }
    })
    return null
  })
}

/** Read an interest rate mode; the compiler checks the array's length and the enum. */
function modeAt(modes: readonly bigint[], i: number): bigint {
  const mode = modes[i]
  if (mode === undefined) throw new Refusal('Panic(50)')
  must(mode <= VARIABLE, 'Panic(33)')
  return mode
}

function takeBack(
  pool: Pool,
  block: Block,
  reserve: Reserve,
  debt: { readonly receiver: string; readonly amount: bigint; readonly premium: bigint },
): void {
  const { receiver, amount, premium } = debt
  const owed = add(amount, premium)
  updateState(pool, reserve, block.time)
  accrueToTreasury(pool, reserve, premium)
  updateRates(pool, reserve, owed, 0n)
  paid(block.tokens.transferFrom(reserve.asset, receiver, reserve.aToken, owed))
}

/** Turn what is set aside for the treasury into its aTokens; inactive reserves are passed over. */
export function mintToTreasury(pool: Pool, block: Block, assets: readonly string[]): Done<null> {
  return attempt(pool, () => {
    for (const asset of assets) {
      const reserve = pool.byAsset.get(asset)
      if (!reserve?.config.active || reserve.accruedToTreasury === 0n) continue
      const units = reserve.accruedToTreasury
      write(pool, reserve, 'accruedToTreasury', 0n)
      mintScaled(pool, reserve.supply, pool.treasury, units, normalizedIncome(reserve, block.time))
    }
    return null
  })
}
