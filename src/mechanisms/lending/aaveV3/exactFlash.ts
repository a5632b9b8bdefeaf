/**
 * Flash loans and the treasury's income.
 * Source: aave/aave-v3-core @ 782f51917056 contracts/protocol/libraries/logic/FlashLoanLogic.sol,
 * PoolLogic.sol.
 */
import { executeBorrow, VARIABLE } from './exactBorrow.ts'
import { add, must, percentMulHalfUp, Refusal, rayMulHalfUp, sub } from './exactMath.ts'
import {
  accrueToTreasury,
  cumulateToLiquidityIndex,
  mintScaled,
  normalizedIncome,
  updateRates,
  updateState,
} from './exactReserve.ts'
import {
  attempt,
  type Block,
  type Done,
  hasRole,
  type Pool,
  type Reserve,
  write,
} from './exactState.ts'
import { paid } from './exactSupply.ts'

/** What the receiver does with the assets: null, or the reason why it fails. */
export type Callback = (premiums: readonly bigint[]) => string | null

/** A flash loan of one asset; `receiver` pays it back with the premium. */
export type SimpleFlashLoan = {
  readonly receiver: string
  readonly asset: string
  readonly amount: bigint
  readonly callback: Callback
}

/** A flash loan of several assets; modes: 0 pay back, 2 leave as variable debt of `onBehalfOf`. */
export type FlashLoan = {
  readonly by: string
  readonly receiver: string
  readonly assets: readonly string[]
  readonly amounts: readonly bigint[]
  readonly modes: readonly bigint[]
  readonly onBehalfOf: string
  readonly callback: Callback
}

/** Lend an asset for the time of a call; the premium goes to suppliers and protocol. */
export function flashLoanSimple(pool: Pool, block: Block, loan: SimpleFlashLoan): Done<null> {
  return attempt(pool, () => {
    const { receiver, asset, amount, callback } = loan
    const reserve = pool.byAsset.get(asset)
    mustFlash(reserve)
    const { flashLoanPremiumTotal, flashLoanPremiumToProtocol: share } = pool
    const premium = percentMulHalfUp(amount, flashLoanPremiumTotal)
    paid(block.tokens.transfer(asset, reserve.aToken, receiver, amount))
    paid(callback([premium]))
    takeBack(pool, block, reserve, { receiver, amount, premium, share })
    return null
  })
}

function mustFlash(reserve: Reserve | undefined): asserts reserve is Reserve {
  if (!reserve) throw new Refusal('27')
  must(!reserve.config.paused, '29')
  must(reserve.config.active, '27')
  must(reserve.config.flashLoanEnabled, '91')
}

/** Lend several assets for the time of a call; those with role flashBorrower pay no premium. */
export function flashLoan(pool: Pool, block: Block, loan: FlashLoan): Done<null> {
  return attempt(pool, () => {
    const { by, receiver, assets, amounts, modes, callback } = loan
    must(assets.length === amounts.length, '49')
    const reserves = assets.map((asset) => {
      const reserve = pool.byAsset.get(asset)
      mustFlash(reserve)
      return reserve
    })
    const isFree = hasRole(pool, by, 'flashBorrower')
    const rate = isFree ? 0n : pool.flashLoanPremiumTotal
    const share = isFree ? 0n : pool.flashLoanPremiumToProtocol
    const premiums = reserves.map((reserve, i) => {
      const mode = modeAt(modes, i)
      const premium = mode === 0n ? percentMulHalfUp(amounts[i]!, rate) : 0n
      paid(block.tokens.transfer(reserve.asset, reserve.aToken, receiver, amounts[i]!))
      return premium
    })
    paid(callback(premiums))
    reserves.forEach((reserve, i) => {
      const amount = amounts[i]!
      if (modes[i] === 0n) {
        takeBack(pool, block, reserve, { receiver, amount, premium: premiums[i]!, share })
      } else {
        const debt = { by, asset: reserve.asset, amount, mode: modes[i]! }
        executeBorrow(pool, block, { ...debt, onBehalfOf: loan.onBehalfOf }, 0n)
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

type Debt = {
  readonly receiver: string
  readonly amount: bigint
  readonly premium: bigint
  /** The protocol's share of the premium, basis points. */
  readonly share: bigint
}

function takeBack(pool: Pool, block: Block, reserve: Reserve, debt: Debt): void {
  const { receiver, amount, premium, share } = debt
  const toProtocol = percentMulHalfUp(premium, share)
  const toSuppliers = sub(premium, toProtocol)
  const owed = add(amount, premium)
  updateState(pool, reserve, block.time)
  cumulateToLiquidityIndex(pool, reserve, toSuppliers)
  accrueToTreasury(pool, reserve, toProtocol)
  updateRates(pool, block, reserve, owed, 0n)
  paid(block.tokens.transferFrom(reserve.asset, receiver, reserve.aToken, owed))
}

/** Turn what is set aside for the treasury into its aTokens; inactive reserves are passed over. */
export function mintToTreasury(pool: Pool, block: Block, assets: readonly string[]): Done<null> {
  return attempt(pool, () => {
    for (const asset of assets) {
      const reserve = pool.byAsset.get(asset)
      if (!reserve?.config.active || reserve.accruedToTreasury === 0n) continue
      const index = normalizedIncome(reserve, block.time)
      const amount = rayMulHalfUp(reserve.accruedToTreasury, index)
      write(pool, reserve, 'accruedToTreasury', 0n)
      if (amount !== 0n) mintScaled(pool, reserve.supply, pool.treasury, amount, index)
    }
    return null
  })
}
