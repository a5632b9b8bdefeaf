export { textOf } from './text.ts'
export { type Clause, storyOf } from './story.ts'
