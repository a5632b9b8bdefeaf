export * as compoundV2Kernel from './kernel.ts'
export { compoundV2 } from './model.ts'
export type { CompoundTerms, MarketTerms } from './terms.ts'
