/** Steps that every run of 2,000 makes at least once, whatever the seed: each function is called. */
import type { Arg, Op } from '../../protocol.ts'
import { FORBIDDEN } from './forbidden.ts'
import type { World } from './world.ts'

/** Step of a case at which its part of the tour begins, and its length. */
const BEGIN = 60
const LENGTH = 5

const step = (by: string, kind: string, ...args: Arg[]): Op => ({ kind, by, args })
const admin = (kind: string, ...args: Arg[]): Op => step('admin', kind, ...args)

/** On reserve 0, whose contracts stand for all in the count of functions. */
const TOUR: readonly Op[] = [
  ...FORBIDDEN.map((_, i) => step('u0', 'forbidden', BigInt(i))),
  admin('setPoolPause', 0n, 0n),
  admin('switch', 't0', 'active', 1n),
  admin('freeze', 't0', 1n),
  admin('freeze', 't0', 0n),
  admin('ltvzero', 't0', 0n),
  admin('pause', 't0', 0n, 60n),
  admin('endGrace', 't0'),
  admin('switch', 't0', 'borrowingEnabled', 0n),
  admin('switch', 't0', 'flashLoanEnabled', 1n),
  admin('switch', 't1', 'borrowableInIsolation', 0n),
  admin('switch', 't0', 'siloedBorrowing', 0n),
  admin('limit', 't0', 'reserveFactor', 1_234n),
  admin('limit', 't0', 'borrowCap', 1_000_000n),
  admin('limit', 't0', 'supplyCap', 90_000_000n),
  admin('limit', 't0', 'liquidationProtocolFee', 10_001n),
  admin('limit', 't4', 'debtCeiling', 30_000_000n),
  admin('flashPremium', 13n),
  admin('collateral', 't0', 8_000n, 8_250n, 10_500n),
  admin('collateral', 't2', 7_000n, 8_000n, 12_501n),
  admin('category', 3n, 9_100n, 9_200n, 10_200n),
  admin('assetCategory', 't2', 3n, 'collateralBitmap', 1n),
  admin('assetCategory', 't2', 3n, 'ltvzeroBitmap', 1n),
  admin('assetCategory', 't2', 3n, 'borrowableBitmap', 1n),
  admin('assetCategory', 't2', 3n, 'collateralBitmap', 0n),
  admin('setRates', 't0', 4_500n, 0n, 700n, 30_000n),
  admin('eliminate', 't0', 1n),
  step('u0', 'supplyWithPermit', 't0', 1_000n, 1n),
  step('u0', 'repayWithPermit', 't0', 1n, 1n),
  step('u0', 'delegate', 't0', 'u1', 500n),
  step('u0', 'manager', 'u1', 1n),
  step('u1', 'useAsCollateral', 't0', 1n, 'u0'),
  step('u1', 'setUserEMode', 0n, 'u0'),
  step('u1', 'renounce', 'u0'),
  step('u0', 'rates', 't0', 0n, 5n, 3n, 10n ** 24n, 10n ** 24n, 1_000n),
]

/** The same in every third case: allowances, a limited and an unlimited one. */
const ALLOWANCES: readonly Op[] = [
  step('u0', 'deposit', 't0', 1_000_000n, 'u0'),
  step('u0', 'approve', 't0', 'u1', 700n),
  step('u0', 'increase', 't0', 'u1', 300n),
  step('u0', 'decrease', 't0', 'u1', 100n),
  step('u1', 'transferFrom', 't0', 'u0', 'u1', 900n),
  step('u0', 'approve', 't0', 'u1', (1n << 256n) - 1n),
  step('u1', 'transferFrom', 't0', 'u0', 'u1', 50n),
  step('u0', 'transfer', 't0', 'u1', 50n),
]

/** The next step of the tour, if it is time for one. */
export function tour({ steps, number }: World): Op | null {
  const at = steps - BEGIN
  if (number % 3 === 0 && steps >= 150) return ALLOWANCES[steps - 150] ?? null
  if (at < 0 || at >= LENGTH) return null
  return TOUR[(number * LENGTH + at) % TOUR.length]!
}
