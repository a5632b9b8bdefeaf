export { feed } from './feed.ts'
export { median } from './median.ts'
export { SpotAssetError, spot } from './spot.ts'
