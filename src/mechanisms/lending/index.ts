export * from './compoundV2/index.ts'
export * from './kernel.ts'
