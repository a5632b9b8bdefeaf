export * as morphoBlueKernel from './kernel.ts'
export { morphoBlue } from './model.ts'
