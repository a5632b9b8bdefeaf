export {
  type About,
  capPage,
  checkPage,
  cliffPage,
  comparePage,
  explainPage,
  sweepPage,
  tunePage,
  warnPage,
  writeExperiment,
} from './experiment/index.ts'
export { type ExplainDocument, type ExplainOptions, explain } from './explain.ts'
export { checkFolder, makeFolder, OutputError } from './files.ts'
export { type Clause, storyOf } from './story.ts'
export { textOf } from './text.ts'
export { writeFailedPath, writeReportFiles } from './write.ts'
