export { makeFolder, OutputError } from './files.ts'
export { type Clause, storyOf } from './story.ts'
export { textOf } from './text.ts'
export { writeReportFiles } from './write.ts'
