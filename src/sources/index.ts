import { aaveReserves } from './aaveReserves.ts'
import { aaveStethAccounts } from './aaveStethAccounts.ts'
import { accounts } from './accounts.ts'
import { calibration } from './calibration.ts'
import { compoundV2Accounts } from './compoundV2Accounts.ts'
import { curvePool } from './curvePool.ts'
import { depthPool } from './depthPool.ts'
import { healthLadder } from './healthLadder.ts'
import { identicalPositions } from './identicalPositions.ts'
import { inverseFrontier } from './inverseFrontier.ts'
import { positionsTable } from './positionsTable.ts'
import { priceHistory } from './priceHistory.ts'
import { quoteCurve } from './quoteCurve.ts'
import type { Source } from './source.ts'
import { syntheticBook } from './syntheticBook.ts'
import { uniswapV3Ticks } from './uniswapV3Ticks.ts'

export type { AaveReserve } from './aaveReserves.ts'
export * from './calibrate.ts'
export { type Density, finalDrop, thresholdMass } from './cascade.ts'
export type { CompoundMarket } from './compoundV2Accounts.ts'
export * from './csv.ts'
export * from './files.ts'
export * from './positions.ts'
export { parseTime } from './priceHistory.ts'
export * from './problems.ts'
export * from './source.ts'
export {
  aaveReserves,
  aaveStethAccounts,
  accounts,
  calibration,
  compoundV2Accounts,
  curvePool,
  depthPool,
  healthLadder,
  identicalPositions,
  inverseFrontier,
  positionsTable,
  priceHistory,
  quoteCurve,
  syntheticBook,
  uniswapV3Ticks,
}

/** All sources; `kind` is unique. */
export const SOURCES: readonly Source[] = [
  accounts,
  aaveReserves,
  aaveStethAccounts,
  calibration,
  compoundV2Accounts,
  curvePool,
  depthPool,
  healthLadder,
  identicalPositions,
  inverseFrontier,
  positionsTable,
  priceHistory,
  quoteCurve,
  syntheticBook,
  uniswapV3Ticks,
]
