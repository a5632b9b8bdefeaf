export { accountNames, type TracedWorld, writeTrace } from './trace.ts'
export { loadWorld, type StoredWorld, saveWorld, WorldFileError } from './world.ts'
