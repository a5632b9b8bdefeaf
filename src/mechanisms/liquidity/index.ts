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
export { router } from './router/model.ts'
