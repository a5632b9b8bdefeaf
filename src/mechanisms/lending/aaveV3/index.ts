export * as aaveV3Kernel from './kernel.ts'
export { AAVE_V2, AAVE_V3, AAVE_V3_3, type AaveRules } from './kernel.ts'
export { aaveV3 } from './model.ts'
export { AAVE_REFUSALS, type AaveTerms, type EModeTerms, type ReserveTerms } from './terms.ts'
