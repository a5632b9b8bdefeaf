export {
  liquidityOf,
  type Ranges,
  rangesOf,
  reserve0,
  reserve1,
  TickTableError,
  tablePrice,
  tickShift,
} from './concentrated/kernel.ts'
export { concentrated } from './concentrated/model.ts'
export { divergenceLoss } from './constantProduct/kernel.ts'
export { constantProduct } from './constantProduct/model.ts'
export { BookLevelsError, CrossedBookError } from './orderBook/kernel.ts'
export { orderBook } from './orderBook/model.ts'
export { PairAssetError, pair } from './pair.ts'
export { type Curve, curveOf, ImpactTableError, shareAt } from './quoteCurve/kernel.ts'
export { quoteCurve } from './quoteCurve/model.ts'
export { router } from './router/model.ts'
export { StableSwapCoinsError, stableswap } from './stableswap/model.ts'
export { unlimited } from './unlimited.ts'
export { wrapper } from './wrapper.ts'
