export { type StoredMeasure, type StoredPaths, writeMeasures, writePaths } from './paths.ts'
export { type Answer, type Cell, QueryError, queryResults } from './query.ts'
export { accountNames, type TracedWorld, writeTrace } from './trace.ts'
export { loadWorld, type StoredWorld, saveWorld, WorldFileError } from './world.ts'
