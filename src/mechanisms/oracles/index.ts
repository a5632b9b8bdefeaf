export { feed } from './feed.ts'
export { median } from './median.ts'
export { spot } from './spot.ts'
