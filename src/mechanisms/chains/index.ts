export { BlockTimeError, evm } from './evm.ts'
