export type { About } from './about.ts'
export { checkPage } from './check.ts'
export { cliffPage } from './cliff.ts'
export { comparePage } from './compare.ts'
export { explainPage } from './explain.ts'
export { sweepPage } from './sweep.ts'
export {
  capTables,
  checkTables,
  cliffTables,
  compareTables,
  explainTables,
  sweepTables,
  tuneTables,
  warnTables,
} from './tables.ts'
export { capPage, tunePage } from './tune.ts'
export { warnPage } from './warn.ts'
export { writeExperiment } from './write.ts'
